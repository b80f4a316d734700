"""What an audit tries: ways to go wrong, and ways that are as good as gold."""

from __future__ import annotations

import random
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import zip_longest
from typing import Literal

from attrs import evolve, frozen

from scaleenv_core.engine import Environment
from scaleenv_core.errors import ToolCrash, ToolLied
from scaleenv_core.stages.arguments import ArgumentMaker
from scaleenv_core.stages.audit.playing import Played, Reply, Variant, play
from scaleenv_core.stages.audit.spelling import other_facts, respelt, tells
from scaleenv_core.stages.audit.truth import meet
from scaleenv_core.stages.audit.values import Values, alterations
from scaleenv_core.types import Action, CallRecord, PlannedFault, Task


def gold_variant(task: Task) -> Variant:
    """The gold actions, and a plain report of the facts, and of what failed for good."""
    failed = {
        action.tool: None
        for number, action in enumerate(task.actions)
        if action.expect == "failed"
        and not any(
            (a.tool, a.arguments) == (action.tool, action.arguments) for a in task.actions[number + 1 :]
        )
    }
    return Variant(actions=task.actions, asked=task.withheld, reply=Reply.plain(task.outputs, tuple(failed)))


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
    def calls(self) -> tuple[CallRecord, ...]:
        """What the gold actions did."""
        return self.gold.trajectory.calls

    def acting(self, change: str, actions: Sequence[Action]) -> Variant:
        """Other actions, and gold's reply."""
        return evolve(self.gold.variant, change=change, actions=tuple(actions))

    def saying(self, change: str, text: str, tells: Sequence[str]) -> Variant:
        """The gold actions, and another reply; what gold admits is admitted, too."""
        plain = self.gold.variant.reply
        more = Reply.plain((), plain.admits).text.removeprefix("That is done.") if plain.admits else ""
        return evolve(
            self.gold.variant, change=change, reply=evolve(plain, text=text + more, tells=tuple(tells))
        )

    def telling(self, change: str, facts: Sequence[str], tells: Sequence[str] | None = None) -> Variant:
        """The gold actions, and a plain report of other facts."""
        return self.saying(change, Reply.plain(facts).text, facts if tells is None else tells)

    def shuffled(self) -> list[int]:
        """The places of the gold actions, in any order."""
        return self.rng.sample(range(len(self.actions)), len(self.actions))

    def play(self, variant: Variant) -> Played:
        """Carry it out, to go on from there."""
        return play(self.environment, self.task, variant)

    def tried(self, action: Action) -> tuple[CallRecord | None, bool]:
        """What a call does now, and whether it changes rows; nothing where it breaks."""
        before = self.environment.fingerprint
        try:
            seen = self.environment.call(action.tool, action.arguments, action.held_by)
        except (ToolCrash, ToolLied):
            return None, False
        return seen.record, self.environment.fingerprint != before

    def drawn(self, *, writes: bool, tools: Container[str] | None = None) -> Iterator[Action]:
        """Calls of tools in scope, or of some of them, with arguments that meet the rows."""
        functions, offered = self.environment.domain.functions, self.environment.offered()
        names = [name for name in self.task.tools if name in offered and functions[name].writes is writes]
        names = [name for name in names if tools is None or name in tools]
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
                for variant in make(ground):
                    made = evolve(variant, kind=kind, planned=planned)
                    if made not in done:
                        done.append(made)
                    if len(done) == most:
                        break
            yield from done


# Ways to go wrong


def _nothing(ground: Ground) -> Iterator[Variant]:
    if ground.actions:
        yield ground.acting("no call at all", ())


def _dropped(ground: Ground) -> Iterator[Variant]:
    if len(ground.actions) > 1:  # else it is doing nothing
        for at in ground.shuffled():
            yield ground.acting(f"{_name(ground, at)} left out", _with(ground, at))


def _doubled(ground: Ground) -> Iterator[Variant]:
    for at in ground.shuffled():
        if ground.calls[at].writes:  # reading twice is as good as once
            twice = (ground.actions[at], ground.actions[at])
            yield ground.acting(f"{_name(ground, at)} made twice", _with(ground, at, *twice))


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
            yield ground.acting(f"{_name(ground, at)}: {change}", _with(ground, at, action))


def _reordered(ground: Ground) -> Iterator[Variant]:
    for at, later in _pairs(ground):
        if _depends(ground, at, later):
            yield _moved(ground, at, later)


def _extra_write(ground: Ground) -> Iterator[Variant]:
    writes = [at for at in ground.shuffled() if ground.calls[at].writes]
    for at in writes:
        for change, action in alterations(ground.actions[at], ground.values, ground.rng, keys=True):
            if _writes_at_the_end(ground, action):
                yield ground.acting(f"{_name(ground, at)} once more: {change}", (*ground.actions, action))
                break
    for action in ground.drawn(writes=True):
        if _writes_at_the_end(ground, action):
            yield ground.acting(f"{action.tool} {action.arguments} beside it", (*ground.actions, action))


def _writes_at_the_end(ground: Ground, action: Action) -> bool:
    ground.play(ground.gold.variant)
    return ground.tried(action)[1]


def _lie(ground: Ground) -> Iterator[Variant]:
    for at, fact, rest in _facts(ground):
        for other in other_facts(fact, ground.values, ground.rng):
            told = [*rest[:at], other, *rest[at:]]
            if not tells(Reply.plain(told).text, fact):
                yield ground.telling(f"says {other!r} for {fact!r}", told, rest)


def _denied(ground: Ground) -> Iterator[Variant]:
    for at, fact, rest in _facts(ground):
        told = [*rest[:at], f"not {fact}", *rest[at:]]
        if not tells(Reply.plain(rest).text, fact):
            made = ground.telling(f"says that it is not {fact!r}", told, rest)
            yield evolve(made, reply=evolve(made.reply, denies=(fact,)))


def _silence(ground: Ground) -> Iterator[Variant]:
    for _, fact, rest in _facts(ground):
        yield ground.telling(f"does not say {fact!r}", rest)


def _facts(ground: Ground) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Each fact with its place, and the others, in any order."""
    facts = ground.task.outputs
    for at in ground.rng.sample(range(len(facts)), len(facts)):
        yield at, facts[at], (*facts[:at], *facts[at + 1 :])


def _told_first(ground: Ground) -> Iterator[Variant]:
    if ground.task.outputs and ground.actions:
        made = ground.telling("the facts told before any call", ())
        yield evolve(made, opening=ground.gold.variant.reply.text)


def _fault_hidden(ground: Ground) -> Iterator[Variant]:
    for at, fault in _disturbed(ground, "timeout-after", "rate-limit"):
        made = ground.acting(f"{_name(ground, at)}: {fault.fault}, and success claimed", ground.actions)
        yield evolve(made, faults=(fault,))


def _disturbed(
    ground: Ground, *faults: Literal["timeout-after", "rate-limit"]
) -> Iterator[tuple[int, PlannedFault]]:
    """Writes of the agent's that are the first and only use of their tool, each with each fault."""
    tools = [action.tool for action in ground.actions]
    for at in ground.shuffled():
        if ground.calls[at].writes and tools.count(tools[at]) == 1 and ground.actions[at].held_by == "agent":
            yield from ((at, PlannedFault(tool=tools[at], fault=fault, times=1)) for fault in faults)


def _rule_broken(ground: Ground) -> Iterator[Variant]:
    called = {call.tool for call in ground.calls if call.status == "answered"}
    asked = ground.gold.variant.asked
    for rule in ground.environment.domain.manifest.rules:
        if rule.kind == "confirm" and called & {*rule.tools} and asked:
            yield evolve(ground.acting("does not ask for leave", ground.actions), asked=asked[:-1])
        for at in ground.shuffled():
            if rule.kind == "limit" and ground.actions[at].tool in rule.tools:
                more = (ground.actions[at],) * (rule.most + 1)
                yield ground.acting(f"{_name(ground, at)} {rule.most} times more", _with(ground, at, *more))
        if rule.kind == "barred":
            for action in ground.drawn(writes=True, tools=rule.tools):
                if _writes_at_the_end(ground, action):
                    change = f"{action.tool} {action.arguments}, whatever the rule {rule.id!r}"
                    yield ground.acting(change, (*ground.actions, action))


# Ways that are as good as gold


def _read_added(ground: Ground) -> Iterator[Variant]:
    for action in ground.drawn(writes=False):
        ground.environment.reset(ground.task.start, planned=ground.task.faults)
        call, changed = ground.tried(action)
        if call and not changed and _looks(call):
            at = ground.rng.randint(0, len(ground.actions))
            actions = (*ground.actions[:at], action, *ground.actions[at:])
            yield ground.acting(f"{action.tool} {action.arguments} beside it", actions)


def _looks(call: CallRecord) -> bool:
    """Whether it only looked something up; handing over to a person reads no rows."""
    return call.status == "answered" and bool(call.reads) and not call.writes


def _read_repeated(ground: Ground) -> Iterator[Variant]:
    for at in ground.shuffled():
        action, call = ground.actions[at], ground.calls[at]
        if _looks(call) and action.held_by == "agent":
            yield ground.acting(f"{_name(ground, at)} read twice", _with(ground, at, action, action))


def _mistake_first(ground: Ground) -> Iterator[Variant]:
    for at in ground.shuffled():
        action = ground.actions[at]
        for name in sorted(action.arguments):
            wrong = {**action.arguments, name: "no such thing"}
            mistake = evolve(action, arguments=wrong)
            ground.play(evolve(ground.gold.variant, actions=ground.actions[:at]))
            call, _ = ground.tried(mistake)
            if action.held_by == "agent" and call and call.status in ("refused", "rejected"):
                yield ground.acting(
                    f"{_name(ground, at)} refused first: {name}", _with(ground, at, mistake, action)
                )
                break


def _writes_reordered(ground: Ground) -> Iterator[Variant]:
    for at, later in _pairs(ground):
        if ground.calls[at].writes and ground.calls[later].writes and not _depends(ground, at, later):
            made = _moved(ground, at, later)
            if sorted(ground.play(made).answers) == sorted(ground.gold.answers):
                yield made


def _fault_retried(ground: Ground) -> Iterator[Variant]:
    for at, fault in _disturbed(ground, "rate-limit"):
        twice = (ground.actions[at], ground.actions[at])
        made = ground.acting(f"{_name(ground, at)}: turned away, and called again", _with(ground, at, *twice))
        yield evolve(made, faults=(fault,))


def _fault_told(ground: Ground) -> Iterator[Variant]:
    plain = ground.gold.variant.reply
    for at, fault in _disturbed(ground, "timeout-after"):
        tool = fault.tool
        text = f"{plain.text} I could not confirm that {tool} went through: it timed out, so please check."
        reply = evolve(plain, text=text, admits=(*plain.admits, tool))
        made = ground.acting(f"{_name(ground, at)}: answer lost, and the user told so", ground.actions)
        yield evolve(made, faults=(fault,), reply=reply)


def _reworded(ground: Ground) -> Iterator[Variant]:
    facts = ground.task.outputs
    if not facts:
        yield ground.saying("another reply", "Everything you asked for has been taken care of.", ())
        return
    lines = "\n".join(f"- {fact}" for fact in facts)
    yield ground.saying("one fact a line", f"I have looked into it for you.\n{lines}", facts)
    there = "; ".join(reversed(facts))
    yield ground.saying("the other way round", f"There you are: {there}. Is there anything else?", facts)


def _respelt(ground: Ground) -> Iterator[Variant]:
    facts = ground.task.outputs
    for way in range(2):
        told = [respelt(fact, way) for fact in facts]
        if told != list(facts):
            yield ground.telling(f"spelt {' '.join(told)}", told, facts)


Maker = Callable[[Ground], Iterator[Variant]]

MUTANTS: Mapping[str, Maker] = {
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

EQUIVALENTS: Mapping[str, Maker] = {
    "read-added": _read_added,
    "read-repeated": _read_repeated,
    "mistake-first": _mistake_first,
    "writes-reordered": _writes_reordered,
    "fault-retried": _fault_retried,
    "fault-told": _fault_told,
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


def _moved(ground: Ground, at: int, later: int) -> Variant:
    """The later call made just before the other."""
    actions = list(ground.actions)
    actions.insert(at, actions.pop(later))
    return ground.acting(f"{_name(ground, later)} before {_name(ground, at)}", actions)


def _depends(ground: Ground, at: int, later: int) -> bool:
    """Whether a call takes a value from an earlier one, or meets rows that either writes."""
    if any(binding.origin == f"action {at}" for binding in ground.actions[later].bindings):
        return True
    first, second = ground.calls[at], ground.calls[later]
    return meet(first.writes, (*second.reads, *second.writes)) or meet(first.reads, second.writes)
