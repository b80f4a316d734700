"""What makes a task hard beside its length: a walk's steps → a wish of a kind, where the domain has it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve

from scaleenv_core.engine import Environment, Observation
from scaleenv_core.names import words
from scaleenv_core.stages.arguments import name_key
from scaleenv_core.stages.gate import replays
from scaleenv_core.stages.ground import Ground, Row
from scaleenv_core.stages.walk import Fact, Step
from scaleenv_core.stages.wish import Wish, inserted, kept
from scaleenv_core.types import Action, Binding, Kind, PlannedFault, Rule

_TRIES = 4
"""Other values tried for one that is needed."""

Maker = Callable[[Ground, Sequence[Step]], Wish | None]


def recovery(ground: Ground, steps: Sequence[Step]) -> Wish | None:
    """Before a write the user wants another one of the kind, which the domain refuses."""
    for at in ground.shuffled([number for number, step in enumerate(steps) if step.wrote]):
        wanted = steps[at].action
        if not replays(ground.environment, steps[:at]):
            return None
        for seen in ground.refusals(ground.environment.tools[wanted.tool])[:1]:
            gold = inserted(steps, at, _attempt(seen, wanted))
            return Wish(kind="recovery", asked=gold, gold=gold)
    return None


def _attempt(seen: Observation, like: Action | None = None) -> Step:
    """A call that comes to nothing; what it shares with another, it has from the same place."""
    assert isinstance(seen.arguments, dict)
    known = (
        {b.argument: b for b in like.bindings if like.arguments[b.argument] == seen.arguments.get(b.argument)}
        if like
        else {}
    )
    bindings = tuple(known.get(name, Binding(argument=name, origin="user")) for name in seen.arguments)
    action = Action(
        tool=seen.tool,
        arguments=seen.arguments,
        bindings=bindings,
        expect="refused" if seen.status == "refused" else "failed",
    )
    return Step(action, seen, None, wrote=False)


def impossible(ground: Ground, steps: Sequence[Step]) -> Wish | None:
    """After some reading the user wants what the domain refuses, and has to be told why."""
    if any(step.wrote for step in steps) or not replays(ground.environment, steps):
        return None
    for tool in ground.writing():
        for seen in ground.refusals(tool):
            attempt = _attempt(seen)
            why = _reason(ground, seen, _said([*steps, attempt]))
            if why:
                gold = (*steps, evolve(attempt, told=(why,)))
                return Wish(kind="impossible", asked=gold, gold=gold)
    return None


def _reason(ground: Ground, seen: Observation, known: set[str]) -> Fact | None:
    """What a refusal tells of the rows that it was found in, and the user does not."""
    assert isinstance(seen.arguments, dict)
    text = str(seen.content)
    for value in seen.arguments.values():
        text = text.replace(str(value), " ")
    rows = [
        (touched.table, ground.seeds.get((touched.table, key), {}))
        for touched in seen.reads
        for key in touched.keys
    ]
    found = [(column, value) for _, row in rows for column, value in row.items()]
    # What is still there: the rows of another table.
    found += [(table, " ".join(words(table))) for table, _ in rows]
    for name, value in found:
        if (
            isinstance(value, str | int | float)
            and not isinstance(value, bool)
            and str(value) not in {"", *known}
        ):
            if re.search(rf"(?<!\w){re.escape(str(value))}(?!\w)", text):
                return name, str(value)
    return None


def _said(steps: Sequence[Step]) -> set[str]:
    """What user and agent say anyway."""
    given = {str(value) for step in steps for value in step.action.arguments.values()}
    return given | {fact for step in steps for _, fact in step.told}


def forbidden(ground: Ground, steps: Sequence[Step]) -> Wish | None:
    """After some reading the user wants what a rule bars, or more than it allows."""
    if any(step.wrote for step in steps) or not replays(ground.environment, steps):
        return None
    for rule in ground.shuffled([rule for rule in ground.rules if rule.kind in ("barred", "limit")]):
        make = _barred if rule.kind == "barred" else _limited
        if wish := make(ground, steps, rule):
            return wish
    return None


def _barred(ground: Ground, steps: Sequence[Step], rule: Rule) -> Wish | None:
    """The user has to be told why not."""
    found = barred(ground, rule)
    if not found or found[0].told[0][1] in _said([*steps, found[1]]):
        return None
    look, wanted = found
    return Wish(kind="forbidden", rule=rule, asked=(*steps, wanted), gold=(*steps, look))


def _limited(ground: Ground, steps: Sequence[Step], rule: Rule) -> Wish | None:
    """The first few are made, and one that is too many is not."""
    if any(step.action.tool in rule.tools for step in steps):
        return None
    wanted = repeated(ground, rule)
    if not wanted:
        return None
    return Wish(kind="forbidden", rule=rule, asked=(*steps, *wanted), gold=(*steps, *wanted[:-1]))


def repeated(ground: Ground, rule: Rule) -> tuple[Step, ...] | None:
    """One call more than a rule allows, each of which would do something; they are made."""
    environment, found = ground.environment, list[Step]()
    for seen in ground.calls(environment.tools[rule.tools[0]]):
        assert isinstance(seen.arguments, dict)
        before = environment.fingerprint
        if seen.status != "answered" or any(step.rows & _made(seen).rows for step in found):
            continue
        made = environment.call(seen.tool, seen.arguments)
        if environment.fingerprint != before:
            found.append(_made(made))
        if len(found) > rule.most:
            return tuple(found)
    return None


def barred(ground: Ground, rule: Rule) -> tuple[Step, Step] | None:
    """A look-up that shows why, and the call that a rule bars and that the domain would carry out."""
    for name in rule.tools:
        tool = ground.environment.tools[name]
        for seen in ground.calls(tool):
            row = _row(ground, rule, seen)
            if row is None:
                continue
            look = _look(ground, seen, row, rule.column)
            if look:
                return look, _made(seen)
    return None


def _row(ground: Ground, rule: Rule, seen: Observation) -> Row | None:
    """The row that a call writes against a rule."""
    if seen.status != "answered":
        return None
    rows = [ground.seeds.get((t.table, key)) for t in seen.writes if t.table == rule.table for key in t.keys]
    return next((row for row in rows if row and row[rule.column] in rule.values), None)


def _look(ground: Ground, wanted: Observation, row: Row, column: str) -> Step | None:
    """A read, of what the user knows, that shows a column of a row."""
    assert isinstance(wanted.arguments, dict)
    given = wanted.arguments
    for tool in ground.reading():
        for seen in list(ground.calls(tool, given))[:3]:
            assert isinstance(seen.arguments, dict)
            known = {name_key(name): value for name, value in given.items()}
            spoken = all(known.get(name_key(name)) == value for name, value in seen.arguments.items())
            if (
                spoken
                and seen.status == "answered"
                and row in _seen(ground, seen)
                and _shows(seen.content, row, column)
            ):
                return evolve(_made(seen), told=((column, str(row[column])),))
    return None


def _seen(ground: Ground, seen: Observation) -> Iterator[Row | None]:
    """The rows that a call read."""
    return (ground.seeds.get((touched.table, key)) for touched in seen.reads for key in touched.keys)


def _shows(content: Any, row: Row, column: str) -> bool:
    if isinstance(content, list):
        return any(_shows(part, row, column) for part in content)
    if not isinstance(content, dict):
        return False
    same = sum(content.get(name) == value for name, value in row.items() if value is not None)
    if content.get(column) == row[column] and same >= min(3, len(row)):
        return True
    return any(_shows(part, row, column) for part in content.values() if isinstance(part, dict | list))


def _made(seen: Observation) -> Step:
    """A call whose arguments the user says."""
    assert isinstance(seen.arguments, dict)
    bindings = tuple(Binding(argument=name, origin="user") for name in seen.arguments)
    action = Action(tool=seen.tool, arguments=seen.arguments, bindings=bindings)
    return Step(action, seen, seen.content, wrote=bool(seen.writes))


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
    return (
        Wish(kind="withheld", asked=tuple(steps), gold=tuple(steps), withheld=tuple(chosen))
        if chosen
        else None
    )


def _sayable(value: Any, steps: Sequence[Step]) -> bool:
    """Whether nobody could guess it, and nothing else that is said gives it away."""
    if isinstance(value, bool) or not isinstance(value, str | int | float) or not 1 < len(str(value)) <= 80:
        return False
    return sum(value in step.action.arguments.values() for step in steps) == 1


def changing(ground: Ground, steps: Sequence[Step]) -> Wish | None:
    """The user first wants another value in a write, which the right one covers without a trace."""
    environment, fed = ground.environment, {number for step in steps for number in step.feeders}
    if not replays(environment, steps):
        return None
    end = environment.fingerprint
    for at in ground.shuffled([n for n, step in enumerate(steps) if step.wrote and n not in fed]):
        for first in _others(ground, steps[at]):
            if not replays(environment, steps[:at]):
                return None
            seen = ground.tried(first.tool, first.arguments)
            if seen is None or seen.status != "answered":
                continue
            before = Step(first, seen, seen.content, wrote=True)
            if _covered(environment, steps, at, before, end):
                return Wish(kind="changing", asked=tuple(steps), gold=tuple(steps), first=(at, before))
    return None


def _covered(environment: Environment, steps: Sequence[Step], at: int, before: Step, end: str) -> bool:
    """Whether a step undoes all that another in its place would have done otherwise."""
    instead = [*steps[:at], before, *steps[at + 1 :]]
    if not replays(environment, instead, answers=False) or environment.fingerprint == end:
        return False
    return replays(environment, inserted(steps, at, before)) and environment.fingerprint == end


def _others(ground: Ground, step: Step) -> Iterator[Action]:
    """A write with another value for one thing that the user says."""
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
    attempt = evolve(_attempt(environment.call(action.tool, action.arguments), action), told=())
    attempt = evolve(attempt, action=evolve(attempt.action, bindings=action.bindings))
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
