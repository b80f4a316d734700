"""Tests of a column that are more than equality, for ``where``: ``{"price": at_most(50)}``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import frozen


@frozen
class Condition:
    """SQL over one column, ``{}``, with a ``?`` for each value; never true of NULL."""

    sql: str
    values: tuple[Any, ...]


def at_least(value: Any) -> Condition:
    """Greater or equal; texts by code point, so that ISO dates are in order of time."""
    return Condition("{} >= ?", (value,))


def at_most(value: Any) -> Condition:
    """Less or equal."""
    return Condition("{} <= ?", (value,))


def between(low: Any, high: Any) -> Condition:
    """From ``low`` to ``high``, both included."""
    return Condition("{} BETWEEN ? AND ?", (low, high))


def one_of(values: Iterable[Any]) -> Condition:
    """Equal to one of these; of none, nothing is."""
    wanted = tuple(values)
    return Condition(f"{{}} IN ({', '.join('?' * len(wanted))})" if wanted else "1 = 0", wanted)


def other_than(value: Any) -> Condition:
    """Not equal to this."""
    return Condition("{} <> ?", (value,))


def contains(text: str) -> Condition:
    """Holds this text anywhere, whatever the case of its Latin letters."""
    escaped = text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    lower = "".join(letter.lower() if letter.isascii() else letter for letter in escaped)
    return Condition("lower({}) LIKE ? ESCAPE '\\'", (f"%{lower}%",))
