"""One file of chats → dialogues."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import orjson

from scaleenv_core.types import STOP, Dropped, Message, RecordedDialogue, Tool, ToolCall

_ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant", "tool": "tool"}


def read(path: Path, domain: str) -> Iterator[RecordedDialogue | Dropped]:
    """All chats of one file; a blank line is none."""
    try:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (gzip.BadGzipFile, EOFError) as exc:
        yield Dropped(origin=path.name, reason="unreadable", detail=str(exc))
        return
    name = path.name.removesuffix(".gz").removesuffix(".jsonl")
    for number, line in enumerate(raw.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            yield _dialogue(f"{name}/{number:06d}", orjson.loads(line), domain)
        except orjson.JSONDecodeError as exc:
            yield Dropped(origin=f"{path.name}:{number}", reason="not-json", detail=str(exc))
        except (LookupError, TypeError, ValueError, AttributeError) as exc:
            yield Dropped(origin=f"{path.name}:{number}", reason="no-chat", detail=repr(exc))


def _dialogue(place: str, given: Any, domain: str) -> RecordedDialogue:
    messages = _paired([_message(message) for message in given["messages"]])
    if not messages:
        raise ValueError("no messages")
    return RecordedDialogue(
        id=f"{place}/{given['id']}" if given.get("id") else place,
        domain=domain or str(given.get("domain") or ""),
        task=str(given.get("task") or ""),
        agent=str(given.get("model") or "unknown"),
        user="log",
        trial=0,
        messages=tuple(messages),
        ended=_end(messages),
        tools=tuple(_tool(tool) for tool in given.get("tools") or ()),
        succeeded=_succeeded(given),
    )


def _message(given: Mapping[str, Any]) -> Message:
    calls = [_call(call, number) for number, call in enumerate(given.get("tool_calls") or ())]
    return Message(
        role=_ROLES[given["role"]],  # type: ignore[arg-type]
        content=_text(given.get("content")),
        tool_calls=tuple(calls),
        tool_call_id=str(given.get("tool_call_id") or ""),
    )


def _text(content: Any) -> str:
    """A text, or one in parts."""
    if isinstance(content, list):
        return "".join(_text(part.get("text")) for part in content)
    if not isinstance(content, str | None):
        raise TypeError(f"content {content!r}")
    return content or ""


def _call(given: Mapping[str, Any], number: int) -> ToolCall:
    asked = given["function"]
    arguments = asked.get("arguments") or {}
    if isinstance(arguments, str):
        try:
            read = orjson.loads(arguments)
        except orjson.JSONDecodeError:
            read = arguments
        arguments = read if isinstance(read, dict) else arguments
    return ToolCall(id=str(given.get("id") or f"call_{number}"), tool=str(asked["name"]), arguments=arguments)


def _paired(messages: list[Message]) -> list[Message]:
    """Without answers to calls that nobody made."""
    kept: list[Message] = []
    waiting: list[str] = []
    for message in messages:
        waiting += [call.id for call in message.tool_calls]
        if message.role == "tool":
            if message.tool_call_id not in waiting:
                continue
            waiting.remove(message.tool_call_id)
        kept.append(message)
    return kept


def _tool(given: Mapping[str, Any]) -> Tool:
    about = given.get("function", given)
    return Tool(
        id=f"log/{about['name']}",
        name=str(about["name"]),
        description=str(about.get("description") or ""),
        parameters=about.get("parameters") or {"type": "object", "properties": {}},
        source="openai",
    )


def _end(messages: list[Message]) -> Literal["user_stop", "agent_stop", "max_turns"]:
    last = messages[-1]
    if last.role == "user" and STOP in last.content:
        return "user_stop"
    return "agent_stop" if last.role == "assistant" and not last.tool_calls else "max_turns"


def _succeeded(given: Mapping[str, Any]) -> bool | None:
    if isinstance(given.get("success"), bool):
        return bool(given["success"])
    reward = given.get("reward")
    return reward >= 1 if isinstance(reward, int | float) else None
