"""The words of tools: which of them may tell a domain from the others, and how they are spelt."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from attrs import Factory, frozen

from scaleenv_core.names import singular
from scaleenv_core.types import Tool

_FOREIGN = r"[^\W\d_]*[^\W\d_a-zA-Z][^\W\d_]*"
"""A word with a letter beyond ASCII: it is not looked into."""

_WORD = re.compile(rf"{_FOREIGN}|[A-Z]+[0-9]*(?![a-z])|[A-Z]?[a-z]+[0-9]*")
_SPEECH = re.compile(rf"{_FOREIGN}|[A-Za-z][A-Za-z0-9]+|[.:;!?\n]")
_VERSION = re.compile(r"v[0-9]+|[a-z]|[a-z]+ly|(?:alpha|beta)[0-9]+|non[0-9]+")
_DONE = re.compile(r"[a-z]{2,}[^e]ed")
"""A participle: it may stand before a noun (``signed device``), and says nothing alone."""

_DOING = re.compile(r"[A-Za-z]{2,}ing")
"""In a sentence mostly a verb (*by passing*), in a name mostly a noun (*billing*)."""

_OPENING_WORDS, _PROSE_WORDS = 12, 40


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


VERBS = _listed(
    "get list create update delete add remove find search fetch read retrieve query put post patch set "
    "describe show lookup insert upsert edit modify replace cancel start stop enable disable send upload "
    "download import export check validate submit make generate run execute move copy rename approve "
    "publish convert mark register assign attach detach verify calculate apply invite restore close open "
    "resolve analyze analyse extract return provide obtain change save destroy handle perform reset refresh "
    "clear allow compare merge reject accept receive"
)
"""What tools do; in a title they would say nothing, in a summary they say what for."""

_SKIPPED = VERBS | _listed(
    "let lets through over for of from in with to on at the a an and or via per my your is it its this "
    "that which are be as can will has have not if when using used into you use all by new no than then "
    "also their they there these those each any may must should about after before between within without "
    "out up down more most other another such only same so but was were been being we our us do does did "
    "what where who how non one two three first last next single multiple several many much every both "
    "either api rest http https json xml yaml html id ids uuid guid key name type value item items data "
    "datum object information description info detail details result results response request returned "
    "based given specified current available existing web webapi webservice service endpoint backend "
    "frontend private public main msflow optional required default string number integer boolean true "
    "false null none alt index com org net io www array count total page limit offset sort order_by "
    "filter field fields parameter parameters param params option options argument arguments args body "
    "path url uri content entry entries record records successfully success error list lists set sets "
    "method function functions operation operations action actions call calls test example examples "
    "sample samples simple basic advanced general global recent latest full partial raw unique following "
    "specific particular certain various related associated different additional extra note please see "
    "learn amazon microsoft google azure aws root batch bulk self base common core misc util utils helper "
    "helpers tool tools mcp server client app application already possible me he she able appropriate "
    "view load complete str int bool however whether above below means maximum minimum individual correct "
    "found real now today mostly long short currently supports support supported provided provides "
    "contains containing includes including include allows uses matching match matches valid invalid back "
    "yes time status state doc docs documentation deprecated beta alpha preview version versions resource "
    "resources group"
)
"""Verbs, particles and the words of any API: no title is made of them."""

_PATH, _TAG, _OPENING, _REST = 0.5, 0.8, 0.4, 0.15
"""What a word of a path, of a tag, of a description's opening or of its rest counts, against one of
a name. What comes later is often the same for a whole API: its rate limits, its scopes."""


@frozen
class Telling:
    """What the tools of one domain say."""

    size: int
    first: str
    """The lowest id of a tool."""

    plainest: str
    """The shortest name of a tool, for want of anything better."""

    worth: dict[str, float]
    """Word or pair of words → the sum of what it counts for each tool."""

    tools: dict[str, set[int]]
    """Word or pair → the positions of the tools that say it."""

    verbs: Counter[str]
    openers: Counter[str]
    """Words that the descriptions begin with: mostly verbs, whatever the list above knows."""

    spelt: dict[str, Counter[str]] = Factory(dict)
    """Stem of a single word → how often it is spelt how."""

    @classmethod
    def of(cls, tools: Sequence[Tool]) -> Telling:
        """What these tools say, in any order the same."""
        plainest = min((tool.name for tool in tools), key=lambda name: (len(name), name))
        first = min(tool.id for tool in tools)
        made = cls(len(tools), first, plainest, {}, {}, Counter(), Counter())
        for number, tool in enumerate(tools):
            for term, worth in made._terms(tool).items():
                made.worth[term] = made.worth.get(term, 0.0) + worth
                made.tools.setdefault(term, set()).add(number)
            first = next((word for word in _WORD.findall(tool.description[:40])), "").lower()
            made.openers[singular(first)] += bool(first)
            made.verbs.update(_verbs(tool, first))
        return made

    def share(self, term: str) -> float:
        """A term's worth for each tool of the domain; rounded, as sums differ with the order of tools."""
        return round(self.worth.get(term, 0.0) / self.size, 9)

    def _terms(self, tool: Tool) -> dict[str, float]:
        made: dict[str, float] = {}
        for words, worth in _texts(tool):
            stems = [self._heard(word) for word in words]
            for stem in stems:
                if stem and not _DONE.fullmatch(stem):
                    made[stem] = max(worth, made.get(stem, 0.0))
            for one, other in pairwise(stems):
                if one and other and one != other and not _DONE.fullmatch(other):
                    pair = f"{one} {other}"
                    made[pair] = max(worth, made.get(pair, 0.0))
        return made

    def _heard(self, word: str) -> str:
        """The stem of a word, its spelling noted; empty for one that tells nothing."""
        low = word.lower()
        stem = singular(low)
        if not low.isalnum() or low in _SKIPPED or stem in _SKIPPED or _VERSION.fullmatch(low):
            return ""
        self.spelt.setdefault(stem, Counter())[word] += 1
        return stem


def _texts(tool: Tool) -> Iterator[tuple[list[str], float]]:
    """Each run of words of a tool, and what they count."""
    yield _WORD.findall(tool.name), 1.0
    for part in tool.http.path.split("/") if tool.http else ():
        if part and "{" not in part:
            yield _WORD.findall(part), _PATH
    for tag in tool.tags:
        yield _WORD.findall(tag), _TAG
    spoken = _SPEECH.findall(tool.description)[:_PROSE_WORDS]
    nouns = ["." if _DOING.fullmatch(word) else word for word in spoken]
    yield nouns[:_OPENING_WORDS], _OPENING
    yield nouns[_OPENING_WORDS:], _REST


def _verbs(tool: Tool, first: str) -> set[str]:
    said = {singular(word.lower()) for word in _WORD.findall(tool.name)} | {first, singular(first)}
    found = said & VERBS
    if not found and tool.http:
        found = {_METHODS[tool.http.method]} if tool.http.method in _METHODS else set()
    return {_PLAIN.get(verb, verb) for verb in found}


_METHODS: Mapping[str, str] = {
    "GET": "get", "POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "delete",
}  # fmt: skip
_SAME: Mapping[str, str] = {
    "get": "retrieve fetch read describe show view lookup obtain return provide",
    "search": "find query",
    "update": "put patch modify edit replace set change",
    "create": "post insert make",
    "delete": "remove destroy",
}
_PLAIN = {other: verb for verb, others in _SAME.items() for other in others.split()}
"""Verbs that say the same → the one that says it."""
