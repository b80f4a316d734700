"""JSON Schema at the door: one schema that stands alone, from a document full of references."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from scaleenv_core.types import JsonSchema

Lookup = Callable[[str], Any]
"""A reference, as written → what it refers to; raises ``LookupError`` where that is nothing."""

KEPT = (
    "title",
    "description",
    "contentEncoding",
    "enum",
    "const",
    "default",
    "examples",
    "format",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
)
"""Keywords copied as they are; the structural ones are rebuilt, all others dropped."""


def standalone(schema: Any, lookup: Lookup, *, depth: int = 6, budget: int = 2000) -> JsonSchema:
    """The schema with every ``$ref`` replaced by what it refers to.

    A reference back to a schema that is being expanded becomes an open schema marked
    ``x-recursive``; below ``depth`` nested objects, or after ``budget`` subschemas, an open
    schema of the same type marked ``x-truncated``. ``allOf`` is merged; OpenAPI's
    ``nullable`` becomes a ``null`` type. Raises ``LookupError`` for a dangling reference.
    """
    return _Expansion(lookup, budget).expand(schema, depth, ())


class _Expansion:
    """One walk over a schema; holds what is left of the budget."""

    def __init__(self, lookup: Lookup, budget: int) -> None:
        self.lookup = lookup
        self.left = budget

    def expand(self, schema: Any, depth: int, open_refs: tuple[str, ...]) -> JsonSchema:
        if not isinstance(schema, Mapping):  # JSON Schema's true and false, and debris
            return {}
        self.left -= 1
        while "$ref" in schema:
            ref = str(schema["$ref"])
            if ref in open_refs:
                return {"x-recursive": ref.rpartition("/")[2]}
            beside = {key: value for key, value in schema.items() if key != "$ref"}
            target = self.lookup(ref)
            schema = {**target, **beside} if isinstance(target, Mapping) else beside
            open_refs = (*open_refs, ref)
        if "allOf" in schema:
            schema = self._merged(schema, open_refs)
        made: JsonSchema = {key: schema[key] for key in KEPT if key in schema}
        if "example" in schema and "examples" not in made:
            made["examples"] = [schema["example"]]
        self._type(schema, made)
        if depth <= 0 or self.left <= 0:
            if any(key in schema for key in ("properties", "items", "oneOf", "anyOf")):
                made["x-truncated"] = True
            return made
        self._children(schema, made, depth, open_refs)
        return made

    def _merged(self, schema: Mapping[str, Any], open_refs: tuple[str, ...]) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        for part in (*schema["allOf"], {key: value for key, value in schema.items() if key != "allOf"}):
            seen = open_refs
            while isinstance(part, Mapping) and "$ref" in part and str(part["$ref"]) not in seen:
                seen = (*seen, str(part["$ref"]))
                part = self.lookup(seen[-1])
            if not isinstance(part, Mapping) or "$ref" in part:
                continue
            if "allOf" in part:
                part = self._merged(part, seen)
            for key, value in part.items():
                if key == "properties" and isinstance(value, Mapping):
                    merged["properties"] = {**merged.get("properties", {}), **value}
                elif key == "required" and isinstance(value, list):
                    merged["required"] = [*merged.get("required", []), *value]
                else:
                    merged[key] = value
        return merged

    def _type(self, schema: Mapping[str, Any], made: JsonSchema) -> None:
        kind = schema.get("type")
        if kind is None and ("properties" in schema or "additionalProperties" in schema):
            kind = "object"
        elif kind is None and "items" in schema:
            kind = "array"
        if schema.get("nullable") is True and isinstance(kind, str):
            kind = [kind, "null"]
            if "enum" in made and None not in made["enum"]:
                made["enum"] = [*made["enum"], None]
        if kind is not None:
            made["type"] = kind

    def _children(
        self, schema: Mapping[str, Any], made: JsonSchema, depth: int, open_refs: tuple[str, ...]
    ) -> None:
        properties = schema.get("properties")
        if isinstance(properties, Mapping):
            made["properties"] = {
                str(name): self.expand(part, depth - 1, open_refs) for name, part in properties.items()
            }
            required = schema.get("required")
            if isinstance(required, list):
                made["required"] = sorted({name for name in required if name in made["properties"]})
        items = schema.get("items")
        if isinstance(items, list):
            made["prefixItems"] = [self.expand(part, depth - 1, open_refs) for part in items]
        elif items is not None:
            made["items"] = self.expand(items, depth - 1, open_refs)
        if isinstance(schema.get("additionalProperties"), Mapping):
            made["additionalProperties"] = self.expand(schema["additionalProperties"], depth - 1, open_refs)
        elif schema.get("additionalProperties") is False:
            made["additionalProperties"] = False
        for key in ("oneOf", "anyOf"):
            if isinstance(schema.get(key), list):
                made[key] = [self.expand(part, depth - 1, open_refs) for part in schema[key]]
