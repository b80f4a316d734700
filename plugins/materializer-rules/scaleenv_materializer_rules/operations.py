"""From a reading to a step: what each parameter means for the tool's table."""

from __future__ import annotations

from typing import Any, NoReturn

from attrs import define, evolve, field

from scaleenv_core.names import snake

from . import lexicon as lx
from .answers import answer_shape
from .entities import Drafted, Reading, selector
from .fitting import converted, fits
from .nouns import fold, participle, singular
from .plan import Column, Filter, Paging, Payload, Step, Value
from .shapes import properties
from .signature import Parameter, kind_of


class Unclear(Exception):  # noqa: N818 - what is wrong is the tool
    """A tool cannot be understood: a slug to count by, and one clear line."""

    def __init__(self, reason: str, detail: str) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(f"{reason}: {detail}")


@define
class Draft:
    """A step in the making."""

    reading: Reading
    made: Drafted
    left: dict[str, Parameter]
    """Parameters without a meaning yet, by name."""

    key: list[Value] = field(factory=list)
    scope: list[Value] = field(factory=list)
    sets: list[Value] = field(factory=list)
    filters: list[Filter] = field(factory=list)
    payload: Payload | None = None
    paging: dict[str, Any] = field(factory=dict)
    sort: tuple[str, str] = ("", "")
    state: tuple[str, Any] | None = None
    ignored: list[str] = field(factory=list)
    defaults: dict[str, Any] = field(factory=dict)

    def unclear(self, reason: str, detail: str) -> NoReturn:
        """Give the tool up."""
        raise Unclear(reason, f"{self.reading.tool}: {detail}")

    def take(self, name: str) -> Parameter:
        """A parameter whose meaning is now known."""
        return self.left.pop(name)

    def value(self, parameter: Parameter, column: Column) -> Value:
        """The parameter as the column takes it."""
        column = self.made.narrow(column, parameter.schema)
        code = converted(parameter, column)
        if code is None:
            self.unclear(
                "type-conflict",
                f"parameter {parameter.name!r} cannot be stored as {column.name!r} of the record",
            )
        loose = column.enum if column.enum and not fits(parameter.schema, column.schema) else ()
        return Value(
            column=column.name,
            parameter=parameter.python,
            code=code,
            required=parameter.required,
            values=loose,
        )


def plan_step(reading: Reading, made: Drafted) -> Step:
    """The step of one tool; adds to the table what its parameters name.

    Raises :class:`Unclear` where the signature does not say enough.
    """
    if reading.verb == "upsert" and selector(reading.signature, made.noun, made.others) is None:
        reading = evolve(reading, verb="create")
    draft = Draft(reading=reading, made=made, left={p.name: p for p in reading.signature.parameters})
    _ignore(draft)
    if reading.verb in ("list", "count"):
        _read_list(draft)
    elif reading.verb == "create":
        _read_create(draft)
    else:
        _read_keyed(draft)
    shape = answer_shape(reading, made, draft.unclear)
    tool = reading.signature.tool
    return Step(
        tool=tool.name,
        verb=reading.verb,  # type: ignore[arg-type]
        entity=made.name,
        function=snake(tool.name),
        description=tool.description,
        parameters=_parameters(draft),
        key=tuple(draft.key),
        scope=tuple(draft.scope),
        sets=tuple(draft.sets),
        payload=draft.payload,
        filters=tuple(draft.filters),
        paging=Paging(**draft.paging) if draft.paging else None,
        sort=draft.sort,
        state=draft.state,
        shape=shape,
        ignored=tuple(draft.ignored),
    )


def _ignore(draft: Draft) -> None:
    for parameter in list(draft.left.values()):
        if draft.made.columns.get(parameter.folded) or parameter.name in draft.reading.signature.path:
            continue
        flag = (
            parameter.kind == "boolean"
            and parameter.words[:1]
            and set(parameter.words[:2]) & (lx.PRESENTATION_FIRST - {"no", "x", "force"})
            | (set(parameter.words[:1]) & lx.PRESENTATION_FIRST)
        )
        empty = (
            parameter.folded in lx.PAYLOADS and parameter.kind == "json" and not properties(parameter.schema)
        )
        empty = (
            empty
            and draft.reading.verb in ("get", "list", "count", "exists", "delete", "transition")
            and parameter.schema.get("type") != "array"
        )
        if (not parameter.required and (parameter.folded in lx.PRESENTATION or flag or empty)) or _constant(
            parameter
        ):
            draft.ignored.append(draft.take(parameter.name).name)


def _constant(parameter: Parameter) -> bool:
    """Credentials and headers say nothing about rows, required or not."""
    return parameter.name.lower().startswith("x-") or (
        parameter.folded in lx.CREDENTIALS
        and parameter.name not in ("Key", "Token")
        and not (parameter.folded in ("key", "token") and parameter.required)
    )


def _parameters(draft: Draft) -> tuple[tuple[str, str, str], ...]:
    kinds = {"text": "str", "integer": "int", "real": "float", "boolean": "bool"}
    made: list[tuple[str, str, str]] = []
    for parameter in draft.reading.signature.parameters:
        kind = kinds.get(parameter.kind)
        if kind is None:
            types = parameter.schema.get("type")
            kind = "list[Any]" if types == "array" else "dict[str, Any]" if types == "object" else "Any"
        default = draft.defaults.get(parameter.name)
        if parameter.required:
            made.append((parameter.python, kind, ""))
        elif default is not None:
            made.append((parameter.python, kind, repr(default)))
        else:
            made.append((parameter.python, kind if kind == "Any" else f"{kind} | None", "None"))
    return tuple(sorted(made, key=lambda entry: entry[2] != ""))


# --- one row ---------------------------------------------------------------------------------


def _read_keyed(draft: Draft) -> None:
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
            _scope(draft, draft.take(name))
    if verb in ("get", "exists"):
        _lookups(draft)
    elif verb == "delete":
        _leftovers_of_delete(draft)
    else:
        _changes(draft)
        if verb == "transition":
            _state(draft)
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


def _scope(draft: Draft, parameter: Parameter) -> None:
    column = draft.made.resolve(parameter.name) or draft.made.add(
        parameter.name, parameter.schema, shown=False
    )
    if column.name not in {v.column for v in draft.key}:
        draft.scope.append(draft.value(parameter, column))


def _lookups(draft: Draft) -> None:
    for parameter in list(draft.left.values()):
        if _paging(draft, parameter) or parameter.name not in draft.left:
            continue
        column = draft.made.resolve(parameter.name)
        if column is None or column.kind == "json":
            if parameter.kind == "json":
                column = _scalars_column(draft, parameter, column)
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
        if draft.payload is None and _payload(draft, parameter):
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


def _payload(draft: Draft, parameter: Parameter) -> bool:
    inside = properties(parameter.schema)
    named = parameter.folded in lx.PAYLOADS or parameter.folded in (
        "".join(draft.made.noun),
        draft.made.noun[-1],
    )
    there = draft.made.columns.get(parameter.folded)
    if not inside or not named or (there is not None and there.kind == "json" and not there.assumed):
        return False
    fields: dict[str, str] = {}
    for name, schema in inside.items():
        column = draft.made.resolve(name) or draft.made.add(name, schema)
        inner = Parameter(name=name, python="value", schema=schema, kind=kind_of(schema), required=False)
        if column.name in draft.made.key or column.name in fields.values():
            continue
        if converted(inner, column) != "value":
            draft.unclear(
                "type-conflict", f"{parameter.name}.{name} cannot be stored as {column.name!r} of the record"
            )
        fields[name] = column.name
    draft.payload = Payload(parameter=parameter.python, fields=fields, required=parameter.required)
    draft.take(parameter.name)
    return True


def _state(draft: Draft) -> None:
    """The column and the value that a domain verb leads to."""
    signature, made = draft.reading.signature, draft.made
    verb = signature.verb if not signature.state else signature.state[-1]
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


# --- many rows -------------------------------------------------------------------------------


def _read_list(draft: Draft) -> None:
    for parameter in list(draft.left.values()):
        if parameter.name in draft.left and not _paging(draft, parameter):
            _filter(draft, draft.take(parameter.name))


def _paging(draft: Draft, parameter: Parameter) -> bool:
    """Whether the parameter cuts or sorts the list; never where a column has its name."""
    folded, name, listing = parameter.folded, parameter.python, draft.reading.verb in ("list", "count")
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
        column = _scalars_column(draft, parameter, column)
        test = "holds" if column.kind == "json" else "one_of"
        return _filtered(draft, parameter, (column.name,), parameter.python, test)
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


def _scalars_column(draft: Draft, parameter: Parameter, column: Column | None) -> Column:
    """The column that a list of plain values selects from."""
    items = parameter.schema.get("items")
    if parameter.schema.get("type") == "array" and not items:
        items = {"type": "string"}
    if not isinstance(items, dict) or kind_of(items) == "json" or draft.reading.verb in ("get", "exists"):
        draft.unclear(
            "unclear-parameter", f"{parameter.name!r} is neither one plain value nor a list of them"
        )
    if column is not None and (column.kind == "json" or column.kind == kind_of(items)):
        return column
    one = "_".join([*parameter.words[:-1], singular(parameter.words[-1])])
    there = draft.made.resolve(one)
    if there is not None and there.kind == kind_of(items):
        return there
    if column is not None or there is not None:
        draft.unclear(
            "type-conflict", f"parameter {parameter.name!r} is compared with a value of another type"
        )
    return draft.made.add(one, items, shown=draft.reading.signature.tool.returns is None)


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


# --- a new row -------------------------------------------------------------------------------


def _read_create(draft: Draft) -> None:
    made, signature = draft.made, draft.reading.signature
    for name in signature.path:
        if name in draft.left:
            _scope(draft, draft.take(name))
    for parameter in list(draft.left.values()):
        if draft.payload is None and _payload(draft, parameter):
            continue
        column = made.resolve(parameter.name) or made.add(parameter.name, parameter.schema)
        if column.name in {v.column for v in (*draft.sets, *draft.key, *draft.scope)}:
            draft.unclear("unclear-parameter", f"{parameter.name!r} names {column.name!r} a second time")
        value = draft.value(draft.take(parameter.name), column)
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


def require_evidence(step: Step, others: list[Step], named: bool) -> None:
    """A POST under a name without a verb creates only what some tool reads back."""
    if (
        step.verb == "create"
        and not named
        and not any(o.entity == step.entity and not o.writes for o in others)
    ):
        raise Unclear(
            "no-verb", f"{step.tool}: nothing says that it creates {step.entity!r}, and no tool reads one"
        )


def with_entity(step: Step, **changes: Any) -> Step:
    """A step with changes."""
    return evolve(step, **changes)
