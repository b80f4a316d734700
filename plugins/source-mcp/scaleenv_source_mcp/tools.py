"""A server's own records into tools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mcp.types import Tool as Listed

from scaleenv_core.catalogs import Ids, text
from scaleenv_core.names import slug
from scaleenv_core.schemas import as_parameters, own_lookup, standalone
from scaleenv_core.types import Dropped, JsonSchema, Tool

SOURCE = "mcp"


def tools_of(server: str, listed: Iterable[Listed]) -> Iterator[Tool | Dropped]:
    """Each listed tool as one of ours; the server's name is service and provider."""
    ids = Ids()
    none = True
    for number, one in enumerate(listed):
        none = False
        name = text(one.name).strip()
        if not name:
            origin = f"MCP server {server} tool {number}"
            yield Dropped(origin=origin, reason="not-a-tool", detail="has no name")
            continue
        yield Tool(
            id=ids.free(f"{SOURCE}/{slug(server)}/{slug(name)}"),
            name=name,
            description=text(one.description or one.title or "").strip(),
            parameters=as_parameters(_alone(one.input_schema)),
            returns=None if one.output_schema is None else _alone(one.output_schema),
            service=server,
            provider=server,
            source=SOURCE,
        )
    if none:
        yield Dropped(origin=f"MCP server {server}", reason="no-tools", detail="it lists no tool")


def _alone(schema: JsonSchema) -> JsonSchema:
    return standalone(schema, own_lookup(schema))
