"""What a clause and earlier answers say about a tool's parameters."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from scaleenv_core.names import singular, words
from scaleenv_core.types import JsonObject, JsonSchema

_LINK = r"(?:\s+(?:is|as|to))?\s*[:=#]?\s*"
_TOKEN = re.compile(r"[\w@.+:/#-]*\d[\w@.+:/#-]*|[\w.+-]+@[\w.-]+")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_BOOLEAN = re.compile(r"(true|yes)\b|(false|no)\b", re.I)
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
        if value is None and name in required:
            value = _mentioned(properties[name], clause)
        if value is None and name in required:
            value = next(_answered(words(name), answers), None)
        if value is not None:
            found[name] = value
    missing = [" ".join(words(name)) or name for name in required if name not in found]
    return {name: found[name] for name in properties if name in found}, missing


def _spoken(name: Sequence[str], schema: JsonSchema, clause: str, required: bool) -> tuple[Any, str]:
    """What follows the name, and the clause without it."""
    ways = [name]
    if required and len(name) > 1 and name[-1] in ("id", "number", "name", "key"):
        ways.append(name[:-1])  # ``order W12`` for an order_id
    for way in ways:
        pattern = r"\b" + r"[\s_-]*".join(map(re.escape, way)) + r"s?\b" + _LINK
        for match in re.finditer(pattern, clause, re.I):
            value, end = _value(clause, match.end(), schema)
            if value is not None:
                return value, f"{clause[: match.start()]} {clause[end:]}"
    return None, clause


def _value(text: str, at: int, schema: JsonSchema) -> tuple[Any, int]:
    """A value of the schema's type at a place of a text, and where it ends."""
    kind = _kind(schema)
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
    said = [choice for choice in choices if re.search(rf"\b{re.escape(choice)}\b", clause, re.I)]
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
