"""One dialogue: messages as chat templates take them, and the model's text as an act."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from attrs import frozen

from scaleenv_agent_transformers.calls import read
from scaleenv_agent_transformers.generating import Model, model_of
from scaleenv_core.chat import function
from scaleenv_core.names import subseed
from scaleenv_core.types import JsonObject, Message, Tool, ToolCall

if TYPE_CHECKING:
    from scaleenv_agent_transformers import Transformers


@frozen
class Session:
    """The agent in one dialogue; all that matters is in the dialogue."""

    waits: ClassVar[bool] = True
    """Turns of many dialogues are asked for at once: they make a batch."""

    model: Model
    tools: tuple[JsonObject, ...]
    seed: int

    @classmethod
    def of(cls, settings: Transformers, tools: Sequence[Tool], seed: int) -> Session:
        """A session with the process's model."""
        return cls(model_of(settings), tuple(map(function, tools)), seed)

    def act(self, messages: Sequence[Message]) -> Message:
        """What the model's text says: words to the user, calls, or both."""
        seed = subseed(self.seed, "turn", len(messages))
        said, calls = read(self.model.ask(list(_turns(messages)), self.tools, seed))
        first = 1 + sum(len(message.tool_calls) for message in messages)
        made = tuple(
            ToolCall(id=f"call_{number}", tool=name, arguments=arguments)
            for number, (name, arguments) in enumerate(calls, start=first)
        )
        return Message(role="assistant", content=said, tool_calls=made)


def _turns(messages: Sequence[Message]) -> Iterator[JsonObject]:
    """The dialogue as chat templates take it: arguments are objects, answers name their tool."""
    names: dict[str, str] = {}
    for message in messages:
        turn: JsonObject = {"role": message.role, "content": message.content}
        if message.tool_calls:
            names |= {call.id: call.tool for call in message.tool_calls}
            turn["tool_calls"] = [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.tool, "arguments": call.arguments},
                }
                for call in message.tool_calls
            ]
        if message.role == "tool":
            turn |= {"tool_call_id": message.tool_call_id, "name": names.get(message.tool_call_id, "")}
        yield turn
