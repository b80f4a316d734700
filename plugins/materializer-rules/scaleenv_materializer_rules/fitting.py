"""Whether a value of one schema may stand where another is declared, and how it is converted."""

from __future__ import annotations

from random import Random
from typing import Any

from scaleenv_core.sampling import sample_value
from scaleenv_core.types import JsonSchema

from .plan import Column, Kind
from .shapes import properties
from .signature import Parameter, kind_of
from .text import flat, literal_code, quoted


def fits(given: JsonSchema, wanted: JsonSchema) -> bool:
    """Every value made by ``given`` is valid under ``wanted``; loose where neither says."""
    if wanted.get("enum") and not (
        given.get("enum") and set(map(str, given["enum"])) <= set(map(str, wanted["enum"]))
    ):
        return False
    kind, other = kind_of(given), kind_of(wanted)
    if other != "json":
        return kind == other or (kind, other) == ("integer", "real")
    types = _types(wanted)
    if not types:
        return True
    branches = [b for key in ("anyOf", "oneOf") for b in given.get(key, ()) if isinstance(b, dict)]
    if branches and not _types(given):
        # Empty text beside the real type means "unset": the first branch is what callers give.
        return fits(branches[0], wanted)
    if kind != "json" or (_types(given) - {"null"}) - types or not _types(given):
        return False
    if "items" in wanted and not fits(_items(given), _items(wanted)):
        return False
    mine, theirs = properties(given), properties(wanted)
    if set(wanted.get("required", ())) - set(given.get("required", ())):
        return False
    return all(fits(mine[name], part) for name, part in theirs.items() if name in mine)


def _types(schema: JsonSchema) -> set[str]:
    types = schema.get("type")
    if isinstance(types, str):
        return {types}
    return set(types) if isinstance(types, list) else set()


def _items(schema: JsonSchema) -> JsonSchema:
    items = schema.get("items")
    return items if isinstance(items, dict) else {}


def converted(parameter: Parameter, column: Column) -> str | None:
    """A Python expression of the parameter as the column stores it, or ``None`` where none is honest."""
    name, kind, wanted = parameter.python, parameter.kind, column.kind
    if wanted == "json":
        return _into_json(parameter, column)
    if kind == wanted or (kind, wanted) == ("integer", "real"):
        return name
    numbers: dict[tuple[Kind, Kind], str] = {
        ("integer", "text"): f"str({name})",
        ("real", "text"): f"str({name})",
        ("boolean", "text"): f"str({name}).lower()",
        ("text", "integer"): f'_whole("{parameter.name}", {name})',
        ("text", "real"): f'_number("{parameter.name}", {name})',
        ("real", "integer"): f"round({name})",
        ("text", "boolean"): f'_truth("{parameter.name}", {name})',
        ("integer", "boolean"): f"{name} != 0",
        ("boolean", "integer"): f"int({name})",
    }
    return numbers.get((kind, wanted))


def _into_json(parameter: Parameter, column: Column) -> str | None:
    name, schema = parameter.python, column.schema
    types = _types(schema)
    if not types:
        return name
    if fits(parameter.schema, schema):
        return f"({name} or {'[]' if 'array' in types else '{}'})" if _unsets(parameter) else name
    if parameter.kind == "json":
        return _completed(parameter, schema)
    if "array" in types and fits(parameter.schema, _items(schema)):
        return f"[{name}]"
    inside = properties(schema)
    for inner in ("id", "Id", "ID", "name", "Name", "value", "key"):
        if (
            inner in inside
            and fits(parameter.schema, inside[inner])
            and set(schema.get("required", ())) <= {inner}
        ):
            return f'{{"{inner}": {name}}}'
    return None


def _unsets(parameter: Parameter) -> bool:
    """Whether empty text stands beside the real type, and empties what is stored."""
    branches = parameter.schema.get("anyOf", ())
    return any(isinstance(b, dict) and b.get("enum") == [""] for b in branches)


def _completed(parameter: Parameter, wanted: JsonSchema) -> str | None:
    """The object, or the objects of the list, with the properties that the server fills in."""
    given = parameter.schema
    if "items" in wanted and "items" in given:
        added = _lacking(_items(given), _items(wanted))
        return added and f"[{{{added}, **one}} for one in {parameter.python}]"
    added = _lacking(given, wanted)
    return added and f"{{{added}, **{parameter.python}}}"


def _lacking(given: JsonSchema, wanted: JsonSchema) -> str | None:
    names = [n for n in wanted.get("required", ()) if n not in given.get("required", ())]
    inside = {**{n: part for n, part in properties(wanted).items() if n in names}, **properties(given)}
    if not 0 < len(names) <= 4 or not fits(
        {**given, "properties": inside, "required": wanted["required"]}, wanted
    ):
        return None
    return ", ".join(f"{quoted(n)}: {flat(literal_code(literal(inside[n])))}" for n in names)


def literal(schema: JsonSchema) -> Any:
    """The plainest value that a schema allows: what a server fills in where nothing says better."""
    if "const" in schema:
        return schema["const"]
    if "default" in schema:
        return schema["default"]
    if schema.get("enum"):
        return schema["enum"][0]
    types = _types(schema)
    if "null" in types:
        return None
    kind = kind_of(schema)
    if kind == "text":
        return str(sample_value({**schema, "type": "string"}, Random(0))) if _bound(schema) else ""
    if kind in ("integer", "real"):
        return max(0, schema.get("minimum", 0))
    if kind == "boolean":
        return False
    if "array" in types or "items" in schema:
        return [literal(_items(schema))] * int(schema.get("minItems", 0))
    inside, needed = properties(schema), schema.get("required", ())
    least = int(schema.get("minProperties", 0))
    names = [name for name in inside if name in needed]
    names += [name for name in inside if name not in needed][: max(0, least - len(names))]
    return {name: literal(inside[name]) for name in names}


def _bound(schema: JsonSchema) -> bool:
    return bool(schema.keys() & {"minLength", "pattern", "format"})
