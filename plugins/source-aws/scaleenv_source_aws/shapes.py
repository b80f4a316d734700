"""botocore's shapes as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs

from scaleenv_core.schemas import standalone
from scaleenv_core.types import JsonSchema
from scaleenv_source_aws.text import plain_text

_SCALARS: Mapping[str, JsonSchema] = {
    "string": {"type": "string"},
    "character": {"type": "string"},
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer", "format": "int32"},
    "long": {"type": "integer", "format": "int64"},
    "float": {"type": "number", "format": "float"},
    "double": {"type": "number", "format": "double"},
    "timestamp": {"type": "string", "format": "date-time"},
    "blob": {"type": "string", "format": "byte", "contentEncoding": "base64"},
}
_BOUNDS = {
    "string": ("minLength", "maxLength"),
    "integer": ("minimum", "maximum"),
    "long": ("minimum", "maximum"),
    "float": ("minimum", "maximum"),
    "double": ("minimum", "maximum"),
    "list": ("minItems", "maxItems"),
    "map": ("minProperties", "maxProperties"),
}
_BUDGET = 400  # subschemas; 95 % of the answers need fewer at depth 4


class Shapes:
    """The shapes of one model, each expanded once: operations share many of them."""

    def __init__(self, shapes: Mapping[str, Any], depth: int) -> None:
        self._raw = shapes
        self._depth = depth
        self._plain: dict[str, JsonSchema] = {}
        self._made: dict[str, JsonSchema] = {}

    def expanded(self, name: str) -> JsonSchema:
        """The named shape, standing alone.

        Raises ``LookupError`` where it, or one that it refers to, is not in the model.
        """
        if name not in self._made:
            self._made[name] = standalone({"$ref": name}, self._look, depth=self._depth, budget=_BUDGET)
        return self._made[name]

    def members(self, name: str) -> Mapping[str, Mapping[str, Any]]:
        """A structure's members, as the model has them."""
        members = self._raw[name].get("members") or {}
        return {key: member for key, member in members.items() if isinstance(member, Mapping)}

    def _look(self, name: str) -> JsonSchema:
        if name not in self._plain:
            self._plain[name] = _plain(self._raw[name])
        return self._plain[name]


def _plain(shape: Mapping[str, Any]) -> JsonSchema:
    """One shape, the shapes of its members still references."""
    kind = str(shape.get("type"))
    made: JsonSchema = {}
    if kind == "structure":
        if shape.get("document") is True:  # any JSON at all
            pass
        elif shape.get("eventstream") is True:
            made.update(type="array", items=_structure(shape))
        else:
            made.update(_structure(shape))
    elif kind == "list":
        made.update(type="array", items=_member(shape.get("member")))
    elif kind == "map":
        made.update(type="object", additionalProperties=_member(shape.get("value")))
    else:
        made.update(_SCALARS.get(kind, {}))
    text = plain_text(str(shape.get("documentation") or ""))
    if text:
        made["description"] = text
    _limits(shape, kind, made)
    return made


def _structure(shape: Mapping[str, Any]) -> JsonSchema:
    members = shape.get("members") or {}
    made: JsonSchema = {
        "type": "object",
        "properties": {name: _member(member) for name, member in members.items()},
    }
    if shape.get("required"):
        made["required"] = list(shape["required"])
    return made


def _member(member: Any) -> JsonSchema:
    """A reference to a member's shape; its own words win over the shape's."""
    if not isinstance(member, Mapping) or not isinstance(member.get("shape"), str):
        return {}
    made: JsonSchema = {"$ref": member["shape"]}
    text = plain_text(str(member.get("documentation") or ""))
    if text:
        made["description"] = text
    return made


def _limits(shape: Mapping[str, Any], kind: str, made: JsonSchema) -> None:
    if isinstance(shape.get("enum"), list) and shape["enum"]:
        made["enum"] = list(dict.fromkeys(shape["enum"]))
        return  # lengths and patterns beside an enum say nothing more, and sometimes contradict it
    for key, word in zip(("min", "max"), _BOUNDS.get(kind, ()), strict=False):
        bound = shape.get(key)
        if isinstance(bound, int | float) and not isinstance(bound, bool):
            made[word] = int(bound) if bound == int(bound) else bound
    pattern = shape.get("pattern")
    if kind == "string" and isinstance(pattern, str) and _compiles(pattern):
        made["pattern"] = pattern


@lru_cache(maxsize=8192)
def _compiles(pattern: str) -> bool:
    """Whether JSON Schema's validator understands the pattern: some are in Java's dialect alone."""
    try:
        jsonschema_rs.validator_for({"pattern": pattern})
    except jsonschema_rs.ValidationError:
        return False
    return True
