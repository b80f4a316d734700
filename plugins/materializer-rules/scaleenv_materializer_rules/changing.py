"""Tools that change, remove or read one row."""

from __future__ import annotations

from scaleenv_core.names import words

from . import lexicon as lx
from .drafting import Draft, repeats, take_payload
from .entities import selector
from .fitting import fits
from .nouns import fold
from .paging import take_paging
from .plan_terms import Move, Value
from .shapes import properties
from .signature import Parameter
from .states import lead_to_state, said_state


def read_keyed(draft: Draft) -> None:
    """What selects the row, and what becomes of it."""
    reading, made = draft.reading, draft.made
    signature, verb = reading.signature, reading.verb
    picked = selector(signature, made.noun, made.others)
    if picked is not None and verb == "update" and _is_all(draft, picked):
        picked = None
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
    if picked is not None and verb in ("update", "transition"):
        _owners(draft, picked)
    if verb in ("get", "exists"):
        _lookups(draft)
    elif verb == "delete":
        _leftovers_of_delete(draft)
    else:
        _changes(draft)
        if verb == "update":
            draft.state = said_state(draft)
        if verb == "transition" and not draft.moves:
            lead_to_state(draft)
        elif not (draft.sets or draft.payload or draft.state or draft.nested or draft.moves):
            if signature.verb in lx.VAGUE:
                draft.unclear("no-effect", "no parameter says what changes")
            lead_to_state(draft)


def _is_all(draft: Draft, picked: Parameter) -> bool:
    """``update_password(password)``, ``PUT quotes/{quote}/language``: what is told is what changes."""
    path = draft.reading.signature.path
    others = [p for p in draft.left.values() if p.name != picked.name and p.name not in path]
    named = picked.words[-1:] and picked.words[-1] in lx.STRONG_ID
    return picked.name not in path and not others and (bool(path) or not named)


def _owners(draft: Draft, key: Parameter) -> None:
    """``suspend_line(customer_id, line_id)``: the line must be the customer's."""
    for parameter in draft.reading.signature.parameters:
        if parameter.name == key.name:
            return
        spelt = parameter.words
        known = spelt[:-1] in draft.made.others or spelt[:-1] == ("user",)
        if parameter.name in draft.left and parameter.required and known and spelt[-1] in lx.STRONG_ID:
            take_scope(draft, draft.take(parameter.name))


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
    if draft.reading.verb == "delete" or (
        draft.reading.signature.many and draft.made.noun[-1] not in lx.UNCOUNTED
    ):
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
    _part(draft)
    for parameter in list(draft.left.values()):
        if draft.payload is None and take_payload(draft, parameter):
            continue
        if _amount(draft, parameter):
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


def _part(draft: Draft) -> None:
    """Parameters that are the properties of one nested column: the address of an order."""
    for column in draft.made.columns.values():
        inside = {fold(name): (name, part) for name, part in properties(column.schema).items()}
        own = [p for p in draft.left.values() if p.folded in inside and not _shown(draft, p)]
        if (
            column.kind != "json"
            or len(own) < 2
            or not set(column.name.split("_")) & set(draft.reading.part.split("_"))
        ):
            continue
        if all(fits(p.schema, inside[p.folded][1]) for p in own):
            values = [
                Value(column=inside[p.folded][0], parameter=p.python, code=p.python, required=p.required)
                for p in own
            ]
            draft.nested = (column.name, tuple(values))
            for parameter in own:
                draft.take(parameter.name)
            return


def _shown(draft: Draft, parameter: Parameter) -> bool:
    column = draft.made.resolve(parameter.name)
    return column is not None and column.shown


def _amount(draft: Draft, parameter: Parameter) -> bool:
    """``withdraw(account_id, amount)``: a balance or a stock goes up or down."""
    verb = draft.reading.signature.verb
    sign = 1 if verb in lx.RAISING else -1 if verb in lx.LOWERING else 0
    if not sign or parameter.kind not in ("integer", "real") or not set(parameter.words) & lx.AMOUNTS:
        return False
    hint = {verb, *draft.reading.part.split("_")} - {""}
    numbers = [c for c in draft.made.columns.values() if c.kind in ("integer", "real") and c.shown]
    stock = [c for c in numbers if fold(c.name) in lx.STOCKS or (words(c.name) or [""])[-1] in lx.BALANCES]
    meant = [c for c in numbers if any(w.startswith(h[:5]) for w in words(c.name) for h in hint)]
    meant.sort(key=lambda c: -sum(any(w.startswith(h[:5]) for w in words(c.name)) for h in hint))
    column = next(iter(stock or meant), None)
    if column is None or column.name in draft.made.key:
        return False
    draft.moves.append(
        Move(column=column.name, sign=1 if sign > 0 else -1, parameter=draft.take(parameter.name).python)
    )
    return True


def _moves(draft: Draft, parameter: Parameter) -> bool:
    """``move(calendarId, eventId, destination)``: the destination is another parent."""
    aims = {"destination", "target", "dest", "to"}
    moving = draft.reading.signature.verb in ("move", "transfer")
    return moving and bool(aims & set(parameter.words)) and draft.made.columns.get(parameter.folded) is None
