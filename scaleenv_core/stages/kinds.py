"""What makes a task hard beside its length: a walk's steps → a wish of a kind, where the domain has it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve

from scaleenv_core.engine import Environment, Observation
from scaleenv_core.names import words
from scaleenv_core.stages.gate import replays
from scaleenv_core.stages.ground import Ground
from scaleenv_core.stages.rules import broken
from scaleenv_core.stages.tempting import forbidden, made
from scaleenv_core.stages.walk import Fact, Step
from scaleenv_core.stages.wish import Wish, inserted, kept, plain, said
from scaleenv_core.types import Action, Binding, Kind, PlannedFault

_CODE = re.compile(r"(?=\S*\d)[\w#./:-]+")
"""What a person reads off somewhere, rather than knows."""

_TRIES = 4
"""Other values tried for one that is needed."""

Maker = Callable[[Ground, Sequence[Step]], Wish | None]


def recovery(ground: Ground, steps: Sequence[Step]) -> Wish | None:
    """Before a call the user wants another one of the kind, which the domain refuses."""
    for at in ground.shuffled([number for number, step in enumerate(steps) if step.wrote or step.told]):
        wanted = steps[at].action
        if not replays(ground.environment, steps[:at]):
            return None
        refused = ground.refusals(ground.environment.tools[wanted.tool])
        for seen in (*refused, *_mistaken(ground, wanted)):
            gold = inserted(steps, at, _attempt(seen, wanted))
            return Wish(kind="recovery", asked=gold, gold=gold)
    return None


def _mistaken(ground: Ground, action: Action) -> Iterator[Observation]:
    """The call with something that a person remembers wrong by a digit, so that there is none such."""
    for name, value in action.arguments.items():
        if isinstance(value, str) and _CODE.fullmatch(value):
            at = max(place for place, letter in enumerate(value) if letter.isdigit())
            other = ground.rng.choice([digit for digit in "0123456789" if digit != value[at]])
            wrong = value[:at] + other + value[at + 1 :]
            seen = ground.tried(action.tool, {**action.arguments, name: wrong})
            if seen and seen.status == "refused" and seen.reads:
                yield seen


def _attempt(seen: Observation, like: Action | None = None) -> Step:
    """A call that comes to nothing; what it shares with another, it has from the same place."""
    assert isinstance(seen.arguments, dict)
    known = {b.argument: b for b in like.bindings} if like else {}
    bindings = tuple(
        known[name]
        if like and name in known and like.arguments[name] == value
        else Binding(argument=name, origin="user")
        for name, value in seen.arguments.items()
    )
    expect: Any = seen.status
    return Step(
        Action(tool=seen.tool, arguments=seen.arguments, bindings=bindings, expect=expect),
        seen,
        None,
        wrote=False,
    )


def impossible(ground: Ground, steps: Sequence[Step]) -> Wish | None:
    """After some reading the user wants what the domain refuses, and has to be told why."""
    if any(step.wrote for step in steps) or not replays(ground.environment, steps):
        return None
    for tool in ground.writing():
        for seen in ground.refusals(tool):
            attempt = _attempt(seen)
            why = _reason(ground, seen, said([*steps, attempt]))
            if why:
                gold = (*steps, evolve(attempt, told=(why,)))
                return Wish(kind="impossible", asked=gold, gold=gold)
    return _without_tool(ground, steps) if any(step.told for step in steps) else None


def _without_tool(ground: Ground, steps: Sequence[Step]) -> Wish | None:
    """The user wants something that no tool on offer does, beside what can be told."""
    operations = [op for op in ground.environment.domain.manifest.operations if op.writes]
    for tool in ground.writing():
        for seen in ground.calls(tool):
            touched = {written.table for written in seen.writes}
            if seen.status == "answered" and touched:
                missing = {op.tool for op in operations if touched & {*op.tables} or not op.tables}
                asked = (*steps, made(seen))
                return Wish(
                    kind="impossible",
                    asked=asked,
                    gold=tuple(steps),
                    missing=frozenset({tool.name, *missing}),
                )
    return None


def _reason(ground: Ground, seen: Observation, known: set[str]) -> Fact | None:
    """What a refusal tells of the rows that it was found in, and the user does not."""
    assert isinstance(seen.arguments, dict)
    text = str(seen.content)
    for value in seen.arguments.values():
        text = text.replace(str(value), " ")
    rows = [(touched.table, key) for touched in seen.reads for key in touched.keys]
    cells = [cell for row in rows for cell in ground.seeds.get(row, {}).items()]
    # What is still there: the rows of another table.
    cells += [(table, " ".join(words(table))) for table, _ in rows]
    for name, value in cells:
        fact = "" if isinstance(value, bool) or not isinstance(value, str | int | float) else str(value)
        if fact and fact not in known and re.search(rf"(?<!\w){re.escape(fact)}(?!\w)", text):
            return name, fact
    return None


def withheld(ground: Ground, steps: Sequence[Step]) -> Wish | None:
    """The user leaves out one or two things that a call needs, and says them when asked."""
    tools, found = ground.environment.tools, []
    for number, step in enumerate(steps):
        required = tools[step.action.tool].parameters.get("required", ())
        for binding in step.action.bindings:
            value = step.action.arguments[binding.argument]
            if binding.origin == "user" and binding.argument in required and _sayable(value, steps):
                found.append((number, binding.argument))
    chosen = sorted(ground.rng.sample(found, min(len(found), ground.rng.choice((1, 1, 2)))))
    if not chosen:
        return None
    return evolve(plain(steps), kind="withheld", withheld=tuple(chosen))


def _sayable(value: Any, steps: Sequence[Step]) -> bool:
    """Whether nobody could guess it, and nothing else that is said gives it away."""
    if isinstance(value, bool) or not isinstance(value, str | int | float) or not 1 < len(str(value)) <= 80:
        return False
    return sum(value in step.action.arguments.values() for step in steps) == 1


def changing(ground: Ground, steps: Sequence[Step]) -> Wish | None:
    """The user first wants another call; who makes it at once, and then the right one, ends alike.

    That breaks no rule, either.
    """
    environment, fed = ground.environment, {number for step in steps for number in step.feeders}
    if not replays(environment, steps):
        return None
    end = environment.fingerprint
    ends = [n for n, step in enumerate(steps) if (step.wrote or step.told) and n not in fed]
    for at in ground.shuffled(ends):
        for action in _others(ground, steps[at]):
            if not replays(environment, steps[:at]):
                return None
            seen = ground.tried(action.tool, action.arguments)
            if seen is None or seen.status != "answered":
                continue
            first = Step(action, seen, seen.content, steps[at].wrote, steps[at].told)
            told = all(fact in seen.text for _, fact in steps[at].told)
            lawful = not broken(ground.rules, ground, inserted(steps, at, first))
            if lawful and (_covered(environment, steps, at, first, end) if first.wrote else not told):
                return evolve(plain(steps), kind="changing", first=(at, first))
    return None


def _covered(environment: Environment, steps: Sequence[Step], at: int, before: Step, end: str) -> bool:
    """Whether a step undoes all that another in its place would have done otherwise."""
    instead = [*steps[:at], before, *steps[at + 1 :]]
    if not replays(environment, instead, answers=False) or environment.fingerprint == end:
        return False
    return replays(environment, inserted(steps, at, before)) and environment.fingerprint == end


def _others(ground: Ground, step: Step) -> Iterator[Action]:
    """A call with another value for one thing that the user says."""
    action, tool = step.action, ground.environment.tools[step.action.tool]
    spoken = [b.argument for b in action.bindings if b.origin == "user"]
    for name in ground.shuffled(spoken)[:4]:
        for _ in range(_TRIES):
            value = ground.maker.make(tool, ground.rng, optional=1.0, given=action.arguments).get(name)
            if value is not None and value != action.arguments[name]:
                yield evolve(action, arguments={**action.arguments, name: value})
                break


def fault(ground: Ground, steps: Sequence[Step]) -> Wish | None:
    """A tool fails at its first call, and does at its second; or it always fails, and the rest is done."""
    first = {step.action.tool: number for number, step in reversed(list(enumerate(steps)))}
    for down in (True, False) if ground.rng.random() < 0.4 else (False,):
        for at in ground.shuffled(sorted(first.values())):
            rest = _without(steps, at) if down else None
            if down and not rest:
                continue
            after = "timeout-after" if steps[at].wrote and not down else "timeout-before"
            name: Any = ground.rng.choice(["rate-limit", "expired-auth", after])
            planned = PlannedFault(tool=steps[at].action.tool, fault=name, times=0 if down else 1)
            if wish := _disturbed(ground, steps, at, planned, rest):
                return wish
    return None


def _without(steps: Sequence[Step], at: int) -> list[Step]:
    """The other steps, if they do something and need neither the step nor its tool."""
    rest = [step for number, step in enumerate(steps) if number != at]
    if any(at in step.feeders or step.action.tool == steps[at].action.tool for step in rest):
        return []
    return kept(steps, set(range(len(steps))) - {at}) if any(step.told or step.wrote for step in rest) else []


def _disturbed(
    ground: Ground, steps: Sequence[Step], at: int, planned: PlannedFault, rest: Sequence[Step] | None
) -> Wish | None:
    environment, action = ground.environment, steps[at].action
    if not replays(environment, steps[:at], faults=(planned,)):
        return None
    attempt = _attempt(environment.call(action.tool, action.arguments), action)
    gold = inserted(steps if rest is None else rest, at, attempt)
    if rest is None:
        replays(environment, steps)
        end = environment.fingerprint
        if not (replays(environment, gold, faults=(planned,)) and environment.fingerprint == end):
            return None  # what was carried out already is not to be done twice
    return Wish(kind="fault", asked=tuple(steps), gold=gold, faults=(planned,))


MAKERS: Mapping[Kind, Maker] = {
    "recovery": recovery,
    "fault": fault,
    "withheld": withheld,
    "impossible": impossible,
    "forbidden": forbidden,
    "changing": changing,
}
"""How a walk becomes a task of a kind; ``merged`` takes two walks, ``plain`` nothing."""

READING: frozenset[Kind] = frozenset({"impossible", "forbidden"})
"""Kinds that are made of walks that only read."""
