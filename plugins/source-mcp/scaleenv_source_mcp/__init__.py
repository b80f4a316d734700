"""Tool source ``mcp``: what live MCP servers list, over stdio and streamable HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import Attribute, field, frozen
from attrs.validators import gt

from scaleenv_core import hookimpl
from scaleenv_core.errors import SourceError
from scaleenv_core.types import Dropped, Tool
from scaleenv_source_mcp.servers import Server

__all__ = ["Mcp", "Server"]


def _some(_instance: object, _attribute: Attribute[object], servers: Mapping[str, Server]) -> None:
    if not servers:
        raise ValueError("'servers' names no server; add a table [source.mcp.servers.NAME]")


@frozen(kw_only=True)
class Mcp:
    """Asks each server for its tools, once, and leaves; the server's name here is the service."""

    servers: dict[str, Server] = field(validator=_some)
    """Name → how to reach it, a table each; the form that MCP clients know as ``mcpServers``."""

    timeout: float = field(default=30.0, validator=gt(0))
    """Seconds for one server to start, to be greeted and to list all its tools."""

    @hookimpl
    def collect_tools(self) -> Iterator[Tool | Dropped]:
        """Every tool of every server, in the order of the config and of the server's list."""
        from scaleenv_source_mcp.listing import listed
        from scaleenv_source_mcp.tools import tools_of

        for name, server in self.servers.items():
            try:
                found = listed(server, self.timeout)
            except SourceError as exc:
                raise SourceError(f"MCP server {name!r}", exc.problem) from exc
            yield from tools_of(name, found)
