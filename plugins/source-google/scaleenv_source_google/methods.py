"""The methods of a discovery document as tools."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scaleenv_core.types import Dropped, Http, JsonSchema, Tool
from scaleenv_source_google.documents import Document, unreadable
from scaleenv_source_google.schemas import Schemas, parameter_schema

_HOLE = re.compile(r"\{\+?([^{}*]+)\*?\}")


def document_tools(document: Document, depth: int) -> Iterator[Tool | Dropped]:
    """Every method of the document, resources within resources, in the document's order."""
    try:
        content = document.content
    except ValueError as exc:
        yield unreadable(document.path, exc)
        return
    service = f"{content['name']}.{content['version']}"
    schemas = Schemas(content, depth)
    seen: set[str] = set()
    for resources, key, method in _methods(content, ()):
        origin = f"{service} {'.'.join((*resources, key))}"
        problem = _problem(method)
        if problem:
            yield Dropped(origin=origin, reason="malformed", detail=f"{origin}: {problem}")
        elif method["id"] in seen:
            detail = f"{origin}: the document has {method['id']!r} twice"
            yield Dropped(origin=origin, reason="duplicate", detail=detail)
        else:
            seen.add(method["id"])
            try:
                yield _tool(content, service, resources, method, schemas)
            except LookupError as exc:
                detail = f"{origin}: the document has no schema {exc}"
                yield Dropped(origin=origin, reason="dangling-reference", detail=detail)


def _methods(part: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, Any]]:
    for key, method in (part.get("methods") or {}).items():
        yield above, key, method
    for name, resource in (part.get("resources") or {}).items():
        if isinstance(resource, Mapping):
            yield from _methods(resource, (*above, name))


def _problem(method: Any) -> str:
    """What keeps it from being a method, or nothing."""
    if not isinstance(method, Mapping):
        return "is no object"
    missing = [key for key in ("id", "httpMethod", "path") if not isinstance(method.get(key), str)]
    return f"has no {missing[0]!r}" if missing else ""


def _tool(
    content: Mapping[str, Any],
    service: str,
    resources: tuple[str, ...],
    method: Mapping[str, Any],
    schemas: Schemas,
) -> Tool:
    parameters = _parameters(method, schemas)
    response = _ref(method.get("response"))
    return Tool(
        id=f"google/{service}/{method['id']}",
        name=method["id"],
        description=str(method.get("description") or "").strip(),
        parameters=parameters,
        returns=schemas.expanded(response, written=False) if response else None,
        service=service,
        provider="google",
        source="google",
        http=Http(method=method["httpMethod"].upper(), path=_path(content, method, parameters)),
        tags=(*resources, *(["deprecated"] if method.get("deprecated") is True else [])),
    )


def _parameters(method: Mapping[str, Any], schemas: Schemas) -> JsonSchema:
    """Path and query parameters, then the body's properties; of one name, the former is kept."""
    given = method.get("parameters") or {}
    order = [name for name in method.get("parameterOrder") or () if name in given]
    properties = {name: parameter_schema(given[name]) for name in dict.fromkeys([*order, *given])}
    required = {name for name in given if given[name].get("required") is True}
    made: JsonSchema = {"type": "object", "properties": properties}
    request = _ref(method.get("request"))
    if request:
        body = schemas.expanded(request, written=True)
        if "properties" in body or "additionalProperties" in body:
            for name, schema in body.get("properties", {}).items():
                properties.setdefault(name, schema)
            required.update(schemas.required_for(request, method["id"]))
            if "additionalProperties" in body:
                made["additionalProperties"] = body["additionalProperties"]
        elif body.get("type") != "object":  # a bare list or value has no names of its own
            properties.setdefault("body", body)
    made["required"] = sorted(required & properties.keys())
    return made


def _ref(schema: Any) -> str:
    return str(schema["$ref"]) if isinstance(schema, Mapping) and "$ref" in schema else ""


def _path(content: Mapping[str, Any], method: Mapping[str, Any], parameters: JsonSchema) -> str:
    """The path template whose holes are parameters.

    ``flatPath`` spells out ``projects/{projectsId}`` where the method takes one ``name``:
    it is taken only where its holes are parameters too.
    """
    flat = method.get("flatPath")
    path = method["path"]
    if isinstance(flat, str) and set(_HOLE.findall(flat)) <= parameters["properties"].keys():
        path = flat
    whole = f"{content.get('servicePath') or ''}{path}"
    return "/" + _HOLE.sub(r"{\1}", whole).lstrip("/")
