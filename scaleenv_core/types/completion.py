"""What a model is asked through an endpoint, and what it answers."""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen

from scaleenv_core.types.message import Message, ToolCall
from scaleenv_core.types.tool import Tool


@frozen(kw_only=True)
class Sampling:
    """How an answer is drawn; what is ``None`` is left to the endpoint."""

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    """Tokens of the answer, at most."""

    stop: tuple[str, ...] = ()
    """Texts that end the answer."""

    seed: int | None = None
    """Tells trials apart, in recordings too; sent in its low 31 bits."""


@frozen(kw_only=True)
class CompletionRequest:
    """One question to a model: a dialogue to go on with."""

    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()
    sampling: Sampling = field(factory=Sampling)


@frozen(kw_only=True)
class Usage:
    """Tokens of one completion, as the endpoint counted them."""

    prompt: int
    completion: int


@frozen(kw_only=True)
class Completion:
    """One answer of a model."""

    model: str
    """As the endpoint names it."""

    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    """In the answer's order; arguments that are no JSON object stay the text they were."""

    finish: Literal["stop", "length", "tool_calls", "content_filter"] = "stop"
    """``length``: cut off by ``max_tokens`` or the model's window."""

    usage: Usage | None = None
    """``None`` where the endpoint does not count."""

    cost_usd: float | None = None
    """``None`` where no price is known."""

    latency_s: float = 0.0
    """Wall seconds of the attempt that succeeded."""

    pause_s: float = 0.0
    """Seconds for which the endpoint asks to be left alone from here on."""
