"""The column and the value that a domain verb leads to."""

from __future__ import annotations

import re

from scaleenv_core.names import words

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
    if draft.reading.part and _of_part(draft, verb):
        return
    if told := said_state(draft):
        draft.state = told
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
    elif (
        verb in lx.STATES or undone or signature.state or (draft.reading.verb == "update" and not draft.sets)
    ):
        draft.state = (_new_status(made).name, wanted[0])
    elif not (draft.sets or draft.nested or draft.moves):
        draft.unclear("no-effect", f"nothing says what {verb!r} changes")


def _new_status(made: Drafted) -> Column:
    """A status column of its own; what the API calls status may be a number or an object."""
    there = made.columns.get("status")
    name = "status" if there is None or there.kind == "text" else f"{made.noun[-1]}_state"
    return made.add(name, {"type": "string"}, assumed=True)


def _of_part(draft: Draft, verb: str) -> bool:
    """``enable_roaming``: the flag of the record that has the part's name."""
    part = set(draft.reading.part.split("_"))
    if verb not in ("enable", "disable", "activate", "deactivate", *lx.TOGGLES):
        return False
    flags = [c for c in draft.made.columns.values() if c.kind == "boolean" and part & set(words(c.name))]
    name = f"{draft.reading.part}_enabled"
    flag = flags[0] if flags else draft.made.add(name, {"type": "boolean"}, assumed=True)
    draft.state = (flag.name, None if verb in lx.TOGGLES else verb in ("enable", "activate"))
    return True


def said_state(draft: Draft) -> tuple[str, str] | None:
    """The state that the description names: ``The order status will be changed to 'return requested'``."""
    text = draft.reading.signature.tool.description
    found = re.search(r"\bstatus (?:will be |is )?(?:set|changed|updated) to ['\"]?([\w ]+?)['\".,;]", text)
    found = found or re.search(r"\b[Ss]ets? (?:\w+ )?status to ['\"]?(\w+)", text)
    if found is None:
        return None
    if not any(_is_status(column, draft.made) for column in draft.made.columns.values()):
        _new_status(draft.made)
    for column in draft.made.columns.values():
        if _is_status(column, draft.made):
            value = next((v for v in column.enum if fold(v) == fold(found[1])), found[1])
            return (column.name, value) if not column.enum or value in column.enum else None
    return None


def _is_status(column: Column, made: Drafted) -> bool:
    folded = fold(column.name).removeprefix("".join(made.noun)).removeprefix(made.noun[-1])
    return column.kind == "text" and folded in lx.STATUS_WORDS
