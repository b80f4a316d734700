"""Code of pre-conditions and of effects on other rows."""

from __future__ import annotations

from .emit_body import Body
from .nouns import article
from .plan_terms import Check, Tally
from .text import call, lay, nested, pairs, quoted


def input_checks(body: Body) -> list[str]:
    """What can be refused before any row is looked at."""
    lines = [*objects_only(body), *_opened(body)]
    for check in body.step.checks:
        names = check.parameters
        given = " and ".join(f"{name} is not None" for name in names if body.optional(name))
        before = f"{given} and " if given else ""
        if check.kind == "positive":
            lines += [
                f"    if {before}{names[0]} <= 0:",
                f'        raise Refusal(f"{names[0]} must be more than 0; got {{{names[0]}}}")',
            ]
        if check.kind == "limit":
            lines += [
                f"    if {before}{_beyond(check)}:",
                f'        raise Refusal(f"{names[0]} {limit_said(check)}; got {{{_measured(check)}}}")',
            ]
        if check.kind == "order":
            lines += [
                f"    if {before}{names[0]} > {names[1]}:",
                f'        raise Refusal(f"{names[0]} {{{names[0]}}} is after {names[1]} {{{names[1]}}}")',
            ]
    return lines


def _opened(body: Body) -> list[str]:
    """What checks say of the payload's properties gets names."""
    step, inner = body.step, body.step.inner
    if step.payload is None:
        return []
    used = {name for check in step.checks for name in check.parameters}
    source = step.payload.parameter
    source = f"({source} or {{}})" if body.optional(source) else source
    return [f"    {name} = {source}.get({quoted(inner[name])})" for name in inner if name in used]


def objects_only(body: Body) -> list[str]:
    """Refuse what is no object where the schema lets anything through."""
    lines: list[str] = []
    step = body.step
    opened = {step.payload.parameter} if step.payload else set()
    opened |= {v.parameter for v in step.sets if v.code.endswith(f"**{v.parameter}}}")}
    for name, kind, default in step.parameters:
        if name in opened and kind.startswith("Any"):
            given = f"{name} is not None and " if default == "None" else ""
            lines += [
                f"    if {given}not isinstance({name}, dict):",
                f'        raise Refusal("{name} must be an object")',
            ]
    return lines


def _measured(check: Check) -> str:
    name = check.parameters[0]
    return f"len({name})" if check.column else name


def _beyond(check: Check) -> str:
    """The test that a bound is broken."""
    what = _measured(check)
    low, high = (f"{bound:.12g}" if bound is not None else "" for bound in (check.least, check.most))
    if low and high:
        return f"not {low} <= {what} <= {high}"
    return f"{what} < {low}" if low else f"{what} > {high}"


def limit_said(check: Check) -> str:
    """What may be given: ``must be between 1 and 100``."""
    low, high = (f"{bound:.12g}" if bound is not None else "" for bound in (check.least, check.most))
    amount = f"between {low} and {high}" if low and high else f"at least {low}" if low else f"at most {high}"
    return f"must {'have' if check.column else 'be'} {amount} {check.column}".rstrip()


def free_names(body: Body) -> list[str]:
    """Refuse a name that another record has."""
    lines: list[str] = []
    for check in body.step.checks:
        if check.kind != "unique":
            continue
        (name,) = check.parameters
        where = pairs([(check.column, name), *((v.column, v.code) for v in check.within)])
        given = [f"{name} is not None"] if body.optional(name) else []
        if body.step.verb == "update":
            given.append(f"{name} != {body.row}[{quoted(check.column)}]")
        before = " and ".join([*given, ""])
        lines += lay(f"if {before}", call("db.count", quoted(body.entity.table), where), ":")
        said = f"there is already {article(body.said)} with {check.column}"
        lines.append(f'        raise Refusal(f"{said} {{{name}!r}}")')
    return lines


def state_checks(body: Body) -> list[str]:
    """What the row's own status allows."""
    lines: list[str] = []
    for check in body.step.checks:
        if check.kind not in ("allowed", "open"):
            continue
        column = f"{body.row}[{quoted(check.column)}]"
        said = f"{body.said} {{{nested(body.key_of_row())}!r}} has {check.column} {{{nested(column)}!r}}"
        test, states = _among(body, check)
        if check.kind == "allowed":
            lines += [
                f"    if {column} {test}:",
                "        raise Refusal(",
                f'            f"{said}; "',
                f'            f"needed: {states}"' if "{" in states else f'            "needed: {states}"',
                "        )",
            ]
        else:
            lines += [
                f"    if {column} {test}:",
                f'        raise Refusal(f"{said} and can no longer be changed")',
            ]
    return lines


def _among(body: Body, check: Check) -> tuple[str, str]:
    """The test that refuses, and the states in words."""
    refused = check.kind == "open"
    if len(check.values) == 1:
        return f"{'==' if refused else '!='} {quoted(check.values[0])}", check.values[0]
    name = "final_states" if refused else f"states_to_{body.step.word or 'change'}"
    states = body.constant(name, check.values)
    return f"{'in' if refused else 'not in'} {states}", f"{{' or '.join({states})}}"


def move_checks(body: Body) -> list[str]:
    """A number that goes down stops at zero; what moves it is more than nothing."""
    lines: list[str] = []
    for move in body.step.moves:
        lines += [
            f"    if {move.parameter} <= 0:",
            f'        raise Refusal(f"{move.parameter} must be more than 0; got {{{move.parameter}}}")',
        ]
        if move.sign < 0:
            stored = f"{body.row}[{quoted(move.column)}]"
            said = f"{body.said} {{{nested(body.key_of_row())}!r}} has only {{{nested(stored)}}}"
            lines += [f"    if ({stored} or 0) < {move.parameter}:", f'        raise Refusal(f"{said}")']
    return lines


def transfer_lines(body: Body) -> list[str]:
    """Look both up, refuse what the first does not have, and move the amount."""
    transfer, table = body.step.transfer, quoted(body.entity.table)
    assert transfer is not None
    source, target, amount = transfer.source.code, transfer.target.code, transfer.amount
    look, row, other = f"_get_{body.entity.name}", body.row, body.local("other")
    body.lookups.add(f"get {body.entity.name}")
    has, gets = f"{row}[{quoted(transfer.column)}]", f"{other}[{quoted(transfer.column)}]"
    less = pairs([(transfer.column, f"({has} or 0) - {amount}")])
    more = pairs([(transfer.column, f"({gets} or 0) + {amount}")])
    return [
        f"    if {amount} <= 0:",
        f'        raise Refusal(f"{amount} must be more than 0; got {{{amount}}}")',
        f"    if {source} == {target}:",
        f'        raise Refusal(f"{body.said} {{{nested(source)}!r}} cannot be both ends of it")',
        f"    {row} = {look}(db, {source})",
        f"    {other} = {look}(db, {target})",
        f"    if ({has} or 0) < {amount}:",
        f'        raise Refusal(f"{body.said} {{{nested(source)}!r}} has only {{{nested(has)}}}")',
        *lay(f"{row} = ", call("db.update", table, source, less)),
        *lay("", call("db.update", table, target, more)),
        *body.answer(),
    ]


def parent_checks(body: Body) -> list[str]:
    """What the state of a parent forbids; and what its numbers do not allow."""
    lines: list[str] = []
    for check in body.step.checks:
        if check.kind == "open_parent":
            lines += _barred(body, check)
        if check.kind == "kin":
            lines += _related(body, check)
    for tally in body.step.tallies:
        if tally.enough:
            row, amount = parent_row(body, tally.parameter, tally.entity), tally.amount or "1"
            stored = f"{row}[{quoted(tally.column)}]"
            said = (
                f"{tally.entity.replace('_', ' ')} {{{tally.parameter}!r}} has only {{{nested(stored)}}} left"
            )
            lines += [f"    if ({stored} or 0) < {amount}:", f'        raise Refusal(f"{said}")']
    return lines


def _related(body: Body, check: Check) -> list[str]:
    inner, outer = check.parameters
    row, code = parent_row(body, inner, check.parent), body.code_of(outer)
    parent = body.plan.entity(check.parent)
    table = parent.references[check.column][0]
    owner = next(e for e in body.plan.entities if e.table == table).name.replace("_", " ")
    said = f"{owner} {{{nested(code)}!r}} has no {check.parent.replace('_', ' ')} {{{inner}!r}}"
    return [
        f"    if {row}[{quoted(check.column)}] != {code}:",
        f'        raise Refusal(f"{said}")',
    ]


def _barred(body: Body, check: Check) -> list[str]:
    parameter, said = check.parameters[0], check.parent.replace("_", " ")
    row = parent_row(body, parameter, check.parent)
    column = f"{row}[{quoted(check.column)}]"
    states = body.fixed(f"{check.parent}_closed".upper(), check.values)
    given = f"{parameter} is not None and " if body.optional(parameter) else ""
    return [
        f"    if {given}{column} in {states}:",
        f'        raise Refusal(f"{said} {{{parameter}!r}} has {check.column} {{{nested(column)}!r}}")',
    ]


def parent_row(body: Body, parameter: str, entity: str) -> str:
    """The local name of a parent's row."""
    body.parents.add(parameter)
    return body.local(entity)


def tally_lines(body: Body) -> list[str]:
    """Numbers of other rows that go with a new one."""
    lines: list[str] = []
    for tally in body.step.tallies:
        lines += _tally(body, tally)
    return lines


def _tally(body: Body, tally: Tally) -> list[str]:
    entity = body.plan.entity(tally.entity)
    row = parent_row(body, tally.parameter, tally.entity)
    old = f"({row}[{quoted(tally.column)}] or 0)"
    new = f"{old} {'+' if tally.sign > 0 else '-'} {tally.amount or 1}"
    return lay(
        "",
        call(
            "db.update",
            quoted(entity.table),
            f"{row}[{quoted(entity.key[-1])}]",
            pairs([(tally.column, new)]),
        ),
    )
