"""A step in the making: its parameters' meanings are settled one by one."""

from __future__ import annotations

from typing import Any, NoReturn

from attrs import define, field

from scaleenv_core.types import JsonSchema

from . import lexicon as lx
from .entities import Drafted, Reading
from .fitting import converted, fits
from .nouns import singular
from .plan import Column
from .plan_terms import Filter, Labels, Link, Move, Payload, Transfer, Value
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
    nested: tuple[str, tuple[Value, ...]] | None = None
    moves: list[Move] = field(factory=list)
    link: Link | None = None
    labels: Labels | None = None
    transfer: Transfer | None = None
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

    def stored(self, parameter: Parameter, column: Column) -> Value:
        """The same; what the record cannot hold as it is given has a column of its own."""
        if converted(parameter, column) is None:
            column = self.made.add(f"given_{column.name}", parameter.schema, shown=False)
        return self.value(parameter, column)


def python_parameters(draft: Draft) -> tuple[tuple[str, str, str], ...]:
    """(name, annotation, default) of each parameter, required ones first."""
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


def take_payload(draft: Draft, parameter: Parameter) -> bool:
    """Whether the parameter is an object whose properties are columns; if so, it is taken."""
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
            column = draft.made.add(f"given_{column.name}", schema, shown=False)
        fields[name] = column.name
    draft.payload = Payload(parameter=parameter.python, fields=fields, required=parameter.required)
    draft.take(parameter.name)
    return True


def repeats(draft: Draft, parameter: Parameter, column: Column) -> bool:
    """Whether another parameter says the same; if so, this one is left aside.

    What selects the row is believed; between two that are stored nothing decides.
    """
    if column.name in {v.column for v in (*draft.key, *draft.scope)}:
        draft.ignored.append(draft.take(parameter.name).name)
        return True
    if column.name not in {v.column for v in draft.sets}:
        return False
    if parameter.required:
        own = draft.made.add(f"given_{parameter.name}", parameter.schema, shown=False)
        draft.sets.append(draft.value(draft.take(parameter.name), own))
        return True
    draft.ignored.append(draft.take(parameter.name).name)
    return True


def listed_kind(parameter: Parameter) -> JsonSchema | None:
    """The schema of the plain values that a list holds, alone or beside one such value."""
    branches = [parameter.schema, *parameter.schema.get("anyOf", ()), *parameter.schema.get("oneOf", ())]
    for branch in branches:
        if isinstance(branch, dict) and (branch.get("type") == "array" or "items" in branch):
            items = branch.get("items") or {"type": "string"}
            return items if isinstance(items, dict) and kind_of(items) != "json" else None
    return None


def as_list(parameter: Parameter) -> str:
    """Python code of a list parameter that may be one plain value too."""
    name = parameter.python
    plain = parameter.schema.get("type") == "array" or "items" in parameter.schema
    return name if plain else f"({name} if isinstance({name}, list) else [{name}])"


def scalars_column(draft: Draft, parameter: Parameter, column: Column | None) -> Column:
    """The column that a list of plain values selects from."""
    items = listed_kind(parameter)
    if items is None or draft.reading.verb in ("get", "exists"):
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
