"""Values as people say them, and back: every form here can be read to the very value it came from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from scaleenv_core.names import words
from scaleenv_core.stages.language.tongue import Tongue, flag_words, matches
from scaleenv_core.types import JsonSchema

_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SPAN = re.compile(r"(\d+)s")
_SHOUTED = re.compile(r"[A-Za-z0-9]+(?:_[A-Za-z0-9]+)*")
_MONEY = (
    "price",
    "*price",
    "amount",
    "*amount",
    "cost",
    "*cost",
    "total",
    "*fee",
    "fee",
    "balance",
    "total price",
)
_CODE = re.compile(r"(?=[^\s]*\d)[^\s]{3,}|[^\s]*[_/@:#][^\s]*")
_PLAIN = re.compile(r"[\w.@#:/+-]+", re.ASCII)

LONG = 30
"""A reference of so many characters nobody knows by heart."""


def forms(value: Any, name: Sequence[str], schema: JsonSchema, tongue: Tongue) -> list[str]:
    """How a plain value may be said, the usual ways; text that must stay as it is stands alone."""
    if isinstance(value, bool):
        return []
    if isinstance(value, (int, float)):
        return _numbers(value, name, tongue)
    if not isinstance(value, str):
        return []
    made = list(_texts(value, schema, tongue))
    return [form for form in made if heard(form, schema, tongue) == value] or [value]


def _numbers(value: float, name: Sequence[str], tongue: Tongue) -> list[str]:
    plain = str(value)
    if isinstance(value, float) and matches(name, _MONEY) and round(value, 2) == value and abs(value) < 1e12:
        return [f"${value:,.2f}"] if tongue.name == "en" else [f"{value:.2f}元"]
    # What names something is spelt, not counted.
    if isinstance(value, int) and abs(value) >= 10_000 and name[-1] not in ("id", "number", "code", "year"):
        return [f"{value:,}", plain] if tongue.name == "en" else [plain]
    return [plain]


def _texts(value: str, schema: JsonSchema, tongue: Tongue) -> Iterator[str]:
    if _STAMP.fullmatch(value) and (at := _moment(value)):
        yield from _moments(at, tongue)
    elif _DAY.fullmatch(value) and (at := _moment(f"{value}T00:00:00Z")):
        yield from _days(at, tongue)
    elif (span := _SPAN.fullmatch(value)) and str(int(span[1])) == span[1]:
        one, more = tongue.data["speech"]["seconds"][1], tongue.data["speech"]["seconds"][0]
        yield (one if span[1] == "1" else more).format(n=span[1])
    elif value in (schema.get("enum") or ()) and _SHOUTED.fullmatch(value):
        said = " ".join(words(value))
        yield tongue.noun(words(value)) if tongue.name == "zh" else said


def heard(form: str, schema: JsonSchema, tongue: Tongue) -> Any:
    """The value that a form says."""
    kinds = schema.get("type", "string")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if "string" not in kinds and ("number" in kinds or "integer" in kinds):
        digits = form.strip("$元").replace(",", "")
        return float(digits) if "." in digits or "e" in digits else int(digits)
    for choice in schema.get("enum") or ():
        if isinstance(choice, str) and form in (choice, " ".join(words(choice)), tongue.noun(words(choice))):
            return choice
    read = _read_time(form, tongue)
    if read is None and (span := re.fullmatch(r"(\d+) ?(?:seconds?|秒)", form)):
        read = f"{span[1]}s"
    return form if read is None else read


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:  # the 31st of February
        return None


def _moments(at: datetime, tongue: Tongue) -> Iterator[str]:
    seconds = f":{at.second:02d}" if at.second else ""
    clock = f"{at.hour:02d}:{at.minute:02d}{seconds}"
    if tongue.name == "zh":
        yield f"{at.year}年{at.month}月{at.day}日{clock}（UTC）"
        return
    month = tongue.data["speech"]["months"][at.month - 1]
    yield f"{at.day} {month} {at.year} at {clock} UTC"
    half = f"{(at.hour - 1) % 12 + 1}{'' if not at.minute and not seconds else f':{at.minute:02d}'}{seconds}"
    yield f"{month} {at.day}, {at.year} at {half} {'am' if at.hour < 12 else 'pm'} UTC"


def _days(at: datetime, tongue: Tongue) -> Iterator[str]:
    if tongue.name == "zh":
        yield f"{at.year}年{at.month}月{at.day}日"
        return
    month = tongue.data["speech"]["months"][at.month - 1]
    yield f"{at.day} {month} {at.year}"
    yield f"{month} {at.day}, {at.year}"


_ZH_TIME = re.compile(r"(\d+)年(\d+)月(\d+)日(?:(\d\d):(\d\d)(?::(\d\d))?（UTC）)?")
_EN_TIME = re.compile(
    r"(?:(?P<day>\d+) (?P<month>[A-Z][a-z]+) (?P<year>\d{4})"
    r"|(?P<month2>[A-Z][a-z]+) (?P<day2>\d+), (?P<year2>\d{4}))"
    r"(?P<clock> at (?P<hour>\d+)(?::(?P<minute>\d\d))?(?::(?P<second>\d\d))?(?: (?P<half>am|pm))? UTC)?"
)


def _read_time(form: str, tongue: Tongue) -> str | None:
    if tongue.name == "zh":
        if not (found := _ZH_TIME.fullmatch(form)):
            return None
        year, month, day, *clock = (int(part or 0) for part in found.groups())
        return _iso(year, month, day, tuple(clock) if found[4] else None)
    if not (said := _EN_TIME.fullmatch(form)):
        return None
    months = tongue.data["speech"]["months"]
    if (named := said["month"] or said["month2"]) not in months:
        return None
    day, year = int(said["day"] or said["day2"]), int(said["year"] or said["year2"])
    hour = int(said["hour"] or 0)
    if said["half"]:
        hour = hour % 12 + (12 if said["half"] == "pm" else 0)
    at = (hour, int(said["minute"] or 0), int(said["second"] or 0)) if said["clock"] else None
    return _iso(year, months.index(named) + 1, day, at)


def _iso(year: int, month: int, day: int, clock: tuple[int, ...] | None) -> str:
    date = f"{year:04d}-{month:02d}-{day:02d}"
    return date if clock is None else f"{date}T{clock[0]:02d}:{clock[1]:02d}:{clock[2]:02d}Z"


def is_code(value: Any) -> bool:
    """Whether a value is a reference rather than words: digits, colons, underscores in it, no blank."""
    return isinstance(value, int) or (isinstance(value, str) and bool(_CODE.fullmatch(value)))


def is_bare(form: str) -> bool:
    """Whether a form needs no quotation marks."""
    return bool(_PLAIN.fullmatch(form)) and (form[:1].isdigit() or is_code(form) or form[:1].isupper())


def leaves(
    value: Any, name: Sequence[str], schema: JsonSchema
) -> Iterator[tuple[Any, Sequence[str], JsonSchema]]:
    """Every plain value inside one, with the words of the field that holds it and its schema."""
    if isinstance(value, dict):
        for key, part in value.items():
            inner = schema.get("properties", {}).get(key, {})
            yield from leaves(part, tuple(words(key)) or (key,), inner)
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part, name, schema.get("items", {}))
    elif value is not None:
        yield value, name, schema


def holds(text: str, form: str) -> bool:
    """Whether a text has a form in it, and not merely as a part of a longer number or word."""
    at = text.find(form)
    while at >= 0:
        around = text[at - 1 : at] + text[at + len(form) : at + len(form) + 1]
        if not form or not re.search(r"[A-Za-z0-9]", around) or not form[0].isalnum():
            return True
        at = text.find(form, at + 1)
    return False


def says(text: str, value: Any, name: Sequence[str], schema: JsonSchema, tongue: Tongue) -> bool:
    """Whether a text holds all of a value in forms that can be read back; of a yes or no its field."""
    for leaf, called, part in leaves(value, name, schema):
        if isinstance(leaf, bool):
            known = tongue.field(flag_words(tuple(called))).lower()
            if known not in text.lower():
                return False
        elif not any(holds(text, form) for form in (*forms(leaf, called, part, tongue), str(leaf))):
            return False
    return True
