"""Tools that add a row."""

from __future__ import annotations

from typing import Any

from .changing import take_scope
from .drafting import Draft, repeats, take_payload
from .signature import Parameter


def read_create(draft: Draft) -> None:
    """What the new row holds, and under which parents it stands."""
    made, signature = draft.made, draft.reading.signature
    for name in signature.path:
        if name in draft.left:
            take_scope(draft, draft.take(name))
    for parameter in list(draft.left.values()):
        if draft.payload is None and take_payload(draft, parameter):
            continue
        column = made.resolve(parameter.name) or made.add(parameter.name, parameter.schema)
        if repeats(draft, parameter, column):
            continue
        take = draft.value if column.name in made.key else draft.stored
        value = take(draft.take(parameter.name), column)
        (draft.key if column.name in made.key else draft.sets).append(value)
        default = parameter.schema.get("default")
        if (
            not parameter.required
            and isinstance(default, str | int | float | bool)
            and _right(default, parameter)
        ):
            draft.defaults[parameter.name] = default
    for at, value in enumerate(draft.scope):
        if value.column in made.key:
            draft.key.append(draft.scope[at])
    draft.scope = [v for v in draft.scope if v.column not in made.key]
    if not draft.sets and not draft.key and draft.payload is None and not draft.scope:
        draft.unclear("no-effect", f"no parameter says anything about the new {made.name}")


def _right(default: Any, parameter: Parameter) -> bool:
    right = {"text": str, "integer": int, "real": (int, float), "boolean": bool}.get(parameter.kind)
    return (
        right is not None
        and isinstance(default, right)
        and (parameter.kind == "boolean") == isinstance(default, bool)
    )
