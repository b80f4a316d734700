"""Parameters meet the fields of the tools around them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from math import log

from scaleenv_core.fields import fields_of
from scaleenv_core.types import Tool
from scaleenv_graph_dataflow.naming import NAMING, Phrase, naming_of
from scaleenv_graph_dataflow.nearness import nearest, surroundings
from scaleenv_graph_dataflow.needs import Need, Target, read_target
from scaleenv_graph_dataflow.offers import Slot, Source, fit, read_source

ECHO = 0.3
"""A tool that must be given a value is a poor source of it: its answer only repeats it."""

BEYOND = 0.7
"""So is a tool that itself requires something that the target's caller need not have."""

CONTENT = 0.2
"""What a writing tool stores (a ``color``) is seldom copied from another thing that has the
same, unless it names something (``customer_id``)."""

NEAR = 0.4
"""Tools with surroundings so much alike, or more, are of one API."""

APART = 0.1
"""What is left of a score between tools whose surroundings share nothing: equal names of
unlike tools (``user_id`` of two vendors) seldom mean the same."""

SMALL = 0.5
"""The same in a catalog with no more sources than ``neighbours``: likely one API."""

TOLD = 0.25
"""A subject that a parameter tells less of than this is not what it means."""

TURNED = 0.6
"""A ``selectionStatus`` is no selection; but a ``typeOfTicket`` is among the ticket types."""

LEAST = 0.01
IDENTIFYING = {"id", "key", "code", "slug", "arn"}
"""Only these are told by a description alone, without a word of the name."""

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
    answers = [list(fields_of(tool.returns)) for tool in tools]
    found = [read_source(tool, answer) for tool, answer in zip(tools, answers, strict=True)]
    sources = {place: source for place, source in enumerate(found) if source is not None}
    weigh = _Weigher(len(tools), sources)
    rows = surroundings(tools, answers)
    lists = [place for place, source in sources.items() if source.listed]
    apart = SMALL if len(sources) <= neighbours else APART
    others = [place for place, source in sources.items() if not source.listed]
    around = zip(nearest(rows, lists, neighbours), nearest(rows, others, neighbours // 3 or 1), strict=True)
    for target, (listing, other) in enumerate(around):
        asking = read_target(tools[target])
        if asking.needs:
            scored = _of_target(asking, [*listing, *other], sources, weigh, apart)
            for need, candidates in zip(asking.needs, scored, strict=True):
                candidates.sort(key=lambda one: (-one[0], one[1]))
                for score, source, path in candidates[:most]:
                    if score > minimum and score >= share * candidates[0][0]:
                        yield source, target, score, path, need.name


class _Weigher:
    """How much words weigh: those in few tools' subjects most; shares sum to 1."""

    def __init__(self, tools: int, sources: Mapping[int, Source]) -> None:
        self._df = Counter(word for source in sources.values() for word in source.subject)
        self._tools = tools
        self.subjects = {place: self.shares(source.subject) for place, source in sources.items()}

    def shares(self, words: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
        weights = [
            (word, weight * log((self._tools + 2) / (self._df[word] + 1))) for word, weight in words.items()
        ]
        total = sum(weight for _, weight in weights) or 1.0
        return tuple((word, weight / total) for word, weight in weights)


def _of_target(
    target: Target,
    near: Sequence[tuple[int, float]],
    sources: Mapping[int, Source],
    weigh: _Weigher,
    apart: float,
) -> list[list[tuple[float, int, str]]]:
    """For each need its candidates: score, source, path."""
    needs = target.needs
    by_key: dict[str, list[tuple[int, float]]] = {}
    by_word: dict[str, list[tuple[int, float]]] = {}
    for number, need in enumerate(needs):
        for key, weight in need.keys.items():
            by_key.setdefault(key, []).append((number, weight))
        for word, weight in need.told.items():
            by_word.setdefault(word, []).append((number, weight))
    cores = [weigh.shares(dict.fromkeys(need.core, 1.0)) for need in needs]
    made: list[list[tuple[float, int, str]]] = [[] for _ in needs]
    for place, likeness in near:
        source = sources[place]
        best: dict[int, tuple[float, str]] = {}
        for key in by_key.keys() & source.keys.keys():
            for number, weight in by_key[key]:
                _keep(best, number, _by_name(target, needs[number], weight, source.keys[key]))
        told: dict[int, float] = {}
        for word, part in weigh.subjects[place]:
            if word in by_word:
                for number, weight in by_word[word]:
                    told[number] = told.get(number, 0.0) + part * weight
        for number, known in told.items():
            if known > TOLD:
                _keep(best, number, _by_subject(needs[number], cores[number], source, known))
        if best:
            nearness = apart + (1 - apart) * min(1.0, likeness / NEAR)
            nearness *= 1.0 if source.required <= target.takes else BEYOND
            for number, (score, path) in best.items():
                echo = ECHO if needs[number].name in source.takes else 1.0
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
        content = slot.mention if need.attribute else slot.mention or slot.said == need.said
        if target.writes and content and need.attribute != "id":
            score *= CONTENT
        made = max(made, (score, slot.path))
    return made


def _by_subject(
    need: Need, core: Sequence[tuple[str, float]], source: Source, known: float
) -> tuple[float, str]:
    """The parameter tells what the tool gives: ``campaign``, "the giving page", and ``listGivingPages``."""
    said = sum(share for word, share in core if word in source.subject)
    if said < LEAST and need.attribute not in IDENTIFYING:
        return 0.0, ""
    if said >= LEAST and need.core[-1] not in source.subject:
        known *= TURNED
    made = (0.0, "")
    for slot in source.things:
        fits = fit(slot.shape, need.shape)
        agrees = _agreement(need.said, need.attribute, slot.said)
        if fits and agrees:
            score = known * (0.35 + 0.65 * said) * (0.5 + 0.5 * agrees) * fits**0.5 * slot.weight
            made = max(made, (score, slot.path))
    return made


@cache
def _agreement(asked: Phrase, attribute: str, offered: Phrase) -> float:
    """How well a field's own name goes with the parameter's: an id with an id."""
    if offered == asked or (attribute and offered[-1:] == (attribute,)):
        return 1.0
    if attribute in IDENTIFYING and offered and offered[-1] not in NAMING:
        return 0.1 * naming_of(offered)
    return (0.6 if attribute else 0.9) * naming_of(offered)
