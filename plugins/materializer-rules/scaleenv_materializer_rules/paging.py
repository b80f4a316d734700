"""Parameters that cut and sort a list."""

from __future__ import annotations

from . import lexicon as lx
from .drafting import Draft
from .signature import Parameter


def take_paging(draft: Draft, parameter: Parameter) -> bool:
    """Whether the parameter cuts or sorts the list; never where a column has its name."""
    folded, name, listing = (
        parameter.folded,
        parameter.python,
        draft.reading.verb in ("list", "count", "aggregate"),
    )
    if (
        draft.made.columns.get(folded) and folded not in ("limit", "offset", "page")
    ) or parameter.name in draft.reading.signature.path:
        return False
    if parameter.kind in ("integer", "real", "text"):
        number = {"text": f'_whole("{parameter.name}", {name})', "real": f"round({name})"}.get(
            parameter.kind, name
        )
        numeric = parameter.kind != "text" or not parameter.required
        for words, slot in ((lx.LIMITS, "size"), (lx.OFFSETS, "offset"), (lx.PAGES, "page")):
            if (
                folded in words
                and numeric
                and slot not in draft.paging
                and not (slot == "offset" and parameter.kind == "text" and folded == "from")
            ):
                default = parameter.schema.get("default")
                if (
                    isinstance(default, int)
                    and not isinstance(default, bool)
                    and default > 0
                    and slot == "size"
                ):
                    draft.defaults[parameter.name] = str(default) if parameter.kind == "text" else default
                draft.paging[slot] = number
                draft.take(parameter.name)
                return True
        if (
            folded in lx.TOKENS
            and not parameter.required
            and parameter.kind == "text"
            and "token" not in draft.paging
        ):
            draft.paging["token"] = name
            draft.take(parameter.name)
            return True
    if listing and parameter.kind == "text" and not parameter.required:
        if folded in lx.SORTS and not draft.sort[0]:
            draft.sort = (name, draft.sort[1])
            draft.take(parameter.name)
            return True
        if folded in lx.DIRECTIONS and not draft.sort[1]:
            draft.sort = (draft.sort[0], name)
            draft.take(parameter.name)
            return True
    return False
