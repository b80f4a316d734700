"""Talks to one server: connects, asks for all pages of its tools, and leaves."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import IO, Any

import anyio
import httpx2
from mcp import Client, MCPError, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import Tool
from pydantic import ValidationError

from scaleenv_core.catalogs import one_line
from scaleenv_core.errors import SourceError
from scaleenv_source_mcp.servers import Server, filled

_FAILURES = (OSError, MCPError, httpx2.HTTPError, ValidationError, SourceError)


def listed(server: Server, timeout: float) -> list[Tool]:
    """All tools of a server, in its own order; none where it offers none.

    Raises :class:`SourceError` in one line for a server that cannot be reached, does not answer
    within ``timeout`` seconds, or answers what is not MCP.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said, _quiet():
        try:
            return anyio.run(_listed, server, timeout, said)
        except (*_FAILURES, ExceptionGroup) as exc:
            cause = _first(exc)
            if not isinstance(cause, _FAILURES):
                raise
            raise SourceError("server", one_line(_problem(cause, timeout) + _last_words(said))) from exc


async def _listed(server: Server, timeout: float, said: IO[str]) -> list[Tool]:
    with anyio.fail_after(timeout):
        if not server.url:
            return await _tools(stdio_client(_parameters(server), errlog=said))

        async def note(response: httpx2.Response) -> None:
            if response.is_error:  # which the library's own errors leave out
                said.write(f"HTTP {response.status_code} {response.reason_phrase}\n")

        headers, hooks = filled(server.headers), {"response": [note]}
        async with httpx2.AsyncClient(headers=headers, timeout=timeout, event_hooks=hooks) as http:
            return await _tools(streamable_http_client(server.url, http_client=http))


def _parameters(server: Server) -> StdioServerParameters:
    return StdioServerParameters(
        command=server.command, args=list(server.args), env=filled(server.env), cwd=server.cwd or None
    )


async def _tools(transport: AbstractAsyncContextManager[Any]) -> list[Tool]:
    async with Client(transport) as client:
        tools: list[Tool] = []
        cursor: str | None = None
        cursors: set[str | None] = set()
        while client.server_capabilities.tools is not None and cursor not in cursors:
            cursors.add(cursor)
            page = await client.list_tools(cursor=cursor)
            tools += page.tools
            cursor = page.next_cursor
            if cursor is None:
                return tools
        if cursor is not None:
            raise SourceError("server", f"its list of tools never ends: page {cursor!r} comes again")
        return tools


def _first(exc: BaseException) -> BaseException:
    """What went wrong first, out of the groups that task groups make."""
    while isinstance(exc, BaseExceptionGroup):
        exc = exc.exceptions[0]
    return exc


def _problem(exc: BaseException, timeout: float) -> str:
    if isinstance(exc, SourceError):
        return exc.problem
    if isinstance(exc, TimeoutError):
        return f"did not list its tools within {timeout:g} s; is it an MCP server? 'timeout' gives it longer"
    if isinstance(exc, httpx2.HTTPError):
        return f"cannot be reached: {exc}"
    if isinstance(exc, OSError):
        return f"cannot be started: {exc.strerror or exc}"
    if isinstance(exc, ValidationError):
        first = exc.errors(include_url=False, include_context=False)[0]
        return f"answers what is not MCP: {'.'.join(map(str, first['loc']))}: {first['msg']}"
    return f"fails: {exc}"


def _last_words(said: IO[str]) -> str:
    """The last line of a server's standard error, or its last HTTP error: mostly the reason."""
    said.seek(0)
    lines = [line.strip() for line in said if line.strip()]
    return f"; it said: {lines[-1]}" if lines else ""


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the library's log: what it would say is raised, and said in one line."""
    log = logging.getLogger("mcp")
    level = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(level)
