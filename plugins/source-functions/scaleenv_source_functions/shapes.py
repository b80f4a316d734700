"""What catalogs write where a schema belongs: property maps, argument lists."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from scaleenv_core.catalogs import text
from scaleenv_core.schemas import named_type
from scaleenv_core.types import JsonSchema

_SCHEMA_KEYS = ("properties", "$ref", "anyOf", "oneOf", "allOf", "$schema", "additionalProperties")


def parameters_schema(given: Any) -> JsonSchema:
    """The schema of a tool's parameters, whichever way they are written.

    A JSON Schema; a map of names to properties; a list of named arguments; the JSON text of
    any of these. What is none of them takes nothing.
    """
    if isinstance(given, str):
        given = _json(given)
    if isinstance(given, list):
        return _arguments(given)
    if not isinstance(given, Mapping):
        return {}
    if isinstance(given.get("type"), str | list) or any(key in given for key in _SCHEMA_KEYS):
        return dict(given)
    return _property_map(given)


def returns_schema(given: Any) -> JsonSchema | None:
    """The schema of an answer; ``None`` where it says nothing."""
    if isinstance(given, str):
        given = _json(given)
    made = parameters_schema(given) if isinstance(given, Mapping) else {}
    return made or None


def _json(given: str) -> Any:
    try:
        return json.loads(given)
    except (ValueError, RecursionError):
        return None


def _property_map(given: Mapping[str, Any]) -> JsonSchema:
    parts = {text(str(name)): _property(part) for name, part in given.items()}
    # Where nobody says what is required, the optional ones say that they are.
    silent = not any(isinstance(part.get("required"), bool) for part in parts.values())
    required = [name for name, part in parts.items() if silent and _seems_required(part)]
    return {"type": "object", "properties": parts, "required": required}


def _property(part: Any) -> dict[str, Any]:
    if isinstance(part, Mapping):
        return dict(part)
    if isinstance(part, str):
        return named_type(part) or {"description": part}
    return {}


def _seems_required(part: Mapping[str, Any]) -> bool:
    return "default" not in part and "type" in part and "optional" not in str(part["type"]).lower()


def _arguments(given: list[Any]) -> JsonSchema:
    properties: dict[str, Any] = {}
    required: list[str] = []
    for part in given:
        if not isinstance(part, Mapping) or not isinstance(part.get("name"), str):
            continue
        name = text(part["name"])
        made = {key: value for key, value in part.items() if key not in ("name", "required", "optional")}
        schema = made.pop("schema", None)
        if isinstance(schema, Mapping):
            made = {**schema, **made}
        if "desc" in made and "description" not in made:
            made["description"] = made.pop("desc")
        properties[name] = made
        wanted = part.get("required", not part["optional"] if "optional" in part else True)
        if wanted is True:
            required.append(name)
    return {"type": "object", "properties": properties, "required": required}
