"""What a task lets a user know, and when it is said.

A generated task speaks as the user does, and is said as it stands. One written by hand
speaks to the user (*You are Emre Dietz …*): it is turned round, and its stage directions
(*If this is refused, …*, *Insist twice.*) wait for their moment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from attrs import frozen

_TO_USER = re.compile(r"\s*(?:You|Your)\b")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_CONDITION = re.compile(r"(?:And |But )?(?:Only )?(If|When|Once) ([^,:]*)[,:]\s*", re.I)
_REFUSED = re.compile(
    r"\b(?:told|hear|refused|cannot|can not|can't|impossible|not possible|nothing|fails?)\b"
)
_INSIST = re.compile(r",?(?: and)? ?\b(?<!not )insist\b[^.;]*", re.I)
_DIRECTION = re.compile(r"^(?:do not insist|be impatient|leave it at that)\.?$", re.I)
_SAY = re.compile(r"^(?:then )?(?:also )?say (?:that )?", re.I)

_ME = (
    r"(?P<before>\b(?:to|for|of|from|with|about|by|told|tell|tells|asks?|asked|gives?|gave|phoned|reach\w*"
    r"|sent|owes?|around|beside|cost|costs|lets?)\s+)you\b"
)
_PRONOUNS = (
    (r"\b(two|three|four|both|all) of you\b", r"\1 of us"),
    (_ME, r"\g<before>me"),
    (r"\byou are\b", "I am"),
    (r"\byou were\b", "I was"),
    (r"\byourself\b", "myself"),
    (r"\byours\b", "mine"),
    (r"\byour\b", "my"),
    (r"\byou(?=\s*[.,;:!?]|\s*$)", "me"),
    (r"\byou\b", "I"),
)


@frozen
class Later:
    """Something that is said only when things turn so."""

    when: Literal["refused", "done"]
    text: str
    """Empty: the wish is insisted on."""


@frozen
class Brief:
    """An instruction, taken apart."""

    opening: str
    later: tuple[Later, ...]

    @classmethod
    @lru_cache(maxsize=1024)  # a task is played many times
    def of(cls, instruction: str) -> Brief:
        """What is said first, and what waits."""
        if not _TO_USER.match(instruction):
            return cls(instruction, ())
        said, later = [], []
        for sentence in _SENTENCE.split(instruction.strip()):
            waits = list(_waiting(sentence))
            if waits:
                later += waits
            else:
                said.append(sentence)
        opening = _INSIST.sub("", " ".join(said)) or instruction
        return cls(first_person(opening), tuple(later))


def _waiting(sentence: str) -> Iterator[Later]:
    """What a sentence has the user say later; nothing where it is said at once."""
    condition = _CONDITION.match(sentence)
    insists = _INSIST.search(sentence)
    if condition is None:
        if insists is not None and insists.start() == 0:
            yield from _insisting(insists[0])
        return
    once = condition[1].lower() == "once"
    if not once and not _REFUSED.search(condition[2]):
        return
    if insists is not None:
        yield from _insisting(insists[0])
    for part in re.split(r";\s*", _INSIST.sub("", sentence[condition.end() :])):
        text = _SAY.sub("", part.strip(" ,"))
        if text.strip(".") and not _DIRECTION.match(text):
            yield Later("done" if once else "refused", _sentence(first_person(text)))


def _insisting(text: str) -> list[Later]:
    return [Later("refused", "")] * (2 if "twice" in text else 1)


def first_person(text: str) -> str:
    """What is said to *you*, said by *me*."""
    for pattern, mine in _PRONOUNS:
        text = re.sub(pattern, mine, text, flags=re.I)
    return re.sub(r"(^|[.!?]\s+)([a-z])", lambda found: found[1] + found[2].upper(), text)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
