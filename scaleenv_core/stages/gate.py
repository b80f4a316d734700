"""The gate between a walk and a task: what is superfluous goes, what proves nothing is dropped."""

from __future__ import annotations

import random
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Any

from attrs import evolve

from scaleenv_core.engine import Environment, Observation
from scaleenv_core.engine.journal import canonical
from scaleenv_core.errors import ToolCrash, ToolLied
from scaleenv_core.names import subseed
from scaleenv_core.sampling import sample_arguments
from scaleenv_core.stages.walk import Fact, Step
from scaleenv_core.stages.wish import kept
from scaleenv_core.types import PlannedFault, Task

Order = tuple[tuple[int, ...], ...]
"""For each step the earlier ones that have to come before it."""


def asked(steps: Sequence[Step], rng: random.Random) -> list[Step]:
    """The steps that a goal needs: writes, answers that the user wants to know, and what feeds them."""
    fed = {number for step in steps for number in step.feeders}
    writes = any(step.wrote for step in steps)
    known = {str(value) for step in steps for value in step.action.arguments.values()}
    ends = [number for number, step in enumerate(steps) if number not in fed and not step.wrote]
    if writes:
        ends = [number for number in ends if rng.random() < 0.5]
    most = 3 if len(ends) == 1 else 1
    told = [
        evolve(step, told=facts(step.content, known, most)) if number in ends else step
        for number, step in enumerate(steps)
    ]
    return kept(told, {number for number, step in enumerate(told) if step.wrote or step.told})


def replays(
    environment: Environment,
    steps: Iterable[Step],
    faults: tuple[PlannedFault, ...] = (),
    *,
    answers: bool = True,
) -> bool:
    """Whether the steps, from fresh rows, come out again as they should, with the same ``answers``."""
    environment.reset(planned=faults)
    for step in steps:
        try:
            seen = environment.call(step.action.tool, step.action.arguments)
        except (ToolCrash, ToolLied):  # on rows that testing did not meet
            return False
        if seen.status != step.action.expect or (answers and seen.text != step.seen.text):
            return False
    return True


def minimal(environment: Environment, steps: list[Step]) -> list[Step]:
    """The steps, just replayed, without writes whose absence changes neither the end nor a later answer.

    What :func:`asked` leaves feeds a step, is told, or writes; and a write to rows that no
    other step writes is seen in the end. Only the other writes have to be tried.
    """
    end = environment.fingerprint
    for number in range(len(steps) - 1, -1, -1):
        others = [step for place, step in enumerate(steps) if place != number]
        alone = not any(steps[number].rows & other.rows for other in others)
        if not steps[number].wrote or alone or any(number in other.feeders for other in others):
            continue
        if others and replays(environment, others) and environment.fingerprint == end:
            # Without it, one that was needed because of it may be superfluous, too.
            return minimal(environment, kept(steps, set(range(len(steps))) - {number}))
    return steps


def partial_order(
    environment: Environment, steps: Sequence[Step], faults: tuple[PlannedFault, ...] = ()
) -> Order:
    """Which steps have to come before which: those that feed, and those that touch what others write.

    Proved by the order that is farthest from the given one; empty, the given order, if
    that ends otherwise.
    """
    end = environment.fingerprint
    before: list[set[int]] = []
    for number, step in enumerate(steps):
        clashing = {place for place in range(number) if _clash(steps[place], step)}
        before.append(step.feeders | clashing)
    farthest: list[int] = []
    while len(farthest) < len(steps):
        ready = (n for n in range(len(steps)) if n not in farthest and before[n] <= {*farthest})
        farthest.append(max(ready))
    again = replays(environment, (steps[number] for number in farthest), faults)
    if not again or environment.fingerprint != end:
        return ()
    # Attempts need not be made, so nothing follows from them.
    made = [b if step.action.expect == "answered" else set() for b, step in zip(before, steps, strict=True)]
    return tuple(tuple(sorted(_direct(one, made))) for one in before)


def _clash(one: Step, other: Step) -> bool:
    """Whether one writes to a table that the other touches: a search may find new rows.

    Of attempts, only what fails once holds others up: calls of the same tool.
    """
    if one.action.expect != "answered":
        return one.action.expect == "failed" and one.action.tool == other.action.tool
    touched = [{t.table for t in (*step.seen.reads, *step.seen.writes)} for step in (one, other)]
    written = [{t.table for t in step.seen.writes} for step in (one, other)]
    return bool(written[0] & touched[1] or written[1] & touched[0])


def _direct(places: set[int], before: Sequence[set[int]]) -> set[int]:
    """Those of the places that others of them do not imply."""
    implied: set[int] = set()
    for place in sorted(places, reverse=True):
        left = [*before[place]]
        while left:
            if (earlier := left.pop()) not in implied:
                implied.add(earlier)
                left += before[earlier]
    return places - implied


def fault_of(environment: Environment, task: Task, agents: int, seed: int) -> str:
    """Why a task, whoever wrote it, proves nothing; empty where it is sound."""
    environment.reset(task.start, planned=task.faults)
    undone = environment.fingerprint
    for action in task.actions:
        try:
            seen = environment.call(action.tool, action.arguments, action.held_by)
        except (ToolCrash, ToolLied):
            return "gold-breaks"
        if seen.status != action.expect:
            return "gold-raises"
    if environment.fingerprint != task.fingerprint or not all(map(environment.holds, task.checks)):
        return "does-not-replay"
    if undone == task.fingerprint and not task.outputs and not task.checks:
        return "nothing-to-see" if task.read_only else "only-exempt-changes"
    return "passed-by-chance" if passed_by_chance(environment, task, agents, seed) else ""


def passed_by_chance(environment: Environment, task: Task, agents: int, seed: int) -> bool:
    """Whether one of so many agents that call by chance, and tell all they see, reaches the end."""
    gold = {canonical([a.tool, a.arguments]) for a in task.actions if a.expect == "answered"}
    for number in range(agents):
        seen = _by_chance(environment, task, random.Random(subseed(seed, number)))
        told = "".join(observation.text for observation in seen)
        if not seen or not all(fact in told for fact in task.outputs):
            continue
        made = {canonical([o.tool, o.arguments]) for o in seen if o.status == "answered"}
        reached = environment.fingerprint == task.fingerprint and (not task.read_only or gold <= made)
        if reached and all(map(environment.holds, task.checks)):
            return True
    return False


def _by_chance(environment: Environment, task: Task, rng: random.Random) -> list[Observation]:
    """What one to four calls say; one that breaks its tool is the last."""
    environment.reset(task.start, planned=task.faults)
    seen = []
    for _ in range(rng.randint(1, 4)):
        tool = environment.tools[rng.choice(task.tools)]
        try:
            seen.append(environment.call(tool.name, sample_arguments(tool.parameters, rng)))
        except (ToolCrash, ToolLied):
            break
    return seen


def facts(content: Any, known: Container[str] = (), most: int = 3) -> tuple[Fact, ...]:
    """A few short values of an answer that a user does not know, of lists those of the first entry."""
    found: dict[str, str] = {}
    for name, value in _values(content, ""):
        text = value if isinstance(value, str) else str(value)
        if name and 1 < len(text) <= 80 and text not in known and text not in found.values():
            found.setdefault(name, text)
    return tuple(list(found.items())[:most])


def _values(content: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(content, dict):
        for key, value in content.items():
            yield from _values(value, key)
    elif isinstance(content, list):
        for value in content[:1]:
            yield from _values(value, name)
    elif isinstance(content, (str, int, float)) and not isinstance(content, bool):
        yield name, content
