"""What each tool offers: its answer's fields by the keys they go by, and its subject."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from attrs import frozen

from scaleenv_core.fields import Field
from scaleenv_core.types import Tool
from scaleenv_graph_dataflow.naming import (
    NAMING,
    Phrase,
    belongs,
    entities,
    named_parent,
    naming_of,
    offered_keys,
    phrase,
    subject,
)

THINGS = 8
"""Fields of the listed things that are looked at when a parameter is told by the tool's subject."""

PLAIN = frozenset("id display friendly full unique short".split())
"""Before an attribute, these name no other thing: ``displayName``."""

ASIDES = frozenset("error warning message link pagination paging".split())
"""Parts of an answer that are not what was asked for."""

MENTION = 0.4
"""A field of another entity than the tool's own (an order's ``customer_id``) is a poorer source."""

SINGLE = 0.5
"""One thing that is already at hand is a poorer source than a list to choose from."""


@frozen(eq=False)
class Shape:
    """What values a schema lets through, as far as fitting needs it; equal ones are one object."""

    types: frozenset[str]
    format: str
    enum: frozenset[str] | None

    @property
    def chosen(self) -> bool:
        """Whether values of this shape are looked up: not truth values, not whole objects."""
        return not self.types or not self.types <= {"boolean", "object"}


@frozen
class Slot:
    """An output field, with its worth as a source in (0, 1]."""

    path: str
    said: Phrase
    """The words of its own name; none for the elements of a bare array."""

    shape: Shape
    weight: float
    mention: bool


@frozen
class Source:
    """A tool whose answer has fields."""

    keys: dict[str, tuple[Slot, ...]]
    """The fields by the keys that they can be asked for under."""

    subject: dict[str, float]
    """The words for what the tool gives, with their weights."""

    things: tuple[Slot, ...]
    """The fields that tell one of the things it gives from another."""

    listed: bool
    required: frozenset[str]
    takes: frozenset[str]


def shape_of(schema: Mapping[str, Any]) -> Shape:
    """The types (empty: any), format and allowed values of a schema."""
    kind = schema.get("type")
    types = {kind} if isinstance(kind, str) else set(kind) if isinstance(kind, list) else set()
    values = schema.get("enum")
    form = schema.get("format")
    return _shape(
        frozenset(str(one) for one in types if one != "null"),
        form if isinstance(form, str) else "",
        frozenset(map(str, values)) if isinstance(values, list) and values else None,
    )


_shape = cache(Shape)


_NUMBERS = {"integer", "number"}
_PLAIN = {"string", *_NUMBERS}


@cache
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


def read_source(tool: Tool, answer: Sequence[Field]) -> Source | None:
    """What a tool offers; nothing if its answer is not declared, or has no field to choose."""
    about = entities(tool)
    given = subject(tool)
    found = [
        (one, shape)
        for one in _fields(tool, answer)
        if (shape := shape_of(one.schema)).chosen and not _aside(one, given)
    ]
    if not found:
        return None
    listed = any("[]" in one.path and shape.types != {"array"} for one, shape in found)
    properties = tool.parameters.get("properties")
    return Source(
        keys=_by_key(found, about),
        subject=given,
        things=_things(found, listed, given),
        listed=listed,
        required=frozenset(map(str, tool.parameters.get("required") or ())),
        takes=frozenset(properties if isinstance(properties, Mapping) else ()),
    )


def _fields(tool: Tool, answer: Sequence[Field]) -> Iterator[Field]:
    yield from answer
    items = (tool.returns or {}).get("items")
    if isinstance(items, Mapping) and "properties" not in items and "items" not in items:
        yield Field("[]", "", (), dict(items))  # a bare list of values has no name but the tool's


def _by_key(found: Sequence[tuple[Field, Shape]], about: Sequence[Phrase]) -> dict[str, tuple[Slot, ...]]:
    """The best field of each key: surest, then shallowest.

    A list as a whole (``tags``) and one value (``tags[]``) are offered side by side.
    """
    best: dict[str, dict[bool, tuple[tuple[float, int, str], Slot]]] = {}
    for one, shape in found:
        mention = not belongs(one.name, one.parents, about)
        worth = (1.0 if "[]" in one.path else SINGLE) * (MENTION if mention else 1.0)
        for key, sure in offered_keys(one.name, one.parents, about).items():
            rank = (-worth * sure, _depth(one), one.path)
            kinds = best.setdefault(key, {})
            kind = "array" in shape.types
            if kind not in kinds or rank < kinds[kind][0]:
                kinds[kind] = (rank, Slot(one.path, phrase(one.name), shape, worth * sure, mention))
    return {key: tuple(kinds[kind][1] for kind in sorted(kinds)) for key, kinds in best.items()}


def _aside(one: Field, given: Mapping[str, float]) -> bool:
    """Whether a field is of an error, a link or a page: not of what the tool gives."""
    return any(word in ASIDES and word not in given for parent in one.parents for word in phrase(parent))


def _things(
    found: Sequence[tuple[Field, Shape]], listed: bool, given: Mapping[str, float]
) -> tuple[Slot, ...]:
    plain = [
        (one, shape)
        for one, shape in found
        if "array" not in shape.types and ("[]" in one.path) == listed and _of_subject(one, given)
    ]
    top = min((_depth(one) for one, _ in plain), default=0) + 1
    ranked = sorted(
        ((one, shape) for one, shape in plain if _depth(one) <= top),
        key=lambda pair: (-naming_of(phrase(pair[0].name)), _depth(pair[0]), pair[0].path),
    )
    worth = 1.0 if listed else SINGLE
    return tuple(Slot(one.path, phrase(one.name), shape, worth, False) for one, shape in ranked[:THINGS])


def _of_subject(one: Field, given: Mapping[str, float]) -> bool:
    """Another thing's id or name (``spaceId`` of a channel) does not tell one from another."""
    parent = named_parent(one.parents)
    if parent and not any(word in given for word in parent):
        return False
    said = phrase(one.name)
    if one.path.endswith("[]") and said and not any(word in given for word in said):
        return False  # a list within a thing
    return (
        not said
        or said[-1] not in NAMING
        or all(word in PLAIN for word in said[:-1])
        or any(word in given for word in said)
    )


def _depth(found: Field) -> int:
    return found.path.count(".") + found.path.count("[]")
