"""The source mcp asks real servers, each in a process of its own, over both transports."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scaleenv_source_mcp import Mcp, Server

from scaleenv_core.errors import ConfigError, SourceError
from scaleenv_core.plugins import configure, find
from scaleenv_core.testing.source import ToolSourceContract
from scaleenv_core.types import Dropped, Tool

SCRIPT = str(Path(__file__).with_name("server.py"))


def stdio(mode: str) -> Server:
    """The test server, started by the source itself."""
    return Server(command=sys.executable, args=(SCRIPT, "stdio", mode))


def ask(server: Server, timeout: float = 30) -> list[Tool | Dropped]:
    """All that the source makes of one server."""
    return list(Mcp(servers={"weather": server}, timeout=timeout).collect_tools())


def names(found: list[Tool | Dropped]) -> list[str]:
    """Tools by id, what was dropped by reason."""
    return [one.id if isinstance(one, Tool) else one.reason for one in found]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server over streamable HTTP that knows one token; its endpoint."""
    command = [sys.executable, SCRIPT, "http", "guarded"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}/mcp"
        server.terminate()


@pytest.fixture
def guarded(address: str, monkeypatch: pytest.MonkeyPatch) -> Server:
    """That server with its token, which the environment holds."""
    monkeypatch.setenv("WEATHER_TOKEN", "open sesame")
    return Server(url=address, headers={"Authorization": "Bearer ${WEATHER_TOKEN}"})


class TestMcp(ToolSourceContract):
    """The contract, on a server over HTTP that lists its tools on three pages."""

    @pytest.fixture
    def no_network(self) -> None:
        """The network is what this source is for; the server is our own child."""

    @pytest.fixture
    def plugin(self, guarded: Server) -> Mcp:
        """The source over one server."""
        return Mcp(servers={"weather": guarded})


def test_both_transports_list_all_pages(guarded: Server) -> None:
    """Over stdio and over HTTP the same tools are listed, page by page, in the server's order."""
    listed = ask(stdio("plain"))

    expected = ["get-forecast", "ping", "get-forecast_2", "not-a-tool", "tide"]
    assert expected == [name.removeprefix("mcp/weather/") for name in names(listed)]
    assert listed == ask(guarded)


def test_a_tool_is_read_whole(guarded: Server) -> None:
    """Schemas, their own definitions, titles and order are as the server lists them."""
    forecast, ping, many, nameless, _tide = ask(guarded)

    city = {"type": "string", "description": "The city."}
    assert forecast == Tool(
        id="mcp/weather/get-forecast",
        name="get-forecast",
        description="Tell the weather.",
        parameters={"type": "object", "properties": {"city": city}, "required": ["city"]},
        returns={"type": "object", "properties": {"degrees": {"type": "number"}}},
        service="weather",
        provider="weather",
        source="mcp",
    )
    assert isinstance(ping, Tool)
    assert ping.description == "Say that it is there"
    assert isinstance(many, Tool)
    assert many.parameters["properties"] == {"where": {"type": "array", "items": city}}
    assert nameless == Dropped(origin="MCP server weather tool 3", reason="not-a-tool", detail="has no name")


def test_a_server_of_2024_is_understood() -> None:
    """A server of the first protocol is asked as it expects, and its chatter is passed over."""
    assert names(ask(stdio("old"))) == ["mcp/weather/get-forecast"]


@pytest.mark.parametrize("mode", ["toolless", "empty"])
def test_a_server_without_tools_is_counted(mode: str) -> None:
    """A server that offers no tools, or an empty list, is one Dropped."""
    assert names(ask(stdio(mode))) == ["no-tools"]


@pytest.mark.parametrize(
    ("server", "said"),
    [
        pytest.param(
            stdio("crash"), "fails: Connection closed; it said: no token: set WEATHER_TOKEN", id="crash"
        ),
        pytest.param(stdio("fail"), "RuntimeError: the catalog of tools is closed", id="its own error"),
        pytest.param(stdio("endless"), "never ends: page 'same' comes again", id="turns in circles"),
        pytest.param(stdio("broken"), "answers what is not MCP: tools.0.inputSchema", id="no schema"),
        pytest.param(Server(command="no-such-program"), "cannot be started: No such file", id="no program"),
        pytest.param(Server(url="http://127.0.0.1:1/mcp"), "cannot be reached", id="no server"),
        pytest.param(
            Server(url="http://127.0.0.1:1/", headers={"A": "${SCALEENV_NO_SUCH}"}),
            "the variable SCALEENV_NO_SUCH is not set",
            id="no variable",
        ),
    ],
)
def test_a_server_that_fails_is_one_line(server: Server, said: str) -> None:
    """What goes wrong stops the run in one line that names the server and the reason."""
    with pytest.raises(SourceError) as caught:
        ask(server)

    assert str(caught.value).startswith("MCP server 'weather': ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_http_errors_are_named(address: str) -> None:
    """A server that wants a token says so with its status."""
    with pytest.raises(SourceError, match=r"it said: HTTP 401 Unauthorized"):
        ask(Server(url=address))


def test_a_server_that_is_slow_is_left() -> None:
    """A server that does not answer in time is ended, and the line says how long it was given."""
    with pytest.raises(SourceError, match=r"did not list its tools within 2\.5 s"):
        ask(stdio("slow"), timeout=2.5)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param({}, "servers", id="no servers"),
        pytest.param({"servers": {}}, "names no server", id="empty servers"),
        pytest.param({"servers": {"a": {}}}, "either a 'command' or a 'url'", id="neither"),
        pytest.param({"servers": {"a": {"command": "x", "url": "http://x"}}}, "either", id="both"),
        pytest.param({"servers": {"a": {"url": "ftp://x"}}}, "no http:// or https:// address", id="scheme"),
        pytest.param({"servers": {"a": {"url": "http://x:99999"}}}, "address", id="port"),
        pytest.param({"servers": {"a": {"url": "http://x", "args": ["x"]}}}, "with a 'command'", id="args"),
        pytest.param(
            {"servers": {"a": {"command": "x", "headers": {"A": "b"}}}}, "with a 'url'", id="headers"
        ),
        pytest.param({"servers": {"a": {"comand": "x"}}}, "unknown key 'comand'", id="misspelt"),
        pytest.param({"servers": {"a": {"command": "x"}}, "timeout": 0}, "timeout", id="no time"),
    ],
)
def test_config_errors_are_one_line(options: dict[str, Any], said: str) -> None:
    """A config that reaches no server is refused before anything is started."""
    with pytest.raises(ConfigError) as caught:
        configure(find("source", "mcp"), options)

    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
