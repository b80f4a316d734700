"""The plan's tables as ``schema.py``."""

from __future__ import annotations

import keyword

from scaleenv_core.names import snake

from .plan import Column, Entity, Plan
from .text import WIDTH, Node, call, keywords, lay, quoted

TYPES = {"text": "String", "integer": "Integer", "real": "Float", "boolean": "Boolean", "json": "JSON"}


def emit_schema(plan: Plan) -> str:
    """Python source: one ``Table`` an entity, parents first."""
    used = {TYPES[c.kind] for e in plan.entities for c in e.columns}
    names = {"MetaData", *(("Column", "Table") if plan.entities else ()), *used}
    if any(e.references for e in plan.entities):
        names.add("ForeignKey")
    if any(c.enum for e in plan.entities for c in e.columns):
        names.add("CheckConstraint")
    lines = [f'"""Tables of {_plain(plan.title)}."""', ""]
    imported = sorted(names, key=lambda n: (n.upper() != n, n))
    one = f"from sqlalchemy import {', '.join(imported)}"
    lines += (
        [one]
        if len(one) <= WIDTH
        else ["from sqlalchemy import (", *(f"    {name}," for name in imported), ")"]
    )
    lines += ["", "metadata = MetaData()"]
    for entity in plan.entities:
        lines += ["", *_table(entity)]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    return " ".join(text.replace('"', "'").replace("\\", "/").split())


def _table(entity: Entity) -> list[str]:
    items: list[Node] = [quoted(entity.table), "metadata"]
    items += [_column(entity, column) for column in entity.columns]
    items += [_check(column) for column in entity.columns if column.enum]
    lines = [f"{_variable(entity.table)} = Table("]
    for item in items:
        lines += lay("", item, ",", 4)
    return [*lines, ")"]


def _variable(table: str) -> str:
    taken = {"metadata", *TYPES.values(), "Table", "Column"}
    return (
        table
        if table.isidentifier() and table not in taken and not keyword.iskeyword(table)
        else f"{snake(table)}_table"
    )


def _column(entity: Entity, column: Column) -> Node:
    parts: list[tuple[str, Node]] = [("", quoted(column.name)), ("", TYPES[column.kind])]
    if column.name in entity.references:
        table, key = entity.references[column.name]
        dotted = "." in key or "." in table
        target = f"{_variable(table)}.c[{quoted(key)}]" if dotted else quoted(f"{table}.{key}")
        parts.append(("", f"ForeignKey({target})"))
    if column.name in entity.key:
        parts.append(("primary_key", "True"))
    elif column.required:
        parts.append(("nullable", "False"))
    if column.stamp:
        parts.append(("info", '{"compare": "exempt"}'))
    return keywords("Column", parts)


def _check(column: Column) -> Node:
    values = ", ".join("'" + value.replace("'", "''") + "'" for value in column.enum)
    name = '"' + column.name.replace('"', '""') + '"'
    return call("CheckConstraint", _sql(f"{name} IN ({values})"))


def _sql(text: str) -> str:
    # SQLAlchemy reads a colon as a bound parameter.
    text = text.replace(":", "\\:")
    plain = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return min((repr(text), plain), key=lambda shown: (shown.count("\\"), shown[0] != '"'))
