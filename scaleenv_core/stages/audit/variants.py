"""What an audit tries: ways to go wrong, and ways that are as good as gold."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import zip_longest
from typing import Literal

from attrs import evolve, frozen

from scaleenv_core.engine import Environment
from scaleenv_core.errors import ToolCrash, ToolLied
from scaleenv_core.stages.arguments import ArgumentMaker
from scaleenv_core.stages.audit.playing import Played, Variant, play
from scaleenv_core.stages.audit.truth import tells
from scaleenv_core.stages.audit.values import Values, alterations
from scaleenv_core.types import Action, CallRecord, Task, Touched

Change = tuple[str, Sequence[Action], str]
"""What differs, the actions, and the reply."""


def gold_variant(task: Task) -> Variant:
    """The gold actions, and a plain report of the facts."""
    return Variant(
        kind="gold", planned="equivalent", change="nothing", actions=task.actions, reply=reply(task.outputs)
    )


def reply(facts: Sequence[str]) -> str:
    """A closing reply that tells facts."""
    return f"This is what I found: {', '.join(facts)}." if facts else "That is done."


@frozen
class Ground:
    """What variants of one task are made from."""

    environment: Environment
    """To try calls on."""

    task: Task
    gold: Played
    values: Values
    maker: ArgumentMaker
    rng: random.Random

    @property
    def actions(self) -> tuple[Action, ...]:
        """The gold actions."""
        return self.task.actions

    @property
    def reply(self) -> str:
        """What gold says."""
        return self.gold.variant.reply

    @property
    def calls(self) -> tuple[CallRecord, ...]:
        """What the gold actions did."""
        return self.gold.trajectory.calls

    def shuffled(self) -> list[int]:
        """The places of the gold actions, in any order."""
        return self.rng.sample(range(len(self.actions)), len(self.actions))

    def tried(self, action: Action) -> tuple[CallRecord | None, bool]:
        """What a call does now, and whether it changes rows; nothing where it breaks."""
        before = self.environment.fingerprint
        try:
            seen = self.environment.call(action.tool, action.arguments, action.held_by)
        except (ToolCrash, ToolLied):
            return None, False
        return seen.record, self.environment.fingerprint != before

    def drawn(self, *, writes: bool) -> Iterator[Action]:
        """Calls of tools in scope with arguments that meet the rows."""
        functions, offered = self.environment.domain.functions, self.environment.offered()
        names = [name for name in self.task.tools if name in offered and functions[name].writes is writes]
        for _ in range(6 if names else 0):
            name = self.rng.choice(names)
            yield Action(tool=name, arguments=self.maker.make(offered[name], self.rng))


def variants(ground: Ground, most: int) -> Iterator[Variant]:
    """At most so many of each kind."""
    plans: list[tuple[Literal["mutant", "equivalent"], Mapping[str, Maker]]]
    plans = [("mutant", MUTANTS), ("equivalent", EQUIVALENTS)]
    for planned, makers in plans:
        for kind, make in makers.items():
            done: list[Variant] = []
            with suppress(ToolCrash, ToolLied):  # a tool that breaks while one is sought ends its kind
                for change, actions, said in make(ground):
                    made = Variant(
                        kind=kind, planned=planned, change=change, actions=tuple(actions), reply=said
                    )
                    if made not in done:
                        done.append(made)
                    if len(done) == most:
                        break
            yield from done


# Ways to go wrong


def _nothing(ground: Ground) -> Iterator[Change]:
    if ground.actions:
        yield "no call at all", (), ground.reply


def _dropped(ground: Ground) -> Iterator[Change]:
    if len(ground.actions) > 1:  # else it is doing nothing
        for at in ground.shuffled():
            yield f"{_name(ground, at)} left out", _with(ground, at), ground.reply


def _doubled(ground: Ground) -> Iterator[Change]:
    for at in ground.shuffled():
        if ground.calls[at].writes:  # reading twice is as good as once
            twice = (ground.actions[at], ground.actions[at])
            yield f"{_name(ground, at)} made twice", _with(ground, at, *twice), ground.reply


def _altered(ground: Ground) -> Iterator[Change]:
    yield from _arguments(ground, keys=False)


def _wrong_entity(ground: Ground) -> Iterator[Change]:
    yield from _arguments(ground, keys=True)


def _arguments(ground: Ground, *, keys: bool) -> Iterator[Change]:
    ways = [
        [(at, *way) for way in alterations(ground.actions[at], ground.values, ground.rng, keys=keys)]
        for at in ground.shuffled()
    ]
    for round_ in zip_longest(*ways):  # each call once before any twice
        for way in filter(None, round_):
            at, change, action = way
            yield f"{_name(ground, at)}: {change}", _with(ground, at, action), ground.reply


def _reordered(ground: Ground) -> Iterator[Change]:
    for at, later in _pairs(ground):
        if _depends(ground, at, later):
            yield _moved(ground, at, later)


def _extra_write(ground: Ground) -> Iterator[Change]:
    writes = [at for at in ground.shuffled() if ground.calls[at].writes]
    for at in writes:
        for change, action in alterations(ground.actions[at], ground.values, ground.rng, keys=True):
            if _writes_at_the_end(ground, action):
                yield f"{_name(ground, at)} once more: {change}", (*ground.actions, action), ground.reply
                break
    for action in ground.drawn(writes=True):
        if _writes_at_the_end(ground, action):
            change = f"{action.tool} {action.arguments} beside it"
            yield change, (*ground.actions, action), ground.reply


def _writes_at_the_end(ground: Ground, action: Action) -> bool:
    play(ground.environment, ground.task, ground.gold.variant)
    return ground.tried(action)[1]


def _lie(ground: Ground) -> Iterator[Change]:
    facts = ground.task.outputs
    for at in ground.rng.sample(range(len(facts)), len(facts)):
        for other in _other_facts(ground, facts[at]):
            told = [*facts[:at], other, *facts[at + 1 :]]
            if not tells(reply(told), facts[at]):
                yield f"says {other!r} for {facts[at]!r}", ground.actions, reply(told)


def _other_facts(ground: Ground, fact: str) -> Iterator[str]:
    if fact.replace(".", "", 1).isdecimal():
        yield f"1{fact}"  # has the right one inside
        number = float(fact) + 1
        yield str(int(number)) if fact.isdecimal() else str(number)
    else:
        yield from map(str, ground.values.others(fact, ground.rng))
        yield "something else"


def _silence(ground: Ground) -> Iterator[Change]:
    facts = ground.task.outputs
    for at in ground.rng.sample(range(len(facts)), len(facts)):
        yield f"does not say {facts[at]!r}", ground.actions, reply((*facts[:at], *facts[at + 1 :]))


# Ways that are as good as gold


def _read_added(ground: Ground) -> Iterator[Change]:
    for action in ground.drawn(writes=False):
        ground.environment.reset(ground.task.start, planned=ground.task.faults)
        call, changed = ground.tried(action)
        if call and not changed and _looks(call):
            at = ground.rng.randint(0, len(ground.actions))
            actions = (*ground.actions[:at], action, *ground.actions[at:])
            yield f"{action.tool} {action.arguments} beside it", actions, ground.reply


def _looks(call: CallRecord) -> bool:
    """Whether it only looked something up; handing over to a person reads no rows."""
    return call.status == "answered" and bool(call.reads) and not call.writes


def _read_repeated(ground: Ground) -> Iterator[Change]:
    for at in ground.shuffled():
        action, call = ground.actions[at], ground.calls[at]
        if _looks(call) and action.held_by == "agent":
            yield f"{_name(ground, at)} read twice", _with(ground, at, action, action), ground.reply


def _mistake_first(ground: Ground) -> Iterator[Change]:
    for at in ground.shuffled():
        action = ground.actions[at]
        for name in sorted(action.arguments):
            wrong = {**action.arguments, name: "no such thing"}
            mistake = evolve(action, arguments=wrong)
            play(ground.environment, ground.task, evolve(ground.gold.variant, actions=ground.actions[:at]))
            call, _ = ground.tried(mistake)
            if action.held_by == "agent" and call and call.status != "answered":
                yield (
                    f"{_name(ground, at)} refused first: {name}",
                    _with(ground, at, mistake, action),
                    ground.reply,
                )
                break


def _writes_reordered(ground: Ground) -> Iterator[Change]:
    for at, later in _pairs(ground):
        if ground.calls[at].writes and ground.calls[later].writes and not _depends(ground, at, later):
            change = _moved(ground, at, later)
            other = play(
                ground.environment, ground.task, evolve(ground.gold.variant, actions=tuple(change[1]))
            )
            if sorted(other.answers) == sorted(ground.gold.answers):
                yield change


def _reworded(ground: Ground) -> Iterator[Change]:
    facts = ground.task.outputs
    if not facts:
        yield "another reply", ground.actions, "Everything you asked for has been taken care of."
        return
    lines = "\n".join(f"- {fact}" for fact in facts)
    yield "one fact a line", ground.actions, f"I have looked into it for you.\n{lines}"
    there = "; ".join(reversed(facts))
    yield "the other way round", ground.actions, f"There you are: {there}. Is there anything else?"


def _respelt(ground: Ground) -> Iterator[Change]:
    facts = ground.task.outputs
    told = [f"{float(fact):,.2f}" if _is_amount(fact) else fact for fact in facts]
    if told != list(facts):
        yield "amounts with two decimals", ground.actions, reply(told)


def _is_amount(fact: str) -> bool:
    whole, point, decimals = fact.partition(".")
    return bool(point) and whole.isdecimal() and decimals.isdecimal() and len(decimals) <= 2


Maker = Callable[[Ground], Iterator[Change]]

MUTANTS: Mapping[str, Maker] = {
    "nothing": _nothing,
    "dropped": _dropped,
    "doubled": _doubled,
    "altered": _altered,
    "wrong-entity": _wrong_entity,
    "reordered": _reordered,
    "extra-write": _extra_write,
    "lie": _lie,
    "silence": _silence,
}
"""Must be rejected, unless by execution they turn out to be as good as gold."""

EQUIVALENTS: Mapping[str, Maker] = {
    "read-added": _read_added,
    "read-repeated": _read_repeated,
    "mistake-first": _mistake_first,
    "writes-reordered": _writes_reordered,
    "reworded": _reworded,
    "respelt": _respelt,
}
"""Must be accepted."""


def _name(ground: Ground, at: int) -> str:
    return f"call {at} {ground.actions[at].tool}"


def _with(ground: Ground, at: int, *instead: Action) -> tuple[Action, ...]:
    return (*ground.actions[:at], *instead, *ground.actions[at + 1 :])


def _pairs(ground: Ground) -> list[tuple[int, int]]:
    count = len(ground.actions)
    pairs = [(at, later) for at in range(count) for later in range(at + 1, count)]
    return ground.rng.sample(pairs, len(pairs))


def _moved(ground: Ground, at: int, later: int) -> Change:
    """The later call made just before the other."""
    actions = list(ground.actions)
    actions.insert(at, actions.pop(later))
    return f"{_name(ground, later)} before {_name(ground, at)}", actions, ground.reply


def _depends(ground: Ground, at: int, later: int) -> bool:
    """Whether a call takes a value from an earlier one, or meets rows that either writes."""
    if any(binding.origin == f"action {at}" for binding in ground.actions[later].bindings):
        return True
    first, second = ground.calls[at], ground.calls[later]
    return _meet(first.writes, (*second.reads, *second.writes)) or _meet(first.reads, second.writes)


def _meet(some: Sequence[Touched], others: Sequence[Touched]) -> bool:
    return any(
        one.table == other.table and (not one.keys or not other.keys or bool({*one.keys} & {*other.keys}))
        for one in some
        for other in others
    )
