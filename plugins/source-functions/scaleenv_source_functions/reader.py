"""Records into tools, and what a file without any tool comes down to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from attrs import Factory, evolve, frozen

from scaleenv_core.catalogs import CatalogFile, Ids, Unreadable, one_line, text
from scaleenv_core.names import digest, slug
from scaleenv_core.schemas import as_parameters, own_lookup, standalone
from scaleenv_core.types import Dropped, JsonSchema, Tool
from scaleenv_source_functions.dialects import Draft, draft_of, recognised
from scaleenv_source_functions.envelopes import Entry, Labels, Refused, unwrapped
from scaleenv_source_functions.files import documents, stem

SOURCE = "functions"
_DEBRIS = {"True", "False", "None"}
"""Words of a page's table of parameters, which crawlers took for names."""


@frozen
class Reader:
    """Turns records into tools; remembers those it has made."""

    depth: int
    budget: int
    _ids: Ids = Factory(Ids)
    _made: dict[str, str] = Factory(dict)
    """Digest of a tool's content → its id."""

    def file(self, file: CatalogFile) -> Iterator[Tool | Dropped]:
        """All records of a file, in order."""
        name = slug(stem(file.path))
        labels = Labels(name, name)
        try:
            for line in documents(file.path):
                origin = f"{file.origin} line {line.number}" if line.number else file.origin
                if isinstance(line.data, Unreadable):
                    yield Dropped(origin=origin, reason="unreadable", detail=one_line(str(line.data)))
                else:
                    yield from self._document(line.data, labels, origin)
        except Unreadable as exc:
            yield Dropped(origin=file.origin, reason="unreadable", detail=one_line(str(exc)))

    def _document(self, data: Any, labels: Labels, origin: str) -> Iterator[Tool | Dropped]:
        entries = list(unwrapped(data, labels))
        if isinstance(data, list) and any(isinstance(one, Entry) and recognised(one) for one in entries):
            # Among tools, a name and a description are a tool without parameters.
            entries = [_listed(one) for one in entries]
        for entry in entries:
            where = f"{origin} {entry.place}" if isinstance(entry, Entry) and entry.place else origin
            try:
                if isinstance(entry, Refused):
                    raise entry
                yield self._tool(draft_of(entry), where)
            except Refused as exc:
                yield Dropped(origin=where, reason=exc.reason, detail=one_line(str(exc)))

    def _tool(self, draft: Draft, where: str) -> Tool | Dropped:
        name = text(draft.name).strip() if isinstance(draft.name, str) else ""
        if not name:
            raise Refused("no-name", f"its name is {draft.name!r}")
        parameters = as_parameters(self._alone(draft.parameters))
        debris = sorted(_DEBRIS & set(parameters["properties"]))
        if debris:
            raise Refused("crawler-debris", f"{name!r} has a parameter named {debris[0]!r}: read off a page")
        service = text(draft.service)
        tool = Tool(
            id=text(draft.id) or f"{SOURCE}/{slug(service)}/{_id_part(name)}",
            name=name,
            description=text(draft.description).strip() if isinstance(draft.description, str) else "",
            parameters=parameters,
            returns=None if draft.returns is None else self._alone(draft.returns),
            service=service,
            provider=text(draft.provider),
            source=SOURCE,
            http=draft.http,
            tags=tuple(text(tag) for tag in draft.tags),
        )
        content = _digest(tool)
        if content in self._made:
            return Dropped(
                origin=where, reason="duplicate", detail=one_line(f"the same as {self._made[content]}")
            )
        made = evolve(tool, id=self._ids.free(tool.id))
        self._made[content] = made.id
        return made

    def _alone(self, schema: JsonSchema) -> JsonSchema:
        return standalone(schema, own_lookup(schema), depth=self.depth, budget=self.budget)


def _listed(one: Entry | Refused) -> Entry | Refused:
    return evolve(one, labels=evolve(one.labels, listed=True)) if isinstance(one, Entry) else one


def _id_part(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._~-]+", "-", name).strip("-") or "function"


def _digest(tool: Tool) -> str:
    http = None if tool.http is None else [tool.http.method, tool.http.path]
    content = [tool.id, tool.name, tool.service, tool.description, tool.parameters, tool.returns, http]
    return digest(orjson.dumps(content, option=orjson.OPT_SORT_KEYS))


def settled(origin: str, read: Iterable[Tool | Dropped]) -> Iterator[Tool | Dropped]:
    """The same records; of a file without any tool, one line a reason."""
    held: list[Dropped] = []
    found = False
    for one in read:
        found = found or isinstance(one, Tool)
        if found:
            yield from held
            held = []
            yield one
        elif isinstance(one, Dropped):
            held.append(one)
    if found:
        return
    if not held:
        yield Dropped(origin=origin, reason="no-tools", detail="holds an empty list")
    for reason in dict.fromkeys(one.reason for one in held):
        same = [one for one in held if one.reason == reason]
        if len(same) == 1:
            yield same[0]
        else:
            detail = f"{same[0].detail} ({len(same)} records are so)"
            yield Dropped(origin=origin, reason=_of_file(reason), detail=one_line(detail))


def _of_file(reason: str) -> str:
    return "not-functions" if reason == "not-a-tool" else reason
