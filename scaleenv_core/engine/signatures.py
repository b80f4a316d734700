"""A hand-written tool's signature: JSON Schemas from its annotations, texts from its docstring."""

from __future__ import annotations

import inspect
import re
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any

from scaleenv_core.engine.boundary import foreign
from scaleenv_core.engine.toolcode import ToolFunction
from scaleenv_core.errors import DomainError
from scaleenv_core.names import python_names
from scaleenv_core.types import JsonSchema, Tool

_PLAIN: Mapping[Any, JsonSchema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    list: {"type": "array"},
    dict: {"type": "object"},
    types.NoneType: {"type": "null"},
    Any: {},
}

_SECTION = re.compile(r"^(Args|Returns|Raises):\s*$", re.MULTILINE)
_ARGUMENT = re.compile(r"^    (\w+):\s*(.*(?:\n {6,}.*|\n\s*$)*)", re.MULTILINE)


def tool_of(domain: str, code: ToolFunction) -> Tool:
    """The signature of one tool.

    Annotations become schemas (``Literal`` an enum, ``T | None`` a nullable, ``TypedDict``
    an object, ``Annotated[T, {…}]`` adds keywords); the docstring's ``Args:`` describe the
    parameters, its text before any section the tool. Raises :class:`DomainError` for an
    annotation that says nothing.
    """
    with foreign(f"annotations of {code.name!r}", DomainError):
        hints = typing.get_type_hints(code.function, include_extras=True)
    space = code.function.__globals__
    about, arguments, returned = _told(code.function)
    signature = inspect.signature(code.function)
    properties: dict[str, JsonSchema] = {}
    required = []
    for name, parameter in list(signature.parameters.items())[1:]:
        if name not in hints:
            raise DomainError(f"tool {code.name!r}: parameter {name!r} has no annotation")
        properties[name] = schema_of(hints[name], f"parameter {name!r} of {code.name!r}", space)
        if name in arguments:
            properties[name] = {**properties[name], "description": arguments[name]}
        if parameter.default is inspect.Parameter.empty:
            required.append(name)
    if list(python_names(properties).values()) != list(properties):
        raise DomainError(f"tool {code.name!r}: name its parameters in snake case, and none of them 'db'")
    returns = schema_of(hints["return"], f"return of {code.name!r}", space) if "return" in hints else {}
    if returned:
        returns = {**returns, "description": returned}
    return Tool(
        id=f"{domain}/{code.name}",
        name=code.name,
        description=about,
        parameters={"type": "object", "properties": properties, "required": required},
        returns=returns or None,
        source="hand",
    )


def schema_of(hint: Any, where: str, space: dict[str, Any]) -> JsonSchema:
    """The JSON Schema of an annotation; ``space`` are the names that a ``TypedDict`` may use."""
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return {**schema_of(inside[0], where, space), **inside[1]}
    if origin is typing.Literal:
        kinds = {_PLAIN[type(value)]["type"] for value in inside}
        return {"type": kinds.pop() if len(kinds) == 1 else sorted(kinds), "enum": list(inside)}
    if origin in (typing.Union, types.UnionType):
        return _either([schema_of(part, where, space) for part in inside])
    if origin is list:
        return {"type": "array", "items": schema_of(inside[0], where, space)}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema_of(inside[1], where, space)}
    if typing.is_typeddict(hint):
        return _object(hint, where, space)
    if hint in _PLAIN:
        return dict(_PLAIN[hint])
    raise DomainError(f"{where}: no JSON Schema for the annotation {hint!r}")


def _object(hint: Any, where: str, space: dict[str, Any]) -> JsonSchema:
    fields = typing.get_type_hints(hint, globalns=space, include_extras=True)
    required = sorted(hint.__required_keys__, key=list(fields).index)
    made: JsonSchema = {
        "type": "object",
        "properties": {name: schema_of(_wanted(part), where, space) for name, part in fields.items()},
        "required": required,
    }
    return {**made, "description": inspect.cleandoc(hint.__doc__)} if hint.__doc__ else made


def _wanted(hint: Any) -> Any:
    return (
        typing.get_args(hint)[0] if typing.get_origin(hint) in (typing.Required, typing.NotRequired) else hint
    )


def _either(parts: list[JsonSchema]) -> JsonSchema:
    null = {"type": "null"}
    others = [part for part in parts if part != null]
    if len(others) == len(parts) or len(others) > 1 or not isinstance(others[0].get("type"), str):
        return {"anyOf": parts}
    made = {**others[0], "type": [others[0]["type"], "null"]}
    return {**made, "enum": [*made["enum"], None]} if "enum" in made else made


def _told(function: Callable[..., Any]) -> tuple[str, dict[str, str], str]:
    """The docstring's text, what it says of each argument, and of the return value."""
    text = inspect.getdoc(function) or ""
    about, *parts = _SECTION.split(text)
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    arguments = {
        match[1]: " ".join(match[2].split()) for match in _ARGUMENT.finditer(sections.get("Args", ""))
    }
    return about.strip(), arguments, " ".join(sections.get("Returns", "").split())
