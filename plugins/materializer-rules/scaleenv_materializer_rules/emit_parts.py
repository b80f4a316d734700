"""Code of lists of objects: reading, adding and dropping the rows that a record holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaleenv_core.names import snake, words

from . import lexicon as lx
from .nouns import article, fold
from .plan import Entity, Part
from .plan_terms import variable
from .text import call, lay, nested, pairs, quoted

if TYPE_CHECKING:
    from .emit_body import Body

Given = tuple[Part, str, str]
"""(part, code of its list, code that says whether the caller gives it; empty: always)"""


def given_parts(body: Body) -> list[Given]:
    """The lists that the caller of this tool gives."""
    found: list[Given] = []
    for value in body.step.sets:
        part = body.entity.part(value.column)
        if part is not None:
            there = f"{value.parameter} is not None" if body.optional(value.parameter) else ""
            found.append((part, value.code, there))
    payload = body.step.payload
    for name, column in payload.fields.items() if payload else ():
        part = body.entity.part(column)
        if part is not None and payload is not None:
            source = (
                f"({payload.parameter} or {{}})" if body.optional(payload.parameter) else payload.parameter
            )
            found.append((part, f"{source}[{quoted(name)}]", f"{source}.get({quoted(name)}) is not None"))
    return found


def add_parts(body: Body, *, fresh: bool) -> list[str]:
    """Store the given lists; where the record is not ``fresh``, they replace what it held."""
    lines: list[str] = []
    for part, code, there in given_parts(body):
        pad = 8 if there else 4
        lines += [f"    if {there}:"] if there else []
        if not fresh:
            lines += lay("", call(_dropping(body, part), "db", body.row), indent=pad)
        lines += lay("", call(_adding(body, part), "db", body.row, code), indent=pad)
    return lines


def drop_parts(body: Body) -> list[str]:
    """Remove the lists of a record that goes."""
    return [f"    {_dropping(body, part)}(db, {body.row})" for part in body.entity.parts if part.own]


def list_of(body: Body, name: str) -> str:
    """The record's list of this name, as the API answers it."""
    part = body.entity.part(name)
    assert part is not None
    return f"{_reading(body, body.entity, part)}(db, {variable(body.entity.name)})"


def _table(body: Body, owner: Entity, part: Part) -> tuple[Entity, str, str]:
    """The part's entity, its rows in a word, and the code that selects those of a record."""
    entity = body.plan.entity(part.entity)
    where = f"{{{quoted(part.by)}: {variable(owner.name)}[{quoted(owner.key[0])}]}}"
    return entity, f"{owner.name}_{_many(owner, entity)}", where


def _many(owner: Entity, entity: Entity) -> str:
    return entity.table.removeprefix(f"{owner.name}_")


def _reading(body: Body, owner: Entity, part: Part) -> str:
    entity, many, where = _table(body, owner, part)
    name = f"_{many}"
    shown, kind = f"row[{quoted(part.plain)}]", "list[Any]"
    inner = [held for field in part.fields if (held := entity.part(field)) is not None]
    if not part.plain:
        plain = tuple(field for field in part.fields if entity.part(field) is None)
        fields = body.fixed(f"{entity.name}_FIELDS".upper(), plain)
        always = ", ".join(quoted(field) for field in part.always)
        rest = [f"always=({always}{',' * (len(part.always) == 1)})"] if part.always else []
        shown, kind = f"_shown({', '.join(['row', fields, *rest])})", "list[dict[str, Any]]"
    lists = [f"{quoted(held.name)}: {_reading(body, entity, held)}(db, row)" for held in inner if held.own]
    if lists:
        shown = f"{{**{shown}, {', '.join(lists)}}}"
    body.functions[name] = [
        f"def {name}(db: Database, {variable(owner.name)}: dict[str, Any]) -> {kind}:",
        f'    """The {_said(_many(owner, entity))} of {article(_said(owner.name))}."""',
        *lay("rows = ", call("db.find", quoted(entity.table), where)),
        *lay("return ", f"[{shown} for row in rows]"),
    ]
    return name


def _adding(body: Body, part: Part) -> str:
    entity, many, _ = _table(body, body.entity, part)
    owner, name = body.entity, f"_add_{many}"
    one = (part.plain and snake(part.plain)) or entity.name.removeprefix(f"{owner.name}_")
    one = "entry" if one == owner.name else variable(one)
    given = variable(snake(part.name))
    given = "entries" if given in (variable(owner.name), one) else given
    row = [(part.by, f"{variable(owner.name)}[{quoted(owner.key[0])}]"), (part.position, "position")]
    if part.plain:
        row.append((part.plain, one))
    else:
        row.insert(0, ("", f"**_only({one}, {body.fixed(f'{entity.name}_FIELDS'.upper(), part.fields)})"))
    kind = "list[Any]" if part.plain else "list[dict[str, Any]]"
    taken = ("db: Database", f"{variable(owner.name)}: dict[str, Any]", f"{given}: {kind}")
    body.functions[name] = [
        *lay("", call(f"def {name}", *taken), " -> None:", 0),
        f'    """Give {article(_said(owner.name))} these {_said(_many(owner, entity))}, in this order."""',
        f"    for position, {one} in enumerate({given}, start=1):",
        *_referring(body, part, entity, one),
        *lay("", call("db.insert", quoted(entity.table), pairs(row)), indent=8),
    ]
    return name


def _referring(body: Body, part: Part, entity: Entity, one: str) -> list[str]:
    """Refuse an entry that refers to nothing."""
    lines: list[str] = []
    for column in sorted(entity.references):
        if column == part.by:
            continue
        table = entity.references[column][0]
        parent = next(e for e in body.plan.entities if e.table == table)
        body.lookups.add(f"get {parent.name}")
        code = one if part.plain else f"{one}[{quoted(column)}]"
        look = f"_get_{parent.name}(db, {code})"
        stock = stock_of(body.entity, entity, parent)
        if entity.column(column).required and stock and one != parent.name:
            lines += [f"        {variable(parent.name)} = {look}", *_taken(parent, one, stock)]
        elif entity.column(column).required:
            lines.append(f"        {look}")
        else:
            lines += [f"        if {one}.get({quoted(column)}) is not None:", f"            {look}"]
    return lines


def stock_of(owner: Entity, entity: Entity, parent: Entity) -> tuple[str, str] | None:
    """(how many are left, how many an entry takes) of what an order's entries refer to."""
    if owner.name.split("_")[-1] not in lx.TAKING:
        return None
    left = [c.name for c in parent.columns if c.kind == "integer" and fold(c.name) in lx.STOCKED]
    taken = [
        c.name
        for c in entity.columns
        if c.kind == "integer" and c.required and set(words(c.name)[-1:]) & lx.AMOUNTS
    ]
    return (left[0], taken[0]) if len(left) == len(taken) == 1 else None


def _taken(parent: Entity, one: str, stock: tuple[str, str]) -> list[str]:
    left, many = f"{variable(parent.name)}[{quoted(stock[0])}]", f"{one}[{quoted(stock[1])}]"
    key = f"{variable(parent.name)}[{quoted(parent.key[0])}]"
    said = f"{_said(parent.name)} {{{nested(key)}!r}} has only {{{nested(left)}}} left"
    new = pairs([(stock[0], f"{left} - {many}")])
    return [
        f"        if {many} <= 0:",
        f'            raise Refusal(f"{stock[1]} must be more than 0; got {{{nested(many)}}}")',
        f"        if ({left} or 0) < {many}:",
        f'            raise Refusal(f"{said}")',
        *lay("", call("db.update", quoted(parent.table), key, new), indent=8),
    ]


def _returned(body: Body, part: Part, entity: Entity) -> list[str]:
    """What an entry took goes back with it."""
    lines: list[str] = []
    for column, (table, _) in sorted(entity.references.items()):
        parent = next(e for e in body.plan.entities if e.table == table)
        stock = stock_of(body.entity, entity, parent)
        if column == part.by or not stock or not entity.column(column).required:
            continue
        body.lookups.add(f"get {parent.name}")
        left = f"{variable(parent.name)}[{quoted(stock[0])}]"
        new = pairs([(stock[0], f"({left} or 0) + row[{quoted(stock[1])}]")])
        key = f"row[{quoted(column)}]"
        lines += [f"        {variable(parent.name)} = _get_{parent.name}(db, {key})"]
        lines += lay("", call("db.update", quoted(parent.table), key, new), indent=8)
    return lines


def _dropping(body: Body, part: Part) -> str:
    entity, many, where = _table(body, body.entity, part)
    owner, name = body.entity, f"_drop_{many}"
    key = f"(row[{quoted(part.by)}], row[{quoted(part.position)}])"
    body.functions[name] = [
        f"def {name}(db: Database, {variable(owner.name)}: dict[str, Any]) -> None:",
        f'    """Remove the {_said(_many(owner, entity))} of {article(_said(owner.name))}."""',
        *lay("for row in ", call("db.find", quoted(entity.table), where), ":"),
        *_returned(body, part, entity),
        *lay("", call("db.delete", quoted(entity.table), key), indent=8),
    ]
    return name


def _said(name: str) -> str:
    return name.replace("_", " ")
