"""Other values than those of the gold actions: such as the domain's rows have, of the same kind."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import chain, zip_longest
from typing import Any

import orjson
from attrs import evolve

from scaleenv_core.engine import DomainFolder
from scaleenv_core.types import Action

Place = tuple[str | int, ...]


class Values:
    """The values of a domain's rows, by column."""

    def __init__(self, domain: DomainFolder) -> None:
        self._columns: dict[tuple[str, str], list[Any]] = {}
        self._homes: dict[str, list[tuple[str, str]]] = {}
        self._keys = {
            (name, spec.key[0]) for name, spec in domain.schema.tables.items() if len(spec.key) == 1
        }
        for table, row in domain.rows:
            for column, value in row.items():
                if isinstance(value, (str, int, float)) and not isinstance(value, bool):
                    self._add((table, column), value)

    def _add(self, column: tuple[str, str], value: Any) -> None:
        homes = self._homes.setdefault(_mark(value), [])
        if column not in homes:
            homes.append(column)
            self._columns.setdefault(column, []).append(value)

    def is_key(self, value: Any) -> bool:
        """Whether it names a row."""
        return any(home in self._keys for home in self._homes.get(_mark(value), ()))

    def others(self, value: Any, rng: random.Random) -> Iterator[Any]:
        """Values that may stand in its place, likely ones first: never itself."""
        if isinstance(value, bool):
            yield not value
            return
        homes = self._homes.get(_mark(value), [])
        homes = [home for home in homes if home in self._keys] or homes
        found = {_mark(other): other for home in homes for other in self._columns[home]}
        found.pop(_mark(value), None)
        yield from (found[mark] for mark in rng.sample(sorted(found), min(4, len(found))))
        if isinstance(value, (int, float)):
            yield value + 1
        elif isinstance(value, str):
            yield f"not {value}"


def _mark(value: Any) -> str:
    return orjson.dumps(value).decode()


def leaves(value: Any, path: Place = ()) -> Iterator[tuple[Place, Any]]:
    """The scalars of JSON data, with the way to each."""
    if isinstance(value, dict):
        for name in sorted(value):
            yield from leaves(value[name], (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, (*path, number))
    else:
        yield path, value


def altered(action: Action, place: Place, value: Any) -> Action:
    """The action with one scalar among its arguments replaced."""
    arguments = orjson.loads(orjson.dumps(action.arguments))
    inside = arguments
    for step in place[:-1]:
        inside = inside[step]
    inside[place[-1]] = value
    return evolve(action, arguments=arguments)


def alterations(
    action: Action, values: Values, rng: random.Random, *, keys: bool
) -> Iterator[tuple[str, Action]]:
    """The action with one argument another: of another row's key, or of anything but keys."""
    places = [
        (place, value)
        for place, value in leaves(action.arguments)
        if value is not None and values.is_key(value) is keys
    ]
    ways = [
        [(place, value, other) for other in values.others(value, rng)]
        for place, value in rng.sample(places, len(places))
    ]
    for way in chain.from_iterable(zip_longest(*ways)):  # each place once before any twice
        if way is not None:
            place, value, other = way
            name = ".".join(map(str, place))
            yield f"{name} {_mark(other)} for {_mark(value)}", altered(action, place, other)
