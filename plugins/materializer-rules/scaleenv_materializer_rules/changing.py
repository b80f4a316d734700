"""Tools that change, remove or read one row."""

from __future__ import annotations

from . import lexicon as lx
from .drafting import Draft, repeats, take_payload
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
        elif not draft.sets and draft.payload is None and draft.state is None:
            draft.unclear("no-effect", "no parameter says what changes")


def _select_by_columns(draft: Draft) -> None:
    """No parameter is a key: what names or identifies anything selects, together."""
    picked = _selecting(draft)
    for parameter in picked:
        inpath = parameter.name in draft.reading.signature.path
        column = draft.made.resolve(parameter.name)
        column = column or draft.made.add(parameter.name, parameter.schema, shown=not inpath)
        if column.kind == "json":
            draft.unclear("type-conflict", f"parameter {parameter.name!r} is compared with a nested value")
        draft.key.append(draft.value(draft.take(parameter.name), column))
    if picked:
        return
    if draft.reading.verb == "delete" or draft.reading.signature.many:
        draft.unclear("no-key", f"no parameter says which {draft.made.name} is meant")
    draft.made.single = True


def _selecting(draft: Draft) -> list[Parameter]:
    scalars = [p for p in draft.left.values() if p.kind in ("text", "integer")]
    needed = [p for p in scalars if p.required]
    path = draft.reading.signature.path
    ranked = (
        [p for p in needed if p.name in path or (p.words[-1:] and p.words[-1] in lx.STRONG_ID)],
        [p for p in needed if p.words[-1:] and p.words[-1] in lx.ID_SUFFIXES],
        [p for p in scalars if p.words[-1:] and p.words[-1] in lx.STRONG_ID | {"key", "name"}],
        needed if draft.reading.verb == "delete" else [],
    )
    return next((picked for picked in ranked if picked), [])


def take_scope(draft: Draft, parameter: Parameter) -> None:
    """A parameter that must agree with the row as well: a parent in the path."""
    column = draft.made.resolve(parameter.name) or draft.made.add(
        parameter.name, parameter.schema, shown=False
    )
    if column.name not in {v.column for v in draft.key}:
        draft.scope.append(draft.value(parameter, column))


def _lookups(draft: Draft) -> None:
    """What a get compares beside its key; options that no column means change nothing."""
    for parameter in list(draft.left.values()):
        if take_paging(draft, parameter):
            continue
        column = draft.made.resolve(parameter.name)
        vague = column is None or column.kind == "json" or parameter.kind == "json"
        if vague and not parameter.required and (draft.key or parameter.kind == "json"):
            draft.ignored.append(draft.take(parameter.name).name)
        elif parameter.kind == "json":
            draft.unclear("unclear-parameter", f"a get by the list {parameter.name!r}")
        elif column is not None and column.kind == "json":
            draft.unclear(
                "type-conflict", f"parameter {parameter.name!r} is compared with a nested {column.name!r}"
            )
        else:
            shown = draft.reading.signature.tool.returns is None
            column = column or draft.made.add(parameter.name, parameter.schema, shown=shown)
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
        elif parameter.required and parameter.kind in ("text", "integer"):
            take_scope(draft, draft.take(parameter.name))
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
            draft.sets.append(draft.stored(draft.take(parameter.name), column))
            continue
        if repeats(draft, parameter, column):
            continue
        draft.sets.append(draft.stored(draft.take(parameter.name), column))


def _moves(draft: Draft, parameter: Parameter) -> bool:
    """``move(calendarId, eventId, destination)``: the destination is another parent."""
    aims = {"destination", "target", "dest", "to"}
    moving = draft.reading.signature.verb in ("move", "transfer")
    return moving and bool(aims & set(parameter.words)) and draft.made.columns.get(parameter.folded) is None
