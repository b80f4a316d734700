"""Bodies of tools that write."""

from __future__ import annotations

import re

from .emit_body import Body, given
from .emit_parts import add_parts, drop_parts, given_parts
from .emit_rules import free_names, input_checks, move_checks, parent_checks, state_checks, tally_lines
from .fitting import literal
from .nouns import article
from .plan import Column, Step
from .plan_terms import Value
from .text import Node, call, flat, lay, literal_code, nested, pairs, quoted


def create_lines(body: Body) -> list[str]:
    """Check what is referred to, add the row and show it."""
    step, entity = body.step, body.entity
    rules, after = parent_checks(body), tally_lines(body)
    lines = [
        *input_checks(body),
        *body.checks((*step.scope, *step.key, *step.sets)),
        *free_names(body),
        *rules,
    ]
    keyed = {v.column: v for v in step.key}
    entries: list[tuple[str, Node]] = []
    if set(keyed) == set(entity.key):
        lines += _free(body, keyed)
    for column in entity.key:
        code = body.value(keyed[column]) if column in keyed else body.new_id
        if column in keyed and body.optional(keyed[column].parameter):
            code = keyed[column].code
        entries.append((column, code))
    entries += _server_side(body)
    entries += body.entries((*step.scope, *step.sets))
    if _payload_fields(body):
        entries.append(("", f"**{_picked(body)}"))
    if any(c in entity.references for c in _payload_columns(body)):
        lines += lay("new = ", pairs(entries))
        lines += _payload_references(body, "new")
        node: Node = "new"
    else:
        node = pairs(entries)
    lines += lay(f"{body.row} = ", call("db.insert", quoted(entity.table), node))
    return [*lines, *add_parts(body, fresh=True), *after, *body.answer()]


def _free(body: Body, keyed: dict[str, Value]) -> list[str]:
    lines: list[str] = []
    last = keyed[body.entity.key[-1]]
    if body.optional(last.parameter):
        lines += [
            f"    if {last.parameter} is None:",
            f"        {last.parameter} = {body.new_id}",
        ]
    parts = [keyed[column].code for column in body.entity.key]
    key = parts[0] if len(parts) == 1 else f"({', '.join(parts)})"
    lines += lay("if ", call("db.get", quoted(body.entity.table), key), " is not None:")
    return [
        *lines,
        f'        raise Refusal(f"there is already {article(body.said)} {{{nested(last.code)}!r}}")',
    ]


def _server_side(body: Body) -> list[tuple[str, Node]]:
    """What the server fills in: stamps, states and what may not be NULL."""
    made: list[tuple[str, Node]] = []
    step = body.step
    told = {v.column for v in (*step.key, *step.scope, *step.sets) if not body.optional(v.parameter)}
    for column in body.entity.columns:
        if column.name in told or column.name in body.entity.key:
            continue
        code = _filled(body, column)
        if code is not None:
            made.append((column.name, code))
    return made


def _filled(body: Body, column: Column) -> Node | None:
    status = column.kind == "text" and any(s.state and s.state[0] == column.name for s in _siblings(body))
    asked = {v.column for v in body.step.sets} | _payload_columns(body)
    if column.stamp and column.kind == "text" and column.name not in asked:
        return "db.now()[:10]" if column.schema.get("format") == "date" else "db.now()"
    if column.enum and (status or column.required or column.name.lower() in ("status", "state")):
        return literal_code(column.schema.get("default") or column.enum[0])
    if status:
        return '"active"'
    flag = any(s.state and s.state[0] == column.name for s in _siblings(body))
    if flag and column.kind == "boolean":
        states = {s.state[1] for s in _siblings(body) if s.state and s.state[0] == column.name}
        return "False" if True in states else "True"
    if not column.required or column.name in body.entity.references:
        return None
    return literal_code(literal(column.schema))


def _siblings(body: Body) -> list[Step]:
    return [s for s in body.plan.steps if s.entity == body.entity.name]


def _payload_fields(body: Body) -> dict[str, str]:
    """The payload's properties that are columns."""
    fields = body.step.payload.fields if body.step.payload else {}
    return {name: column for name, column in fields.items() if body.entity.part(column) is None}


def _payload_columns(body: Body) -> set[str]:
    return set(_payload_fields(body).values())


def _picked(body: Body) -> str:
    payload = body.step.payload
    assert payload is not None
    source = f"({payload.parameter} or {{}})" if body.optional(payload.parameter) else payload.parameter
    fields = _payload_fields(body)
    if all(name == column for name, column in fields.items()):
        name = body.fixed(f"{body.step.function}_FIELDS".upper(), tuple(fields))
        return f"{{field: value for field, value in {source}.items() if field in {name}}}"
    name = body.fixed(f"{body.step.function}_FIELDS".upper(), fields)
    return f"{{{name}[field]: value for field, value in {source}.items() if field in {name}}}"


def _payload_references(body: Body, source: str) -> list[str]:
    lines: list[str] = []
    for column in sorted(_payload_columns(body) & set(body.entity.references)):
        parent = body.parent(column)
        body.lookups.add(f"get {parent.name}")
        lines += [
            f"    if {source}.get({quoted(column)}) is not None:",
            f"        _get_{parent.name}(db, {source}[{quoted(column)}])",
        ]
    return lines


def update_lines(body: Body) -> list[str]:
    """Look the row up, check, change what is given and show it."""
    step, entity = body.step, body.entity
    lines = [
        *input_checks(body),
        *body.select(),
        *body.checks(step.sets),
        *state_checks(body),
        *free_names(body),
        *move_checks(body),
    ]
    told = any(check.kind == "allowed" for check in step.checks)
    if step.state and step.state[1] is not None and not told:
        column, state = step.state
        lines += [
            f"    if {body.row}[{quoted(column)}] == {state!r}:"
            if isinstance(state, str)
            else f"    if {body.row}[{quoted(column)}] is {state!r}:",
            f'        raise Refusal(f"{body.said} {{{nested(body.key_of_row())}!r}}'
            f' already has {column} {_inner(state)}")',
        ]
        lines[-2] = lines[-2].replace(repr(state), quoted(state)) if isinstance(state, str) else lines[-2]
    lists = add_parts(body, fresh=False)
    changed = _changed(body)
    if changed:
        lines += changed
        lines += lay(
            f"{body.row} = ", call("db.update", quoted(entity.table), body.key_of_row(), body.changes)
        )
        lines = _inlined(body, lines)
    return [*lines, *lists, *body.answer()]


def _changed(body: Body) -> list[str]:
    """``changes = …``: only what was given, and the server's own stamps; nothing where lists alone change."""
    step, entity = body.step, body.entity
    entries = body.entries(step.sets)
    if _payload_fields(body):
        entries.append(("", f"**{_picked(body)}"))
    if step.state:
        column, value = step.state
        flipped = f"not {body.row}[{quoted(column)}]"
        entries.insert(0, (column, flipped if value is None else literal_code(value)))
    entries += _inside(body) + _moved(body)
    stamps = [c for c in entity.columns if c.stamp == "updated" and c.kind == "text"]
    stamps = [c for c in stamps if c.name not in {v.column for v in step.sets} | _payload_columns(body)]
    own, lists = body.plain(step.sets), given_parts(body)
    sure = bool(step.state or step.nested or step.moves) or any(
        not body.optional(v.parameter) for v in step.sets
    )
    if not entries and not stamps:
        return []
    node = body.mapping(own) if own and not sure and not _payload_fields(body) else pairs(entries)
    after: list[tuple[str, Node]] = [
        (c.name, "db.now()[:10]" if c.schema.get("format") == "date" else "db.now()") for c in stamps
    ]
    if sure:
        node = pairs([*entries, *after])
        return [*lay(f"{body.changes} = ", node), *_payload_references(body, body.changes)]
    lines = lay(f"{body.changes} = ", node)
    names = [v.parameter for v in step.sets] or ([step.payload.parameter] if step.payload else [])
    shown = ", ".join(names[:6]) + (", …" if len(names) > 6 else "")
    without = (
        "".join(f" and not ({there})" for _, _, there in lists)
        .replace("not (", "")
        .replace(" is not None)", " is None")
    )
    lines += [
        f"    if not {body.changes}{without}:",
        f'        raise Refusal("nothing to change: give {shown}")',
    ]
    lines += _payload_references(body, body.changes)
    return [*lines, *(f"    {body.changes}[{quoted(name)}] = {code}" for name, code in after)]


def _inside(body: Body) -> list[tuple[str, Node]]:
    """A nested column with the properties that the caller gives."""
    if body.step.nested is None:
        return []
    column, values = body.step.nested
    sure: list[tuple[str, Node]] = [(v.column, v.parameter) for v in values if not body.optional(v.parameter)]
    maybe: list[tuple[str, Node]] = [(v.column, v.parameter) for v in values if body.optional(v.parameter)]
    old = [("", f"**({body.row}[{quoted(column)}] or {{}})")]
    return [(column, pairs([*old, *sure, *([("", f"**{flat(given(maybe))}")] if maybe else [])]))]


def _moved(body: Body) -> list[tuple[str, Node]]:
    """Numbers that go up or down."""
    return [
        (m.column, f"({body.row}[{quoted(m.column)}] or 0) {'+' if m.sign > 0 else '-'} {m.parameter}")
        for m in body.step.moves
    ]


def upsert_lines(body: Body) -> list[str]:
    """Change the row with this key, or add it."""
    step, entity = body.step, body.entity
    keyed = {v.column: v for v in step.key}
    lines = input_checks(body)
    for column in entity.key:
        if column in keyed and body.optional(keyed[column].parameter):
            name = keyed[column].parameter
            lines += [f"    if {name} is None:", f"        {name} = {body.new_id}"]
    lines += body.checks((*step.scope, *step.key, *step.sets))
    where = pairs([(v.column, v.code) for v in (*step.scope, *step.key)])
    found = body.local("found")
    lines += lay(f"{found} = ", call("db.find", quoted(entity.table), where, "limit=1"))
    entries = body.entries(step.sets) + ([("", f"**{_picked(body)}")] if _payload_fields(body) else [])
    stamps = [
        (c.name, "db.now()")
        for c in entity.columns
        if c.stamp == "updated" and c.kind == "text" and c.name not in {v.column for v in step.sets}
    ]
    lines += lay(f"{body.changes} = ", pairs([*entries, *stamps]))
    lines += _payload_references(body, body.changes)
    fresh = [(c, keyed[c].code if c in keyed else body.new_id) for c in entity.key]
    rest = [(v.column, v.code) for v in (*step.scope, *step.key) if v.column not in entity.key]
    server = [e for e in _server_side(body) if e[0] not in dict(stamps) and e[0] not in dict(rest)]
    key = [f"{found}[0][{quoted(c)}]" for c in entity.key]
    lines += [f"    if {found}:"]
    lines += lay(
        f"{body.row} = ",
        call(
            "db.update",
            quoted(entity.table),
            key[0] if len(key) == 1 else f"({', '.join(key)})",
            body.changes,
        ),
        indent=8,
    )
    lines += ["    else:"]
    new = pairs([*fresh, *rest, *server, ("", f"**{body.changes}")])
    lines += lay(f"{body.row} = ", call("db.insert", quoted(entity.table), new), indent=8)
    return [*lines, *add_parts(body, fresh=False), *body.answer()]


def delete_lines(body: Body) -> list[str]:
    """Look the row up, refuse where others refer to it, and remove it."""
    entity = body.entity
    lines = [*body.select(), *state_checks(body)]
    key = body.key_of_row()
    for child, column in body.plan.children(entity):
        where = pairs([(column, f"{body.row}[{quoted(entity.key[0])}]")])
        lines += lay("if ", call("db.count", quoted(child.table), where), ":")
        many = child.table.replace("_", " ")
        lines.append(
            f'        raise Refusal(f"{body.said} {{{nested(key)}!r}} still has {many}; delete them first")'
        )
    lines += drop_parts(body)
    lines += lay("", call("db.delete", quoted(entity.table), key))
    text = "\n".join([*lines, *body.answer()])
    if (
        text.count(f"{body.row}[") == 0
        and re.search(rf"\b{re.escape(body.row)}\b", text.split("\n", 1)[1]) is None
    ):
        lines[0] = lines[0].replace(f"{body.row} = ", "", 1)
    return [*lines, *body.answer()]


def _inlined(body: Body, lines: list[str]) -> list[str]:
    """``changes = x`` used once on the next line becomes part of it."""
    told, used = f"    {body.changes} = ", f"{body.changes})"
    if len(lines) >= 2 and lines[-2].startswith(told) and lines[-1].rstrip().endswith(used):
        node = lines[-2].removeprefix(told)
        one = lines[-1].replace(used, f"{node})")
        if len(one) <= 100 and not node.startswith("given("):
            return [*lines[:-2], one]
    return lines


def _inner(state: object) -> str:
    return f"'{state}'" if isinstance(state, str) else str(state).lower()
