"""Requests that a rule of the policy forbids, and what a good agent does with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from attrs import evolve

from scaleenv_core.engine import Observation
from scaleenv_core.stages.arguments import name_key
from scaleenv_core.stages.gate import replays
from scaleenv_core.stages.ground import Ground, Row
from scaleenv_core.stages.walk import Step
from scaleenv_core.stages.wish import Wish, said
from scaleenv_core.types import Action, Binding, Rule


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
    if not found or found[0].told[0][1] in said([*steps, found[1]]):
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
        if seen.status != "answered" or any(step.rows & made(seen).rows for step in found):
            continue
        again = environment.call(seen.tool, seen.arguments)
        if environment.fingerprint != before:
            found.append(made(again))
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
                return look, made(seen)
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
                return evolve(made(seen), told=((column, str(row[column])),))
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


def made(seen: Observation) -> Step:
    """A call whose arguments the user says."""
    assert isinstance(seen.arguments, dict)
    bindings = tuple(Binding(argument=name, origin="user") for name in seen.arguments)
    action = Action(tool=seen.tool, arguments=seen.arguments, bindings=bindings)
    return Step(action, seen, seen.content, wrote=bool(seen.writes))
