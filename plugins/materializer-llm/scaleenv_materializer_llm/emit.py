"""The text of a domain's files, from what was asked of the model and checked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from scaleenv_core.names import snake

from .functions import Function
from .plan import Column, Conduct, Plan, Table

_TYPES = {"text": "String", "integer": "Integer", "real": "Float", "boolean": "Boolean", "json": "JSON"}
_ENGINE = "scaleenv_core.engine"
_WIDTH = 100


def schema_text(title: str, plan: Plan) -> str:
    """``schema.py``: one ``Table`` a table, parents first."""
    tables = "".join(f"\n{_table(table)}" for table in plan.tables)
    names = {name for name in ("CheckConstraint", "Column", "ForeignKey", "Table") if f"{name}(" in tables}
    names |= {"MetaData", *(_TYPES[column.type] for table in plan.tables for column in table.columns)}
    imported = "".join(f"    {name},\n" for name in sorted(names))
    head = f'"""Tables of {_plain(title)}."""\n\nfrom sqlalchemy import (\n{imported})\n'
    return f"{head}\nmetadata = MetaData()\n{tables}"


def _table(table: Table) -> str:
    name = "metadata_table" if table.name == "metadata" else snake(table.name)
    parts = [_quoted(table.name), "metadata", *map(_column, table.columns)]
    return "\n".join([f"{name} = Table(", *(f"    {part}," for part in parts), ")", ""])


def _column(column: Column) -> str:
    parts = [_quoted(column.name), _TYPES[column.type]]
    if column.references:
        parts.append(f"ForeignKey({_quoted(column.references)})")
    if column.values:
        parts.append(f"CheckConstraint({_quoted(_among(column))})")
    if column.key:
        parts.append("primary_key=True")
    elif not column.nullable:
        parts.append("nullable=False")
    if column.compare != "hard":
        parts.append(f'info={{"compare": {_quoted(column.compare)}}}')
    line = f"Column({', '.join(parts)})"
    inside = "".join(f"        {part},\n" for part in parts)
    return line if len(line) <= _WIDTH else f"Column(\n{inside}    )"


def _among(column: Column) -> str:
    values = ", ".join("'" + value.replace("'", "''") + "'" for value in column.values)
    # SQLAlchemy reads a colon as a bound parameter.
    return f'"{column.name}" IN ({values})'.replace(":", "\\:")


def tools_text(title: str, conducts: Sequence[Conduct], functions: Mapping[str, Function]) -> str:
    """``tools.py``: one function a tool, in the order of their names."""
    made = {conduct.tool: conduct for conduct in conducts if conduct.tool in functions}
    parts = []
    for tool in sorted(made):
        mark = "write_tool" if made[tool].writes else "read_tool"
        parts.append(f"\n\n@{mark}({_quoted(tool)})\n{functions[tool].text}\n")
    marks = {"write_tool" if conduct.writes else "read_tool" for conduct in made.values()}
    wanted: dict[str, set[str]] = {_ENGINE: {"Database", *marks}}
    for function in functions.values():
        for module, name in function.imports:
            wanted.setdefault(module, set()).add(name)
    lines = [f"import {module}" for module in sorted(wanted) if "" in wanted[module]]
    for module in sorted(wanted, key=lambda module: (module.startswith(("scaleenv", "sqlalchemy")), module)):
        names = sorted(name for name in wanted[module] if name)
        if names:
            lines.append(f"from {module} import {', '.join(names)}")
    head = f'"""Tools of {_plain(title)}."""\n\nfrom __future__ import annotations\n\n'
    return head + "\n".join(lines) + "\n" + "".join(parts)


def policy_text(title: str, plan: Plan) -> str:
    """``policy.md``."""
    rules = plan.policy or tuple(rule for conduct in plan.tools for rule in conduct.requires)
    listed = "".join(f"- {' '.join(rule.split())}\n" for rule in dict.fromkeys(rules))
    return f"# {_plain(title)}\n\n{listed}"


def _plain(text: str) -> str:
    return " ".join(text.replace('"', "'").replace("\\", "/").split())


def _quoted(text: str) -> str:
    """A Python literal, in the quotes that need fewer escapes."""
    return min(json.dumps(text, ensure_ascii=False), repr(text), key=lambda shown: shown.count("\\"))
