"""The official client, against a server that speaks the protocol."""

import pytest
from scaleenv_endpoint_openai import OpenAI

from scaleenv_core.errors import EndpointError
from scaleenv_core.testing.chat_server import ChatServer, Reply
from scaleenv_core.testing.endpoint import HELLO, KEY, EndpointContract, ask
from scaleenv_core.types import CompletionRequest, Sampling


class TestContract(EndpointContract):
    @pytest.fixture
    def make(self, monkeypatch):
        monkeypatch.setenv("TINY_KEY", KEY)
        return lambda url: OpenAI(model="tiny", base_url=url, key_env="TINY_KEY", read_s=2.0)


@pytest.fixture
def server():
    with ChatServer() as server:
        yield server


def test_price(server):
    """An answer costs its tokens at the prices of the config; without them nobody knows."""
    priced, plain = (
        ask(OpenAI(model="tiny", base_url=server.url, **prices), HELLO)[0]
        for prices in ({"input_price": 2.0, "output_price": 10.0}, {})
    )

    assert priced.cost_usd == (priced.usage.prompt * 2 + priced.usage.completion * 10) / 1e6
    assert plain.cost_usd is None


def test_sends_along(server):
    """Extra fields go along, are part of the identity, and the limit has the server's name."""
    plugin = OpenAI(model="tiny", base_url=server.url, extra={"top_k": 3}, limit_name="max_completion_tokens")

    ask(plugin, CompletionRequest(messages=HELLO.messages, sampling=Sampling(max_tokens=9)))

    (body,) = server.bodies
    assert (body["top_k"], body["max_completion_tokens"]) == (3, 9)
    assert "max_tokens" not in body
    assert plugin.open_endpoint().identity == {"model": "tiny", "extra": {"top_k": 3}}


def test_rate_limit_that_is_used_up(server):
    """A success that was the last one of its window asks for a pause."""
    server.script(
        Reply(text="x", headers={"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "250ms"})
    )

    (made,) = ask(OpenAI(model="tiny", base_url=server.url), HELLO)

    assert made.pause_s == 0.25


def test_openai_key_stays_home(server, monkeypatch):
    """The key of OpenAI goes to OpenAI alone."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    ask(OpenAI(model="tiny", base_url=server.url), HELLO)

    assert KEY not in server.received[0].headers["authorization"]


def test_no_key(monkeypatch):
    """A key that is not there is one line that names the variable."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    with pytest.raises(EndpointError, match="OPENAI_API_KEY is not set"):
        ask(OpenAI(model="tiny"), HELLO)


@pytest.mark.parametrize("url", ["localhost:8000/v1", "ftp://host/v1", "http://me:secret@host/v1"])
def test_bad_address(url):
    """An address is one of HTTP, and holds no credentials."""
    with pytest.raises(ValueError, match="'base_url' must"):
        OpenAI(model="tiny", base_url=url)
