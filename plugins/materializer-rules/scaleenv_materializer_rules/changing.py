"""Tools that change, remove or read one row."""

from __future__ import annotations

from . import lexicon as lx
from .drafting import Draft, scalars_column, take_payload
from .entities import selector
from .nouns import fold
from .paging import take_paging
from .signature import Parameter
from .states import lead_to_state


def read_keyed(draft: Draft) -> None:
    """What selects the row, and what becomes of it."""
    reading, made = draft.reading, draft.made
    signature, verb = reading.signature, reading.verb
    picked = selector(signature, made.noun, made.others)
    if picked is not None and picked.name in draft.left and (picked.required or verb != "get"):
        column = made.resolve(picked.name) or made.add(picked.name, picked.schema)
        draft.key.append(draft.value(draft.take(picked.name), column))
    elif verb in ("get", "exists"):
        pass
    else:
        _select_by_columns(draft)
    for name in signature.path:
        if name in draft.left and (verb != "upsert" or draft.key):
            take_scope(draft, draft.take(name))
    if verb in ("get", "exists"):
        _lookups(draft)
    elif verb == "delete":
        _leftovers_of_delete(draft)
    else:
        _changes(draft)
        if verb == "transition":
            lead_to_state(draft)
        elif not draft.sets and draft.payload is None:
            draft.unclear("no-effect", "no parameter says what changes")


def _select_by_columns(draft: Draft) -> None:
    """No parameter is a key: required ones that are references or paths select together."""
    for parameter in list(draft.left.values()):
        column = draft.made.resolve(parameter.name)
        inpath = parameter.name in draft.reading.signature.path
        ident = parameter.words[-1:] and parameter.words[-1] in lx.STRONG_ID
        if parameter.required and parameter.kind in ("text", "integer") and (inpath or ident):
            column = column or draft.made.add(parameter.name, parameter.schema, shown=not inpath)
            draft.key.append(draft.value(draft.take(parameter.name), column))
    if not draft.key:
        draft.unclear("no-key", f"no parameter says which {draft.made.name} is meant")


def take_scope(draft: Draft, parameter: Parameter) -> None:
    """A parameter that must agree with the row as well: a parent in the path."""
    column = draft.made.resolve(parameter.name) or draft.made.add(
        parameter.name, parameter.schema, shown=False
    )
    if column.name not in {v.column for v in draft.key}:
        draft.scope.append(draft.value(parameter, column))


def _lookups(draft: Draft) -> None:
    for parameter in list(draft.left.values()):
        if take_paging(draft, parameter) or parameter.name not in draft.left:
            continue
        column = draft.made.resolve(parameter.name)
        if column is None or column.kind == "json":
            if parameter.kind == "json":
                column = scalars_column(draft, parameter, column)
            elif column is not None:
                draft.unclear(
                    "type-conflict", f"parameter {parameter.name!r} is compared with a nested {column.name!r}"
                )
            else:
                column = draft.made.add(
                    parameter.name, parameter.schema, shown=draft.reading.signature.tool.returns is None
                )
        if parameter.kind == "json":
            draft.unclear("unclear-parameter", f"a get by the list {parameter.name!r}")
        draft.scope.append(draft.value(draft.take(parameter.name), column))
    if not draft.key and not draft.scope:
        draft.made.single = True


def _leftovers_of_delete(draft: Draft) -> None:
    for parameter in list(draft.left.values()):
        column = draft.made.resolve(parameter.name)
        if column is not None and column.kind != "json" and parameter.kind != "json":
            draft.take(parameter.name)
            if column.name not in {v.column for v in draft.key}:
                draft.scope.append(draft.value(parameter, column))
        elif parameter.required:
            draft.unclear("unclear-parameter", f"what {parameter.name!r} means for a deletion")
        else:
            draft.ignored.append(draft.take(parameter.name).name)


def _changes(draft: Draft) -> None:
    for parameter in list(draft.left.values()):
        if draft.payload is None and take_payload(draft, parameter):
            continue
        column = draft.made.resolve(parameter.name) or draft.made.add(parameter.name, parameter.schema)
        if column.name in draft.made.key:
            if parameter.words[:1] in (("new",), ("target",)):
                draft.unclear("unclear-parameter", f"{parameter.name!r} would change the key {column.name!r}")
            # The body repeats what the path already said.
            draft.ignored.append(draft.take(parameter.name).name)
            continue
        if draft.scope and _moves(draft, parameter):
            column = draft.made.columns[fold(draft.scope[-1].column)]
            draft.sets.append(draft.value(draft.take(parameter.name), column))
            continue
        if column.name in {v.column for v in (*draft.sets, *draft.key, *draft.scope)}:
            draft.unclear("unclear-parameter", f"{parameter.name!r} names {column.name!r} a second time")
        draft.sets.append(draft.value(draft.take(parameter.name), column))


def _moves(draft: Draft, parameter: Parameter) -> bool:
    """``move(calendarId, eventId, destination)``: the destination is another parent."""
    aims = {"destination", "target", "dest", "to"}
    moving = draft.reading.signature.verb in ("move", "transfer")
    return moving and bool(aims & set(parameter.words)) and draft.made.columns.get(parameter.folded) is None
