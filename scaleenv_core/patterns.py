r"""Texts that a regular expression matches, drawn from a seeded generator.

Walks the tree of :mod:`re`'s own parser; what JSON Schema patterns can say and Python's cannot
(a ``\p{L}``) is rewritten before. Every text is checked by the validator that will judge it, so a
construct that the walk does not honour (a look-ahead) costs attempts and never a wrong text.
"""

from __future__ import annotations

import random
import re
import warnings
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

ATTEMPTS = 16
"""Texts tried for one value; past a few they differ only in length."""

_USUAL = 6
"""How often an open repetition is repeated where no length is asked for."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_DIGITS = "0123456789"
_CATEGORIES = {
    "CATEGORY_DIGIT": _DIGITS,
    "CATEGORY_NOT_DIGIT": _LETTERS,
    "CATEGORY_WORD": _LETTERS + _DIGITS,
    "CATEGORY_NOT_WORD": "-.",
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_SPACE": _LETTERS + _DIGITS,
}
_PROPERTIES = {"N": "0-9", "Nd": "0-9", "Z": " ", "Zs": " ", "P": ".,:;!?", "S": "+=", "M": "", "Lu": "A-Z"}
"""Unicode properties as ASCII ranges; all others are letters and digits."""


def text_of_pattern(
    pattern: str, rng: random.Random, least: int = 0, most: int | None = None, wanted: int | None = None
) -> str | None:
    """A text of ``least`` to ``most`` characters that the pattern matches, or ``None``.

    ``wanted``: a length to aim at in open repetitions.
    """
    tree = _tree(pattern)
    if tree is None:
        return None
    low, high = max(0, (wanted or 0) - 1), max(_USUAL, wanted or 0)
    for _ in range(ATTEMPTS):
        try:
            made = _Walk(rng, low, high).texts(tree)
        except _UnknownError:
            return None
        if len(made) < least:
            low += least - len(made)
            high = max(high, low)
        elif most is not None and len(made) > most:
            low, high = 0, max(1, high // 2)
        elif _matches(pattern, made):
            return made
    return None


class _UnknownError(ValueError):
    """A construct that the walk cannot make a text of."""


@lru_cache(4096)
def _tree(pattern: str) -> tuple[Any, ...] | None:
    # The tree is what is wanted, and there is no public way to it.
    import re._parser as parser  # type: ignore[import-not-found]

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return tuple(parser.parse(_pythonic(pattern)))
    except (re.error, RecursionError, OverflowError):
        return None


def _pythonic(pattern: str) -> str:
    """The pattern in Python's dialect: properties as ranges, no flags in the middle."""

    def property_(found: re.Match[str]) -> str:
        inside = pattern.rfind("[", 0, found.start()) > pattern.rfind("]", 0, found.start())
        ranges = _PROPERTIES.get(found[1], "a-zA-Z0-9")
        return ranges if inside else f"[{ranges or 'a-z'}]"

    made = re.sub(r"\\[pP]\{\^?(\w+)\}", property_, pattern)
    made = re.sub(r"(?<=.)\(\?[a-z]+\)", "", made)
    return re.sub(r"\(\?<(?![=!])", "(?P<", made)


@lru_cache(4096)
def _validator(pattern: str) -> Any:
    import jsonschema_rs

    try:
        return jsonschema_rs.validator_for({"pattern": pattern})
    except (ValueError, jsonschema_rs.ValidationError):
        return None


def _matches(pattern: str, made: str) -> bool:
    validator = _validator(pattern)
    return validator is not None and bool(validator.is_valid(made))


class _Walk:
    """One text: open repetitions repeat from ``low`` to ``high`` times where they may."""

    def __init__(self, rng: random.Random, low: int, high: int) -> None:
        self.rng, self.low, self.high = rng, low, high
        self.groups: dict[int, str] = {}

    def texts(self, parts: Sequence[Any]) -> str:
        return "".join(self.text(str(name), value) for name, value in parts)

    def text(self, name: str, value: Any) -> str:
        match name:
            case "LITERAL":
                return chr(value)
            case "NOT_LITERAL":
                return "a" if value != ord("a") else "b"
            case "ANY":
                return self.rng.choice(_LETTERS)
            case "IN":
                return self.rng.choice(_characters(value))
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                return self.repeated(*value)
            case "SUBPATTERN":
                made = self.texts(value[3])
                if value[0] is not None:
                    self.groups[value[0]] = made
                return made
            case "ATOMIC_GROUP":
                return self.texts(value)
            case "BRANCH":
                return self.texts(self.rng.choice(value[1]))
            case "GROUPREF":
                return self.groups.get(value, "")
            case "AT" | "ASSERT" | "ASSERT_NOT":
                return ""
        raise _UnknownError(name)

    def repeated(self, least: Any, most: Any, inner: Sequence[Any]) -> str:
        least = int(least)
        high = max(least, min(int(most), self.high))
        times = self.rng.randint(min(max(least, self.low), high), high)
        return "".join(self.texts(inner) for _ in range(times))


def _characters(parts: Sequence[Any]) -> str:
    """The characters of a set; letters and digits alone where it has any."""
    negated = str(parts[0][0]) == "NEGATE"
    found = ""
    for kind, value in parts[1:] if negated else parts:
        if str(kind) == "LITERAL":
            found += chr(value)
        elif str(kind) == "RANGE":
            low, high = max(value[0], 32), min(value[1], max(value[0], 32) + 200)
            found += "".join(map(chr, range(low, high + 1)))
        else:
            found += _CATEGORIES[str(value)]
    if negated:
        found = "".join(c for c in _LETTERS + _DIGITS + "-._ " if c not in found)
    plain = "".join(c for c in found if c.isascii() and c.isalnum())
    if not found:
        raise _UnknownError("an empty set")
    return plain or found
