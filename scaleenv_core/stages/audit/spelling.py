"""Facts in texts: whether they are there, and in other words; shares no line with any verifier."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from scaleenv_core.stages.audit.values import Values

_TOKEN = re.compile(r"\d+(?:[-:]\d+)+|\d+(?:\.\d+)?(?![^\W_])|[^\W_]+")
_NUMBER = re.compile(r"(?:0|[1-9]\d*)(?:\.\d+)?")
"""``007`` is a name."""

_THOUSANDS = re.compile(r"(?<=\d),(?=\d)")
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d):(\d\d):00Z)?")


def tells(text: str, fact: str) -> bool:
    """Whether a text has a fact's words in a row; numbers are compared as numbers, case is not."""
    wanted, found = tokens(fact), tokens(text)
    if not wanted:
        return fact in text
    return any(found[at : at + len(wanted)] == wanted for at in range(len(found) - len(wanted) + 1))


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[str, ...]:
    """The words and numbers of a text, numbers by value."""
    words = _TOKEN.findall(_THOUSANDS.sub("", text.casefold()))
    return tuple(str(Decimal(word).normalize()) if _NUMBER.fullmatch(word) else word for word in words)


def other_facts(fact: str, values: Values, rng: random.Random) -> Iterator[str]:
    """What may be said in a fact's place: likely things, and some that look like it."""
    if fact.replace(".", "", 1).isdecimal():
        yield f"1{fact}"  # has the right one inside
        number = float(fact) + 1
        yield str(int(number)) if fact.isdecimal() else str(number)
        return
    if found := _DATE.fullmatch(fact):
        later = (date.fromisoformat(found[1]) + timedelta(days=1)).isoformat()
        yield respelt(fact.replace(found[1], later), 0)
    yield from map(str, values.others(fact, rng))
    yield "something else"


def respelt(fact: str, way: int) -> str:
    """The same fact as a person may write it: an amount with two decimals, a date with the month's name."""
    whole, point, decimals = fact.partition(".")
    if point and whole.isdecimal() and decimals.isdecimal() and len(decimals) <= 2:
        return f"{'$' * way}{float(fact):,.2f}"
    if not (found := _DATE.fullmatch(fact)):
        return fact
    day = date.fromisoformat(found[1])
    text = f"{day:%B} {day.day}, {day.year}" if way == 0 else f"{day.day} {day:%b} {day.year}"
    if found[2] is None:
        return text
    hour, half = int(found[2]), "AM" if int(found[2]) < 12 else "PM"
    clock = f"{found[2]}:{found[3]}" if way else f"{(hour - 1) % 12 + 1}:{found[3]} {half}"
    return f"{text} at {clock}"
