"""Texts compared by what they say: numbers, dates, times and money by value, words by their letters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = (
    "(?P<{}>"
    + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS).replace("sep(", "sept?(")
    + r")\b\.?"
)
_DAY = r"(?P<{}>\d{{1,2}})(?:st|nd|rd|th)?"
_YEAR = r"(?P<{}>\d{{4}})(?!\d)"
_WIDE = r"\u3040-\u30ff\u3400-\u9fff"
"""Scripts without spaces: each sign counts as a word."""

_CURRENCIES = {
    word: code
    for code, words in {
        "usd": "$ us$ usd dollar dollars",
        "eur": "€ eur euro euros",
        "gbp": "£ gbp pound pounds",
        "cny": "¥ cny rmb yuan 元",
    }.items()
    for word in words.split()
}
_AT = r",?\s+at\s+(?=\d)"
"""Between a date and a time."""

_BEFORE = r"(?P<before>us\$|[$€£¥]|(?:usd|eur|gbp|cny|rmb)\b)\s?"
_AFTER = r"(?P<after>\s?(?:(?:usd|dollars?|eur|euros?|gbp|pounds?|cny|rmb|yuan)\b|[€元]))"

_PIECE = re.compile(
    "|".join(
        (
            r"(?P<denial>(?:\b(?:not|never)|(?<=n)['’]t)(?=[ \t]+\S))",
            # Then what is commonest, for speed.
            r"(?P<gap>[\s.,;:!?\"'(){}\[\]/]+)",
            rf"(?P<word>(?!{_MONTH.format('m0')}\s+\d|us\$|(?:usd|eur|gbp|cny|rmb)\s?\d)"
            rf"(?![{_WIDE}])[^\W\d_](?:(?![{_WIDE}])[^\W_])*)",
            rf"{_YEAR.format('y1')}-(?P<m1>\d\d)-(?P<d1>\d\d)(?!\d)(?:t(?=\d)|{_AT})?",
            rf"{_YEAR.format('y2')}年(?P<m2>\d{{1,2}})月(?P<d2>\d{{1,2}})[日号]",
            rf"{_MONTH.format('m3')}\s+{_DAY.format('d3')},?\s+{_YEAR.format('y3')}(?:{_AT})?",
            rf"{_DAY.format('d4')}\s+(?:of\s+)?{_MONTH.format('m4')},?\s+{_YEAR.format('y4')}(?:{_AT})?",
            r"(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d)(?:\.0+)?)?(?![\d:])"
            r"(?:\s?(?P<half>[ap])\.?m\b\.?)?(?:\s?(?:z|utc)\b)?",
            r"(?P<oclock>\d{1,2})\s?(?P<noon>[ap])\.?m\b\.?",
            r"(?P<dotted>\d+(?:\.\d+){2,})",
            rf"(?:(?<![^\s(\[\"'=:,])(?P<minus>[-−]))?(?:{_BEFORE})?"
            rf"(?<![^\W_]-)(?<!\d\.)(?P<number>\d{{1,3}}(?:,\d{{3}})+(?!\d)(?:\.\d+)?|(?:0|[1-9]\d*)(?:\.\d+)?)"
            rf"(?![.-]?\d|[^\W_{_WIDE}])(?:{_AFTER})?",
            rf"(?P<wide>[{_WIDE}])",
            rf"(?:(?![{_WIDE}])[^\W_])+",
        )
    )
)


def words(text: str) -> tuple[str, ...]:
    """The words of a text in order, case folded.

    ``15 May 2024`` is ``2024-05-15``, ``$1,200.50`` is ``=1200.5 usd``, ``9:05 pm`` is ``21:05``. A
    number inside a name, or with a hyphen and another behind it, is a word of the name.
    """
    return _split(text)[0]


@lru_cache(maxsize=4096)
def _split(text: str) -> tuple[tuple[str, ...], frozenset[int]]:
    """The words, and the numbers of those before which a "not" stands."""
    found: list[str] = []
    denied = set()
    for piece in _PIECE.finditer(text.casefold()):
        if piece.lastgroup == "word":
            found.append(piece.group())
        elif piece.lastgroup == "denial":
            found.append(piece.group().lstrip("'’"))
            denied.add(len(found))
        elif piece.lastgroup != "gap":
            found += _said(piece)
    return tuple(found), frozenset(denied)


def _said(piece: re.Match[str]) -> Iterator[str]:
    found = {name: value for name, value in piece.groupdict().items() if value is not None}
    if "number" in found:
        value = Decimal(found["number"].replace(",", "")).normalize()
        yield f"={'-' if 'minus' in found and value else ''}{value:f}"
        if currency := found.get("before") or found.get("after"):
            yield _CURRENCIES[currency.strip()]
    elif "hour" in found or "oclock" in found:
        yield _clock(found)
    elif year := next((found[name] for name in ("y1", "y2", "y3", "y4") if name in found), ""):
        month, day = (next(v for n, v in found.items() if n[0] == part and n[1:].isdigit()) for part in "md")
        number = int(month) if month.isdecimal() else [name[:3] for name in _MONTHS].index(month[:3]) + 1
        yield f"{year}-{number:02d}-{int(day):02d}"
    else:
        yield piece.group()


def _clock(found: dict[str, str]) -> str:
    hour, half = int(found.get("hour") or found["oclock"]), found.get("half") or found.get("noon")
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    second = found.get("second", "00")
    return f"{hour:02d}:{found.get('minute', '00')}" + ("" if second == "00" else f":{second}")


def tells(text: str, fact: str) -> bool:
    """Whether a text says a fact: its words in a row, as :func:`words` sees them, and no "not" before."""
    wanted, (found, denied) = words(fact), _split(text)
    if not wanted:
        return fact in text
    starts = (at for at, word in enumerate(found) if word == wanted[0] and at not in denied)
    return any(found[at : at + len(wanted)] == wanted for at in starts)


_STOP = frozenset(
    "a an and are as at be been by for from had has have in is it its of on or so that the their "
    "them then there these they this those to too was were with".split()
)
_NOT = frozenset("no not never none cannot without nor neither t".split())
"""``t`` is what is left of ``isn't``."""


def alike(one: str, other: str, overlap: float = 0.8) -> bool:
    """Whether two texts say the same, as far as words can tell.

    Numbers, dates and names with digits must be the same ones, and denials as many; of the
    other words without small ones, their order apart, this share must agree (Dice's coefficient).
    """
    mine, theirs = words(one), words(other)
    if mine == theirs:
        return True
    hard = [sorted(word for word in text if not word.isalpha()) for text in (mine, theirs)]
    denials = [sum(word in _NOT for word in text) for text in (mine, theirs)]
    if hard[0] != hard[1] or denials[0] != denials[1]:
        return False
    soft = [{word for word in text if word.isalpha()} - _STOP - _NOT for text in (mine, theirs)]
    both = len(soft[0] & soft[1])
    return bool(both) and 2 * both >= overlap * (len(soft[0]) + len(soft[1]))
