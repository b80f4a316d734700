"""Chats as OpenAI's fine-tuning takes them: a JSON document a line, arguments as JSON texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from attrs import frozen

from scaleenv_core import hookimpl
from scaleenv_core.chat import arguments_text, until_last_answer
from scaleenv_core.files import write_lines
from scaleenv_core.types import JsonObject


@frozen
class OpenAI:
    """Writes ``<split>.jsonl``: ``messages``, which end with the agent's last, and ``tools``."""

    @hookimpl
    def export_chats(self, splits: Mapping[str, Iterable[JsonObject]], out: Path) -> None:
        """A file a split; a chat in which the agent says nothing is an error."""
        for split, chats in splits.items():
            write_lines(out / f"{split}.jsonl", map(_line, chats))


def _line(chat: JsonObject) -> JsonObject:
    made: JsonObject = {"messages": [_message(message) for message in until_last_answer(chat)]}
    # An empty list of tools is refused.
    return {**made, "tools": chat["tools"]} if chat["tools"] else made


def _message(message: JsonObject) -> JsonObject:
    if "tool_calls" not in message:
        return message
    calls = [{**call, "function": _function(call["function"])} for call in message["tool_calls"]]
    return {**message, "tool_calls": calls}


def _function(asked: JsonObject) -> JsonObject:
    return {**asked, "arguments": arguments_text(asked["arguments"])}
