"""The column and the value that a domain verb leads to."""

from __future__ import annotations

from . import lexicon as lx
from .drafting import Draft
from .entities import Drafted
from .nouns import fold, participle
from .plan import Column


def lead_to_state(draft: Draft) -> None:
    """The column and the value that a domain verb leads to."""
    signature, made = draft.reading.signature, draft.made
    verb = signature.verb if not signature.state else signature.state[-1]
    if verb in lx.TOGGLES:
        flags = [c for c in made.columns.values() if c.kind == "boolean" and c.shown]
        flag = flags[0] if flags else made.add("enabled", {"type": "boolean"}, assumed=True)
        draft.state = (flag.name, None)
        return
    undone = verb in lx.UNDO
    wanted = lx.STATES.get(verb, ()) or ((participle(verb) if not signature.state else verb),)
    told = [c for c in made.columns.values() if _is_status(c, made)]
    if any(v.column in {c.name for c in told} for v in draft.sets):
        return
    for column in told:
        for value in column.enum:
            if fold(value) in {fold(w) for w in wanted}:
                draft.state = (column.name, value)
                return
    flag = {
        fold(w) for w in (lx.STATES.get(lx.UNDO[verb], (participle(lx.UNDO[verb]),)) if undone else wanted)
    }
    for folded, column in made.columns.items():
        if column.kind == "boolean" and (folded in flag or folded.removeprefix("is") in flag):
            draft.state = (column.name, not undone)
            return
    if undone and verb not in lx.STATES:
        wanted = (lx.UNDONE_STATE,)
    free = [c for c in told if not c.enum]
    if free:
        draft.state = (free[0].name, wanted[0])
    elif told:
        draft.unclear("no-state", f"{told[0].name!r} has no value for {verb!r}")
    elif verb in lx.STATES or undone or signature.state:
        draft.state = (made.add("status", {"type": "string"}, assumed=True).name, wanted[0])
    elif not draft.sets:
        draft.unclear("no-effect", f"nothing says what {verb!r} changes")


def _is_status(column: Column, made: Drafted) -> bool:
    folded = fold(column.name).removeprefix("".join(made.noun)).removeprefix(made.noun[-1])
    return column.kind == "text" and folded in lx.STATUS_WORDS
