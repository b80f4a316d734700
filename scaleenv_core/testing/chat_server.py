"""A server that speaks the OpenAI protocol on this machine, and misbehaves as it is told.

Real HTTP, standard library only::

    with ChatServer() as server:
        server.script(Reply(status=429, headers={"Retry-After": "0.1"}), Reply(text="Hello."))
        ...  # ask server.url

"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Literal

from attrs import define, field, frozen

from scaleenv_core.endpoints.looping import LoopThread
from scaleenv_core.types import JsonObject

Fault = Literal["", "stall", "drip", "reset", "cut"]


@frozen(kw_only=True)
class Reply:
    """What the server does with one request."""

    text: str = ""
    calls: tuple[tuple[str, JsonObject | str], ...] = ()
    """Tool names with arguments; a text is sent as it is."""

    finish: str = ""
    """Empty: ``tool_calls`` or ``stop``."""

    status: int = 200
    headers: Mapping[str, str] = field(factory=dict)
    body: str | None = None
    """Sent in place of a completion."""

    latency_s: float = 0.0
    fault: Fault = ""
    """``stall``: never answer; ``drip``: a byte at a time, without end; ``reset``: drop the
    connection; ``cut``: announce more bytes than are sent."""


def echo(request: JsonObject) -> Reply:
    """Says what was said last."""
    return Reply(text=str(request["messages"][-1]["content"]))


@frozen
class Received:
    """One request as it came."""

    headers: Mapping[str, str]
    """With names in lower case."""

    body: JsonObject


@define
class ChatServer:
    """Answers ``POST …/chat/completions`` as its script says, in order of arrival, then by ``otherwise``."""

    otherwise: Callable[[JsonObject], Reply] = echo
    port: int = 0
    """0: any free one."""

    slots: int = 100_000
    """Requests that are worked on at once, as on a real machine; the others wait."""

    received: list[Received] = field(factory=list, init=False)
    at_once: int = field(default=0, init=False)
    """Requests under way now."""

    most_at_once: int = field(default=0, init=False)
    _free: asyncio.Semaphore = field(init=False)
    _script: deque[Reply] = field(factory=deque, init=False)
    _loop: LoopThread = field(factory=lambda: LoopThread("chat-server"), init=False)
    _server: asyncio.Server = field(init=False)

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def bodies(self) -> list[JsonObject]:
        """The bodies of all requests."""
        return [received.body for received in self.received]

    def script(self, *replies: Reply) -> None:
        """What to do with the next requests."""
        self._script.extend(replies)

    def __enter__(self) -> ChatServer:
        self._free = asyncio.Semaphore(self.slots)
        start = asyncio.start_server(self._connection, "127.0.0.1", self.port, backlog=1024)
        self._server = self._loop.run(start)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._loop.close(self._stop())

    async def _stop(self) -> None:
        self._server.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                path, received = await _read(reader)
                if not path.endswith("/chat/completions"):
                    _send(writer, 404, {}, json.dumps({"error": {"message": f"no {path}"}}))
                    continue
                self.received.append(received)
                self.at_once += 1
                self.most_at_once = max(self.most_at_once, self.at_once)
                try:
                    await self._answer(received.body, reader, writer)
                finally:
                    self.at_once -= 1
        writer.close()

    async def _answer(
        self, request: JsonObject, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        reply = self._script.popleft() if self._script else self.otherwise(request)
        async with self._free:
            await asyncio.sleep(reply.latency_s)
        if reply.fault == "stall":
            await reader.read()  # until the client goes
        elif reply.fault == "reset":
            _reset(writer)
        elif reply.fault == "drip":
            writer.write(_head(200, {}, 1_000_000))
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.02)
        else:
            body = completion(reply, request) if reply.body is None else reply.body
            _send(writer, reply.status, reply.headers, body, more=1000 * (reply.fault == "cut"))
            await writer.drain()
            if reply.fault == "cut":
                raise ConnectionAbortedError


def completion(reply: Reply, request: JsonObject) -> str:
    """A reply as a chat completion, or as an error with its status."""
    if reply.status >= 400:
        return json.dumps({"error": {"message": reply.text or "no", "type": "error", "code": None}})
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None}
    if reply.calls:
        message["tool_calls"] = [
            {
                "id": f"call_{number}",
                "type": "function",
                "function": {
                    "name": name,
                    "arguments": _written(given),
                },
            }
            for number, (name, given) in enumerate(reply.calls, start=1)
        ]
    asked = len(json.dumps(request["messages"])) // 4
    said = len(json.dumps(message)) // 4
    return json.dumps(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 0,
            "model": request.get("model", ""),
            "choices": [
                {
                    "index": 0,
                    "message": message,
                    "finish_reason": reply.finish or ("tool_calls" if reply.calls else "stop"),
                }
            ],
            "usage": {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said},
        }
    )


def _written(given: JsonObject | str) -> str:
    return given if isinstance(given, str) else json.dumps(given)


async def _read(reader: asyncio.StreamReader) -> tuple[str, Received]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return first.split()[1], Received(headers, json.loads(body or b"{}"))


def _head(status: int, headers: Mapping[str, str], length: int) -> bytes:
    given = {"Content-Type": "application/json", "Content-Length": str(length), **headers}
    lines = [f"HTTP/1.1 {status} Scripted", *(f"{name}: {value}" for name, value in given.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _send(
    writer: asyncio.StreamWriter, status: int, headers: Mapping[str, str], text: str, more: int = 0
) -> None:
    body = text.encode()
    writer.write(_head(status, headers, len(body) + more) + body)


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close without a farewell: the client sees a reset."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    raise ConnectionResetError
