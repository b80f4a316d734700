"""How a tool's answer is built from rows, so that it fits the declared return schema."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from scaleenv_core.names import words
from scaleenv_core.types import JsonSchema

from . import lexicon as lx
from .entities import Drafted, Reading, described, scalar_name
from .fitting import fits, literal
from .nouns import fold
from .plan import ROWLESS, Shape
from .shapes import properties, settled
from .signature import kind_of

Unclear = Callable[[str, str], NoReturn]
Beside = tuple[tuple[str, ...], str, Any]
"""(path, what, argument); what is ``total``, ``figure``, ``next``, ``more``, ``yes``, ``message``, ``column``
or ``literal``."""


_NOTICED = (*ROWLESS, "label", "unlabel")
"""Verbs after which no one row is at hand to be shown."""


def answer_shape(reading: Reading, made: Drafted, unclear: Unclear) -> Shape:
    """The answer's shape; ``unclear`` where the declared one cannot be kept."""
    tool, located = reading.signature.tool, reading.located
    returns = settled(tool.returns or {})
    typed = returns.get("additionalProperties")
    if isinstance(typed, dict) and typed.get("type") and not properties(returns):
        unclear("no-answer", "its answer maps names that no signature says to values")
    if tool.returns is None:
        return Shape(kind="records" if reading.verb == "list" else "record", path=("",))
    if reading.device and kind_of(returns) == "text":
        return Shape(kind="notice", beside=((("",), "row", None),))  # type: ignore[arg-type]
    if located is None or reading.verb in (*_NOTICED, "delete") or not described(reading, made):
        if located is not None and located.kind == "scalar" and not located.path and not located.many:
            return Shape(kind="notice", beside=((("",), *_plain_answer(reading, located.schema, unclear)),))
        if located is not None and located.many and not located.path and returns.get("minItems", 0) == 0:
            if reading.verb != "delete":
                unclear("no-answer", "its answer is a list of something that no row holds")
            return Shape(kind="notice", beside=((("",), "literal", []),))
        return Shape(kind="notice", beside=tuple(_notice(reading, made, returns, (), unclear)))
    beside = tuple(_beside(reading, made, returns, located.path, (), unclear))
    many = reading.verb == "list"
    if located.kind == "scalar":
        column = made.resolve(scalar_name(reading))
        if column is None or not fits(column.schema, located.schema):
            unclear("type-conflict", "its plain answer has another type elsewhere")
        return Shape(
            kind="scalars" if many and located.many else "scalar",
            path=located.path,
            fields=((column.name, column.name),),
            as_list=located.many and not many,
            beside=beside,
        )
    fields = _fields(made, located.schema, unclear)
    return Shape(
        kind="records" if many and located.many else "record",
        path=located.path,
        fields=fields,
        constants=_constants(made, located.schema),
        required=tuple(located.schema.get("required", ())),
        as_list=located.many and not many,
        beside=beside,
    )


def _fields(made: Drafted, record: JsonSchema, unclear: Unclear) -> tuple[tuple[str, str], ...]:
    needed = set(record.get("required", ()))
    fields: list[tuple[str, str]] = []
    for name, schema in properties(record).items():
        column = made.property(name)
        if _only(schema) and column is not None and tuple(column.enum) != tuple(schema["enum"]):
            continue
        if column is not None and fits(column.schema, schema):
            fields.append((name, column.name))
        elif name in needed:
            unclear("type-conflict", f"its answer requires {name!r}, which has another type in other tools")
    if properties(record) and not fields:
        unclear("no-answer", f"nothing of its answer is known of a {made.name}")
    return tuple(fields)


def _only(schema: JsonSchema) -> bool:
    """There is one text that it can be: the name of a kind."""
    return kind_of(schema) == "text" and isinstance(schema.get("enum"), list) and len(schema["enum"]) == 1


def _constants(made: Drafted, record: JsonSchema) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for name, schema in properties(record).items():
        column = made.property(name)
        if _only(schema) and column is not None and tuple(column.enum) != tuple(schema["enum"]):
            found.append((name, schema["enum"][0]))
    return tuple(found)


def _plain_answer(reading: Reading, schema: JsonSchema, unclear: Unclear) -> tuple[str, Any]:
    kind = kind_of(schema)
    if kind == "boolean":
        return "yes", None
    if kind in ("integer", "real") and reading.verb == "count":
        return "total", None
    if kind in ("integer", "real") and reading.verb == "aggregate":
        return "figure", kind
    if kind == "text" and schema.get("enum"):
        return "literal", schema["enum"][0]
    if kind == "text" and reading.verb not in ROWLESS:
        return "message", None
    if kind in ("integer", "real") and reading.verb not in ("exists", "get"):
        return "literal", max(1, int(schema.get("minimum", 1)))
    return unclear("no-answer", f"what its plain {kind} answer says")


def _notice(
    reading: Reading, made: Drafted, schema: JsonSchema, at: tuple[str, ...], unclear: Unclear
) -> list[Beside]:
    told: list[Beside] = []
    needed = set(schema.get("required", ()))
    for name, part in properties(schema).items():
        column = made.resolve(name)
        said = _told(name, part, reading)
        if (
            column is not None
            and fits(column.schema, part)
            and (column.required or name not in needed)
            and column.shown
            and reading.verb not in _NOTICED
        ) and not (
            reading.verb == "create" and not column.required and column.name not in _given(reading, made)
        ):
            told.append(((*at, name), "column", column.name))
            continue
        if said is not None:
            told.append(((*at, name), *said))
        elif properties(part) and len(at) < 3:
            inner = _notice(reading, made, part, (*at, name), unclear)
            if inner:
                told += inner
            elif name in needed:
                told.append(((*at, name), "literal", {}))
        elif name in needed:
            told.append(((*at, name), "literal", literal(part)))
    if (
        not at
        and reading.verb in ROWLESS
        and not any(what in ("total", "figure", "yes") for _, what, _ in told)
    ):
        unclear("no-answer", f"its answer has no place for a {reading.verb}")
    return told


def _given(reading: Reading, made: Drafted) -> set[str]:
    found = (made.resolve(p.name) for p in reading.signature.parameters)
    return {c.name for c in found if c is not None}


def _told(name: str, schema: JsonSchema, reading: Reading) -> tuple[str, Any] | None:
    folded, kind = fold(name), kind_of(schema)
    if "const" in schema or (schema.get("enum") and len(schema["enum"]) == 1):
        return "literal", schema.get("const", (schema.get("enum") or [None])[0])
    if kind == "boolean" and folded in lx.YES | {"ok", "status", "exist", "result"}:
        return "yes", None
    if kind == "text" and folded in lx.MESSAGES and not schema.get("enum") and not schema.get("pattern"):
        return "message", None
    if kind in ("integer", "real") and reading.verb == "aggregate":
        return "figure", kind
    if kind in ("integer", "real") and reading.verb in ("list", "count"):
        if folded in lx.TOTALS or (reading.verb == "count" and (words(name) or [""])[-1] in lx.COUNTS):
            return "total", None
    if kind == "text" and folded in lx.NEXT_TOKENS and reading.verb == "list":
        return "next", None
    if kind == "boolean" and folded in lx.MORE and reading.verb == "list":
        return "more", None
    return None


def _beside(
    reading: Reading,
    made: Drafted,
    schema: JsonSchema,
    path: tuple[str, ...],
    at: tuple[str, ...],
    unclear: Unclear,
) -> list[Beside]:
    """What stands beside the record on the way down to it."""
    if not path:
        return []
    told: list[Beside] = []
    needed = set(schema.get("required", ()))
    for name, part in properties(schema).items():
        if name == path[0]:
            if len(path) > 1 and "items" not in part:
                told += _beside(reading, made, part, path[1:], (*at, name), unclear)
            continue
        said = _told(name, part, reading)
        if said is not None and not (said[0] == "message" and name not in needed):
            told.append(((*at, name), said[0], name in needed if said[0] == "next" else said[1]))
        elif name in needed:
            told.append(((*at, name), "literal", literal(part)))
    return told


def is_strong(name: str) -> bool:
    """Whether a property names an identity."""
    return (words(name) or [""])[-1] in lx.STRONG_ID
