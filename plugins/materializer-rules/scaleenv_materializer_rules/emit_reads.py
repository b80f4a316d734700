"""Bodies of tools that read."""

from __future__ import annotations

from .emit_body import Body, parameter_of
from .plan import ROWLESS
from .plan_terms import Filter, Value
from .text import Node, call, flat, lay, pairs, quoted

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
        if narrowing.link[0]:
            lines += _linked(body, narrowing, one)
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
    return [*lines, *_values(body), *_page(body), *body.answer()]


def _values(body: Body) -> list[str]:
    """``values = …``: the numbers that an aggregate is taken of."""
    figure, values, one = body.step.figure, body.local("values"), body.local("row")
    if figure is None:
        return []
    column = f"{one}[{quoted(figure.column)}]"
    lines = _comprehension(body.rows, one, f"{column} is not None", 4, values, column)
    if figure.kind == "sum":
        return lines
    said = f"there is no {body.said} with a {figure.column.replace('_', ' ')}"
    return [*lines, f"    if not {values}:", f"        raise Refusal({quoted(said)})"]


def _linked(body: Body, narrowing: Filter, one: str) -> list[str]:
    """Keep the rows that are joined with one thing."""
    entity, by, to = narrowing.link
    links, joined = body.plan.entity(entity), body.local("joined")
    found = flat(call("db.find", quoted(links.table), pairs([(by, narrowing.code)])))
    deep = 8 if body.optional(narrowing.parameter) else 4
    lines = [f"    if {narrowing.parameter} is not None:"] if deep == 8 else []
    lines += lay(f"{joined} = ", f"[link[{quoted(to)}] for link in {found}]", indent=deep)
    test = f"{one}[{quoted(narrowing.columns[0])}] in {joined}"
    return [*lines, *_comprehension(body.rows, one, test, deep)]


def _page(body: Body) -> list[str]:
    """``page = …``: the rows of one page; where another page may follow, its start as ``end``."""
    paging = body.step.paging
    if paging is None or body.step.verb in ROWLESS:
        return []
    rows, page = body.rows, body.local("page")
    start = _number(body, paging.offset, "0") if paging.offset else "0"
    if not paging.page and not paging.token:
        size = _number(body, paging.size, "None") if paging.size else str(PAGE)
        return lay(f"{page} = ", call("_cut", rows, start, size))
    size, begin = body.local("size"), body.local("start")
    start = f"_start({paging.token})" if paging.token else f"({_number(body, paging.page, '1')} - 1) * {size}"
    return [
        f"    {size} = {_number(body, paging.size, str(PAGE)) if paging.size else PAGE}",
        f"    {begin} = {start}",
        f"    {body.local('end')} = {begin} + {size}",
        *lay(f"{page} = ", call("_cut", rows, begin, size)),
    ]


def _number(body: Body, code: str, missing: str) -> str:
    """A number that the caller may leave out."""
    parameter = parameter_of(code)
    if code.startswith("_whole("):
        return code if missing == "None" else f"{code} or {missing}"
    if not body.optional(parameter):
        return code
    if code.startswith("round("):
        return f"{missing} if {parameter} is None else {code}"
    return (
        code if missing == "None" else f"({code} or {missing})" if missing == "1" else f"{code} or {missing}"
    )


def _comprehension(
    rows: str, one: str, test: str, indent: int, target: str = "", shown: str = ""
) -> list[str]:
    """``rows = [row for row in rows if test]``, or what is ``shown`` of each as another ``target``."""
    target, shown = target or rows, shown or one
    line = f"{' ' * indent}{target} = [{shown} for {one} in {rows} if {test}]"
    if len(line) <= 100:
        return [line]
    pad = " " * (indent + 4)
    inner = f"{pad}{shown} for {one} in {rows} if {test}"
    parts = (
        [inner] if len(inner) <= 100 else [f"{pad}{shown}", f"{pad}for {one} in {rows}", f"{pad}if {test}"]
    )
    return [f"{' ' * indent}{target} = [", *parts, f"{' ' * indent}]"]
