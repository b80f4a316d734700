"""Bodies of tools that read."""

from __future__ import annotations

from .emit_body import Body, parameter_of
from .plan import Value
from .text import Node, call, lay, quoted

PAGE = 20
"""Rows on a page where a tool has pages and the caller names no size."""


def get_lines(body: Body) -> list[str]:
    """Look one row up and show it."""
    return [*body.select(), *body.answer()]


def exists_lines(body: Body) -> list[str]:
    """Whether there is such a row."""
    where = body.mapping((*body.step.scope, *body.step.key))
    lines = lay("found = ", call("db.count", quoted(body.entity.table), where), " > 0")
    return [*lines, *body.answer()]


def list_lines(body: Body) -> list[str]:
    """Find, narrow, sort, cut and show."""
    step, rows, one = body.step, body.rows, body.local("row")
    equal = tuple(
        Value(column=f.columns[0], parameter=f.parameter, code=f.code, required=f.required)
        for f in step.filters
        if f.test == "equal"
    )
    equal = tuple({v.column: v for v in reversed(equal)}.values())[::-1]
    where: list[Node] = [body.mapping(equal)] if equal else []
    lines = lay(f"{rows} = ", call("db.find", quoted(body.entity.table), *where))
    for narrowing in step.filters:
        if narrowing.test == "equal":
            continue
        column = f"{one}[{quoted(narrowing.columns[0])}]" if narrowing.columns else ""
        code = narrowing.code
        test = {
            "least": f"{column} is not None and {column} >= {code}",
            "most": f"{column} is not None and {column} <= {code}",
            "text": f"_mentions({one}, {code})",
            "one_of": f"{column} in {code}",
            "holds": f"_holds({column}, {code})",
            "expression": f"_matches({one}, {code})",
            "starts": f"{column} is not None and {column}.startswith({code})",
            "range": f"_in_range({column}, {code})",
        }[narrowing.test]
        deep = 8 if body.optional(narrowing.parameter) else 4
        if deep == 8:
            lines.append(f"    if {narrowing.parameter} is not None:")
        lines += _comprehension(rows, one, test, deep)
    if step.sort != ("", ""):
        by, way = step.sort
        lines += lay(f"{rows} = ", call("_sorted", rows, by or "None", *([way] if way else [])))
    return [*lines, *_page(body), *body.answer()]


def _page(body: Body) -> list[str]:
    paging = body.step.paging
    if paging is None or body.step.verb == "count":
        return []
    size, lines, start = body.local("size"), [], body.local("start")
    needs_size = bool(paging.page or paging.token)
    code, parameter = paging.size, parameter_of(paging.size)
    optional = bool(parameter) and body.optional(parameter)
    if not code:
        lines.append(f"    {size} = {PAGE}")
    elif optional:
        code = f"{code} or {PAGE}" if needs_size else code
        if not needs_size and code.startswith("round("):
            code = f"None if {parameter} is None else {code}"
        elif code.startswith("round("):
            code = f"{PAGE} if {parameter} is None else round({parameter})"
        lines.append(f"    {size} = {code}")
    else:
        lines.append(
            f"    {size} = max({code} or {PAGE}, 0)"
            if code.startswith("_")
            else f"    {size} = max({code}, 0)"
        )
    if paging.token:
        lines.append(f"    {start} = _start({paging.token})")
    elif paging.offset:
        lines.append(f"    {start} = max({_plain(body, paging.offset)} or 0, 0)")
    elif paging.page:
        lines.append(f"    {start} = (max({_plain(body, paging.page)} or 1, 1) - 1) * {size}")
    else:
        lines.append(f"    {start} = 0")
    if optional and not needs_size:
        end = f"None if {size} is None else {start} + max({size}, 0)"
        lines.append(f"    {body.local('end')} = {end}")
    else:
        if optional:
            lines[0] = f"    {size} = max({code}, 1)" if " if " not in code else lines[0]
        lines.append(f"    {body.local('end')} = {start} + {size}")
    lines.append(f"    {body.local('page')} = {body.rows}[{start}:{body.local('end')}]")
    return lines


def _plain(body: Body, code: str) -> str:
    parameter = parameter_of(code)
    if code.startswith("round(") and body.optional(parameter):
        return f"round({parameter} or 0)"
    return code


def _comprehension(rows: str, one: str, test: str, indent: int) -> list[str]:
    line = f"{' ' * indent}{rows} = [{one} for {one} in {rows} if {test}]"
    if len(line) <= 100:
        return [line]
    pad = " " * (indent + 4)
    inner = f"{pad}{one} for {one} in {rows} if {test}"
    parts = [inner] if len(inner) <= 100 else [f"{pad}{one}", f"{pad}for {one} in {rows}", f"{pad}if {test}"]
    return [f"{' ' * indent}{rows} = [", *parts, f"{' ' * indent}]"]
