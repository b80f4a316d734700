"""What an agent's words ask of a user, by rule."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from scaleenv_core.names import singular, words

_ASKS = re.compile(
    r"\?(?=\s|[\"')]|$)|？|\b(?:please|could you|can you|would you"
    r"|i (?:will |also |still )?need (?:your|the|to know)|let me know|tell me)\b|请",
    re.I,
)
_CONFIRM = re.compile(
    r"\b(?:shall i|should i|may i (?:proceed|go ahead)|do you want me to|would you like me to|want me to"
    r"|(?:can|could|do|would) you (?:please )?(?:confirm|agree)|please confirm|is (?:that|this|it) "
    r"(?:correct|right|ok(?:ay)?|fine|all right)|proceed\?|go ahead\?|are you sure|yes/no|\(yes or no\)"
    r"|ok(?:ay)? to )|确认|可以吗|对吗|是否",
    re.I,
)
_MORE = re.compile(
    r"\b(?:anything|something) else|(?:any|further) (?:other|more)?\s*(?:questions?|requests?)"
    r"|let me know if|if you (?:need|have|want)|还有(?:什么|其他)",
    re.I,
)
_OPEN = re.compile(
    r"\bhow (?:can|may) i (?:help|assist)|what (?:can|may) i do for you|what (?:do|would) you"
    r" (?:need|want|like)|(?:say|repeat) (?:that|it) again|rephrase|more details?|be more specific"
    r"|有什么可以帮",
    re.I,
)
_REFUSES = re.compile(
    r"\b(?:cannot|can't|can not|could not|couldn't|unable|not able|not possible|impossible|not allowed"
    r"|refused|not eligible|declined|(?:is|are|was) not permitted|no way to)\b|无法|不能|抱歉",
    re.I,
)
_WAIT = re.compile(
    r"\b(?:one moment|a moment|hold on|please wait|bear with me|let me (?:check|look|see|find|verify|pull)"
    r"|i will (?:now )?(?:check|look|verify)|i'll (?:now )?(?:check|look|verify))\b|稍等|请等",
    re.I,
)
_LEAVES = re.compile(
    r"\btransfer(?:red|ring)? you\b|\btransferred to\b|\b(?:goodbye|bye|have a (?:nice|great|good)"
    r" (?:day|one))\b|再见|转接",
    re.I,
)
_WHETHER = re.compile(r"\bwhether i may\b|\bmay i\b(?! have)|\bgo ahead\b", re.I)
_QUOTED = re.compile(r'"[^"\n]*"|“[^”\n]*”|「[^」\n]*」')
_PART = re.compile(r"\b(?:your|their) (?:part|own part|side|end)\b", re.I)

_CANON = {"mail": "email", "telephone": "phone", "mobile": "phone", "identifier": "id", "ids": "id"}
_STOP = frozenset(
    "a an and any are as at be by can could do does for from have help i if in is it its me my need of on or "
    "please so some tell that the their them then there this to was we what which will with would you your "
    "it's provide give let know may".split()
)


def without(text: str, told: Iterable[str]) -> str:
    """What is left beside facts that are more than a word: what they happen to say, the agent does not."""
    for fact in told:
        if " " in fact or not fact.isascii():
            text = text.replace(fact, "")
    return text


def terms(text: str) -> set[str]:
    """The words that carry meaning, in one form each."""
    found = (singular(word) for word in words(text))
    return {_CANON.get(word, word) for word in found if word not in _STOP}


def asks(text: str) -> bool:
    """Whether an answer is expected."""
    return _says(_ASKS, text)


def confirms(text: str) -> bool:
    """Whether a yes or a no is expected."""
    return _says(_CONFIRM, text) and not _says(_MORE, text)


def asks_whether(text: str) -> bool:
    """Whether consent is asked for in so many words."""
    return _says(_WHETHER, text)


def offers_more(text: str) -> bool:
    """Whether it is asked for anything else."""
    return _says(_MORE, text)


def asks_openly(text: str) -> bool:
    """Whether it is asked what this is about."""
    return _says(_OPEN, text)


def refuses(text: str) -> bool:
    """Whether something cannot be done."""
    return _says(_REFUSES, text)


def holds(text: str) -> bool:
    """Whether more is to come, and nothing is asked."""
    return _says(_WAIT, text) and "?" not in _own(text)


def leaves(text: str) -> bool:
    """Whether the agent ends it, or hands the user on."""
    return _says(_LEAVES, text) and "?" not in _own(text)


def asks_for_part(text: str) -> bool:
    """Whether the user is asked to do their part, whatever that is."""
    return _says(_PART, text)


def _says(pattern: re.Pattern[str], text: str) -> bool:
    """Whether it stands in the agent's own words, and not in what is quoted."""
    return bool(pattern.search(_own(text)))


@lru_cache(maxsize=64)  # one text is asked for many things
def _own(text: str) -> str:
    return _QUOTED.sub('""', text)
