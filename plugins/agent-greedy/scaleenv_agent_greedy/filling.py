"""What a clause and earlier answers say about a tool's parameters."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from scaleenv_core.names import singular, words
from scaleenv_core.types import JsonObject, JsonSchema

_LINK = (
    r"(?:\s+(?:is|are|as|to|set to|called|named|titled|under|of|with the (?:ID|reference)|with|being)"
    r"|\s*\((?:here is the reference|its reference is))?\s*[:=#]?\s*"
)
_VALUE = r'("[^"]*"|[$\w@.+:/#-]*\w)'
_NAMING = ("id", "number", "name", "key", "arn")
_MOST = r"(?:at most|no more than|up to|for)\s+"
_TURNS = (
    ("name", r"\b(?:called|named)\s+"),
    ("title", r"\b(?:titled|called|named)\s+"),
    ("description", r"\bdescribed as\s+"),
    ("limit", _MOST), ("size", _MOST), ("results", _MOST), ("items", _MOST), ("top", _MOST),
    ("query", r"\b(?:for|match(?:ing)?)\s+"),
    ("due", r"\bdue\s+"),
    ("start", r"\b(?:starting|from|beginning)\s+"),
    ("end", r"\b(?:ending|until|up to)\s+"),
    ("message", r"\b(?:saying|says|reading)\s+"), ("text", r"\b(?:saying|says|reading)\s+"),
    ("reason", r"\bfor the reason\s+"),
)  # fmt: skip
"""A word of a field's name, and what people say before its value instead."""

_MONTHS = "January February March April May June July August September October November December".split()
_DATE = re.compile(
    rf"(?:(\d+) ({'|'.join(_MONTHS)}) (\d{{4}})|({'|'.join(_MONTHS)}) (\d+), (\d{{4}}))"
    r"(?: at (\d+)(?::(\d\d))?(?::(\d\d))?(?: (am|pm))? UTC)?"
)
_TOKEN = re.compile(r"[\w@.+:/#-]*\d[\w@.+:/#-]*|[\w.+-]+@[\w.-]+")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_BOOLEAN = re.compile(r"(true|yes|turned on|on)\b|(false|no|turned off|off)\b", re.I)
_FLAGS = ("is", "enable", "enabled", "allow", "include", "show", "has", "use", "should", "with")
_LONGEST_REPORT = 1500


def fill(parameters: JsonSchema, clause: str, answers: Sequence[Any]) -> tuple[JsonObject, list[str]]:
    """Arguments, and the names in words of required ones that nothing is known of.

    A value is what is said right behind its parameter's name, else a choice of the schema that
    is mentioned; for a required one also the newest field of that name in an answer.
    """
    required = parameters.get("required", [])
    properties = parameters.get("properties", {})
    found: JsonObject = {}
    # Long names first, and what they took is gone: ``file id "x"`` says nothing about an ``id``.
    for name in sorted(properties, key=lambda name: (-len(words(name)), name)):
        value, clause = _spoken(words(name), properties[name], clause, name in required)
        if value is None or "enum" in properties[name]:
            said = _mentioned(properties[name], clause if value is None else str(value))
            value = said or value if name in required or value is not None else None
        if value is None and name in required:
            value = next(_answered(words(name), answers), None)
        if value is not None:
            found[name] = value
    missing = [" ".join(words(name)) or name for name in required if name not in found]
    return {name: found[name] for name in properties if name in found}, missing


def _spoken(name: Sequence[str], schema: JsonSchema, clause: str, required: bool) -> tuple[Any, str]:
    """What is said of a field, behind its name or before it, and the clause without it."""
    ways = [name]
    if len(name) > 1 and name[-1] in _NAMING and (required or name[-1] != "number"):
        ways.append(name[:-1])  # ``order W12`` for an order_id
    if _kind(schema) == "boolean":
        about = [word for word in name if word not in _FLAGS] or list(name)
        if re.search(rf"\bwithout {' '.join(map(re.escape, about))}\b", clause, re.I):
            return False, clause
        ways.append(about)
    for way in ways:
        called = r"\b" + r"[\s_-]*".join(map(re.escape, way)) + r"s?\b"
        patterns = [called + _LINK, *(turn for word, turn in _TURNS if word in way)]
        for match in (found for pattern in patterns for found in re.finditer(pattern, clause, re.I)):
            value, end = _value(clause, match.end(), schema)
            if value is not None:
                return value, f"{clause[: match.start()]} {clause[end:]}"
        before = re.search(_VALUE + r"(?:,| as| is)? (?:the )?(?:new )?" + called, clause, re.I)
        if before:
            value, _ = _value(clause, before.start(1), schema)
            if value is not None:
                return value, f"{clause[: before.start()]} {clause[before.end() :]}"
    return None, clause


def _value(text: str, at: int, schema: JsonSchema) -> tuple[Any, int]:
    """A value of the schema's type at a place of a text, and where it ends."""
    kind = _kind(schema)
    if kind == "string" and (date := _DATE.match(text, at)):
        return _iso(date), date.end()
    if kind in ("integer", "number"):
        text = f"{text[:at]}{text[at:].removeprefix('$')}"
        text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    if text[at : at + 1] in ('"', "{", "["):
        try:
            read, end = json.JSONDecoder().raw_decode(text, at)
        except ValueError:
            return None, at
        return _as_kind(read, kind), end
    pattern = {"boolean": _BOOLEAN, "integer": _NUMBER, "number": _NUMBER}.get(kind, _TOKEN)
    match = pattern.match(text, at)
    if match is None:
        return None, at
    if kind == "boolean":
        return bool(match[1]), match.end()
    return _as_kind(match[0].rstrip(".:"), kind), match.end()


def _iso(said: re.Match[str]) -> str:
    """A date or moment as programs write it."""
    day, month, year = (said[1], said[2], said[3]) if said[1] else (said[5], said[4], said[6])
    date = f"{year}-{_MONTHS.index(month) + 1:02d}-{int(day):02d}"
    if not said[7]:
        return date
    hour = int(said[7]) % 12 + 12 * (said[10] == "pm") if said[10] else int(said[7])
    return f"{date}T{hour:02d}:{said[8] or '00'}:{said[9] or '00'}Z"


def _kind(schema: JsonSchema) -> str:
    kind = schema.get("type", "string")
    return next((one for one in kind if one != "null"), "string") if isinstance(kind, list) else kind


def _as_kind(value: Any, kind: str) -> Any:
    """The value as a kind takes it, or ``None``."""
    if kind == "array":
        return value if isinstance(value, list) else [value]
    if kind == "object":
        return value if isinstance(value, dict) else None
    if kind == "string":
        return value if isinstance(value, str) else None
    if kind in ("integer", "number"):
        try:
            return int(value) if kind == "integer" else float(value)
        except (TypeError, ValueError):
            return None
    return value


def _mentioned(schema: JsonSchema, clause: str) -> Any:
    """The choice that a clause mentions; the longest, where several are."""
    choices = [choice for choice in schema.get("enum", ()) if isinstance(choice, str) and choice]
    forms = {choice: "|".join({re.escape(choice), re.escape(" ".join(words(choice)))}) for choice in choices}
    said = [
        choice for choice in choices if forms[choice] and re.search(rf"\b(?:{forms[choice]})\b", clause, re.I)
    ]
    return max(said, key=len, default=None)


def _answered(name: Sequence[str], answers: Sequence[Any]) -> Iterator[Any]:
    """Values of fields of this name, the newest answer's first."""
    for answer in reversed(answers):
        for around, key, value in _leaves(answer, ()):
            if list(name) in (words(key), [*around, *words(key)]):
                yield value


def _leaves(data: Any, around: Sequence[str]) -> Iterator[tuple[Sequence[str], str, Any]]:
    """Every scalar with its field's name, and the name of what it stands in: ``orders[0].id``."""
    if isinstance(data, dict):
        for key, value in data.items():
            if isinstance(value, (dict, list)):
                yield from _leaves(value, [*words(key)[:-1], *map(singular, words(key)[-1:])])
            elif value is not None:
                yield around, key, value
    elif isinstance(data, list):
        for value in data:
            yield from _leaves(value, around)


def answer_of(text: str) -> Any:
    """A tool's answer as data."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def spelled(answer: Any) -> str:
    """An answer as words for a user, cut where it is long."""
    if not isinstance(answer, (dict, list)):
        return str(answer)
    parts = [f"{' '.join(words(key)) or key} {value}" for _, key, value in _leaves(answer, ())]
    text = ", ".join(parts)[:_LONGEST_REPORT].rstrip("?")
    return f"I see: {text}." if text else ""
