"""Names that an API writes as one word: ``Getcampaignconfiguration``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaleenv_core.names import words
from scaleenv_core.types import Tool

from . import lexicon as lx

_AGREEING = {"GET": ("get", "list", "find", "search", "retrieve"), "DELETE": ("delete", "remove")}
"""Verbs that agree with a method: another one in a name of one word is chance."""


def known_words(tool: Tool) -> Iterator[str]:
    """Words that the API itself writes apart: in paths and descriptions."""
    yield from words(tool.http.path) if tool.http else ()
    yield from re.findall(r"[a-z]+", tool.description.lower())


def parted(name: list[str], known: set[str], method: str = "") -> list[str]:
    """``Getcampaignconfiguration``: a verb and known words, where a name is written as one word."""
    if len(name) != 1 or name[0] in lx.VERBS or name[0] in known:
        return name
    if method in ("GET", "DELETE") and not name[0].startswith(_AGREEING[method]):
        return name
    plain = sorted((v for v in lx.PLAIN_VERBS | {"set"} if name[0].startswith(v)), key=len, reverse=True)
    for verb in plain:
        rest = _in_words(name[0][len(verb) :], known)
        if rest:
            return [verb, *rest]
    return name


def _in_words(text: str, known: set[str]) -> list[str]:
    """The fewest known words that spell a text; none where it is no such text."""
    best: dict[int, list[str]] = {0: []}
    for end in range(1, len(text) + 1):
        parts = [
            [*best[start], text[start:end]]
            for start in range(end)
            if start in best and end - start > 1 and text[start:end] in known
        ]
        if parts:
            best[end] = min(parts, key=len)
    return best.get(len(text), [])
