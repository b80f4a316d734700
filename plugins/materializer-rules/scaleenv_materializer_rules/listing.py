"""Tools that read many rows: what each parameter narrows."""

from __future__ import annotations

from typing import Any

from . import lexicon as lx
from .drafting import Draft, as_list, listed_kind, scalars_column
from .fitting import converted
from .nouns import fold
from .paging import take_paging
from .plan import Column
from .plan_terms import Filter
from .shapes import properties
from .signature import Parameter


def read_list(draft: Draft) -> None:
    """What each parameter narrows, sorts or cuts."""
    for parameter in list(draft.left.values()):
        if parameter.name in draft.left and not take_paging(draft, parameter):
            _filter(draft, draft.take(parameter.name))


def _filter(draft: Draft, parameter: Parameter) -> None:
    made, folded = draft.made, parameter.folded
    path = parameter.name in draft.reading.signature.path
    column = made.columns.get(folded) if path else made.columns.get(folded) or made.resolve(parameter.name)
    listing = folded.removesuffix("filter") != folded or parameter.words[:1] == ("filter",)
    if column is None and folded in lx.FILTERS and parameter.kind == "text":
        return _filtered(draft, parameter, (), parameter.python, "expression")
    if (
        column is None
        and (
            folded in lx.SEARCHES
            or parameter.words[-1:] in (("query",), ("keyword",), ("keywords",), ("search",))
        )
        and parameter.kind == "text"
    ):
        return _filtered(draft, parameter, (), parameter.python, "text")
    if parameter.words[-1:] == ("prefix",) and parameter.kind == "text":
        column = made.resolve("_".join(parameter.words[:-1])) or (
            made.columns.get(fold(made.key[0])) if len(parameter.words) == 1 else None
        )
        if column is not None and column.kind == "text":
            return _filtered(draft, parameter, (column.name,), parameter.python, "starts")
    if column is not None and column.kind in ("integer", "real") and _ranged(parameter):
        return _filtered(draft, parameter, (column.name,), parameter.python, "range")
    if column is None and listing and len(parameter.words) > 1:
        column = made.resolve("_".join(w for w in parameter.words if w not in ("filter", "by")))
    if column is None and (bound := _bound(draft, parameter)):
        return _filtered(draft, parameter, (bound[0].name,), bound[1], bound[2])
    if parameter.kind == "json":
        if listed_kind(parameter) is None and not parameter.required:
            # A language of filters of its own.
            draft.ignored.append(parameter.name)
            return None
        column = scalars_column(draft, parameter, column)
        test = "holds" if column.kind == "json" else "one_of"
        return _filtered(draft, parameter, (column.name,), as_list(parameter), test)
    if column is None:
        column = made.add(
            parameter.name, parameter.schema, shown=draft.reading.signature.tool.returns is None
        )
    if column.kind == "json":
        return _filtered(draft, parameter, (column.name,), parameter.python, "holds")
    column = made.narrow(column, parameter.schema)
    code = converted(parameter, column)
    if code is None:
        draft.unclear(
            "type-conflict", f"parameter {parameter.name!r} is compared with {column.name!r} of another type"
        )
    return _filtered(draft, parameter, (column.name,), code, "equal")


def _filtered(draft: Draft, parameter: Parameter, columns: tuple[str, ...], code: str, test: Any) -> None:
    draft.filters.append(
        Filter(columns=columns, parameter=parameter.python, code=code, test=test, required=parameter.required)
    )


def _ranged(parameter: Parameter) -> bool:
    """An object of ``gt``, ``gte``, ``lt`` and ``lte``, alone or beside a plain number."""
    branches = [parameter.schema, *parameter.schema.get("anyOf", ())]
    return any(
        properties(b) and set(properties(b)) <= {"gt", "gte", "lt", "lte"}
        for b in branches
        if isinstance(b, dict)
    )


def _bound(draft: Draft, parameter: Parameter) -> tuple[Column, str, str] | None:
    """``min_price``, ``created_after``, ``startDate``: a bound on a column, where that is clear."""
    low, high = set(parameter.words) & lx.MIN_WORDS, set(parameter.words) & lx.MAX_WORDS
    if bool(low) == bool(high) or parameter.kind not in ("text", "integer", "real"):
        return None
    stem = [w for w in parameter.words if w not in low | high]
    test = "least" if low else "most"
    column = draft.made.resolve("_".join(stem)) if stem else None
    if column is None and (not stem or set(stem) <= {"date", "time", "datetime", "timestamp", "day", "at"}):
        if (
            not stem
            and parameter.schema.get("format") not in ("date", "date-time")
            and parameter.folded not in ("since", "until", "before")
        ):
            return None
        column = next(
            (
                c
                for c in sorted(draft.made.columns.values(), key=lambda c: c.stamp != "")
                if c.kind == parameter.kind and _dated(c)
            ),
            None,
        )
        column = column or draft.made.add("date", _plain(parameter, "date"), shown=False)
    elif column is None and stem and parameter.kind in ("integer", "real"):
        column = draft.made.add("_".join(stem), _plain(parameter, ""), shown=False)
    if column is None or column.kind not in ("text", "integer", "real"):
        return None
    if column.kind == "text" and not (_dated(column) and parameter.kind == "text"):
        return None
    code = converted(parameter, column)
    return None if code is None else (column, code, test)


def _plain(parameter: Parameter, form: str) -> dict[str, Any]:
    made = {key: value for key, value in parameter.schema.items() if key in ("type", "format")}
    if form and made.get("type") == "string":
        made.setdefault("format", form)
    return made


def _dated(column: Column) -> bool:
    folded = fold(column.name)
    return (
        bool(column.stamp)
        or column.schema.get("format") in ("date", "date-time")
        or folded.endswith(("date", "time", "timestamp"))
    )
