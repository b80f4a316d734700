"""How one tool is written: each dialect a function, all in one table."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import evolve, frozen

from scaleenv_core.catalogs import text
from scaleenv_core.types import Http, JsonSchema
from scaleenv_source_functions.envelopes import Entry, Refused
from scaleenv_source_functions.shapes import parameters_schema, returns_schema


@frozen(kw_only=True)
class Draft:
    """A tool as its record has it; schemas are still as written."""

    name: Any
    description: Any = ""
    parameters: JsonSchema
    returns: JsonSchema | None = None
    service: str = ""
    provider: str = ""
    tags: tuple[str, ...] = ()
    http: Http | None = None
    id: str = ""
    """Only where the catalog gives ids of its own."""


def draft_of(entry: Entry) -> Draft:
    """The tool of an entry; raises :class:`Refused` where no dialect recognises it."""
    given = entry.given
    if not isinstance(given, Mapping):
        raise Refused("not-a-tool", f"is {given!r}, not an object")
    for dialect in DIALECTS:
        made = dialect(given)
        if made is not None:
            return evolve(
                made,
                service=made.service or entry.labels.service,
                provider=made.provider or made.service or entry.labels.provider,
                tags=made.tags or entry.labels.tags,
            )
    name, description = given.get("name"), given.get("description")
    if entry.labels.listed and isinstance(name, str) and isinstance(description, str):
        return Draft(
            name=name,
            description=description,
            parameters={},
            returns=_answer(given),
            service=entry.labels.service,
            provider=entry.labels.provider,
            tags=entry.labels.tags,
        )
    keys = ", ".join(map(repr, list(given)[:6])) or "no keys"
    raise Refused("not-a-tool", f"no function dialect has {keys}")


def recognised(entry: Entry) -> bool:
    """Whether some dialect recognises the entry by more than a name and a description."""
    given = entry.given
    return isinstance(given, Mapping) and any(dialect(given) is not None for dialect in DIALECTS)


def _answer(given: Mapping[str, Any]) -> JsonSchema | None:
    for key in ("returns", "response", "output_schema", "outputSchema", "return_schema", "output_parameters"):
        made = returns_schema(given.get(key))
        if made is not None:
            return made
    return None


def _strings(given: Any) -> tuple[str, ...]:
    return tuple(one for one in given if isinstance(one, str)) if isinstance(given, list) else ()


def _text(given: Any) -> str:
    return given.strip() if isinstance(given, str) else ""


def _http(method: Any, path: Any) -> Http | None:
    if isinstance(method, str) and isinstance(path, str) and method and path:
        return Http(method=text(method).upper(), path=text(path))
    return None


def _wrapped_function(given: Mapping[str, Any]) -> Draft | None:
    """OpenAI: ``{"type": "function", "function": {…}}``."""
    inner = given.get("function")
    if not isinstance(inner, Mapping) or "name" not in inner:
        return None
    return _bare(inner) or Draft(
        name=inner["name"], description=inner.get("description"), parameters={}, returns=_answer(inner)
    )


def _catalog_line(given: Mapping[str, Any]) -> Draft | None:
    """One line of a normalised catalog: id, service, provider, name, parameters, returns, http."""
    if not all(isinstance(given.get(key), str) for key in ("id", "name", "service")):
        return None
    if not isinstance(given.get("parameters"), Mapping):
        return None
    http = given.get("http")
    return Draft(
        id=_text(given["id"]),
        name=given["name"],
        description=given.get("description"),
        parameters=dict(given["parameters"]),
        returns=returns_schema(given.get("returns")),
        service=given["service"],
        provider=_text(given.get("provider")),
        tags=_strings(given.get("tags")),
        http=_http(http.get("method"), http.get("path")) if isinstance(http, Mapping) else None,
    )


def _mcp(given: Mapping[str, Any]) -> Draft | None:
    """MCP: ``inputSchema``, as clients also spell it ``input_schema``."""
    for key in ("inputSchema", "input_schema"):
        if key in given:
            return Draft(
                name=given.get("name"),
                description=_text(given.get("description")) or _text(given.get("title")),
                parameters=parameters_schema(given[key]),
                returns=_answer(given),
            )
    return None


def _argument_list(given: Mapping[str, Any]) -> Draft | None:
    """Docker's registry: a list of named ``arguments``."""
    if not isinstance(given.get("arguments"), list):
        return None
    return Draft(
        name=given.get("name"),
        description=given.get("description"),
        parameters=parameters_schema(given["arguments"]),
        returns=_answer(given),
    )


def _nestful(given: Mapping[str, Any]) -> Draft | None:
    """NESTFUL: an endpoint with path, query and body parameters apart."""
    groups = ("path_parameters", "query_parameters", "body_parameters", "header_parameters")
    if "endpoint" not in given or not any(key in given for key in groups):
        return None
    properties: dict[str, Any] = {}
    for key in groups[:3]:  # headers are credentials here
        listed = given.get(key)
        for name, part in listed.items() if isinstance(listed, Mapping) else ():
            needed = key == "path_parameters" and isinstance(part, Mapping)
            properties.setdefault(str(name), {**part, "required": True} if needed else part)
    host = _text(given.get("host"))
    return Draft(
        name=given.get("name"),
        description=given.get("description"),
        parameters={"type": "object", "properties": properties},
        returns=_answer(given),
        service=host.partition(".")[0],
        http=_http(given.get("method"), given.get("endpoint")),
    )


def _api_zoo(given: Mapping[str, Any]) -> Draft | None:
    """Gorilla's API Zoo: ``"calendarId": "[REQUIRED] string: Calendar identifier."``."""
    if not isinstance(given.get("api_arguments"), Mapping) or not isinstance(given.get("api_name"), str):
        return None
    properties, required = {}, []
    for name, said in given["api_arguments"].items():
        match = re.match(r"\s*(\[REQUIRED\])?\s*(?:([\w\[\], ]{1,40}):)?\s*(.*)", str(said), re.DOTALL)
        if match is None:
            continue
        if match[1]:
            required.append(str(name))
        properties[str(name)] = {"type": match[2] or "any", "description": match[3].strip()}
    service, dash, name = given["api_name"].rpartition(" - ")
    version = _text(given.get("api_version"))
    return Draft(
        name=name,
        description=given.get("functionality"),
        parameters={"type": "object", "properties": properties, "required": required},
        returns=_answer(given),
        service=f"{service} {version}".strip() if dash else "",
        provider=service if dash else "",
    )


def _tool_universe(given: Mapping[str, Any]) -> Draft | None:
    """ToolUniverse: ``parameter``, and ``label`` for tags."""
    if "name" not in given or not isinstance(given.get("parameter"), Mapping):
        return None
    return Draft(
        name=given["name"],
        description=given.get("description"),
        parameters=parameters_schema(given["parameter"]),
        returns=_answer(given),
        tags=_strings(given.get("label")),
    )


def _bare(given: Mapping[str, Any]) -> Draft | None:
    """A function by itself: OpenAI's ``functions``, BFCL, xLAM."""
    if "name" not in given or not isinstance(given.get("parameters"), Mapping | list | str):
        return None
    return Draft(
        name=given["name"],
        description=given.get("description"),
        parameters=parameters_schema(given["parameters"]),
        returns=_answer(given),
    )


DIALECTS: Sequence[Callable[[Mapping[str, Any]], Draft | None]] = (
    _wrapped_function,
    _catalog_line,
    _mcp,
    _nestful,
    _api_zoo,
    _tool_universe,
    _bare,
    _argument_list,
)
"""Each known dialect; the first that recognises a record reads it."""
