"""ToolBench's files into tools: a tool with its endpoints, or questions with the endpoints for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson
from attrs import Factory, evolve, frozen

from scaleenv_core.catalogs import (
    CatalogFile,
    Ids,
    Unreadable,
    decoded,
    one_line,
    parse_json,
    read_bytes,
    text,
)
from scaleenv_core.names import digest, slug
from scaleenv_core.schemas import as_parameters, own_lookup, standalone
from scaleenv_core.types import Dropped, Http, JsonSchema, Tool
from scaleenv_source_toolbench import shapes

SOURCE = "toolbench"

Answers = dict[tuple[str, str], JsonSchema]
"""Folder and file of a tool, and the endpoint's name → the schema of its answer."""


def answers_of(file: CatalogFile, answers: Answers) -> Iterator[Dropped]:
    """Note the answers that a file of response examples gives; what is none is dropped."""
    try:
        data = parse_json(decoded(read_bytes(file.path)))
    except Unreadable as exc:
        yield Dropped(origin=file.origin, reason="unreadable", detail=one_line(str(exc)))
        return
    listed = data.get("api_list") if isinstance(data, Mapping) else None
    if not isinstance(listed, list):
        yield Dropped(origin=file.origin, reason="not-toolbench", detail="no 'api_list' is in it")
        return
    for given in listed:
        if isinstance(given, Mapping) and (made := shapes.answer(given.get("schema"))):
            answers[_home(file), str(given.get("name"))] = made


def _home(file: CatalogFile) -> str:
    return f"{file.path.parent.name}/{file.path.name.partition('.')[0]}"


@frozen
class Reader:
    """Turns endpoints into tools; remembers those it has made."""

    answers: Answers = Factory(dict)
    _ids: Ids = Factory(Ids)
    _made: dict[str, str] = Factory(dict)
    """Digest of an endpoint's content → the id of its tool."""

    def file(self, file: CatalogFile) -> Iterator[Tool | Dropped]:
        """All endpoints of a file, in order."""
        try:
            data = parse_json(decoded(read_bytes(file.path)))
        except Unreadable as exc:
            yield Dropped(origin=file.origin, reason="unreadable", detail=one_line(str(exc)))
            return
        records = data if isinstance(data, list) else [data]
        groups = [
            one for one in records if isinstance(one, Mapping) and isinstance(one.get("api_list"), list)
        ]
        endpoints = [(group, api) for group in groups for api in group["api_list"]]
        if not groups:
            yield Dropped(origin=file.origin, reason="not-toolbench", detail="no 'api_list' is in it")
        elif not any(_is_endpoint(api) for _, api in endpoints):
            detail = "its endpoints have no parameters; response examples belong under 'responses'"
            yield Dropped(origin=file.origin, reason="no-tools", detail=detail)
        else:
            for number, (group, api) in enumerate(endpoints):
                yield self._entry(group, api, file, number)

    def _entry(self, group: Mapping[str, Any], api: Any, file: CatalogFile, number: int) -> Tool | Dropped:
        origin = f"{file.origin} endpoint {number}"
        name = _text(api, "api_name") or _text(api, "name") if _is_endpoint(api) else ""
        if not name:
            return Dropped(
                origin=origin, reason="not-a-tool", detail="has no name, or no lists of parameters"
            )
        tool = self._tool(group, api, file, name)
        content = digest(orjson.dumps([tool.id, tool.description, tool.parameters, tool.returns]))
        if content in self._made:
            detail = one_line(f"the same as {self._made[content]}")
            return Dropped(origin=origin, reason="duplicate", detail=detail)
        made = evolve(tool, id=self._ids.free(tool.id))
        self._made[content] = made.id
        return made

    def _tool(self, group: Mapping[str, Any], api: Mapping[str, Any], file: CatalogFile, name: str) -> Tool:
        service = _text(api, "tool_name") or _text(group, "tool_name") or _home(file).rpartition("/")[2]
        # A tool's file lies in the folder of its category; in a question file each endpoint says its own.
        category = _text(api, "category_name") or ("" if "query" in group else file.path.parent.name)
        given = shapes.parameters(api.get("required_parameters"), api.get("optional_parameters"))
        returns = shapes.answer(api.get("template_response")) or self.answers.get((_home(file), name))
        return Tool(
            id=f"{SOURCE}/{slug(service)}/{slug(name)}",
            name=name,
            description=_text(api, "api_description") or _text(api, "description"),
            parameters=as_parameters(_alone(given)),
            returns=None if returns is None else _alone(returns),
            service=service,
            provider=service,
            source=SOURCE,
            http=_http(api, name),
            tags=(category.replace("_", " "),) if category else (),
        )


def _is_endpoint(given: Any) -> bool:
    return isinstance(given, Mapping) and ("required_parameters" in given or "optional_parameters" in given)


def _text(given: Mapping[str, Any], key: str) -> str:
    value = given.get(key)
    return text(value).strip() if isinstance(value, str) else ""


def _alone(schema: JsonSchema) -> JsonSchema:
    return standalone(schema, own_lookup(schema))


def _http(api: Mapping[str, Any], name: str) -> Http | None:
    """Method and path: of the address, or of a name that is a path."""
    try:
        path = urlsplit(_text(api, "url")).path
    except ValueError:  # an address that is none
        path = ""
    path = path or (name if name.startswith("/") else "")
    method = _text(api, "method").upper()
    return Http(method=method, path=path) if method and path else None
