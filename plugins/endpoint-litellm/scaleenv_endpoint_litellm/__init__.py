"""Any provider that litellm knows; for OpenAI-compatible servers ``openai`` is enough, and lighter."""

from __future__ import annotations

import os
from types import ModuleType
from typing import Any

from attrs import define, evolve, field, frozen
from attrs.validators import gt, min_len

from scaleenv_core import hookimpl
from scaleenv_core.chat import chat_request, read_chat, status_error
from scaleenv_core.errors import EndpointError
from scaleenv_core.types import Completion, CompletionRequest, JsonObject

__all__ = ["LiteLLM"]


@frozen(kw_only=True)
class LiteLLM:
    """Asks one model of one provider."""

    model: str = field(validator=min_len(1))
    """As litellm names it: ``provider/model``."""

    base_url: str = ""
    """A server's address, where it is not the provider's own."""

    key_env: str = ""
    """Environment variable that holds the key; empty: the one that litellm reads for the provider."""

    read_s: float = field(default=120.0, validator=gt(0.0))
    """Longest silence; without streaming, the time that an answer takes."""

    extra: dict[str, Any] = field(factory=dict)
    """Sent along in each request."""

    @hookimpl
    def open_endpoint(self) -> _Client:
        """A client that connects with its first request."""
        return _Client(self)


@define
class _Client:
    config: LiteLLM
    _litellm: ModuleType = field(init=False, repr=False)
    _key: str = field(default="", init=False, repr=False)

    @property
    def identity(self) -> JsonObject:
        """The model, and what is sent along."""
        return {"model": self.config.model, **({"extra": self.config.extra} if self.config.extra else {})}

    async def connect(self) -> None:
        """Load litellm, and read the key."""
        name = self.config.key_env
        if name and not os.environ.get(name):
            raise EndpointError(f"the environment variable {name} is not set: it must hold the key")
        self._key = os.environ[name] if name else ""
        # Its table of prices is in the package; without this it is fetched at import.
        os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        try:
            import litellm
        except ImportError as exc:
            raise EndpointError(f"{exc}; try: pip install 'scaleenv-endpoint-litellm[litellm]'") from exc
        litellm.suppress_debug_info = True
        self._litellm = litellm

    async def ask(self, request: CompletionRequest) -> Completion:
        """One request, one attempt."""
        import openai  # litellm's errors are its

        config = self.config
        try:
            answer = await self._litellm.acompletion(
                model=config.model,
                api_base=config.base_url or None,
                api_key=self._key or None,
                timeout=config.read_s,
                max_retries=0,
                drop_params=True,  # a provider may have no seed
                **chat_request(request),
                **config.extra,
            )
        except openai.APIError as exc:
            said = str(exc).replace(self._key, "(key)") if self._key else str(exc)
            headers = getattr(exc, "litellm_response_headers", None) or {}
            raise status_error(getattr(exc, "status_code", 500), headers, said) from None
        made = read_chat(answer.model_dump_json())
        return evolve(made, cost_usd=answer._hidden_params.get("response_cost") or None)

    async def close(self) -> None:
        """Close the connections that litellm keeps."""
        await self._litellm.close_litellm_async_clients()
