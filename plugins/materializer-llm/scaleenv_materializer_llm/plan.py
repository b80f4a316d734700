"""What a model says of a domain before any code: its tables, and what each tool does to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from attrs import field, frozen

from scaleenv_core.answers import Unusable, json_object, record
from scaleenv_core.types import DomainDraft, Tool

_NAME = re.compile(r"(?!sqlite_)[a-z][a-z0-9_]{0,62}")


@frozen(kw_only=True)
class Column:
    """One column, in the words that the model is given for it."""

    name: str
    type: Literal["text", "integer", "real", "boolean", "json"]
    key: bool = False
    nullable: bool = False
    references: str = ""
    """``table.column`` of another table's key."""

    values: tuple[str, ...] = ()
    """All texts that it may hold; empty: any."""

    compare: Literal["hard", "exempt", "semantic"] = "hard"


@frozen(kw_only=True)
class Table:
    """One table."""

    name: str
    columns: tuple[Column, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """Its primary key."""
        return tuple(column.name for column in self.columns if column.key)

    def column(self, name: str) -> Column | None:
        """A column by name."""
        return next((column for column in self.columns if column.name == name), None)


@frozen(kw_only=True)
class Conduct:
    """What one tool does."""

    tool: str
    writes: bool
    tables: tuple[str, ...]
    requires: tuple[str, ...] = ()
    """Pre-conditions: what else is refused."""

    effects: tuple[str, ...] = ()
    """Post-conditions."""

    selects: Mapping[str, str] = field(factory=dict)
    """Parameter → the ``table.column`` that says which rows are meant."""

    stores: Mapping[str, str] = field(factory=dict)
    """Parameter → the ``table.column`` that it is stored in."""


@frozen(kw_only=True)
class Impossible:
    """A tool that no rows can answer for."""

    tool: str
    reason: str


@frozen(kw_only=True)
class Plan:
    """A domain before any code."""

    tables: tuple[Table, ...]
    tools: tuple[Conduct, ...]
    impossible: tuple[Impossible, ...] = ()
    policy: tuple[str, ...] = ()

    def table(self, name: str) -> Table | None:
        """A table by name."""
        return next((table for table in self.tables if table.name == name), None)

    def finds(self, place: str) -> Column | None:
        """The column at ``table.column``."""
        table, _, column = place.partition(".")
        found = self.table(table)
        return found.column(column) if found else None


def read_plan(answer: str, draft: DomainDraft) -> Plan:
    """The plan in an answer, tables parents first; raises :class:`Unusable` with all that is wrong."""
    plan = record(json_object(answer), Plan)
    wrong = [*_tables(plan), *_tools(plan, draft)]
    if wrong:
        raise Unusable("; ".join(wrong[:20]))
    return Plan(
        tables=_parents_first(plan.tables),
        tools=tuple(sorted(plan.tools, key=lambda conduct: conduct.tool)),
        impossible=plan.impossible,
        policy=plan.policy,
    )


def _tables(plan: Plan) -> Iterator[str]:
    names = [table.name for table in plan.tables]
    yield from (f"table {name!r} is there twice" for name in sorted({n for n in names if names.count(n) > 1}))
    for table in plan.tables:
        columns = [column.name for column in table.columns]
        for name in (table.name, *columns):
            if not _NAME.fullmatch(name):
                yield f"{table.name}: {name!r} is no name such as order_lines"
        for name in sorted({name for name in columns if columns.count(name) > 1}):
            yield f"{table.name}.{name} is there twice"
        if not table.key:
            yield f"table {table.name!r} has no column with key = true"
        for column in table.columns:
            yield from _column(plan, f"{table.name}.{column.name}", column)


def _column(plan: Plan, place: str, column: Column) -> Iterator[str]:
    if column.key and (column.nullable or column.type not in ("text", "integer")):
        yield f"{place} is a key: it must be text or integer, and not nullable"
    if column.values and column.type != "text":
        yield f"{place}: only a text can have a list of values"
    if any("\0" in value for value in column.values):
        yield f"{place}: a value holds NUL"
    if not column.references:
        return
    table = plan.table(column.references.partition(".")[0])
    target = plan.finds(column.references)
    if table is None or target is None or table.key != (target.name,):
        yield f"{place} references {column.references!r}, which is not the only key of a table"
    elif target.type != column.type:
        yield f"{place} is {column.type}, and the key it references is {target.type}"


def _tools(plan: Plan, draft: DomainDraft) -> Iterator[str]:
    tools = {tool.name: tool for tool in draft.tools}
    told = [conduct.tool for conduct in plan.tools] + [given.tool for given in plan.impossible]
    for name in sorted({*tools, *told}):
        if told.count(name) != 1 or name not in tools:
            there = "is no tool of this domain" if name not in tools else f"is there {told.count(name)} times"
            yield f"tool {name!r} {there}: each tool is once in 'tools' or once in 'impossible'"
    for conduct in plan.tools:
        if conduct.tool in tools:
            yield from _conduct(plan, conduct, tools[conduct.tool])


def _conduct(plan: Plan, conduct: Conduct, tool: Tool) -> Iterator[str]:
    if not conduct.tables:
        yield f"tool {conduct.tool!r} names no table"
    for name in conduct.tables:
        if plan.table(name) is None:
            yield f"tool {conduct.tool!r}: there is no table {name!r}"
    for parameter, place in [*conduct.selects.items(), *conduct.stores.items()]:
        if parameter not in tool.parameters.get("properties", {}):
            yield f"tool {conduct.tool!r} has no parameter {parameter!r}"
        if plan.finds(place) is None:
            yield f"tool {conduct.tool!r}: there is no column {place!r}"


def _parents_first(tables: tuple[Table, ...]) -> tuple[Table, ...]:
    left, made = list(tables), list[Table]()
    while left:
        done = {table.name for table in made}
        ready = [table for table in left if _parents(table) <= done]
        if not ready:
            names = ", ".join(sorted(table.name for table in left))
            raise Unusable(f"tables reference each other in a circle: {names}")
        made += ready
        left = [table for table in left if table not in ready]
    return tuple(made)


def _parents(table: Table) -> set[str]:
    return {c.references.partition(".")[0] for c in table.columns if c.references} - {table.name}
