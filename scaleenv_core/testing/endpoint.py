"""The contract of an endpoint, over real HTTP against a server on this machine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pluggy
import pytest
from attrs import define, field

from scaleenv_core import hookspecs
from scaleenv_core.errors import EndpointBusy, EndpointError
from scaleenv_core.interfaces import EndpointClient
from scaleenv_core.testing.chat_server import ChatServer, Reply
from scaleenv_core.testing.samples import sample_tools
from scaleenv_core.types import Completion, CompletionRequest, Message, Sampling, Tool, ToolCall, Usage

KEY = "sk-scaleenv-test-0123456789"
"""The key that the contract's plugin is to send; it must show up nowhere."""

_PLAIN = Sampling()

HELLO = CompletionRequest(messages=(Message(role="user", content="Hello?"),))


@define
class ScriptedEndpoint:
    """An endpoint in memory: gives its answers in order, the last one again and again."""

    answers: Sequence[Completion] = (Completion(model="scripted", text="That is done."),)
    asked: list[CompletionRequest] = field(factory=list)

    def complete(
        self, messages: Sequence[Message], tools: Sequence[Tool] = (), sampling: Sampling = _PLAIN
    ) -> Completion:
        """The next answer."""
        request = CompletionRequest(messages=tuple(messages), tools=tuple(tools), sampling=sampling)
        self.asked.append(request)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


def opened(plugin: Any) -> EndpointClient:
    """The plugin's client, by its hook."""
    manager = pluggy.PluginManager("scaleenv")
    manager.add_hookspecs(hookspecs)
    manager.register(plugin)
    manager.check_pending()
    client: EndpointClient = manager.hook.open_endpoint()
    return client


def ask(plugin: Any, *requests: CompletionRequest) -> list[Completion]:
    """What one client answers, one request after the other."""

    async def all_of_them() -> list[Completion]:
        client = opened(plugin)
        await client.connect()
        try:
            return [await client.ask(request) for request in requests]
        finally:
            await client.close()

    return asyncio.run(all_of_them())


class EndpointContract:
    """What every endpoint keeps that asks over HTTP in the OpenAI form.

    Give the fixture ``make``: an address → the plugin, asking the model ``tiny`` there with
    the key :data:`KEY` from the environment, and giving up on a silence of two seconds.
    """

    @pytest.fixture
    def make(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
        """Makes the endpoint under test."""
        raise NotImplementedError("override the fixture 'make'")

    @pytest.fixture
    def server(self) -> Iterator[ChatServer]:
        """The server: it echoes until it is given a script."""
        with ChatServer() as server:
            yield server

    def test_opens_without_a_server(self, make: Any) -> None:
        """Opening touches no network; the identity is plain JSON and names neither key nor address."""
        client = opened(make("http://127.0.0.1:9/v1"))

        text = json.dumps(client.identity)

        assert "tiny" in text
        assert "127.0.0.1" not in text
        assert KEY not in text

    def test_answers(self, make: Any, server: ChatServer) -> None:
        """A text comes back whole, with model, finish and tokens; the key went along."""
        server.script(Reply(text="Grüße!\n"))

        (made,) = ask(make(server.url), HELLO)

        assert (made.text, made.tool_calls, made.finish) == ("Grüße!\n", (), "stop")
        assert made.model.endswith("tiny")
        assert isinstance(made.usage, Usage)
        assert server.received[0].headers["authorization"] == f"Bearer {KEY}"

    def test_sends_the_dialogue(self, make: Any, server: ChatServer) -> None:
        """All messages, tools and sampling arrive in the OpenAI form; streaming is off."""
        tool = sample_tools()[0]
        call = ToolCall(id="c1", tool=tool.name, arguments={"id": "ü"})
        request = CompletionRequest(
            messages=(
                Message(role="system", content="Be kind."),
                Message(role="user", content="Please."),
                Message(role="assistant", tool_calls=(call,)),
                Message(role="tool", content="{}", tool_call_id="c1"),
            ),
            tools=(tool,),
            sampling=Sampling(temperature=0.5, top_p=0.9, max_tokens=7, stop=("END",), seed=5),
        )

        ask(make(server.url), request)

        (body,) = server.bodies
        assert [message["role"] for message in body["messages"]] == ["system", "user", "assistant", "tool"]
        sent = body["messages"][2]["tool_calls"][0]
        assert (sent["id"], sent["function"]["name"]) == ("c1", tool.name)
        assert json.loads(sent["function"]["arguments"]) == {"id": "ü"}
        assert body["messages"][3]["tool_call_id"] == "c1"
        assert body["tools"][0]["function"]["parameters"] == tool.parameters
        assert (body["temperature"], body["top_p"], body["seed"]) == (0.5, 0.9, 5)
        assert 7 in (body.get("max_tokens"), body.get("max_completion_tokens"))
        assert body["stop"] in ("END", ["END"])
        assert not body.get("stream")

    def test_parallel_and_truncated_calls(self, make: Any, server: ChatServer) -> None:
        """Calls come in order; arguments that broke off stay the text they were, and ``finish`` says so."""
        server.script(
            Reply(calls=(("first", {"x": 1}), ("second", {"y": [2]}), ("third", '{"z": ')), finish="length")
        )

        (made,) = ask(make(server.url), HELLO)

        assert [(call.tool, call.arguments) for call in made.tool_calls] == [
            ("first", {"x": 1}),
            ("second", {"y": [2]}),
            ("third", '{"z": '),
        ]
        assert len({call.id for call in made.tool_calls}) == 3
        assert made.finish == "length"

    @pytest.mark.parametrize(
        "reply",
        [
            pytest.param(Reply(status=429), id="limit"),
            pytest.param(Reply(status=500), id="crash"),
            pytest.param(Reply(status=503), id="overload"),
            pytest.param(Reply(fault="stall"), id="stall"),
            pytest.param(Reply(fault="reset"), id="reset"),
            pytest.param(Reply(fault="cut"), id="cut off"),
            pytest.param(Reply(body='{"choices": [{"mess'), id="malformed JSON"),
            pytest.param(Reply(body='{"choices": []}'), id="no choice"),
        ],
    )
    def test_passing_failures(self, make: Any, server: ChatServer, reply: Reply) -> None:
        """What may pass is an ``EndpointBusy`` after one attempt, in bounded time, without the key."""
        server.script(reply, reply, reply)

        with pytest.raises(EndpointBusy) as caught:
            ask(make(server.url), HELLO)

        assert KEY not in str(caught.value)
        assert "\n" not in str(caught.value)
        assert len(server.received) == 1

    @pytest.mark.parametrize(
        ("headers", "least", "most"),
        [
            pytest.param({"Retry-After": "7"}, 7, 7, id="seconds"),
            pytest.param({"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"}, 86400, 1e11, id="date"),
            pytest.param(
                {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m30s"},
                90,
                90,
                id="rate limit",
            ),
            pytest.param({}, 0, 0, id="nothing said"),
        ],
    )
    def test_wait(self, make: Any, server: ChatServer, headers: Any, least: float, most: float) -> None:
        """The wait that a limit's headers ask for comes along."""
        server.script(Reply(status=429, headers=headers))

        with pytest.raises(EndpointBusy) as caught:
            ask(make(server.url), HELLO)

        assert least <= caught.value.wait_s <= most

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
    def test_lasting_failures(self, make: Any, server: ChatServer, status: int) -> None:
        """What asking again cannot cure says what the server said, without the key."""
        server.script(Reply(status=status, text=f"the reason, and {KEY}"))

        with pytest.raises(EndpointError, match="the reason") as caught:
            ask(make(server.url), HELLO)

        assert not isinstance(caught.value, EndpointBusy)
        assert KEY not in str(caught.value)

    def test_nobody_there(self, make: Any) -> None:
        """A refused connection may pass."""
        with pytest.raises(EndpointBusy):
            ask(make("http://127.0.0.1:9/v1"), HELLO)
