"""What the variants of a task are made from: its gold as it was played, and chance."""

from __future__ import annotations

import random
from collections.abc import Container, Iterator, Sequence
from typing import Literal

from attrs import evolve, frozen

from scaleenv_core.engine import Environment
from scaleenv_core.errors import ToolCrash, ToolLied
from scaleenv_core.stages.arguments import ArgumentMaker
from scaleenv_core.stages.audit.playing import Played, Reply, Variant, play
from scaleenv_core.stages.audit.truth import meet
from scaleenv_core.stages.audit.values import Values
from scaleenv_core.types import Action, CallRecord, PlannedFault, Task


def gold_variant(task: Task) -> Variant:
    """The gold actions, and a plain report of the facts, and of what failed for good."""
    done = [(action.tool, action.arguments) for action in task.actions if action.expect != "failed"]
    lost = [action for action in task.actions if action.expect == "failed"]
    failed = dict.fromkeys(action.tool for action in lost if (action.tool, action.arguments) not in done)
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


def named(ground: Ground, at: int) -> str:
    """How a gold call is named to a person."""
    return f"call {at} {ground.actions[at].tool}"


def instead(ground: Ground, at: int, *others: Action) -> tuple[Action, ...]:
    """The gold actions with others, or none, in the place of one."""
    return (*ground.actions[:at], *others, *ground.actions[at + 1 :])


def pairs(ground: Ground) -> list[tuple[int, int]]:
    """All pairs of gold calls, the earlier first, in any order."""
    count = len(ground.actions)
    found = [(at, later) for at in range(count) for later in range(at + 1, count)]
    return ground.rng.sample(found, len(found))


def moved(ground: Ground, at: int, later: int) -> Variant:
    """The later call made just before the other."""
    actions = list(ground.actions)
    actions.insert(at, actions.pop(later))
    return ground.acting(f"{named(ground, later)} before {named(ground, at)}", actions)


def depends(ground: Ground, at: int, later: int) -> bool:
    """Whether a call takes a value from an earlier one, or meets rows that either writes."""
    if any(binding.origin == f"action {at}" for binding in ground.actions[later].bindings):
        return True
    first, second = ground.calls[at], ground.calls[later]
    return meet(first.writes, (*second.reads, *second.writes)) or meet(first.reads, second.writes)


def facts_apart(ground: Ground) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Each fact with its place, and the others, in any order."""
    facts = ground.task.outputs
    for at in ground.rng.sample(range(len(facts)), len(facts)):
        yield at, facts[at], (*facts[:at], *facts[at + 1 :])


def disturbed(
    ground: Ground, *faults: Literal["timeout-after", "rate-limit"]
) -> Iterator[tuple[int, PlannedFault]]:
    """Writes of the agent's that are the first and only use of their tool, each with each fault."""
    tools = [action.tool for action in ground.actions]
    for at in ground.shuffled():
        if ground.calls[at].writes and tools.count(tools[at]) == 1 and ground.actions[at].held_by == "agent":
            yield from ((at, PlannedFault(tool=tools[at], fault=fault, times=1)) for fault in faults)
