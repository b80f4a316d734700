"""Chats as LLaMA-Factory takes them: ShareGPT's turns with ``function_call`` and ``observation``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from attrs import field, frozen
from attrs.validators import matches_re

from scaleenv_core import hookimpl
from scaleenv_core.chat import require_objects, until_last_answer
from scaleenv_core.errors import StageError
from scaleenv_core.files import json_text, write_lines, write_text
from scaleenv_core.types import JsonObject

_BETWEEN = "\n</tool_response>\n<tool_response>\n"
"""What LLaMA-Factory puts between the answers to the calls of one message."""

Turn = tuple[str, str]
"""``from`` and ``value``."""


@frozen(kw_only=True)
class ShareGpt:
    """Writes ``<split>.jsonl`` and ``dataset_info.json``, by which LLaMA-Factory finds them.

    It takes strict turns: the user or an observation, then the agent's text or call. So what
    the agent says before the user does, and what no answer follows, is left out; two texts
    of one speaker are one; and an agent's text beside a call is its thought.
    """

    name: str = field(default="scaleenv", validator=matches_re(r"[A-Za-z0-9_.-]+"))
    """The data set's name in ``dataset_info.json``; a split other than ``train`` adds ``_<split>``."""

    thought: tuple[str, str] = ("<think>\n", "\n</think>\n\n")
    """What stands around a text beside a call: the ``thought_words`` of LLaMA-Factory's template."""

    @hookimpl
    def export_chats(self, splits: Mapping[str, Iterable[JsonObject]], out: Path) -> None:
        """A file a split; a chat that is no exchange of turns is an error."""
        entries = {}
        for split, chats in splits.items():
            write_lines(out / f"{split}.jsonl", map(self._line, chats))
            name = self.name if split == "train" else f"{self.name}_{split}"
            columns = {"messages": "conversations", "system": "system", "tools": "tools"}
            entries[name] = {"file_name": f"{split}.jsonl", "formatting": "sharegpt", "columns": columns}
        write_text(out / "dataset_info.json", json_text(entries))

    def _line(self, chat: JsonObject) -> JsonObject:
        said = until_last_answer(require_objects(chat))
        system = "\n\n".join(message["content"] for message in said if message["role"] == "system")
        turns = list(_joined(self._turns(said)))
        while turns and turns[0][0] == "gpt":
            turns.pop(0)
        for at, (speaker, _) in enumerate(turns):
            if (speaker in ("gpt", "function_call")) != bool(at % 2):
                raise StageError(f"chat {chat['id']!r}: turn {at + 1} is {speaker}'s, out of turn")
        if len(turns) < 2:
            raise StageError(f"chat {chat['id']!r} has no answer to a user")
        return {
            "conversations": [{"from": speaker, "value": value} for speaker, value in turns],
            "system": system,
            "tools": _text([tool["function"] for tool in chat["tools"]]),
        }

    def _turns(self, said: Iterable[JsonObject]) -> Iterator[Turn]:
        for message in said:
            role, content = message["role"], message["content"]
            if calls := message.get("tool_calls"):
                asked = [call["function"] for call in calls]
                before = self.thought[0] + content + self.thought[1] if content.strip() else ""
                yield "function_call", before + _text(asked if len(asked) > 1 else asked[0])
            elif role != "system":
                yield {"user": "human", "assistant": "gpt", "tool": "observation"}[role], content


def _joined(turns: Iterable[Turn]) -> Iterator[Turn]:
    """Several answers, or several texts of one speaker, in one turn."""
    for speaker, group in groupby(turns, key=lambda turn: turn[0]):
        values = [value for _, value in group]
        if speaker == "function_call":
            yield from ((speaker, value) for value in values)
        else:
            yield speaker, (_BETWEEN if speaker == "observation" else "\n\n").join(values)


def _text(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)
