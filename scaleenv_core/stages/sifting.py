"""What of the tools that the sources yield is worth keeping; everything else with its reason."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping

import orjson

from scaleenv_core.converters import to_plain
from scaleenv_core.names import digest, subseed
from scaleenv_core.settings import CollectSettings
from scaleenv_core.stages.twins import near_twins
from scaleenv_core.types import Dropped, Tool


def sift(
    found: Iterable[Tool | Dropped], settings: CollectSettings, seed: int
) -> tuple[list[Tool], list[Dropped]]:
    """The tools worth keeping, sorted by id, and everything else with its reason.

    The order in which the sources yield does not matter: of two tools that are one, the one
    with the lower id is kept.
    """
    dropped: list[Dropped] = []
    tools: list[tuple[str, str, Tool]] = []
    for entry in found:
        if isinstance(entry, Dropped):
            dropped.append(entry)
        else:
            tools.append((entry.id, _content(entry), entry))
    kept: dict[str, Tool] = {}
    contents: dict[str, str] = {}
    for key, content, tool in sorted(tools, key=lambda row: row[:2]):
        reason, detail = next(_objections(tool, content, settings, kept, contents), ("", ""))
        if reason:
            dropped.append(Dropped(origin=key, reason=reason, detail=detail))
        else:
            kept[key] = tool
            contents[content] = key
    if settings.drop_near_duplicates:
        for tool, twin, likeness in near_twins(list(kept.values())):
            detail = f"the name and parameters of {twin}, in {likeness:.0%} the same words"
            dropped.append(Dropped(origin=tool.id, reason="near-duplicate", detail=detail))
            del kept[tool.id]
    return _limited(list(kept.values()), dropped, settings.limit, seed)


def _limited(
    tools: list[Tool], dropped: list[Dropped], limit: int, seed: int
) -> tuple[list[Tool], list[Dropped]]:
    if not limit or len(tools) <= limit:
        return tools, dropped
    chosen = set(random.Random(subseed(seed, "collect")).sample(range(len(tools)), limit))
    left = [tool for number, tool in enumerate(tools) if number not in chosen]
    detail = f"collect.limit is {limit}"
    dropped += [Dropped(origin=tool.id, reason="over-limit", detail=detail) for tool in left]
    return [tool for number, tool in enumerate(tools) if number in chosen], dropped


def _objections(
    tool: Tool, content: str, settings: CollectSettings, kept: Mapping[str, Tool], contents: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    if twin := contents.get(content):
        yield "duplicate", f"the same name, text and schemas as {twin}"
    if tool.id in kept:
        yield "duplicate-id", "another tool has this id"
    if settings.require_description and not tool.description.strip():
        yield "no-description", "nothing says what it does"
    if settings.require_parameters and not tool.parameters.get("properties"):
        yield "no-parameters", "it takes no parameter"
    for what, schema in (("parameters", tool.parameters), ("returns", tool.returns)):
        if schema is not None and (problem := schema_problem(schema)):
            yield "invalid-schema", f"{what}: {problem}"
    if tool.parameters.get("type") != "object":
        yield "invalid-schema", "parameters are not an object schema"
    if settings.require_types and (problem := _untyped(tool)):
        yield "no-typed-parameter", problem


def schema_problem(schema: object) -> str:
    """Why this is not a usable JSON Schema; empty where it is."""
    import jsonschema_rs

    try:
        jsonschema_rs.validator_for(schema)  # type: ignore[arg-type]
    except (ValueError, jsonschema_rs.ValidationError) as exc:
        return str(exc).splitlines()[0]
    return ""


_TYPING = ("type", "enum", "const", "anyOf", "oneOf", "allOf", "properties", "items", "format", "$ref")


def _untyped(tool: Tool) -> str:
    """Why nothing is known of what goes in; empty where something is."""
    properties = tool.parameters.get("properties") or {}
    if not properties:
        return "" if tool.returns else "it takes no parameter, and does not say what it answers"
    typed = any(
        isinstance(part, dict) and any(key in part for key in _TYPING) for part in properties.values()
    )
    return "" if typed else "none of its parameters has a type"


def _content(tool: Tool) -> str:
    data = [tool.name, tool.description, tool.parameters, tool.returns, to_plain(tool.http)]
    return digest(orjson.dumps(data, option=orjson.OPT_SORT_KEYS))
