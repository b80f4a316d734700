"""Bodies of tools that put one thing among another's, or take it out."""

from __future__ import annotations

import re

from .emit_body import Body
from .plan import Entity
from .plan_terms import Link, Value
from .text import Node, call, lay, nested, pairs, quoted


def link_lines(body: Body) -> list[str]:
    """Look both up, refuse what is already there, and join them."""
    link = _link(body)
    rows, key, row = _row(body, link)
    told: list[tuple[str, Node]] = [*row, *body.entries(link.told)]
    there = f"{_said(body, link.owner)} {{{_name(link.by)}!r}} already has {_said(body, link.member)}"
    after = [
        *lay("if ", call("db.get", quoted(rows.table), key), " is not None:"),
        f'        raise Refusal(f"{there} {{{_name(link.to)}!r}}")',
        *lay("", call("db.insert", quoted(rows.table), pairs(told))),
    ]
    return _with_sides(body, link, after)


def unlink_lines(body: Body) -> list[str]:
    """Look both up, refuse what is not there, and part them."""
    link = _link(body)
    rows, key, _ = _row(body, link)
    lacking = f"{_said(body, link.owner)} {{{_name(link.by)}!r}} has no {_said(body, link.member)}"
    after = [
        *lay("if ", call("db.get", quoted(rows.table), key), " is None:"),
        f'        raise Refusal(f"{lacking} {{{_name(link.to)}!r}}")',
        *lay("", call("db.delete", quoted(rows.table), key)),
    ]
    return _with_sides(body, link, after)


def _link(body: Body) -> Link:
    assert body.step.link is not None
    return body.step.link


def _row(body: Body, link: Link) -> tuple[Entity, str, list[tuple[str, Node]]]:
    """The links' entity, the key of this one, and its columns."""
    rows = body.plan.entity(link.entity)
    one, other = (_code(body, link.owner, link.by), _code(body, link.member, link.to))
    return rows, f"({one}, {other})", [(rows.key[0], one), (rows.key[1], other)]


def _code(body: Body, name: str, value: Value) -> str:
    """The key of one side: the parameter, or what the row says that it finds."""
    side = body.plan.entity(name)
    return value.code if value.column == side.key[0] else f"{body.local(name)}[{quoted(side.key[0])}]"


def _with_sides(body: Body, link: Link, after: list[str]) -> list[str]:
    after += body.answer()
    lines: list[str] = []
    for name, value in ((link.owner, link.by), (link.member, link.to)):
        side, row = body.plan.entity(name), body.local(name)
        how = "get" if value.column == side.key[0] else "find"
        body.lookups.add(f"{how} {name}")
        wanted: Node = value.code if how == "get" else pairs([(value.column, value.code)])
        used = re.search(rf"\b{re.escape(row)}\b(?=[\[,)])", "\n".join(after)) is not None
        lines += lay(f"{row} = " if used else "", call(f"_{how}_{name}", "db", wanted))
    return [*lines, *after]


def _name(value: Value) -> str:
    return nested(value.code)


def _said(body: Body, name: str) -> str:
    return body.plan.entity(name).name.replace("_", " ")
