"""The fields of a JSON Schema as a flat list: each property with its path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from scaleenv_core.types import JsonSchema


class Field(NamedTuple):
    """One place in a JSON value that a schema describes."""

    path: str
    """Dotted, with ``[]`` for the elements of an array: ``items[].owner.id``, ``[].id``."""

    name: str
    """The nearest property's own name: ``id``; for ``tags[]`` it is ``tags``."""

    parents: tuple[str, ...]
    """The names of the properties around it, outermost first: ``("items", "owner")``."""

    schema: JsonSchema


_DEEPER = ("properties", "items", "oneOf", "anyOf")
"""What of a schema describes fields below it."""


def fields_of(schema: JsonSchema | None, *, depth: int = 8) -> Iterator[Field]:
    """Every property of a schema, outer before inner, each path once.

    Elements of an array that are not objects are fields too (``tags[]``). The branches of
    ``oneOf`` and ``anyOf`` are read as if they were all there. Maps
    (``additionalProperties``) have no field names to give and are left out, as is what
    lies below ``depth`` properties and arrays.
    """
    seen: set[str] = set()
    for found in _walk(schema, "", (), depth):
        if found.path not in seen:
            seen.add(found.path)
            yield found


def _walk(schema: Any, path: str, names: tuple[str, ...], depth: int) -> Iterator[Field]:
    if depth < 0 or not isinstance(schema, dict):
        return
    properties = schema.get("properties")
    if isinstance(properties, dict):
        for name, part in properties.items():
            below = f"{path}.{name}" if path else str(name)
            if isinstance(part, dict):
                yield Field(below, str(name), names, part)
                if not part.keys().isdisjoint(_DEEPER):
                    yield from _walk(part, below, (*names, str(name)), depth - 1)
    items = schema.get("items")
    if isinstance(items, dict):
        below = f"{path}[]"
        if names and "properties" not in items and "items" not in items:
            yield Field(below, names[-1], names[:-1], items)
        yield from _walk(items, below, names, depth - 1)
    for key in ("oneOf", "anyOf"):
        branches = schema.get(key)
        if isinstance(branches, list):
            for branch in branches:
                yield from _walk(branch, path, names, depth - 1)
