"""What each tool is about, where names differ: one thing under several names, states, parts."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from itertools import pairwise

from attrs import evolve

from scaleenv_core.names import words

from . import lexicon as lx
from .entities import Reading
from .nouns import plural, singular
from .shapes import properties


def same_subjects(readings: list[Reading]) -> list[Reading]:
    """The readings, each about the thing that the others know under one name."""
    return _one_name_a_table(_same_things(_states(_parts(_demanding(readings)))))


def named_by_others(readings: list[Reading]) -> tuple[list[Reading], list[str]]:
    """Tools without a noun get the one entity, or the one that the description names; else they are lost."""
    known = Counter(r.entity for r in readings if r.entity)
    kept: list[Reading] = []
    lost: list[str] = []
    for reading in readings:
        if reading.entity:
            kept.append(reading)
            continue
        said = {singular(w) for w in words(reading.signature.tool.description.split(". ")[0])}
        named = [name for name in sorted(known, key=lambda n: (-known[n], n)) if set(name.split("_")) <= said]
        if not named and len(known) == 1:
            named = list(known)
        if named:
            kept.append(evolve(reading, entity=named[0]))
        else:
            lost.append(reading.tool)
    return kept, lost


def _demanding(readings: list[Reading]) -> list[Reading]:
    """``cancel_pending_order`` is about an order, and asks that it be pending."""
    known = {reading.entity for reading in readings}
    made: list[Reading] = []
    for reading in readings:
        first, _, rest = reading.entity.partition("_")
        stems = {rest[: m.start()] for m in re.finditer("_|$", rest)}
        demands = _told_demands(reading.signature.tool.description)
        if first in lx.ADJECTIVES and rest and (stems & known):
            reading = evolve(reading, entity=rest)
            demands = (first, *demands) if reading.verb in ("update", "transition", "delete") else demands
        if reading.verb in ("transition", "delete") and not demands:
            demands = _adjective(reading)
        made.append(evolve(reading, demands=tuple(dict.fromkeys(demands))))
    return made


_STATE = r"['\"`*]*([A-Za-z_]+)['\"`*]*"
_TOLD = (
    re.compile(rf"\bmust be in (?:the |an? )?{_STATE}(?: or {_STATE})? (?:state|status)\b"),
    re.compile(
        rf"\bonly (?:\w+ )?(?:in|with) (?:the |an? )?{_STATE}(?: or {_STATE})? (?:state|status)\b", re.I
    ),
    re.compile(rf"\b(?:state|status) (?:of|is|equals?|must be) ['\"`]+{_STATE}['\"`]+(?: or {_STATE})?"),
)


def _told_demands(description: str) -> tuple[str, ...]:
    """The states of ``Line status must be Suspended or Pending Activation``."""
    found = re.search(
        r"\bstatus must be ((?:['\"]?[A-Z]?[\w ]+?['\"]?)(?: or ['\"]?[A-Z][\w ]+['\"]?)*)[.,;\n]",
        description,
    )
    if found:
        return tuple(part.strip(" '\"") for part in re.split(r" or |, ", found[1]))
    told = next((match for pattern in _TOLD if (match := pattern.search(description))), None)
    return tuple(state for state in told.groups() if state and len(state) > 2) if told else ()


def _adjective(reading: Reading) -> tuple[str, ...]:
    """The state in ``Cancel a pending order``."""
    told = words(reading.signature.tool.description.split(".")[0])
    noun = reading.entity.split("_")[-1]
    return tuple(one for one, other in pairwise(told[:5]) if one in lx.ADJECTIVES and singular(other) == noun)


def _parts(readings: list[Reading]) -> list[Reading]:
    """A change of something that no tool reads, told by the id of a thing that is read: a part of that.

    ``update_order_address(order_id, …)`` changes an order, ``enable_roaming(line_id)`` a line.
    """
    read = {r.entity for r in readings if r.verb in ("get", "list", "create")}
    stated = {r.entity for r in readings if r.verb == "transition" and r.signature.verb in lx.STATES}
    made: list[Reading] = []
    for reading in readings:
        whole = (
            ""
            if reading.entity in read or reading.verb not in ("update", "transition")
            else _whole(reading, read | stated - {reading.entity})
        )
        if whole:
            part = reading.entity.removeprefix(whole).strip("_")
            reading = evolve(reading, entity=whole, part=part)
        made.append(reading)
    return made


def _states(readings: list[Reading]) -> list[Reading]:
    """The status of a thing, told by the thing's own id, is the thing's: ``GetHealthCheckStatus``."""
    known = {r.entity for r in readings if r.verb in ("get", "list", "create")}
    # A device is the only one of its kind: what is switched is what is looked at.
    alone = {r.entity for r in readings if r.verb in ("transition", "update") and not r.signature.parameters}
    owners: dict[str, str] = {}
    for name in sorted({r.entity for r in readings}):
        base, _, last = name.rpartition("_")
        own = [r for r in readings if r.entity == name]
        if base in alone and not any(r.signature.parameters for r in own):
            owners[name] = base if last in ("status", "state") else name
        elif (
            last in ("status", "state")
            and base in known
            and all(r.verb in ("get", "update", "transition", "upsert") and _of(r, base) for r in own)
        ):
            owners[name] = base
    return [
        evolve(r, entity=owners[r.entity], device=owners[r.entity] in alone) if r.entity in owners else r
        for r in readings
    ]


def _of(reading: Reading, base: str) -> bool:
    """Whether one required id is all that the tool is told of which, and it is the base's."""
    needed = [p.words for p in reading.signature.parameters if p.required and p.words]
    ids = [spelt for spelt in needed if spelt[-1] in lx.ID_SUFFIXES]
    noun = tuple(base.split("_"))
    return len(ids) == 1 and ids[0][:-1] in (noun, noun[-1:], ())


def _whole(reading: Reading, read: set[str]) -> str:
    """The entity whose id the tool takes: the one that its noun begins with, or the last one."""
    ids = [
        "_".join(p.words[:-1])
        for p in reading.signature.parameters
        if p.required and len(p.words) > 1 and p.words[-1] in lx.STRONG_ID
    ]
    known = [name for name in ids if name in read]
    own = [name for name in known if reading.entity.startswith(f"{name}_")]
    if own:
        return own[0]
    keyed = f"{reading.entity}" in ids
    return known[-1] if known and not keyed and reading.signature.tool.http is None else ""


def _same_things(readings: list[Reading]) -> list[Reading]:
    """Join nouns that differ by the API's own prefix, where the answer has the same properties."""
    known = Counter(r.entity for r in readings)
    fields: dict[str, set[str]] = defaultdict(set)
    for reading in readings:
        if reading.located is not None and reading.located.kind == "record":
            fields[reading.entity] |= set(properties(reading.located.schema))
    into: dict[str, str] = {}
    for name in sorted(known):
        for other in sorted(known, key=lambda n: (-known[n], n)):
            if other == name or not (name.endswith("_" + other) or name.startswith(other + "_")):
                continue
            mine, theirs = fields[name], fields[other]
            if (
                mine
                and theirs
                and len(mine & theirs) >= 0.6 * min(len(mine), len(theirs))
                and min(len(mine), len(theirs)) > 2
            ):
                into[name] = other
                break
            if name.endswith("_" + other) and not mine and known[name] == 1 and theirs:
                into[name] = other
                break
    while any(target in into for target in into.values()):
        into = {name: into.get(target, target) for name, target in into.items() if into.get(target) != name}
    return [evolve(r, entity=into.get(r.entity, r.entity)) for r in readings]


def _one_name_a_table(readings: list[Reading]) -> list[Reading]:
    """``account_setting`` and ``account_settings`` are one thing: the shorter name stands for both."""

    def table(name: str) -> tuple[str, ...]:
        *before, last = name.split("_")
        return (*before, plural(last))

    names: dict[tuple[str, ...], str] = {}
    for name in sorted({reading.entity for reading in readings}, key=lambda name: (len(name), name)):
        names.setdefault(table(name), name)
    return [evolve(reading, entity=names[table(reading.entity)]) for reading in readings]
