"""What ToolBench writes where a schema belongs: two lists of parameters, a template of the answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scaleenv_core.catalogs import Unreadable, parse_json, text
from scaleenv_core.schemas import named_type
from scaleenv_core.types import JsonSchema

_NEST = 40
_NO_DEFAULTS = ("", "null", "none", "undefined")
"""What the hub writes, as text, where there is no default."""


def parameters(required: Any, optional: Any) -> JsonSchema:
    """The schema of two lists of parameters; the first of two with one name is kept."""
    properties: dict[str, JsonSchema] = {}
    for name, part in _named(required):
        properties.setdefault(name, {**_property(part, "example"), "required": True})
    for name, part in _named(optional):
        properties.setdefault(name, _property(part, "default"))
    return {"type": "object", "properties": properties}


def _named(given: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for part in given if isinstance(given, list) else ():
        name = part.get("name") if isinstance(part, Mapping) else None
        if isinstance(name, str) and name.strip():
            yield text(name).strip(), part


def _property(given: Mapping[str, Any], value: str) -> JsonSchema:
    # The default of a required parameter is what the hub's page tries it with.
    made: JsonSchema = {key: given[key] for key in ("type", "description", "enum") if given.get(key)}
    default = given.get("default")
    if default is not None and str(default).strip().lower() not in _NO_DEFAULTS:
        made[value] = default
    return made


def answer(template: Any) -> JsonSchema | None:
    """The schema of an answer's template; ``None`` where it says nothing."""
    if isinstance(template, str):
        template = _json(template)
    return (_template(template, 0) or None) if isinstance(template, Mapping | list) else None


def _template(given: Any, nest: int) -> JsonSchema:
    if nest > _NEST:
        return {}
    if isinstance(given, Mapping):
        parts = {text(str(name)): part for name, part in given.items() if name != "_list_length"}
        return {
            "type": "object",
            "properties": {name: _template(part, nest + 1) for name, part in parts.items()},
        }
    if isinstance(given, list):
        if len(given) == 1 and isinstance(given[0], str) and _LIST.fullmatch(given[0]):
            return _template(given[0], nest)  # the list is said twice: ["list of str with length 5"]
        return {"type": "array", **({"items": _template(given[0], nest + 1)} if given else {})}
    return _named_template(given, nest) if isinstance(given, str) else {}


_LIST = re.compile(r"list of (\w+) with length \d+")


def _named_template(given: str, nest: int) -> JsonSchema:
    listed = _LIST.fullmatch(given)
    if listed:
        return {"type": "array", "items": _template(listed[1], nest + 1)}
    if given == "empty list":
        return {"type": "array"}
    if given[:1] in "{[":  # a part that was cut off as text
        return _template(_json(given), nest + 1)
    return {} if given in ("None", "NoneType") else named_type(given)


def _json(given: str) -> Any:
    try:
        return parse_json(given)
    except Unreadable:
        return None
