"""Seed rows that a model wrote: of the columns' types, with keys of their own, referring to what is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scaleenv_core.answers import Unusable
from scaleenv_core.engine.columns import ColumnSpec, Mismatch
from scaleenv_core.types import JsonObject

from .plan import Column, Plan, Table

Rows = dict[str, tuple[JsonObject, ...]]


def checked_rows(data: JsonObject, plan: Plan) -> tuple[Rows, list[str]]:
    """The rows that are whole, by table and parents first, and a line for each that is not."""
    wrong = [f"there is no table {name!r}" for name in data if plan.table(name) is None]
    made: Rows = {}
    for table in plan.tables:
        given = data.get(table.name, [])
        if not isinstance(given, list):
            wrong.append(f"{table.name}: expected a list of rows")
            given = []
        kept, problems = _whole(table, given, made)
        made[table.name] = tuple(kept)
        wrong += problems
    return made, wrong


def _whole(table: Table, given: Sequence[Any], made: Rows) -> tuple[list[JsonObject], list[str]]:
    kept: dict[tuple[Any, ...], JsonObject] = {}
    wrong = []
    for number, row in enumerate(given, start=1):
        problems = list(_problems(table, row, {**made, table.name: tuple(kept.values())}))
        whole = {} if problems else _stored(table, row)
        key = tuple(whole.get(name) for name in table.key)
        if not problems and key in kept:
            problems = [f"the key {key!r} is there already"]
        if problems:
            wrong += [f"{table.name} row {number}: {problem}" for problem in problems]
        else:
            kept[key] = whole
    return list(kept.values()), wrong


def _problems(table: Table, row: Any, made: Mapping[str, Sequence[JsonObject]]) -> Iterator[str]:
    if not isinstance(row, dict):
        yield "expected an object"
        return
    yield from (f"there is no column {name!r}" for name in row if table.column(name) is None)
    for column in table.columns:
        value = row.get(column.name)
        if value is None:
            if not column.nullable:
                yield f"{column.name} is missing"
            continue
        try:
            _spec(column).stored(value)
        except Mismatch as exc:
            yield str(exc)
            continue
        if column.values and value not in column.values:
            yield f"{column.name}: {value!r} is none of {', '.join(column.values)}"
        parent, _, key = column.references.partition(".")
        if parent and all(other[key] != value for other in made[parent]):
            yield f"{column.name} refers to {value!r}, and {parent} has no such row before it"


def _stored(table: Table, row: JsonObject) -> JsonObject:
    # 2.0 in a column of integers is 2; all columns, in the table's order.
    values = {column.name: (column, row.get(column.name)) for column in table.columns}
    return {
        name: value if value is None or column.type in ("json", "boolean") else _spec(column).stored(value)
        for name, (column, value) in values.items()
    }


def _spec(column: Column) -> ColumnSpec:
    return ColumnSpec(name=column.name, kind=column.type, nullable=column.nullable)


def with_rows(rows: Rows, patch: JsonObject, plan: Plan) -> Rows:
    """Rows put beside those there are, or in the place of one with the same key; all whole again."""
    merged: JsonObject = {name: list(there) for name, there in rows.items()}
    for name, given in patch.items():
        table = plan.table(name)
        if table is None or not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
            raise Unusable(f"rows: {name!r} is no table with a list of rows")
        there = {tuple(row.get(key) for key in table.key): row for row in merged.get(name, [])}
        merged[name] = list(
            (there | {tuple(row.get(key) for key in table.key): row for row in given}).values()
        )
    made, wrong = checked_rows(merged, plan)
    if wrong:
        raise Unusable("; ".join(wrong[:20]))
    return made
