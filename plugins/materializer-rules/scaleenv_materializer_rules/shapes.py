"""Where the record is in a return schema."""

from __future__ import annotations

from typing import Any, Literal

from attrs import frozen

from scaleenv_core.names import words
from scaleenv_core.types import JsonSchema

from . import lexicon as lx
from .nouns import fold, singular
from .signature import kind_of


@frozen(kw_only=True)
class Located:
    """The record(s) in an answer."""

    path: tuple[str, ...]
    schema: JsonSchema
    many: bool
    kind: Literal["record", "scalar", "notice"]


def properties(schema: Any) -> dict[str, JsonSchema]:
    """The declared properties of an object schema."""
    found = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(found, dict):
        return {}
    return {name: part if isinstance(part, dict) else {} for name, part in found.items()}


def settled(schema: JsonSchema) -> JsonSchema:
    """The first object among the alternatives of an answer that declares nothing else."""
    if schema.get("properties") or schema.get("type") not in (None, "object"):
        return schema
    for key in ("anyOf", "oneOf"):
        for branch in schema.get(key) or ():
            if properties(branch):
                return branch  # type: ignore[no-any-return]
    return schema


def locate(schema: JsonSchema, noun: tuple[str, ...], depth: int = 4, *, many: bool = False) -> Located:
    """Find the record: the answer itself, or what a wrapper's property holds.

    ``many``: the tool lists, so that one list beside other properties is what it lists.
    """
    schema = settled(schema)
    kind = kind_of(schema)
    if kind != "json":
        return Located(path=(), schema=schema, many=False, kind="scalar")
    if "items" in schema or schema.get("type") == "array":
        items = schema.get("items") if isinstance(schema.get("items"), dict) else {}
        scalar = kind_of(items) != "json" or "items" in items or items.get("type") == "array"
        return Located(path=(), schema=items, many=True, kind="scalar" if scalar else "record")
    inside = properties(schema)
    name = _wrapper(inside, noun) or (_one_list(inside) if many else "") if depth else ""
    if name:
        found = locate(inside[name], noun, depth - 1, many=many)
        if found.kind != "notice":
            return Located(path=(name, *found.path), schema=found.schema, many=found.many, kind=found.kind)
    told = bool(inside) and all(fold(n) in lx.META for n in inside) and not _has_id(inside)
    return Located(path=(), schema=schema, many=False, kind="notice" if told else "record")


def _one_list(inside: dict[str, JsonSchema]) -> str:
    arrays = [
        n
        for n, s in inside.items()
        if kind_of(s) == "json" and isinstance(s.get("items"), dict) and properties(s["items"])
    ]
    named = [n for n in arrays if fold(n) in lx.WRAPPERS]
    return named[0] if named else arrays[0] if len(arrays) == 1 else ""


def _has_id(inside: dict[str, JsonSchema]) -> bool:
    return any((words(n) or [""])[-1] in lx.STRONG_ID for n in inside)


def _wrapper(inside: dict[str, JsonSchema], noun: tuple[str, ...]) -> str:
    nested = {n: s for n, s in inside.items() if kind_of(s) == "json"}
    if not nested:
        return ""
    arrays = [n for n, s in nested.items() if s.get("type") == "array" or "items" in s]
    objects = [n for n, s in nested.items() if properties(s)]
    names = {"".join(noun), noun[-1] if noun else ""} - {""}
    for name in [*arrays, *objects]:
        spelt = words(name)
        if spelt and ({"".join([*spelt[:-1], singular(spelt[-1])]), singular(spelt[-1])} & names):
            whole = "".join([*spelt[:-1], singular(spelt[-1])]) in names or len(inside) <= 4
            if whole and not (name not in arrays and _has_id(inside)):
                return name
    others = [n for n in inside if fold(n) not in lx.META]
    if len(others) == 1 and others[0] in nested:
        return others[0] if (others[0] in arrays or others[0] in objects) else ""
    wrapping = [n for n in nested if fold(n) in lx.WRAPPERS or fold(n).endswith(("list", "results"))]
    for name in sorted(wrapping, key=lambda n: (n not in arrays, n)):
        rest = [n for n in others if n != name]
        if (
            (name in arrays or name in objects)
            and not _has_id({n: inside[n] for n in rest})
            and len(rest) <= 3
        ):
            return name
    return ""
