"""What several signatures say about one value, together; and keys of a declared form."""

from __future__ import annotations

import re
from functools import lru_cache
from random import Random
from typing import Any

import orjson

from scaleenv_core.patterns import text_of_pattern
from scaleenv_core.types import JsonSchema

OTHERS = "x-others"
"""Schemas of other values of the same column, none of which fits the column's own."""

UUID = "00000000-0000-4000-8000-{:012d}"
"""The form of a generated UUID, version 4."""


NUMBERED = "^[1-9][0-9]{3,5}$"
"""Texts that a caller may write as a whole number, too."""


def asked(one: JsonSchema, parameter: JsonSchema) -> JsonSchema:
    """A column's schema with what a parameter says: its enum are usual values, not all there are."""
    said = {key: part for key, part in parameter.items() if key not in ("enum", "default", "const")}
    usual = [value for value in parameter.get("enum", ()) if value is not None]
    if usual and "enum" not in one:
        said["examples"] = usual
    merged = _merged(one, said, 4)
    if merged is None and "pattern" in said:
        # Two kinds of key in one column: ``projects/p/topics/t`` and ``projects/p/schemas/s``.
        return {**one, OTHERS: [*(o for o in one.get(OTHERS, ()) if o != said), said]}
    return one if merged is None else merged


def both(one: JsonSchema, other: JsonSchema) -> JsonSchema:
    """A schema of what ``one`` and ``other`` allow; ``one`` where nothing satisfies both."""
    made = _merged(one, other, 4)
    return one if made is None else made


def _merged(one: JsonSchema, other: JsonSchema, depth: int) -> JsonSchema | None:
    if not one or not other or depth == 0:
        return one or other
    if _kinds(one) and _kinds(other) and not _kinds(one) & _kinds(other):
        return None
    made = {**{k: v for k, v in other.items() if k in ("examples", "format", "default")}, **one}
    if isinstance(one.get("enum"), list) and isinstance(other.get("enum"), list):
        made["enum"] = [value for value in one["enum"] if value in other["enum"]]
    elif isinstance(other.get("enum"), list):
        made["enum"] = other["enum"]
    for bound, tighter in _BOUNDS.items():
        found = [s[bound] for s in (one, other) if isinstance(s.get(bound), int | float)]
        if found:
            made[bound] = tighter(found)
    if "pattern" in one and "pattern" in other and one["pattern"] != other["pattern"]:
        made["allOf"] = [*one.get("allOf", ()), {"pattern": other["pattern"]}]
    elif "pattern" in other:
        made["pattern"] = other["pattern"]
    if isinstance(one.get("items"), dict) and isinstance(other.get("items"), dict):
        items = _merged(one["items"], other["items"], depth - 1)
        if items is None:
            return None
        made["items"] = items
    mine, theirs = one.get("properties"), other.get("properties")
    if isinstance(mine, dict) and isinstance(theirs, dict):
        inside = dict(mine)
        for name, part in theirs.items():
            merged = _merged(mine.get(name, {}), part, depth - 1)
            if merged is None:
                return None
            inside[name] = merged
        made["properties"] = inside
        made["required"] = sorted({*one.get("required", ()), *other.get("required", ())})
    return made if _possible(made) else None


_BOUNDS = {
    "minimum": max,
    "exclusiveMinimum": max,
    "minLength": max,
    "minItems": max,
    "minProperties": max,
    "maximum": min,
    "exclusiveMaximum": min,
    "maxLength": min,
    "maxItems": min,
}


def _kinds(schema: JsonSchema) -> set[str]:
    types = schema.get("type")
    kinds = {types} if isinstance(types, str) else set(types or ())
    return kinds | {"number"} if "integer" in kinds else kinds


def _possible(schema: JsonSchema) -> bool:
    if schema.get("enum") == []:
        return False
    for low, high in (("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems")):
        if low in schema and high in schema and schema[low] > schema[high]:
            return False
    return "allOf" not in schema or solved(schema, Random(0)) is not None


def solved(schema: JsonSchema, chance: Random, wanted: int | None = None) -> str | None:
    """A text of the schema's patterns and lengths, or ``None`` where none is found."""
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    others = [part["pattern"] for part in schema.get("allOf", ()) if "pattern" in part]
    for pattern in (schema["pattern"], *others):
        for _ in range(8 if others else 1):
            made = text_of_pattern(pattern, chance, least, most, wanted)
            if made is not None and valid(schema, made):
                return made
    return None


def valid(schema: JsonSchema, value: Any) -> bool:
    """Whether the schema allows the value."""
    return bool(_validator(orjson.dumps(schema)).is_valid(value))


@lru_cache(8192)
def _validator(schema: bytes) -> Any:
    import jsonschema_rs

    return jsonschema_rs.validator_for(orjson.loads(schema))


def key_form(schema: JsonSchema, table: str, noun: str) -> str | None:
    """How the database writes a fresh key of this schema: ``""`` is its usual ``orders-0001``.

    ``None`` where no form is found whose numbers all are valid keys.
    """
    least = int(schema.get("minLength", 0))
    plain = [
        f"{table}-{{:04d}}",
        f"{noun}-{{:0{max(4, least - len(noun) - 1)}d}}",
        f"{noun}{{:0{max(4, least - len(noun))}d}}",
        f"{{:0{max(4, least)}d}}",
        "1{:04d}",
        UUID,
    ]
    if schema.get("format") in ("uuid", "guid"):
        plain = [UUID]
    for form in plain:
        if _keeps(form, schema):
            return "" if form == plain[0] and form != UUID else form
    return _form_of_pattern(schema) if schema.get("pattern") else None


def _keeps(form: str, schema: JsonSchema) -> bool:
    return all(valid(schema, form.format(number)) for number in (1, 7, 42, 860))


def _form_of_pattern(schema: JsonSchema) -> str | None:
    """A text of the pattern in which one run of characters counts."""
    for seed in range(6):
        text = solved(schema, Random(seed), wanted=6)
        if text is None:
            return None
        runs = sorted(
            re.finditer(r"[A-Za-z0-9]{3,}", text), key=lambda run: (run.start() - run.end(), -run.start())
        )
        for run in runs:
            before, after = _plain(text[: run.start()]), _plain(text[run.end() :])
            form = f"{before}{{:0{run.end() - run.start()}d}}{after}"
            if _keeps(form, schema):
                return form
    return None


def _plain(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def nullable(schema: JsonSchema) -> bool:
    """Whether the schema's types have null among them."""
    types = schema.get("type")
    return isinstance(types, list) and "null" in types
