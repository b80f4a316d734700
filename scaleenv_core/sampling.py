"""Values of a JSON Schema, drawn from a seeded generator."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import orjson

from scaleenv_core.likely import likely_text
from scaleenv_core.patterns import text_of_pattern
from scaleenv_core.types import JsonObject, JsonSchema

_FORMATS: Mapping[str, str] = {
    "date": "2026-01-{day:02d}",
    "date-time": "2026-01-{day:02d}T{hour:02d}:00:00Z",
    "time": "{hour:02d}:00:00",
    "email": "person{day}@example.org",
    "uri": "https://example.org/{day}",
    "url": "https://example.org/{day}",
    "uuid": "00000000-0000-4000-8000-{day:012d}",
    "guid": "00000000-0000-4000-8000-{day:012d}",
    "datetime": "2026-01-{day:02d}T{hour:02d}:00:00Z",
    "google-datetime": "2026-01-{day:02d}T{hour:02d}:00:00Z",
    "ipv4": "192.0.2.{day}",
    "ipv6": "2001:db8::{day}",
    "hostname": "host{day}.example.org",
    "byte": "c2FtcGxl",
    "base64url": "c2FtcGxl",
    "duration": "PT{hour}H",
    "google-duration": "{day}s",
    "int32": "{day}",
    "uint32": "{day}",
    "int64": "{day}",
    "uint64": "{day}",
    "decimal": "{day}.5",
}
_WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "harbor", "indigo", "juniper")


def sample_arguments(schema: JsonSchema, rng: random.Random, *, optional: float = 0.3) -> JsonObject:
    """Arguments for an object schema: all required properties, and each other by chance."""
    required = set(schema.get("required", ()))
    properties: Mapping[str, JsonSchema] = schema.get("properties", {})
    return {
        name: sample_value(part, rng, name=name)
        for name, part in properties.items()
        if name in required or rng.random() < optional
    }


def sample_value(schema: JsonSchema, rng: random.Random, depth: int = 3, *, name: str = "") -> Any:
    """A value that the schema's types, enums, bounds, formats and patterns allow.

    Where these leave a text open, it is one that goes with the field's ``name``. A pattern that
    cannot be solved is ignored.
    """
    if "const" in schema:
        return schema["const"]
    for key in ("enum", "examples"):
        if isinstance(schema.get(key), list) and schema[key]:
            return rng.choice(schema[key])
    for key in ("anyOf", "oneOf"):
        if isinstance(schema.get(key), list) and schema[key]:
            return sample_value({**schema, key: None, **rng.choice(schema[key])}, rng, depth - 1, name=name)
    kind = schema.get("type", "string")
    if isinstance(kind, list):
        kind = next((name for name in kind if name != "null"), "null")
    if kind == "object":
        made = sample_arguments(schema, rng, optional=0.0 if depth <= 0 else 0.3)
        rest = schema.get("additionalProperties")
        if depth > 0 and isinstance(rest, dict) and not schema.get("properties"):
            made = {_text(schema.get("propertyNames", {}), rng, ""): sample_value(rest, rng, depth - 1)}
        return {str(key): value for key, value in made.items()}
    if kind == "array":
        least, most = schema.get("minItems", 1 if depth > 0 else 0), schema.get("maxItems", 3)
        count = max(least, min(most, rng.randint(1, 2) if depth > 0 else 0))
        values = [sample_value(schema.get("items", {}), rng, depth - 1, name=name) for _ in range(count)]
        return _different(values) if schema.get("uniqueItems") else values
    if kind in ("integer", "number"):
        return _number(schema, kind, rng)
    if kind == "boolean":
        return rng.random() < 0.5
    return None if kind == "null" else _text(schema, rng, name)


def _different(values: list[Any]) -> list[Any]:
    return list({orjson.dumps(value, option=orjson.OPT_SORT_KEYS): value for value in values}.values())


def _number(schema: JsonSchema, kind: str, rng: random.Random) -> float:
    step = schema.get("multipleOf", 1)
    top = schema.get("maximum", schema.get("exclusiveMaximum"))
    bottom = schema.get("minimum", schema.get("exclusiveMinimum"))
    low: float = bottom if bottom is not None else 0 if top is None or top >= 0 else top - 100
    high: float = top if top is not None else low + 100
    if low == schema.get("exclusiveMinimum"):
        low += step
    if high == schema.get("exclusiveMaximum"):
        high -= step
    if kind == "integer" or step != 1:
        first = -(-low // step)
        return (int if kind == "integer" else float)(
            rng.randint(int(first), max(int(high // step), int(first))) * step
        )
    return round(rng.uniform(low, max(high, low)), 2)


def _text(schema: JsonSchema, rng: random.Random, name: str) -> str:
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if schema.get("pattern"):
        made = text_of_pattern(schema["pattern"], rng, least, most)
        if made is not None:
            return made
    form = _FORMATS.get(str(schema.get("format")))
    if form:
        return form.format(day=rng.randint(1, 28), hour=rng.randint(0, 23))
    likely = likely_text(name, rng)
    if likely and least <= len(likely) <= (most or len(likely)):
        return likely
    text = f"{rng.choice(_WORDS)}-{rng.randint(1, 99)}"
    return (text * (least // len(text) + 1) if len(text) < least else text)[:most]
