"""Arguments for a domain's tools that meet its rows: keys that exist, filters that find."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from typing import Any

import orjson

from scaleenv_core.engine import DomainFolder
from scaleenv_core.names import singular, words
from scaleenv_core.sampling import sample_value
from scaleenv_core.types import JsonObject, JsonSchema, Operation, Tool

Name = tuple[str, ...]


@lru_cache(4096)
def name_key(name: str) -> Name:
    """A name as its words in the singular: ``orderIds`` and ``order_id`` are the same."""
    return tuple(singular(word) for word in words(name))


class ArgumentMaker:
    """Draws arguments that meet the domain's rows.

    What an operation declares to select or store decides; where it is silent, names do.
    """

    def __init__(self, domain: DomainFolder) -> None:
        self._tables = domain.schema.tables
        self._operations = {operation.tool: operation for operation in domain.manifest.operations}
        self._rows: dict[str, list[dict[str, Any]]] = {}
        for table, row in domain.rows:
            self._rows.setdefault(table, []).append(row)
        self._columns: dict[str, dict[Name, str]] = {}
        for table, rows in self._rows.items():
            entity = name_key(table)
            names: dict[Name, str] = {}
            for column in rows[0]:
                key = name_key(column)
                names.setdefault(key, column)
                names.setdefault(entity + key, column)
            for column in self._tables[table].key:
                names.setdefault(entity, column)
            self._columns[table] = names

    def make(
        self, tool: Tool, rng: random.Random, *, optional: float = 0.25, given: JsonObject | None = None
    ) -> JsonObject:
        """Arguments valid against the tool's schema as far as sampling can tell.

        They go with those that are ``given``, where a row does.
        """
        properties: dict[str, JsonSchema] = tool.parameters.get("properties", {})
        required = set(tool.parameters.get("required", ()))
        operation = self._operations.get(tool.name) or Operation(tool=tool.name, writes=False)

        def likely(name: str) -> float:
            # A write that is not told which row, or what of it, is mostly refused.
            selects, stores = name in operation.selects, name in operation.stores
            return optional * (3 if selects else 2 if stores else 1) if operation.writes else optional

        wanted = [name for name in properties if name in required or rng.random() < likely(name)]
        table = self._focus(wanted, tool, operation, rng)
        row = self._row(table, operation, given or {}, rng) if table else {}
        return {name: self._value(name, properties[name], operation, table, row, rng) for name in wanted}

    def _row(self, table: str, operation: Operation, given: JsonObject, rng: random.Random) -> JsonObject:
        """A row that holds most of what is given."""
        rows = self._rows[table]
        for name, value in given.items():
            declared = operation.selects.get(name, "").removeprefix(f"{table}.")
            column = declared or self._columns[table].get(name_key(name), "")
            rows = [row for row in rows if row.get(column) == value] or rows
        return rng.choice(rows)

    def _focus(self, wanted: Sequence[str], tool: Tool, operation: Operation, rng: random.Random) -> str:
        """The table that the operation selects from, or that the names speak of."""
        declared = Counter(ref.partition(".")[0] for ref in operation.selects.values())
        tables = [table for table, _ in declared.most_common() if table in self._rows]
        if not tables:
            tables = self._spoken_of(wanted, tool)
        if not tables:
            return ""
        # Now and then the next best, or any: calls that are refused are cases too.
        chance = rng.random()
        return tables[0] if chance < 0.8 else rng.choice(tables[:3] if chance < 0.9 else sorted(self._rows))

    def _spoken_of(self, wanted: Sequence[str], tool: Tool) -> list[str]:
        about = set(name_key(tool.name))

        def fit(table: str) -> tuple[int, int, str]:
            named = sum(name_key(name) in self._columns[table] for name in wanted)
            entity = set(name_key(table))
            # Its own table before those of its parts: ``orders`` before ``order_lines``.
            return -named, len(entity) - 2 * len(about & entity), table

        return sorted(self._rows, key=fit)

    def _value(
        self,
        name: str,
        schema: JsonSchema,
        operation: Operation,
        table: str,
        row: dict[str, Any],
        rng: random.Random,
    ) -> Any:
        for value in self._candidates(name, operation, table, row, rng):
            made = adapted(value, schema)
            if made is not None:
                return made
        return self._referring(name, sample_value(schema, rng, name=name), operation, rng)

    def _referring(self, name: str, value: Any, operation: Operation, rng: random.Random) -> Any:
        """The same, where ``items[].product_id`` is declared with products that exist."""
        for path, stored in operation.stores.items():
            if path.startswith((f"{name}[]", f"{name}.")) and "[]" in path:
                source, _, column = stored.partition(".")
                draw = partial(self._any, *self._tables[source].references[column], rng)
                value = _replaced(value, path.removeprefix(name).replace("[]", ".[]").split(".")[1:], draw)
        return value

    def _candidates(
        self, name: str, operation: Operation, table: str, row: dict[str, Any], rng: random.Random
    ) -> Iterator[Any]:
        """Stored values that the parameter may be, best first; none now and then."""
        if name in operation.selects:
            source, _, column = operation.selects[name].partition(".")
            if rng.random() < 0.95:
                yield row.get(column) if source == table else None
                yield from self._any(source, column, rng)
        elif name in operation.stores:
            source, _, column = operation.stores[name].partition(".")
            spec = self._tables.get(source)
            if spec is not None and column in spec.references:
                yield from self._any(*spec.references[column], rng)
            elif spec is not None and rng.random() < (0.2 if column in spec.key else 0.5):
                yield from self._any(source, column, rng)
        else:
            key = name_key(name)
            if table and rng.random() < 0.9:
                yield row.get(self._columns[table].get(key, ""))
            if rng.random() < 0.8:
                yield from self._named(key, rng)

    def _any(self, table: str, column: str, rng: random.Random) -> Iterator[Any]:
        rows = self._rows.get(table, [])
        if rows:
            yield rng.choice(rows).get(column)

    def _named(self, key: Name, rng: random.Random) -> Iterator[Any]:
        """A value of a column whose name says whose it is: every table has a ``name``."""
        found = [
            (table, names[key])
            for table, names in self._columns.items()
            if key in names and (len(key) > 1 or key == name_key(table))
        ]
        if found:
            yield from self._any(*rng.choice(found), rng)


def _replaced(value: Any, path: Sequence[str], draw: Callable[[], Iterator[Any]]) -> Any:
    """The value with what stands at a path drawn anew, in each entry of a list."""
    if not path:
        return next(draw(), value)
    if path[0] == "[]" and isinstance(value, list):
        return [_replaced(one, path[1:], draw) for one in value]
    if isinstance(value, dict) and path[0] in value:
        return {**value, path[0]: _replaced(value[path[0]], path[1:], draw)}
    return value


def adapted(value: Any, schema: JsonSchema) -> Any:
    """A stored value as the parameter takes it, a number as text or one in a list; else ``None``."""
    if value is None:
        return None
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    tries = [value]
    if isinstance(value, int | float) and "string" in kinds:
        tries.append(str(value).lower() if isinstance(value, bool) else str(value))
    if isinstance(value, str) and value.lstrip("-").isdecimal() and "integer" in kinds:
        tries.append(int(value))
    if "array" in kinds and not isinstance(value, list):
        tries.append([value])
    return next((made for made in tries if fits(made, schema)), None)


def fits(value: Any, schema: JsonSchema) -> bool:
    """Whether the schema allows a stored value."""
    return value is not None and bool(_validator(orjson.dumps(schema)).is_valid(value))


@lru_cache(4096)
def _validator(schema: bytes) -> Any:
    import jsonschema_rs

    return jsonschema_rs.validator_for(orjson.loads(schema))
