"""Ways to go wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import zip_longest

from attrs import evolve

from scaleenv_core.stages.audit.ground import (
    Ground,
    depends,
    disturbed,
    facts_apart,
    instead,
    moved,
    named,
    pairs,
)
from scaleenv_core.stages.audit.playing import Reply, Variant
from scaleenv_core.stages.audit.spelling import other_facts, tells
from scaleenv_core.stages.audit.values import alterations
from scaleenv_core.types import Action


def _nothing(ground: Ground) -> Iterator[Variant]:
    if ground.actions:
        yield ground.acting("no call at all", ())


def _dropped(ground: Ground) -> Iterator[Variant]:
    if len(ground.actions) > 1:  # else it is doing nothing
        for at in ground.shuffled():
            yield ground.acting(f"{named(ground, at)} left out", instead(ground, at))


def _doubled(ground: Ground) -> Iterator[Variant]:
    for at in ground.shuffled():
        if ground.calls[at].writes:  # reading twice is as good as once
            twice = (ground.actions[at], ground.actions[at])
            yield ground.acting(f"{named(ground, at)} made twice", instead(ground, at, *twice))


def _altered(ground: Ground) -> Iterator[Variant]:
    yield from _arguments(ground, keys=False)


def _wrong_entity(ground: Ground) -> Iterator[Variant]:
    yield from _arguments(ground, keys=True)


def _arguments(ground: Ground, *, keys: bool) -> Iterator[Variant]:
    ways = [
        [(at, *way) for way in alterations(ground.actions[at], ground.values, ground.rng, keys=keys)]
        for at in ground.shuffled()
    ]
    for round_ in zip_longest(*ways):  # each call once before any twice
        for at, change, action in filter(None, round_):
            yield ground.acting(f"{named(ground, at)}: {change}", instead(ground, at, action))


def _reordered(ground: Ground) -> Iterator[Variant]:
    for at, later in pairs(ground):
        if depends(ground, at, later):
            yield moved(ground, at, later)


def _extra_write(ground: Ground) -> Iterator[Variant]:
    writes = [at for at in ground.shuffled() if ground.calls[at].writes]
    for at in writes:
        for change, action in alterations(ground.actions[at], ground.values, ground.rng, keys=True):
            if _writes_at_the_end(ground, action):
                yield ground.acting(f"{named(ground, at)} once more: {change}", (*ground.actions, action))
                break
    for action in ground.drawn(writes=True):
        if _writes_at_the_end(ground, action):
            yield ground.acting(f"{action.tool} {action.arguments} beside it", (*ground.actions, action))


def _writes_at_the_end(ground: Ground, action: Action) -> bool:
    ground.play(ground.gold.variant)
    return ground.tried(action)[1]


def _lie(ground: Ground) -> Iterator[Variant]:
    for at, fact, rest in facts_apart(ground):
        for other in other_facts(fact, ground.values, ground.rng):
            told = [*rest[:at], other, *rest[at:]]
            if not tells(Reply.plain(told).text, fact):
                yield ground.telling(f"says {other!r} for {fact!r}", told, rest)


def _denied(ground: Ground) -> Iterator[Variant]:
    for at, fact, rest in facts_apart(ground):
        told = [*rest[:at], f"not {fact}", *rest[at:]]
        if not tells(Reply.plain(rest).text, fact):
            made = ground.telling(f"says that it is not {fact!r}", told, rest)
            yield evolve(made, reply=evolve(made.reply, denies=(fact,)))


def _silence(ground: Ground) -> Iterator[Variant]:
    for _, fact, rest in facts_apart(ground):
        yield ground.telling(f"does not say {fact!r}", rest)


def _told_first(ground: Ground) -> Iterator[Variant]:
    if ground.task.outputs and ground.actions:
        made = ground.telling("the facts told before any call", ())
        yield evolve(made, opening=ground.gold.variant.reply.text)


def _fault_hidden(ground: Ground) -> Iterator[Variant]:
    for at, fault in disturbed(ground, "timeout-after", "rate-limit"):
        made = ground.acting(f"{named(ground, at)}: {fault.fault}, and success claimed", ground.actions)
        yield evolve(made, faults=(fault,))


def _rule_broken(ground: Ground) -> Iterator[Variant]:
    called = {call.tool for call in ground.calls if call.status == "answered"}
    asked = ground.gold.variant.asked
    for rule in ground.environment.domain.manifest.rules:
        if rule.kind == "confirm" and called & {*rule.tools} and asked:
            yield evolve(ground.acting("does not ask for leave", ground.actions), asked=asked[:-1])
        for at in ground.shuffled():
            if rule.kind == "limit" and ground.actions[at].tool in rule.tools:
                more = (ground.actions[at],) * (rule.most + 1)
                made = ground.acting(
                    f"{named(ground, at)} {rule.most} times more", instead(ground, at, *more)
                )
                done = [call for call in ground.play(made).trajectory.calls if call.status == "answered"]
                if (
                    sum(call.tool in rule.tools for call in done) > rule.most
                ):  # and not refused the second time
                    yield made
        if rule.kind == "barred":
            for action in ground.drawn(writes=True, tools=rule.tools):
                if _writes_at_the_end(ground, action):
                    change = f"{action.tool} {action.arguments}, whatever the rule {rule.id!r}"
                    yield ground.acting(change, (*ground.actions, action))


MUTANTS: Mapping[str, Callable[[Ground], Iterator[Variant]]] = {
    "nothing": _nothing,
    "dropped": _dropped,
    "doubled": _doubled,
    "altered": _altered,
    "wrong-entity": _wrong_entity,
    "reordered": _reordered,
    "extra-write": _extra_write,
    "lie": _lie,
    "denied": _denied,
    "silence": _silence,
    "told-first": _told_first,
    "fault-hidden": _fault_hidden,
    "rule-broken": _rule_broken,
}
"""Must be rejected, unless by execution they turn out to be as good as gold."""
