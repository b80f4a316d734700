"""An MCP server to ask: ``python server.py stdio|http MODE``; over HTTP it prints its port first."""

from __future__ import annotations

import json
import socket
import sys

import anyio
import uvicorn
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.types import ListToolsResult, Tool

MODE = sys.argv[2]
PAGE = 2
CITY = {"type": "string", "description": "The city."}
TOOLS = [
    Tool(
        name="get-forecast",
        description="Tell the weather.",
        input_schema={"type": "object", "properties": {"city": CITY}, "required": ["city"]},
        output_schema={"type": "object", "properties": {"degrees": {"type": "number"}}},
    ),
    Tool(name="ping", title="Say that it is there", input_schema={"type": "object"}),
    Tool(
        name="get_forecast",
        description="Tell the weather of many cities.",
        input_schema={
            "type": "object",
            "properties": {"where": {"type": "array", "items": {"$ref": "#/$defs/City"}}},
            "$defs": {"City": CITY},
        },
    ),
    Tool(name=" ", description="Nameless.", input_schema={"type": "object"}),
    Tool(
        name="tide",
        description="Tell the tide.",
        input_schema={"type": "object", "properties": {"harbour": CITY}},
    ),
]


async def on_list_tools(_ctx, params):
    if MODE == "slow":
        await anyio.sleep(60)
    if MODE == "fail":
        raise RuntimeError("the catalog of tools is closed")
    if MODE == "endless":
        return ListToolsResult(tools=TOOLS[:1], next_cursor="same")
    if MODE == "empty":
        return ListToolsResult(tools=[])
    start = int(params.cursor) if params and params.cursor else 0
    more = str(start + PAGE) if start + PAGE < len(TOOLS) else None
    return ListToolsResult(tools=TOOLS[start : start + PAGE], next_cursor=more)


async def over_stdio(server):
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


def over_http(server):
    app = server.streamable_http_app()

    async def guarded(scope, receive, send):
        known = scope["type"] != "http" or (b"authorization", b"Bearer open sesame") in scope["headers"]
        if known:
            await app(scope, receive, send)
        else:
            await send({"type": "http.response.start", "status": 401, "headers": []})
            await send({"type": "http.response.body", "body": b""})

    door = socket.socket()
    door.bind(("127.0.0.1", 0))
    door.listen()
    print(door.getsockname()[1], flush=True)
    config = uvicorn.Config(guarded if MODE == "guarded" else app, log_level="error")
    uvicorn.Server(config).run(sockets=[door])


def by_hand():
    """A server of 2024: it knows ``initialize`` and ``tools/list``, and prints a greeting first."""
    print("weather server is ready", flush=True)
    listed = [tool.model_dump(by_alias=True, exclude_none=True) for tool in TOOLS[:1]]
    answers = {
        "initialize": {
            "protocolVersion": "2024-11-05",
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "old", "version": "1"},
        },
        "tools/list": {"tools": [{**listed[0], "inputSchema": 17}] if MODE == "broken" else listed},
    }
    for line in sys.stdin:
        asked = json.loads(line)
        if "id" in asked:
            answer = answers.get(asked["method"])
            said = {"error": {"code": -32601, "message": "unknown"}} if answer is None else {"result": answer}
            print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], **said}), flush=True)


if MODE == "crash":
    sys.exit("no token: set WEATHER_TOKEN")
elif MODE in ("old", "broken"):
    by_hand()
elif sys.argv[1] == "http":
    over_http(Server("weather", on_list_tools=on_list_tools))
else:
    anyio.run(over_stdio, Server("weather", on_list_tools=None if MODE == "toolless" else on_list_tools))
