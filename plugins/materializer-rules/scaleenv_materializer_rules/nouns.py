"""English of identifiers: singular and plural, and which words are one thing."""

from __future__ import annotations

import re
from functools import cache

from .lexicon import IRREGULAR, UNCOUNTED

PLURALS = {single: many for many, single in IRREGULAR.items()}


@cache
def singular(word: str) -> str:
    """One of a plural: ``orders`` → ``order``; a word that is not plural stays."""
    if word in IRREGULAR:
        return IRREGULAR[word]
    if word in UNCOUNTED or len(word) < 4 or word.endswith(("ss", "us", "is", "ics")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") else word


@cache
def plural(word: str) -> str:
    """Many of a singular: ``category`` → ``categories``."""
    if word in PLURALS:
        return PLURALS[word]
    if word in UNCOUNTED:
        return word
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    return word + "s"


def is_plural(word: str) -> bool:
    """Whether a word names many."""
    return singular(word) != word or word in ("media", "data", "series", "news", "stats", "settings")


def participle(verb: str) -> str:
    """What a thing is after the verb: ``cancel`` → ``cancelled``, ``ship`` → ``shipped``."""
    if verb.endswith("e"):
        return verb + "d"
    if re.search(r"[^aeiou]y$", verb):
        return verb[:-1] + "ied"
    if re.fullmatch(r"[^aeiou]*[aeiou][bdglmnprt]", verb):
        return verb + verb[-1] + "ed"
    return verb + "ed"


def article(noun: str) -> str:
    """``an order``, ``a user``."""
    vowel = noun[:1] in "aeiou" and not noun.startswith(("use", "uni", "uti", "one", "eu"))
    return f"{'an' if vowel else 'a'} {noun}"


def plain_name(name: str) -> str:
    """A parameter's own name, without the object that it is spelt inside: ``request.jobId`` → ``jobId``.

    An annotation keeps its whole name: ``@odata.type`` is no ``type``.
    """
    name = re.sub(r"[\\'\"{}]", "", "".join(c for c in name if c.isprintable())).strip() or "value"
    inner = re.fullmatch(r"[\w.$-]*\[([^\[\]]+)\](\[\])?", name)
    if inner:
        return inner[1]
    if name.startswith("@"):
        return name
    last = name.rstrip("[]").rpartition(".")[2]
    return last or name


def fold(name: str) -> str:
    """A name without case and separators, to compare spellings: ``orderId`` = ``order_id``."""
    return re.sub(r"[^a-z0-9]", "", name.lower())
