"""An agent that is a model without tool calling: it thinks, acts and observes in plain text (ReAct)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Literal

from attrs import frozen

from scaleenv_core import hookimpl
from scaleenv_core.interfaces import Endpoint
from scaleenv_core.names import subseed
from scaleenv_core.prompting import prompt
from scaleenv_core.types import JsonObject, Message, Sampling, Tool, ToolCall

__all__ = ["React"]

Role = Literal["system", "user", "assistant"]

_ACTION = re.compile(r"^\s*Action:[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_INPUT = re.compile(r"^\s*Action Input:\s*", re.MULTILINE)
_ANSWER = re.compile(r"^\s*Answer:\s*", re.MULTILINE)
_OBSERVATION = "Observation:"


@frozen(kw_only=True)
class React:
    """Describes the tools in the system prompt, and reads calls from the model's text."""

    @hookimpl
    def start_agent(self, tools: Sequence[Tool], seed: int, endpoint: Endpoint) -> _Session:
        """A session that asks the endpoint."""
        return _Session(endpoint, "\n".join(map(_described, tools)), seed)


@frozen
class _Session:
    endpoint: Endpoint
    tools: str
    seed: int

    def act(self, messages: Sequence[Message]) -> Message:
        """What the model's text says to do: a call, or words to the user."""
        sampling = Sampling(stop=(_OBSERVATION,), seed=subseed(self.seed, "turn", len(messages)))
        # Many chat templates ask that roles alternate.
        turns = [
            Message(role=role, content="\n\n".join(text for _, text in said))
            for role, said in groupby(self._spelled(messages), lambda turn: turn[0])
        ]
        made = self.endpoint.complete(turns, sampling=sampling)
        return read(made.text, f"call_{1 + sum(len(message.tool_calls) for message in messages)}")

    def _spelled(self, messages: Sequence[Message]) -> Iterator[tuple[Role, str]]:
        """The dialogue as the model sees it: text alone."""
        for message in messages:
            if message.role == "system":
                yield "system", prompt(__name__, "system", system=message.content, tools=self.tools)
            elif message.role == "assistant":
                yield "assistant", _written(message)
            elif message.role == "tool":
                yield "user", f"{_OBSERVATION} {message.content}"
            else:
                yield "user", message.content


def read(text: str, call_id: str) -> Message:
    """An act from the model's text; what keeps to no form is taken as said to the user."""
    text = text.partition(_OBSERVATION)[0]
    action, answer = _ACTION.search(text), _ANSWER.search(text)
    if action and not (answer and answer.start() < action.start()):
        rest = text[action.end() :]
        given = _INPUT.search(rest)
        call = ToolCall(
            id=call_id,
            tool=action[1].strip("`\"'"),
            arguments=_arguments(rest[given.end() :] if given else ""),
        )
        return Message(role="assistant", content=_thought(text[: action.start()]), tool_calls=(call,))
    return Message(role="assistant", content=text[answer.end() :].strip() if answer else _thought(text))


def _arguments(text: str) -> JsonObject | str:
    """The JSON object that the text begins with, if it does; models like to put a fence around it."""
    text = re.sub(r"^```(?:json)?\s*", "", text.strip())
    try:
        read, _ = json.JSONDecoder().raw_decode(text or "{}")
    except ValueError:
        return text
    return read if isinstance(read, dict) else text


def _thought(text: str) -> str:
    return text.strip().removeprefix("Thought:").strip()


def _written(message: Message) -> str:
    """An act as the protocol writes it."""
    if not message.tool_calls:
        return f"Answer: {message.content}"
    parts = [f"Thought: {message.content}"]
    for call in message.tool_calls:
        given = call.arguments
        text = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
        parts.append(f"Action: {call.tool}\nAction Input: {text}")
    return "\n".join(parts)


def _described(tool: Tool) -> str:
    about = " ".join(tool.description.split())
    return f"- {tool.name}: {about}\n  Arguments: {json.dumps(tool.parameters, ensure_ascii=False)}"
