"""OpenAI-compatible chat completions: OpenAI itself, vLLM, SGLang, Ollama, and most others."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import orjson
from attrs import define, evolve, field, frozen
from attrs.validators import ge, gt, min_len, optional

from scaleenv_core import hookimpl
from scaleenv_core.chat import chat_request, pause, read_chat, status_error
from scaleenv_core.errors import EndpointBusy, EndpointError
from scaleenv_core.types import Completion, CompletionRequest, JsonObject

if TYPE_CHECKING:
    from openai import AsyncOpenAI

__all__ = ["OpenAI"]

_OPENAI = "https://api.openai.com/v1"


def _plain_address(_: object, name: Any, value: str) -> None:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{name.name!r} must be an address such as http://localhost:8000/v1, got {value!r}")
    if parts.username or parts.password or parts.query:
        raise ValueError(f"{name.name!r} must hold no credentials: name an environment variable in 'key_env'")


@frozen(kw_only=True)
class OpenAI:
    """Asks one model at one address."""

    model: str = field(validator=min_len(1))
    """As the server names it."""

    base_url: str = field(default=_OPENAI, validator=_plain_address)
    """The server's address, up to ``/v1``."""

    key_env: str = ""
    """Environment variable that holds the key; empty: ``OPENAI_API_KEY`` for OpenAI itself, and
    no key for any other address."""

    connect_s: float = field(default=10.0, validator=gt(0.0))
    """Deadline of a connection."""

    read_s: float = field(default=120.0, validator=gt(0.0))
    """Longest silence; without streaming, the time that an answer takes."""

    input_price: float | None = field(default=None, validator=optional(ge(0.0)))
    """USD for a million prompt tokens."""

    output_price: float | None = field(default=None, validator=optional(ge(0.0)))
    """USD for a million completion tokens."""

    limit_name: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """What the server calls the limit of an answer's tokens."""

    extra: dict[str, Any] = field(factory=dict)
    """Sent along in each request, such as ``{top_k = 20}``."""

    @hookimpl
    def open_endpoint(self) -> _Client:
        """A client that connects with its first request."""
        return _Client(self)

    def key(self) -> str:
        """The key, from the environment; empty where the address needs none."""
        name = self.key_env or ("OPENAI_API_KEY" if self.base_url == _OPENAI else "")
        if name and not os.environ.get(name):
            raise EndpointError(f"the environment variable {name} is not set: it must hold the key")
        return os.environ[name] if name else ""

    def price(self, made: Completion) -> float | None:
        """USD of an answer, where prices and tokens are known."""
        if made.usage is None or self.input_price is None or self.output_price is None:
            return None
        return (made.usage.prompt * self.input_price + made.usage.completion * self.output_price) / 1e6


@define
class _Client:
    config: OpenAI
    _key: str = field(default="", init=False, repr=False)
    _openai: AsyncOpenAI = field(init=False, repr=False)

    @property
    def identity(self) -> JsonObject:
        """The model, and what is sent along."""
        return {"model": self.config.model, **({"extra": self.config.extra} if self.config.extra else {})}

    async def connect(self) -> None:
        """Read the key and make the client."""
        from openai import AsyncOpenAI, DefaultAioHttpClient, Timeout

        self._key = self.config.key()
        timeout = Timeout(self.config.read_s, connect=self.config.connect_s)
        # With aiohttp beneath, 512 requests at once take a third of httpx's processor time.
        self._openai = AsyncOpenAI(
            api_key=self._key or "none",
            base_url=self.config.base_url,
            timeout=timeout,
            max_retries=0,
            http_client=DefaultAioHttpClient(),
        )

    async def ask(self, request: CompletionRequest) -> Completion:
        """One request, one attempt."""
        import httpx2
        import openai

        body = {**chat_request(request), "model": self.config.model, **self.config.extra}
        if "max_tokens" in body:
            body[self.config.limit_name] = body.pop("max_tokens")
        try:
            # The body is in its final form: the client's own transformation would double the time.
            answer = await self._openai.post(
                "/chat/completions",
                content=orjson.dumps(body),
                options={"headers": {"Content-Type": "application/json"}},
                cast_to=httpx2.Response,
            )
        except openai.APIStatusError as exc:
            said = exc.response.text
            said = said.replace(self._key, "(key)") if self._key else said
            raise status_error(exc.status_code, exc.response.headers, said) from None
        except openai.APIConnectionError as exc:
            cause = exc.__cause__ or exc
            raise EndpointBusy(f"{self.config.base_url}: {type(cause).__name__} {cause}".rstrip()) from exc
        made = read_chat(answer.content)
        return evolve(made, cost_usd=self.config.price(made), pause_s=pause(answer.headers))

    async def close(self) -> None:
        """Close the connections."""
        await self._openai.close()
