"""An agent that calls tools by chance: a task that it passes is too easy, or broken."""

from __future__ import annotations

import random
from collections.abc import Sequence

from attrs import field, frozen
from attrs.validators import ge

from scaleenv_core import hookimpl
from scaleenv_core.sampling import sample_arguments
from scaleenv_core.types import Message, Tool, ToolCall

__all__ = ["Random"]


@frozen
class Random:
    """Makes some calls of offered tools with arguments drawn from their schemas."""

    calls: int = field(default=4, validator=ge(1))
    """Most calls it makes."""

    @hookimpl
    def start_agent(self, tools: Sequence[Tool], seed: int) -> _Session:
        """A session with its own generator."""
        rng = random.Random(seed)
        return _Session(tuple(tools), rng, rng.randint(1, self.calls))


@frozen
class _Session:
    tools: tuple[Tool, ...]
    rng: random.Random
    calls: int

    def act(self, messages: Sequence[Message]) -> Message:
        """A call by chance, or the claim to be done."""
        number = sum(len(message.tool_calls) for message in messages)
        if number >= self.calls or not self.tools:
            return Message(role="assistant", content="That is done.")
        tool = self.rng.choice(self.tools)
        arguments = sample_arguments(tool.parameters, self.rng)
        return Message(
            role="assistant",
            tool_calls=(ToolCall(id=f"call_{number + 1}", tool=tool.name, arguments=arguments),),
        )
