"""A text that a simple regular expression matches."""

from __future__ import annotations

import re
import warnings
from random import Random
from typing import Any

MOST = 6
"""How often an open repetition is repeated."""


def from_pattern(pattern: str, chance: Random) -> str | None:
    """A match of the pattern, or ``None`` where the pattern is not a simple one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import re._parser as parser

            made = "".join(_part(part, chance) for part in parser.parse(pattern))
            return made if re.search(pattern, made) else None
    except (re.error, KeyError, ValueError, RecursionError, OverflowError):
        return None


def _part(part: Any, chance: Random) -> str:
    name, value = str(part[0]), part[1]
    if name == "LITERAL":
        return chr(value)
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        low, high, inner = value
        times = chance.randint(int(low), max(int(low), min(int(high), max(int(low), MOST))))
        return "".join(_part(p, chance) for _ in range(times) for p in inner)
    if name == "SUBPATTERN":
        return "".join(_part(p, chance) for p in value[3])
    if name == "BRANCH":
        return "".join(_part(p, chance) for p in chance.choice(value[1]))
    if name == "IN":
        return chance.choice(_set(value))
    if name == "ANY":
        return chance.choice("abcdefgh")
    if name == "AT":
        return ""
    if name == "NOT_LITERAL":
        return "a" if value != ord("a") else "b"
    raise ValueError(f"{name} is not simple")


def _set(parts: Any) -> str:
    negated = str(parts[0][0]) == "NEGATE"
    chars = ""
    for kind, value in parts[1:] if negated else parts:
        if str(kind) == "LITERAL":
            chars += chr(value)
        elif str(kind) == "RANGE":
            chars += "".join(chr(c) for c in range(value[0], min(value[1], value[0] + 200) + 1))
        else:
            chars += {"CATEGORY_DIGIT": "0123456789", "CATEGORY_WORD": "abcdefxyz019", "CATEGORY_SPACE": " "}[
                str(value)
            ]
    if negated:
        chars = "".join(c for c in "abcdefghijklmnop0123456789-" if c not in chars)
    if not chars:
        raise ValueError("an empty set")
    plain = "".join(c for c in chars if c.isalnum())
    return plain or chars
