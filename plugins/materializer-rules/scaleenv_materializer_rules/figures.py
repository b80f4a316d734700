"""Tools that answer one number about many rows: how many there are, a sum, a mean, the least, the most."""

from __future__ import annotations

from collections import Counter, defaultdict

from attrs import evolve

from scaleenv_core.names import words

from . import lexicon as lx
from .entities import Figure, Reading
from .nouns import fold, singular
from .shapes import properties
from .signature import kind_of

Numbers = dict[str, dict[str, str]]
"""Entity → folded name → name, of its records' numeric properties."""


def telling_figures(readings: list[Reading]) -> tuple[list[Reading], list[Reading]]:
    """The readings, with those said that answer a figure; and those that compute something else.

    ``get_products_count``, ``users/$count``: rows of products, of users. ``get_average_rating``: where
    reviews have a ``rating``, its mean.
    """
    numbers = _numbers(readings)
    known = Counter(r.entity for r in readings if r.entity and r.verb != "aggregate")
    kept: list[Reading] = []
    lost: list[Reading] = []
    for reading in readings:
        found = _counted(reading, known) or _aggregated(reading, numbers)
        if found is None and reading.verb == "aggregate":
            lost.append(reading)
        else:
            kept.append(found or reading)
    return kept, lost


def _numbers(readings: list[Reading]) -> Numbers:
    found: Numbers = defaultdict(dict)
    for reading in readings:
        located = reading.located
        if reading.verb not in ("get", "list") or located is None or located.kind != "record":
            continue
        if _one_number(reading):
            continue
        for name, schema in properties(located.schema).items():
            if kind_of(schema) in ("integer", "real") and (words(name) or [""])[-1] not in lx.STRONG_ID:
                found[reading.entity][fold(name)] = name
    return found


def _one_number(reading: Reading) -> bool:
    """Whether nothing is answered but a number, and what stands beside any answer; or nothing is declared."""
    returns, located = reading.signature.tool.returns, reading.located
    if returns is None or located is None:
        return returns is None
    if located.many:
        return False
    if located.kind == "scalar":
        return kind_of(located.schema) in ("integer", "real")
    inside = properties(located.schema)
    said = [name for name in inside if fold(name) not in lx.META - lx.TOTALS]
    numbers = [name for name in said if kind_of(inside[name]) in ("integer", "real")]
    others = [name for name in said if name not in numbers]
    return len(numbers) == 1 and not others


def _counted(reading: Reading, known: Counter[str]) -> Reading | None:
    if reading.verb not in ("get", "list", "count") or not _one_number(reading):
        return None
    base, _, last = reading.entity.rpartition("_")
    said = words(reading.signature.tool.name)
    if last in lx.COUNTS and base:
        spelt = base.split("_")
    elif last == "number" and not base and "of" in said[:-1]:
        spelt = said[said.index("of") + 1 :]
    else:
        return None
    name = "_".join([*spelt[:-1], singular(spelt[-1])])
    there = known[name] > (name == reading.entity)
    told = reading.signature.tool.returns is not None
    return evolve(reading, verb="count", entity=name) if there or (told and last in lx.COUNTS) else None


def _aggregated(reading: Reading, numbers: Numbers) -> Reading | None:
    if reading.verb not in ("get", "list", "aggregate") or not _one_number(reading):
        return None
    said = words(reading.signature.tool.name)
    at = next((n for n, word in enumerate(said) if word in lx.FIGURES), None)
    if at is None:
        return None
    asked = [word for word in said[at + 1 :] if word not in lx.ARTICLES]
    end = next((n for n, word in enumerate(asked) if word in lx.LINKS), len(asked))
    for name in sorted(numbers, key=lambda name: (name != reading.entity, name)):
        own = name.split("_")
        spelt = [*asked[:end]]
        if [singular(word) for word in spelt[: len(own)]] == own:
            spelt = spelt[len(own) :]
        column = numbers[name].get("".join(spelt))
        if column is not None:
            return evolve(reading, verb="aggregate", entity=name, figure=Figure(lx.FIGURES[said[at]], column))
    return None
