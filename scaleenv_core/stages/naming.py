"""A domain's title from its tools: distinctive words, no language model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import log

from scaleenv_core.names import singular
from scaleenv_core.types import Tool

_WORD = re.compile(r"[A-Z]+[0-9]*(?![a-z])|[A-Z]?[a-z]+[0-9]*")
_VERSION = re.compile(r"v[0-9]+|[a-z]")
_SPEECH = re.compile(r"[A-Za-z][A-Za-z0-9]+")


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SKIPPED = _listed(
    "get list create update delete add remove find search fetch read retrieve query put post patch "
    "set describe show lookup insert upsert edit modify replace cancel start stop enable disable send "
    "upload download import export batch check validate submit make new register assign attach detach "
    "count view load generate run execute move copy rename approve restore publish test call use "
    "handle all by for of from in with to on at the a an and or via per my your is it its this that "
    "which are be as can will has have not if when using used into api rest http https json xml id "
    "ids key name type value item items data object info information detail details result results "
    "return returns request response given specified current available one single multiple existing "
    "based webapi webservice service backend frontend msflow public private write main endpoint "
    "successfully optional required default string number integer boolean true false alt index com"
)
"""Verbs, particles and the words of any API: no title is made of them."""

_PATH, _PROSE = 0.6, 0.4
"""What a word of a path or of a description counts, against one of a name."""

_COMPANION = 0.38
"""A second word joins the title if it scores at least this share of the first one's."""


def background(tools: Iterable[Tool]) -> Mapping[str, int]:
    """In how many tools each word and each pair of words occurs: what is common in a catalog."""
    counts: Counter[str] = Counter()
    for tool in tools:
        counts.update(_terms(tool).keys())
    return counts


def title_for(tools: Sequence[Tool], background: Mapping[str, int], total: int) -> str:
    """One to three words for what the tools are about, such as ``Calendar events``.

    ``background`` is :func:`background` of the whole catalog of ``total`` tools. A word or
    a pair of words scores its share of the domain's tools times its IDF in the catalog. The same
    tools in any order give the same title; tools without any telling word are ``Tools``.
    """
    spellings: Counter[tuple[str, str]] = Counter()
    weight: dict[str, float] = {}
    for tool in tools:
        for term, (worth, spelt) in _terms(tool).items():
            weight[term] = weight.get(term, 0.0) + worth
            spellings[term, spelt] += 1
    scored = {
        # The catalog may be the domain itself: a word of every tool still tells something.
        # Rounded: the last bits of a sum differ with the order of the tools.
        term: round(worth / len(tools) * log(1 + total / max(1, background.get(term, 1))), 9)
        for term, worth in weight.items()
    }
    ranked = sorted(scored, key=lambda term: (-scored[term], -len(term.split()), term))
    if not ranked:
        return "Tools"
    chosen = _chosen(ranked, scored)
    shown: dict[str, str] = {}
    for (term, spelt), _ in sorted(spellings.items(), key=lambda row: (-row[1], row[0])):
        shown.setdefault(term, spelt)
    # The rarer word says whose, the commoner one what: "Playwright screenshots".
    chosen.sort(key=lambda term: (background.get(term, 1), scored[term]))
    leading = [_singular(shown[term]) for term in chosen[:-1]]
    text = " ".join([*leading, shown[chosen[-1]]])
    return text[0].upper() + text[1:]


def _singular(spelt: str) -> str:
    """The plural ending belongs to a title's last word alone."""
    *before, last = spelt.split()
    return " ".join([*before, singular(last)])


def _chosen(ranked: Sequence[str], scored: Mapping[str, float]) -> list[str]:
    """The best term, and the next best that adds a word; at most three words in all."""
    first = ranked[0]
    for other in ranked[1:]:
        if scored[other] < _COMPANION * scored[first]:
            break
        size = len(first.split()) + len(other.split())
        if size <= 3 and not set(first.split()) & set(other.split()):
            return [first, other]
    return [first]


def _terms(tool: Tool) -> dict[str, tuple[float, str]]:
    """Term → what it counts for this tool, and how this tool spells it."""
    made: dict[str, tuple[float, str]] = {}

    def add(said: Sequence[tuple[str, str]], worth: float) -> None:
        for stem, spelt in said:
            if stem not in made or made[stem][0] < worth:
                made[stem] = (worth, spelt)

    for name, worth in ((tool.name, 1.0), *((part, _PATH) for part in _segments(tool))):
        said = _words(name)
        add([one for one in said if one is not None], worth)
        pairs = [(a, b) for a, b in pairwise(said) if a is not None and b is not None and a[0] != b[0]]
        add([(f"{a[0]} {b[0]}", f"{a[1]} {b[1]}") for a, b in pairs], worth)
    add([one for one in _words(" ".join(_SPEECH.findall(tool.description))) if one is not None], _PROSE)
    return made


def _segments(tool: Tool) -> list[str]:
    path = tool.http.path if tool.http else ""
    return [part for part in path.split("/") if part and "{" not in part]


def _words(text: str) -> list[tuple[str, str] | None]:
    """Each word as (stem, spelling); ``None`` where a skipped word stands."""
    made: list[tuple[str, str] | None] = []
    for word in _WORD.findall(text):
        low = word.lower()
        skipped = low in _SKIPPED or singular(low) in _SKIPPED or _VERSION.fullmatch(low)
        # Short capitals are an acronym, a word with a digit a product: API, S3.
        acronym = word.isupper() and (len(word) <= 4 or not word.isalpha())
        made.append(None if skipped else (singular(low), word if acronym else low))
    return made
