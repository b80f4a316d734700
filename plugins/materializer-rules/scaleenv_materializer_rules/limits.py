"""Bounds that a parameter's description tells and its schema does not."""

from __future__ import annotations

import re

from .plan_terms import Check
from .signature import Parameter

_NUMBER = r"(-?\d[\d,]*(?:\.\d+)?)"
_BETWEEN = re.compile(
    rf"\b(?:must|should|can|may|has to|valid|allowed|range)\b[^.;]{{0,40}}?"
    rf"\b(?:between|from|range:?)\s+{_NUMBER}\s*(?:and|to|-|–)\s*{_NUMBER}(?!\s*%)",
    re.I,
)
_MOST = re.compile(
    rf"\b(?:at most|no more than|cannot exceed|must not exceed|no longer than|up to|"
    rf"max(?:imum)?(?: length| value| size| number)?(?: of| is|:|=)?)\s+{_NUMBER}",
    re.I,
)
_LEAST = re.compile(
    rf"\b(?:at least|no less than|no fewer than|minimum(?: length| value)?(?: of| is|:)?)\s+"
    rf"{_NUMBER}",
    re.I,
)
_CHARACTERS = re.compile(r"\A[\s-]*(?:\w+ )?(?:characters?|chars?|letters?|symbols?)\b", re.I)
_ENTRIES = re.compile(r"\A\s*(?:[\w-]+ )?(?:items?|entries|elements?|ids?|tags?|keys?|values?|\w+s)\b", re.I)
_OWN = {
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    "minLength", "maxLength", "minItems", "maxItems", "enum", "pattern",
}  # fmt: skip


def limit_of(parameter: Parameter) -> Check | None:
    """The bounds on a number, on a text's characters or a list's entries, where a description tells them."""
    text = parameter.schema.get("description")
    if not isinstance(text, str) or _OWN & parameter.schema.keys():
        return None
    unit = _unit(parameter)
    if unit is None:
        return None
    low, high = _bounds(text, unit)
    if (low is None and high is None) or (low is not None and high is not None and low >= high):
        return None
    return Check(kind="limit", parameters=(parameter.python,), column=unit, least=low, most=high)


def _unit(parameter: Parameter) -> str | None:
    """What is bounded: the number itself, the characters of a text, the entries of a list."""
    if parameter.kind in ("integer", "real"):
        return ""
    if parameter.kind == "text":
        return "characters"
    return "entries" if parameter.schema.get("type") == "array" else None


def _bounds(text: str, unit: str) -> tuple[float | None, float | None]:
    both = _BETWEEN.search(text)
    if both is not None and _meant(text[both.end() :], unit):
        return _number(both[1]), _number(both[2])
    most, least = _MOST.search(text), _LEAST.search(text)
    high = _number(most[1]) if most is not None and _meant(text[most.end() :], unit) else None
    low = _number(least[1]) if least is not None and _meant(text[least.end() :], unit) else None
    return low, high


def _meant(after: str, unit: str) -> bool:
    """Whether the words after a number are of what is bounded."""
    if unit == "characters":
        return _CHARACTERS.match(after) is not None
    if unit == "entries":
        return _ENTRIES.match(after) is not None and _CHARACTERS.match(after) is None
    return re.match(r"\s*(?:[.,;)\]]|$|inclusive|\(|and\b)", after) is not None


def _number(text: str) -> float:
    return float(text.replace(",", ""))
