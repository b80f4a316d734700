"""What tools come wrapped in: server answers, questions of benchmarks, registries; unwrapped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve, frozen

_NEST = 8


class Refused(ValueError):  # noqa: N818 - it says what the record is
    """A record that holds no tool; ``reason`` is the word to count by."""

    def __init__(self, reason: str, detail: str) -> None:
        self.reason = reason
        super().__init__(detail)


@frozen
class Labels:
    """What the wrapping says of the tools in it."""

    service: str
    provider: str
    tags: tuple[str, ...] = ()
    listed: bool = False
    """Whether the wrapping says that these are tools."""


@frozen
class Entry:
    """One record that should be a tool."""

    given: Any
    labels: Labels
    place: str
    """Where in the file, such as ``[3].tools[0]``."""


Inside = tuple[str, Any, Labels]
"""Where in the envelope, what lies there, and what the envelope says of it."""


def unwrapped(data: Any, labels: Labels, place: str = "", nest: int = 0) -> Iterator[Entry | Refused]:
    """The entries of a document, through any wrappings; a refusal stands for what holds none."""
    if nest > _NEST:
        yield Refused("not-a-tool", f"{place}: wrapped too deep")
    elif isinstance(data, list):
        for number, part in enumerate(data):
            yield from unwrapped(part, labels, f"{place}[{number}]", nest + 1)
    elif isinstance(data, Mapping):
        try:
            inside = next((made for made in (known(data, labels) for known in ENVELOPES) if made), None)
        except Refused as exc:
            yield exc
            return
        if inside is None:
            yield Entry(data, labels, place)
        else:
            where, found, said = inside
            yield from unwrapped(found, said, f"{place}.{where}", nest + 1)
    else:
        yield Entry(data, labels, place)


def _named(labels: Labels, *names: Any) -> Labels:
    for name in names:
        if isinstance(name, str) and name.strip():
            return evolve(labels, service=name.strip(), provider=name.strip())
    return labels


def _json_rpc(data: Mapping[str, Any], labels: Labels) -> Inside | None:
    result = data.get("result")
    if isinstance(result, Mapping) and isinstance(result.get("tools"), list):
        return "result", result, labels
    return None


def _smithery(data: Mapping[str, Any], labels: Labels) -> Inside | None:
    """Toucan's records: what the server answered, and beside it what a crawler saw on its page."""
    about = data.get("metadata")
    if not isinstance(about, Mapping) or "remote_server_response" not in about:
        return None
    answer = about["remote_server_response"]
    tools = answer.get("tools") if isinstance(answer, Mapping) else None
    if not tools:
        raise Refused(
            "crawler-debris", "the server gave no tools; those a crawler read off its page are guesses"
        )
    page = about.get("server_info_crawled")
    author = page.get("author") if isinstance(page, Mapping) else None
    said = _named(labels, about.get("server_name"))
    provider = author if isinstance(author, str) and author else said.provider
    return "metadata.remote_server_response.tools", tools, evolve(said, provider=provider, listed=True)


def _tools(data: Mapping[str, Any], labels: Labels) -> Inside | None:
    for key in ("tools", "functions"):
        found = data.get(key)
        if isinstance(found, str):  # xLAM keeps the list as text
            try:
                found = json.loads(found)
            except (ValueError, RecursionError) as exc:
                raise Refused("not-a-tool", f"the text under {key!r} is not JSON") from exc
        if isinstance(found, list):
            about = data.get("server_info")
            server = about.get("name") if isinstance(about, Mapping) else None
            said = _named(labels, server, data.get("server"), data.get("server_name"), data.get("name"))
            tags = data.get("tags")
            tags = tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else ()
            return key, found, evolve(said, listed=True, tags=tags)
    return None


def _question(data: Mapping[str, Any], labels: Labels) -> Inside | None:
    """BFCL: a question beside its function, or its functions."""
    if "question" in data and isinstance(data.get("function"), list | Mapping):
        return "function", data["function"], evolve(labels, listed=True)
    return None


def _document(data: Mapping[str, Any], _labels: Labels) -> Inside | None:
    for key, said in _DOCUMENTS.items():
        if key in data:
            raise Refused("not-functions", f"is {said}")
    if isinstance(data.get("Documentation"), str) and "Function_Description" in data:
        raise Refused(
            "openapi-inside",
            "holds an OpenAPI document as text under 'Documentation': "
            "write each to a file and read it with the source 'openapi'",
        )
    return None


_DOCUMENTS: Mapping[str, str] = {
    "openapi": "an OpenAPI document: read it with the source 'openapi'",
    "swagger": "an OpenAPI document: read it with the source 'openapi'",
    "discoveryVersion": "a Google discovery document: read it with the source 'google'",
    "api_list": "a ToolBench file: read it with the source 'toolbench'",
    "arazzo": "an Arazzo workflow document: it names operations and describes none",
}

ENVELOPES: Sequence[Callable[[Mapping[str, Any], Labels], Inside | None]] = (
    _document,
    _json_rpc,
    _smithery,
    _question,
    _tools,
)
"""Each known wrapping; the first that recognises a record unwraps it."""
