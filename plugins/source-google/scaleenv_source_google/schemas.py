"""Google's dialect of JSON Schema, turned into the standard one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs

from scaleenv_core.schemas import standalone
from scaleenv_core.types import JsonSchema

_FORMATS = {"google-datetime": "date-time"}
_KINDS = {"string", "integer", "number", "boolean", "object", "array"}
_BUDGET = 400  # subschemas; 99 % of the answers need fewer than 230 at depth 4


class Schemas:
    """The schemas of one document, each expanded once: methods share most of them."""

    def __init__(self, document: Mapping[str, Any], depth: int) -> None:
        self._raw = document.get("schemas") or {}
        self._depth = depth
        self._plain: dict[tuple[str, bool], JsonSchema] = {}
        self._made: dict[tuple[str, bool], JsonSchema] = {}

    def expanded(self, ref: str, *, written: bool) -> JsonSchema:
        """The named schema, standing alone; without read-only properties if it is ``written``.

        Raises ``LookupError`` where it, or one that it refers to, is not in the document.
        """
        key = (ref, written)
        if key not in self._made:
            self._made[key] = standalone(
                {"$ref": ref}, lambda name: self._look(name, written), depth=self._depth, budget=_BUDGET
            )
        return self._made[key]

    def required_for(self, ref: str, method: str) -> list[str]:
        """The body's properties that the document's annotations demand for this method."""
        properties = self._raw[ref].get("properties") or {}
        return [
            name
            for name, schema in properties.items()
            if method in (schema.get("annotations") or {}).get("required", ())
        ]

    def _look(self, ref: str, written: bool) -> JsonSchema:
        key = (ref, written)
        if key not in self._plain:
            self._plain[key] = _plain(self._raw[ref], written)
        return self._plain[key]


def parameter_schema(parameter: Mapping[str, Any]) -> JsonSchema:
    """A path or query parameter; a repeated one is an array."""
    made = standalone(_plain(parameter, True), {}.__getitem__)
    if not parameter.get("repeated"):
        return made
    description = made.pop("description", None)
    default = made.pop("default", None)
    many: JsonSchema = {"type": "array", "items": made}
    if description:
        many["description"] = description
    if default is not None:
        many["default"] = [default]
    return many


def _plain(schema: Any, written: bool) -> JsonSchema:
    """One schema, its references still in it."""
    if not isinstance(schema, Mapping):
        return {}
    made: JsonSchema = {}
    if isinstance(schema.get("$ref"), str):
        made["$ref"] = schema["$ref"]
    kind = schema.get("type")
    if kind in _KINDS:  # "any" is no type
        made["type"] = kind
    description = _described(schema)
    if description:
        made["description"] = description
    _values(schema, made)
    properties = schema.get("properties")
    if isinstance(properties, Mapping):
        made["properties"] = {
            name: _plain(part, written)
            for name, part in properties.items()
            if not (written and isinstance(part, Mapping) and part.get("readOnly") is True)
        }
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), Mapping):
            made[key] = _plain(schema[key], written)
    return made


def _values(schema: Mapping[str, Any], made: JsonSchema) -> None:
    """Formats, bounds, patterns, enums and defaults; Google writes every number as a string."""
    kind, form = schema.get("type"), schema.get("format")
    if isinstance(form, str):
        made["format"] = _FORMATS.get(form, form)
        if form == "byte":
            made["contentEncoding"] = "base64"
        elif form == "uint32":
            made["minimum"] = 0
    for key in ("minimum", "maximum"):
        bound = _number(schema.get(key))
        if bound is not None:
            made[key] = bound
    if isinstance(schema.get("pattern"), str) and _compiles(schema["pattern"]):
        made["pattern"] = schema["pattern"]
    if isinstance(schema.get("enum"), list):
        made["enum"] = list(dict.fromkeys(schema["enum"]))
    if "default" in schema:
        default = _default(schema["default"], kind)
        if default is not None and ("enum" not in made or default in made["enum"]):
            made["default"] = default


def _described(schema: Mapping[str, Any]) -> str:
    """The description, and below it what each value of an enum means."""
    text = str(schema.get("description") or "").strip()
    values, meanings = schema.get("enum"), schema.get("enumDescriptions")
    if isinstance(values, list) and isinstance(meanings, list):
        told = [
            f"- {value}: {' '.join(str(meaning).split())}"
            for value, meaning in zip(values, meanings, strict=False)
            if meaning
        ]
        if told:
            text = "\n".join(([text] if text else []) + told)
    return text


def _number(text: Any) -> int | float | None:
    try:
        return int(text)
    except (TypeError, ValueError):
        pass
    try:
        made = float(text)
    except (TypeError, ValueError):
        return None
    return made if made - made == 0 else None  # neither infinite nor not a number


def _default(value: Any, kind: Any) -> Any:
    """The default as its type has it, or ``None`` where it is none of that type."""
    if kind in ("integer", "number"):
        number = _number(value)
        return None if kind == "integer" and isinstance(number, float) else number
    if kind == "boolean":
        return {"true": True, "false": False}.get(str(value).lower())
    return value if kind == "string" and isinstance(value, str) else None


@lru_cache(maxsize=8192)
def _compiles(pattern: str) -> bool:
    """Whether JSON Schema's validator understands the pattern."""
    try:
        jsonschema_rs.validator_for({"pattern": pattern})
    except jsonschema_rs.ValidationError:
        return False
    return True
