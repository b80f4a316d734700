"""The leaves of a schema: which keywords are copied, when their values make sense, names of types."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Final

from scaleenv_core.catalogs import text
from scaleenv_core.types import JsonSchema

REFUSED: Final = object()
"""Stands for a value that cannot be used; ``None`` is a JSON value."""

_LOW, _HIGH = -(2**63), 2**63 - 1


def plain(value: Any, left: int = 64, depth: int = 8) -> Any:
    """A copy as JSON data, or ``REFUSED`` where it is none or has over ``left`` values."""
    try:
        return _plain(value, [left], depth)
    except ValueError:
        return REFUSED


def _plain(value: Any, left: list[int], depth: int) -> Any:
    left[0] -= 1
    if left[0] < 0 or depth < 0:
        raise ValueError("too large")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return text(value)
    if isinstance(value, int):
        return value if _LOW <= value <= _HIGH else _finite(value)
    if isinstance(value, float):
        return _finite(value)
    if isinstance(value, list):
        return [_plain(part, left, depth - 1) for part in value]
    if isinstance(value, Mapping):
        return {text(str(key)): _plain(part, left, depth - 1) for key, part in value.items()}
    raise ValueError("not JSON")


def _finite(value: float) -> float:
    try:
        made = float(value)
    except OverflowError as exc:
        raise ValueError("too large") from exc
    if not math.isfinite(made):
        raise ValueError("not JSON")
    return made


def is_kind(value: Any, kind: str) -> bool:
    """Whether a JSON value has a JSON Schema type."""
    if isinstance(value, bool):
        return kind == "boolean"
    if isinstance(value, int):
        return kind in ("integer", "number")
    if isinstance(value, float):
        return kind == "number" or (kind == "integer" and value.is_integer())
    names = {type(None): "null", str: "string", list: "array", dict: "object"}
    return names.get(type(value)) == kind


def conform(value: Any, kinds: Sequence[str]) -> Any:
    """The value as one of the types: ``"5"`` as an integer is 5; ``REFUSED`` where it is none."""
    if not kinds or any(is_kind(value, kind) for kind in kinds):
        return value
    if isinstance(value, str):
        return _read(value.strip(), kinds)
    if "string" in kinds and isinstance(value, bool):
        return "true" if value else "false"
    if "string" in kinds and isinstance(value, int | float):
        return str(value)
    return REFUSED


def _read(word: str, kinds: Sequence[str]) -> Any:
    if "integer" in kinds and re.fullmatch(r"[-+]?[0-9]{1,18}", word):
        return int(word)
    if "number" in kinds and re.fullmatch(r"[-+]?[0-9]{1,18}(\.[0-9]{1,18})?", word):
        return float(word)
    if "boolean" in kinds and word.lower() in ("true", "false"):
        return word.lower() == "true"
    return REFUSED


def kept(schema: Mapping[str, Any], made: JsonSchema, kinds: list[str]) -> None:
    """Copy the keywords whose values make sense; the draft 2020-12 form of those that changed."""
    for key, check in _CHECKS.items():
        if key in schema:
            value = check(schema[key])
            if value is not REFUSED:
                made[key] = value
    _exclusive(schema, made)
    if "example" in schema and "examples" not in made:
        example = plain(schema["example"])
        if example is not REFUSED:
            made["examples"] = [example]
    for key in ("default", "const"):
        if key in made:
            made[key] = conform(made[key], kinds)
            if made[key] is REFUSED:
                del made[key]
    if "enum" in made:
        values = [conform(value, kinds) for value in made["enum"]]
        made["enum"] = _distinct([value for value in values if value is not REFUSED])
        if "null" in kinds and None not in made["enum"] and made["enum"]:
            made["enum"].append(None)
        if not made["enum"]:
            del made["enum"]


def _distinct(values: list[Any]) -> list[Any]:
    # JSON's true and 1 are different; Python's are equal.
    return list({(type(value).__name__, repr(value)): value for value in values}.values())


def _exclusive(schema: Mapping[str, Any], made: JsonSchema) -> None:
    """OpenAPI 3.0 and draft 4 write ``minimum: 0, exclusiveMinimum: true``."""
    for bound, strict in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if schema.get(strict) is True and bound in made:
            made[strict] = made.pop(bound)


def _string(value: Any) -> Any:
    return text(value) if isinstance(value, str) else REFUSED


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return REFUSED
    inside = _LOW <= value <= _HIGH if isinstance(value, int) else math.isfinite(value) and abs(value) < 2**63
    return value if inside else REFUSED


def _positive(value: Any) -> Any:
    number = _number(value)
    return number if number is not REFUSED and number > 0 else REFUSED


def _count(value: Any) -> Any:
    number = _number(value)
    if number is REFUSED or number < 0 or number != int(number):
        return REFUSED
    return int(number)


def _bool(value: Any) -> Any:
    return value if isinstance(value, bool) else REFUSED


def _list(value: Any) -> Any:
    return plain(value, 5000, 4) if isinstance(value, list) else REFUSED


def _examples(value: Any) -> Any:
    # OpenAPI's map of named example objects is none of a schema's business.
    return plain(value) if isinstance(value, list) else REFUSED


def _pattern(value: Any) -> Any:
    return value if isinstance(value, str) and value.isprintable() and _compiles(value) else REFUSED


@lru_cache(4096)
def _compiles(pattern: str) -> bool:
    import jsonschema_rs

    try:
        jsonschema_rs.validator_for({"pattern": pattern})
    except (ValueError, jsonschema_rs.ValidationError):
        return False
    return True


_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "title": _string,
    "description": _string,
    "enum": _list,
    "const": plain,
    "default": plain,
    "examples": _examples,
    "format": _string,
    "pattern": _pattern,
    "minimum": _number,
    "maximum": _number,
    "exclusiveMinimum": _number,
    "exclusiveMaximum": _number,
    "multipleOf": _positive,
    "minLength": _count,
    "maxLength": _count,
    "minItems": _count,
    "maxItems": _count,
    "uniqueItems": _bool,
    "minProperties": _count,
    "maxProperties": _count,
    "x-unresolved": _string,
    "x-truncated": _bool,
}

KEPT = tuple(_CHECKS)
"""Keywords copied where their values make sense; the structural ones are rebuilt, others dropped."""

_KINDS: Mapping[str, str] = {
    "string": "string str char character text varchar uuid url uri email date datetime date-time time "
    "timestamp file binary password enum base64 json cursor geopoint phone credit_card",
    "number": "number float double decimal numeric real",
    "integer": "integer int long short bigint int32 int64 uint byte",
    "boolean": "boolean bool",
    "array": "array list arraylist tuple set sequence vector queue linkedlist iterable",
    "object": "object dict dictionary map hashmap hashtable mapping record struct treemap linkedhashmap",
    "null": "null none nil void undefined nonetype",
}
_FORMATS: Mapping[str, str] = {
    "date": "date",
    "datetime": "date-time",
    "date-time": "date-time",
    "uuid": "uuid",
    "url": "uri",
    "uri": "uri",
    "email": "email",
    "file": "binary",
    "binary": "binary",
}


@cache
def _words() -> Mapping[str, str]:
    return {word: kind for kind, words in _KINDS.items() for word in words.split()}


def named_type(name: str) -> JsonSchema:
    """A schema for a type as catalogs name it; empty where the name says nothing.

    ``HashMap`` is an object, ``float`` a number, ``List[int]`` an array of integers,
    ``str, optional`` a string, ``DATE (YYYY-MM-DD)`` a string with the format ``date``.
    """
    word = name.strip().lower()
    if word in ("object", "string", "integer", "number", "boolean", "array", "null"):
        return {"type": word}
    options = [part for part in re.split(r"\s*\|\s*|\s+or\s+", word) if part]
    if len(options) > 1 and "[" not in word and "<" not in word:
        found = [named_type(part).get("type") for part in options]
        kinds = list(dict.fromkeys(kind for kind in found if isinstance(kind, str)))
        return {"type": kinds[0] if len(kinds) == 1 else kinds} if kinds and None not in found else {}
    if word.endswith("[]"):
        return {"type": "array", "items": named_type(word[:-2])}
    generic = re.fullmatch(r"([\w.]+)\s*[\[<](.*)[\]>]", word.partition(", optional")[0])
    if generic:
        return _generic(generic[1].rpartition(".")[2], generic[2])
    head = re.match(r"[\w-]+", word)
    key = head[0] if head else ""
    kind = _words().get(key)
    if kind is None:
        return {}
    return {"type": kind, **({"format": _FORMATS[key]} if key in _FORMATS else {})}


def _generic(outer: str, inner: str) -> JsonSchema:
    if outer == "optional":
        return named_type(inner)
    kind = _words().get(outer)
    if kind == "array" and outer != "tuple":
        return {"type": "array", "items": named_type(inner)}
    return {"type": kind} if kind else {}
