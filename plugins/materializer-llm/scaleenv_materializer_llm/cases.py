"""The procedural tests that a model writes beside a tool: calls on the seed rows, and what they change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from attrs import frozen

from scaleenv_core.answers import Unusable, record
from scaleenv_core.converters import to_plain
from scaleenv_core.engine.validation import ArgumentCheck
from scaleenv_core.types import Case, Effect, JsonObject, Tool

from .plan import Plan


@frozen(kw_only=True)
class _Change:
    table: str
    key: tuple[Any, ...] = ()
    values: JsonObject | None = None


@frozen(kw_only=True)
class _Told:
    arguments: JsonObject
    outcome: Literal["answered", "refused"]
    changes: tuple[_Change, ...] = ()


@frozen(kw_only=True)
class _Listed:
    cases: tuple[_Told, ...]


def read_cases(data: JsonObject, tool: Tool, writes: bool, plan: Plan) -> tuple[Case, ...]:
    """The cases in ``{"cases": […]}``; raises :class:`Unusable` with all that is wrong."""
    told = record(data, _Listed).cases
    check = ArgumentCheck(tool)
    wrong = [
        f"case {n}: {problem}" for n, one in enumerate(told, 1) for problem in _problems(one, check, plan)
    ]
    if not any(one.outcome == "answered" and bool(one.changes) == writes for one in told):
        wrong.append(
            "no case is answered and changes a row" if writes else "no case is answered and changes nothing"
        )
    if wrong:
        raise Unusable("; ".join(wrong[:20]))
    return tuple(
        Case(
            tool=tool.name,
            arguments=one.arguments,
            outcome=one.outcome,
            effects=tuple(Effect(table=c.table, key=c.key, values=c.values) for c in one.changes),
        )
        for one in told
    )


def told_cases(cases: Iterable[Case]) -> JsonObject:
    """Cases in the form in which they are asked for."""
    told = [
        _Told(
            arguments=case.arguments,
            outcome=case.outcome,
            changes=tuple(_Change(table=e.table, key=e.key, values=e.values) for e in case.effects or ()),
        )
        for case in cases
    ]
    plain: JsonObject = to_plain(_Listed(cases=tuple(told)))
    return plain


def _problems(told: _Told, check: ArgumentCheck, plan: Plan) -> Iterator[str]:
    if problem := check.problem(told.arguments):
        yield problem
    if told.outcome == "refused" and told.changes:
        yield "what is refused changes nothing"
    for change in told.changes:
        table = plan.table(change.table)
        if table is None:
            yield f"there is no table {change.table!r}"
            continue
        for name in change.values or {}:
            if table.column(name) is None:
                yield f"{change.table} has no column {name!r}"
        if change.key and len(change.key) != len(table.key):
            yield f"the key of {change.table} is ({', '.join(table.key)})"
        if change.values is None and not change.key:
            yield f"a change of {change.table} has neither key nor values"
