"""The data: a chat a line, checked before anything heavy is imported."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from attrs import frozen

from scaleenv_core.errors import StageError, WorldError
from scaleenv_core.files import read_json_lines

_LONGEST_PROBLEM = 200


@frozen(kw_only=True)
class Chat:
    """One training example, and where it stands."""

    where: str
    """File and line, for errors."""

    domain: str
    messages: list[dict[str, Any]]
    tools: list[dict[str, Any]]

    def texts(self) -> Iterator[str]:
        """Every text that the chat template may write, as it would write it."""
        for message in self.messages:
            yield message["content"]
            for call in message.get("tool_calls", ()):
                yield json.dumps(call, ensure_ascii=False)
        for tool in self.tools:
            yield json.dumps(tool, ensure_ascii=False)


def read_chats(data: Path) -> list[Chat]:
    """The chats of a JSON Lines file; the first unfit line is one clear :class:`StageError`."""
    import jsonschema_rs

    schema = json.loads(files("scaleenv_trainer_sft").joinpath("chat.schema.json").read_text("utf-8"))
    check = jsonschema_rs.validator_for(schema)
    chats = []
    try:
        for number, line in enumerate(read_json_lines(data), start=1):
            where = f"{data} line {number}"
            for error in check.iter_errors(line):
                path = ".".join(map(str, error.instance_path)) or "the chat"
                raise StageError(f"{where}: {path}: {_short(error.message)}")
            chats.append(_chat(where, line))
    except WorldError as exc:
        raise StageError(str(exc)) from exc
    except OSError as exc:
        raise StageError(f"{data}: cannot be read ({exc.strerror}); 'scaleenv export' writes it") from exc
    if not chats:
        raise StageError(f"{data}: holds no chat, so there is nothing to train on; export trajectories first")
    return chats


def _short(problem: str) -> str:
    """A validator repeats the whole value; its beginning is enough."""
    problem = " ".join(problem.split())
    half = _LONGEST_PROBLEM // 2
    return problem if len(problem) <= _LONGEST_PROBLEM else f"{problem[:half]} … {problem[-half:]}"


def _chat(where: str, line: dict[str, Any]) -> Chat:
    messages = [_message(message) for message in line["messages"]]
    if not any(message["role"] == "assistant" for message in messages):
        raise StageError(f"{where}: no assistant message, so there is nothing to learn; leave the chat out")
    called: set[str] = set()
    for index, message in enumerate(messages):
        called.update(call["id"] for call in message.get("tool_calls", ()))
        if message["role"] == "tool" and message.get("tool_call_id") not in called:
            answered = message.get("tool_call_id", "")
            raise StageError(f"{where}: messages.{index}.tool_call_id: {answered!r} answers no earlier call")
    return Chat(where=where, domain=line["domain"], messages=messages, tools=line["tools"])


def _message(message: dict[str, Any]) -> dict[str, Any]:
    """OpenAI lets an assistant's text be null and its calls be absent; templates differ on both."""
    made = {**message, "content": message.get("content") or ""}
    if not made.get("tool_calls"):
        made.pop("tool_calls", None)
    return made


def refuse_domains(chats: Sequence[Chat], domains: Sequence[str], why: str) -> None:
    """Raise at the first chat of one of these domains."""
    for chat in chats:
        if chat.domain in domains:
            raise StageError(f"{chat.where}: domain {chat.domain!r} {why}")
