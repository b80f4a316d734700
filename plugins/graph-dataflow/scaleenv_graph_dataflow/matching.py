"""Parameters meet the fields of the tools around them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from math import log

from scaleenv_core.types import Tool
from scaleenv_graph_dataflow.naming import GENERIC, naming_of, phrase
from scaleenv_graph_dataflow.nearness import nearest, surroundings
from scaleenv_graph_dataflow.needs import Need, Target, read_target
from scaleenv_graph_dataflow.offers import Slot, Source, fit, read_source

ECHO = 0.3
"""A tool that must be given a value is a poor source of it: its answer only repeats it."""

BEYOND = 0.7
"""So is a tool that itself requires something that the target's caller need not have."""

CONTENT = 0.4
"""What a writing tool stores is seldom copied from where another thing mentions it,
unless it names something (``customer_id``)."""

APART = 0.3
"""What is left of a score between tools whose surroundings share nothing."""

CLOSE = 0.2
"""Likeness to the nearest tool below which even that one counts as apart."""

TOLD = 0.25
"""A subject that a parameter tells less of than this is not what it means."""

Match = tuple[int, int, float, str, str]
"""Source tool, target tool, score, output path, parameter."""


def match(
    tools: Sequence[Tool], *, neighbours: int, most: int, minimum: float, share: float
) -> Iterator[Match]:
    """The best ``most`` sources of each parameter, of those that score enough.

    Enough is more than ``minimum`` and at least ``share`` of the parameter's best.
    Score = how surely the field is what the parameter names × how well the types fit × how
    good a source the tool is × how near the two tools are; in (0, 1].
    """
    found = [read_source(tool) for tool in tools]
    sources = {place: source for place, source in enumerate(found) if source is not None}
    weigh = _Weigher(len(tools), sources)
    rows = surroundings(tools)
    lists = [place for place, source in sources.items() if source.listed]
    others = [place for place, source in sources.items() if not source.listed]
    around = zip(nearest(rows, lists, neighbours), nearest(rows, others, neighbours // 3 or 1), strict=True)
    for target, (listing, other) in enumerate(around):
        asking = read_target(tools[target])
        if asking.needs:
            scored = _of_target(asking, [*listing, *other], sources, weigh)
            for need, candidates in zip(asking.needs, scored, strict=True):
                candidates.sort(key=lambda one: (-one[0], one[1]))
                for score, source, path in candidates[:most]:
                    if score > minimum and score >= share * candidates[0][0]:
                        yield source, target, score, path, need.name


class _Weigher:
    """How much the words of a subject weigh: rare ones most, each subject's sum 1."""

    def __init__(self, tools: int, sources: Mapping[int, Source]) -> None:
        self._df = Counter(word for source in sources.values() for word in source.subject)
        self._tools = tools
        self.shares = {place: self._shares(source.subject) for place, source in sources.items()}

    def rarity(self, word: str) -> float:
        return log((self._tools + 2) / (self._df[word] + 1))

    def _shares(self, subject: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
        weights = {word: weight * self.rarity(word) for word, weight in subject.items()}
        total = sum(weights.values()) or 1.0
        return tuple((word, weight / total) for word, weight in weights.items())


def _of_target(
    target: Target, near: Sequence[tuple[int, float]], sources: Mapping[int, Source], weigh: _Weigher
) -> list[list[tuple[float, int, str]]]:
    """For each need its candidates: score, source, path."""
    by_key: dict[str, list[tuple[int, float]]] = {}
    by_word: dict[str, list[tuple[int, float]]] = {}
    for number, need in enumerate(target.needs):
        for key, weight in need.keys.items():
            by_key.setdefault(key, []).append((number, weight))
        for word, weight in need.told.items():
            by_word.setdefault(word, []).append((number, weight))
    closest = max((likeness for _, likeness in near), default=0.0)
    made: list[list[tuple[float, int, str]]] = [[] for _ in target.needs]
    for place, likeness in near:
        source = sources[place]
        best: dict[int, tuple[float, str]] = {}
        for key in by_key.keys() & source.keys.keys():
            for number, weight in by_key[key]:
                _keep(best, number, _by_name(target, target.needs[number], weight, source.keys[key]))
        told: dict[int, float] = {}
        for word, part in weigh.shares[place]:
            for number, weight in by_word.get(word, ()):
                told[number] = told.get(number, 0.0) + part * weight
        for number, known in told.items():
            if known > TOLD:
                _keep(best, number, _by_subject(target.needs[number], source, known, weigh))
        nearness = APART + (1 - APART) * min(1.0, likeness / max(closest, CLOSE))
        nearness *= 1.0 if source.required <= target.takes else BEYOND
        for number, (score, path) in best.items():
            echo = ECHO if target.needs[number].name in source.takes else 1.0
            # Six digits: the last bits of a sum differ between processors.
            score = round(min(1.0, score * nearness * echo), 6)
            if score > 0:
                made[number].append((score, place, path))
    return made


def _keep(best: dict[int, tuple[float, str]], number: int, found: tuple[float, str]) -> None:
    if number not in best or (-found[0], found[1]) < (-best[number][0], best[number][1]):
        best[number] = found


def _by_name(target: Target, need: Need, weight: float, slots: Sequence[Slot]) -> tuple[float, str]:
    """A field goes by a key that the parameter asks for."""
    made = (0.0, "")
    for slot in slots:
        score = weight * slot.weight * fit(slot.shape, need.shape)
        if slot.mention and target.writes and need.attribute != "id":
            score *= CONTENT
        made = max(made, (score, slot.path))
    return made


def _by_subject(need: Need, source: Source, known: float, weigh: _Weigher) -> tuple[float, str]:
    """The parameter tells what the tool gives: ``campaign``, "the giving page", and ``listGivingPages``."""
    total = sum(weigh.rarity(word) for word in need.core)
    generic = all(word in GENERIC for word in need.core)
    made = (0.0, "")
    for slot in source.things:
        fits = fit(slot.shape, need.shape)
        if not fits:
            continue
        words = source.subject.keys() if generic else {*source.subject, *phrase(slot.name)}
        said = sum(weigh.rarity(word) for word in need.core if word in words) / total if total else 1.0
        if not said and not need.attribute:
            continue
        agrees = _agreement(need.said, need.attribute, slot.name)
        score = known * (0.35 + 0.65 * said) * (0.5 + 0.5 * agrees) * fits**0.5 * slot.weight
        made = max(made, (score, slot.path))
    return made


@cache
def _agreement(said: tuple[str, ...], attribute: str, name: str) -> float:
    """How well a field's own name goes with the parameter's: an id with an id."""
    field = phrase(name)
    if field == said or (attribute and field[-1:] == (attribute,)):
        return 1.0
    return (0.6 if attribute else 0.9) * naming_of(name)
