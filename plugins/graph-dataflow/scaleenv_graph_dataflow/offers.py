"""What each tool offers and needs, by key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from scaleenv_core.fields import fields_of
from scaleenv_core.types import Tool
from scaleenv_graph_dataflow.naming import entities, needed_keys, offered_keys


@frozen
class Shape:
    """What values a schema lets through, as far as fitting needs it."""

    types: frozenset[str]
    format: str
    enum: frozenset[str] | None


@frozen
class Slot:
    """An output field or a parameter, under one of its keys."""

    tool: int
    path: str
    weight: float
    shape: Shape
    listed: bool
    """An element of an array: there are several to choose from."""


def shape_of(schema: Mapping[str, Any]) -> Shape:
    """The types (empty: any), format and allowed values of a schema."""
    kind = schema.get("type")
    types = {kind} if isinstance(kind, str) else set(kind) if isinstance(kind, list) else set()
    values = schema.get("enum")
    form = schema.get("format")
    return Shape(
        frozenset(str(one) for one in types if one != "null"),
        form if isinstance(form, str) else "",
        frozenset(map(str, values)) if isinstance(values, list) and values else None,
    )


_NUMBERS = {"integer", "number"}
_PLAIN = {"string", *_NUMBERS}


def fit(offered: Shape, needed: Shape) -> float:
    """How well an offered value fits what is needed: 0 for not at all, 1 for exactly."""
    if needed.enum is not None and offered.enum is None:
        score = 0.5
    elif needed.enum is not None and offered.enum is not None:
        if not needed.enum & offered.enum:
            return 0.0
        score = len(needed.enum & offered.enum) / len(offered.enum)
    else:
        score = 1.0
    if offered.types and needed.types and not offered.types & needed.types:
        if offered.types & _NUMBERS and needed.types & _NUMBERS:
            score *= 0.9
        elif offered.types & _PLAIN and needed.types & _PLAIN:
            score *= 0.6
        else:
            return 0.0
    if offered.format and needed.format and offered.format != needed.format:
        score *= 0.8
    return score


def read_offers(tools: Sequence[Tool]) -> dict[str, list[Slot]]:
    """Key → the tools that offer it, each with its best field: surest, then shallowest.

    A list as a whole (``tags``) and one value (``tags[]``) are offered side by side.
    """
    made: dict[str, list[Slot]] = {}
    for place, tool in enumerate(tools):
        about = entities(tool)
        best: dict[tuple[str, bool], tuple[tuple[float, int, str], Slot]] = {}
        for found in fields_of(tool.returns):
            shape = shape_of(found.schema)
            if shape.types and shape.types <= {"boolean", "object"}:
                continue
            for key, weight in offered_keys(found.name, found.parents, about).items():
                rank = (-weight, found.path.count(".") + found.path.count("[]"), found.path)
                slot = (key, "array" in shape.types)
                if slot not in best or rank < best[slot][0]:
                    best[slot] = (rank, Slot(place, found.path, weight, shape, "[]" in found.path))
        for key in sorted(best):
            made.setdefault(key[0], []).append(best[key][1])
    return made


def read_needs(tools: Sequence[Tool]) -> dict[str, list[Slot]]:
    """Key → the parameters that ask for it."""
    made: dict[str, list[Slot]] = {}
    for place, tool in enumerate(tools):
        about = entities(tool)
        properties = tool.parameters.get("properties")
        for name, schema in properties.items() if isinstance(properties, Mapping) else ():
            if not isinstance(schema, Mapping):
                continue
            shape = shape_of(schema)
            if shape.types and shape.types <= {"boolean", "object"}:
                continue
            for key, weight in sorted(needed_keys(name, about).items()):
                made.setdefault(key, []).append(Slot(place, name, weight, shape, listed=False))
    return made
