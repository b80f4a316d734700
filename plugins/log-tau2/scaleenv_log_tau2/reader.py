"""One result file → dialogues, whichever of the two benchmarks wrote it."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import orjson

from scaleenv_core.types import STOP, Dropped, Message, RecordedDialogue, ToolCall

Ended = Literal["user_stop", "agent_stop", "max_turns", "failure"]

_ENDS: Mapping[str, Ended] = {
    "user_stop": "user_stop",
    "agent_stop": "agent_stop",
    "max_steps": "max_turns",
}
"""τ²-Bench's ``termination_reason``; any other is an error of somebody's."""

_LAST_TOOL = "transfer_to_human_agents"
"""The first tau-bench ends and scores an episode on this call; what follows does not count."""


def read(path: Path, prefix: str, first_domain: str) -> Iterator[RecordedDialogue | Dropped]:
    """All dialogues of one file."""
    try:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        data = orjson.loads(raw)
    except (orjson.JSONDecodeError, gzip.BadGzipFile, EOFError) as exc:
        yield Dropped(origin=path.name, reason="not-json", detail=str(exc))
        return
    name = path.name.removesuffix(".gz").removesuffix(".json")
    if isinstance(data, Mapping) and "simulations" in data and "info" in data:
        for number, simulation in enumerate(data["simulations"]):
            yield _simulation(f"{name}/{number:03d}", simulation, data["info"], prefix)
    elif isinstance(data, list) and data and all("traj" in episode for episode in data):
        for number, episode in enumerate(data):
            yield _episode(f"{name}/{number:03d}", episode, first_domain)
    else:
        yield Dropped(
            origin=path.name, reason="no-results", detail="neither simulations nor trajectories in it"
        )


def _simulation(
    name: str, given: Mapping[str, Any], info: Mapping[str, Any], prefix: str
) -> RecordedDialogue:
    domain = prefix + info["environment_info"]["domain_name"]
    messages = []
    for message in given["messages"]:
        if message["role"] == "tool":
            private = message.get("requestor") == "user"
            messages.append(_answer(message["id"], message["content"], private))
        else:
            calls = [
                ToolCall(id=call["id"], tool=call["name"], arguments=call["arguments"])
                for call in message["tool_calls"] or ()
            ]
            messages.append(_words(message["role"], message["content"], calls))
    return RecordedDialogue(
        id=name,
        domain=domain,
        task=f"{domain}/{given['task_id']}",
        agent=info["agent_info"]["llm"],
        user=info["user_info"]["llm"] or info["user_info"]["implementation"],
        trial=given["trial"],
        messages=tuple(messages),
        ended=_ENDS.get(given["termination_reason"], "failure"),
        alone=info["agent_info"]["implementation"].endswith("_solo"),
    )


def _episode(name: str, given: Mapping[str, Any], domain: str) -> RecordedDialogue:
    messages = []
    ended: Ended = "max_turns"
    for message in given["traj"]:
        if message["role"] == "tool":
            messages.append(_answer(message["tool_call_id"], message["content"], private=False))
            continue
        calls = [_function(call) for call in message.get("tool_calls") or ()]
        messages.append(_words(message["role"], message["content"], calls))
        if any(call.tool == _LAST_TOOL for call in calls):
            ended = "agent_stop"
            break
        if message["role"] == "user" and STOP in message["content"]:
            ended = "user_stop"
    return RecordedDialogue(
        id=name,
        domain=domain,
        task=f"{domain}/{given['task_id']}",
        agent="gpt-4o",
        user="llm",
        trial=given["trial"],
        messages=tuple(messages),
        ended=ended,
    )


def _function(call: Mapping[str, Any]) -> ToolCall:
    text = call["function"]["arguments"]
    try:
        arguments = orjson.loads(text)
    except orjson.JSONDecodeError:
        arguments = text
    return ToolCall(
        id=call["id"],
        tool=call["function"]["name"],
        arguments=arguments if isinstance(arguments, dict) else text,
    )


def _words(role: Any, content: str | None, calls: list[ToolCall]) -> Message:
    private = role == "user" and bool(calls)
    return Message(role=role, content=content or "", tool_calls=tuple(calls), private=private)


def _answer(call: str, content: str | None, private: bool) -> Message:
    return Message(role="tool", content=content or "", tool_call_id=call, private=private)
