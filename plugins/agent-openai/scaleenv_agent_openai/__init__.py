"""An agent that is a model with tool calling, asked through the run's endpoint."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve, frozen

from scaleenv_core import hookimpl
from scaleenv_core.interfaces import Endpoint
from scaleenv_core.names import subseed
from scaleenv_core.types import Message, Sampling, Tool

__all__ = ["OpenAI"]


@frozen
class OpenAI:
    """Hands the dialogue and the tools to the model as they are; the model's answer is its act."""

    @hookimpl
    def start_agent(self, tools: Sequence[Tool], seed: int, endpoint: Endpoint) -> _Session:
        """A session that asks the endpoint."""
        return _Session(endpoint, tuple(tools), seed)


@frozen
class _Session:
    endpoint: Endpoint
    tools: tuple[Tool, ...]
    seed: int

    def act(self, messages: Sequence[Message]) -> Message:
        """The model's answer to the dialogue so far."""
        sampling = Sampling(seed=subseed(self.seed, "turn", len(messages)))
        made = self.endpoint.complete(messages, self.tools, sampling)
        # Some servers number the calls of each answer from one: a dialogue needs ids that differ.
        number = 1 + sum(len(message.tool_calls) for message in messages)
        calls = tuple(
            evolve(call, id=f"call_{place}") for place, call in enumerate(made.tool_calls, start=number)
        )
        return Message(role="assistant", content=made.text, tool_calls=calls)
