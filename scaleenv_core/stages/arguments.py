"""Arguments for a domain's tools that meet its rows: keys that exist, filters that find."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Any

from scaleenv_core.engine import DomainFolder
from scaleenv_core.names import singular, words
from scaleenv_core.sampling import sample_value
from scaleenv_core.types import JsonObject, JsonSchema, Tool

Name = tuple[str, ...]


def name_key(name: str) -> Name:
    """A name as its words in the singular: ``orderIds`` and ``order_id`` are the same."""
    return tuple(singular(word) for word in words(name))


class ArgumentMaker:
    """Draws arguments: mostly one row's values where names agree, else values of the schema."""

    def __init__(self, domain: DomainFolder) -> None:
        self._rows: dict[str, list[dict[str, Any]]] = {}
        for table, row in domain.rows:
            self._rows.setdefault(table, []).append(row)
        self._columns: dict[str, dict[Name, str]] = {}
        self._keys = {name: spec.key[-1] for name, spec in domain.schema.tables.items()}
        for table, rows in self._rows.items():
            entity = name_key(table)
            names: dict[Name, str] = {}
            for column in rows[0]:
                key = name_key(column)
                names.setdefault(key, column)
                names.setdefault(entity + key, column)
            for column in domain.schema.tables[table].key:
                names.setdefault(entity, column)
            self._columns[table] = names

    def make(self, tool: Tool, rng: random.Random, *, optional: float = 0.25) -> JsonObject:
        """Arguments valid against the tool's schema as far as sampling can tell."""
        properties: dict[str, JsonSchema] = tool.parameters.get("properties", {})
        required = set(tool.parameters.get("required", ()))
        wanted = [name for name in properties if name in required or rng.random() < optional]
        focus, key = self._focus(wanted, tool, rng)
        # Now and then a key that no row has: creating something needs one.
        fresh = key if rng.random() < 0.25 else frozenset()
        return {
            name: sample_value(properties[name], rng)
            if name_key(name) in fresh
            else self._value(name, properties[name], focus, rng)
            for name in wanted
        }

    def _focus(
        self, wanted: Sequence[str], tool: Tool, rng: random.Random
    ) -> tuple[dict[Name, Any], frozenset[Name]]:
        """One row of the table that the parameters, and the tool's name, speak of; and its key's names."""
        about = set(name_key(tool.name))

        def fit(table: str) -> tuple[int, int]:
            named = sum(name_key(name) in self._columns[table] for name in wanted)
            entity = set(name_key(table))
            # Its own table before those of its parts: ``orders`` before ``order_lines``.
            return named, 2 * len(about & entity) - len(entity)

        tables = sorted(self._rows, key=lambda table: (*(-n for n in fit(table)), table))
        if not tables:
            return {}, frozenset()
        # Now and then the next best, or any: calls that are refused are cases too.
        chance = rng.random()
        table = tables[0] if chance < 0.7 else rng.choice(tables[:3] if chance < 0.9 else tables)
        row = rng.choice(self._rows[table])
        names = self._columns[table]
        own = self._keys[table]
        return (
            {name: row.get(column) for name, column in names.items()},
            frozenset(name for name, column in names.items() if column == own),
        )

    def _value(self, name: str, schema: JsonSchema, focus: dict[Name, Any], rng: random.Random) -> Any:
        key = name_key(name)
        if key in focus and fits(focus[key], schema) and rng.random() < 0.9:
            return focus[key]
        pool = list(self._pool(key, schema))
        if pool and rng.random() < 0.8:
            return rng.choice(pool)
        return sample_value(schema, rng)

    def _pool(self, key: Name, schema: JsonSchema) -> Iterable[Any]:
        for table, names in self._columns.items():
            # Only names that say whose they are: every table has a ``name``.
            if key in names and (len(key) > 1 or key == name_key(table)):
                for row in self._rows[table]:
                    value = row.get(names[key])
                    if fits(value, schema):
                        yield value


_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "object": dict,
    "array": list,
}


def fits(value: Any, schema: JsonSchema) -> bool:
    """Whether a stored value may stand for this schema: by type and enum."""
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if value is None or (isinstance(value, bool) and kinds and "boolean" not in kinds):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    return not kinds or any(isinstance(value, _TYPES.get(kind, ())) for kind in kinds)
