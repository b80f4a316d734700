"""The contract of a log reader."""

from __future__ import annotations

from typing import Any

import pytest

from scaleenv_core.testing.calling import call_hook
from scaleenv_core.types import Dropped, RecordedDialogue


class LogContract:
    """What every reader of logs keeps. Give the fixture ``plugin``, with a small log to read."""

    @pytest.fixture
    def plugin(self) -> Any:
        """The reader under test."""
        raise NotImplementedError("override the fixture 'plugin'")

    @pytest.fixture
    def found(self, plugin: Any) -> list[Any]:
        """All that it reads."""
        return list(call_hook(plugin, "read_log"))

    def test_reads(self, found: list[Any]) -> None:
        """It yields dialogues, and what it drops with a reason; each id once."""
        dialogues = [entry for entry in found if isinstance(entry, RecordedDialogue)]
        dropped = [entry for entry in found if isinstance(entry, Dropped)]

        assert dialogues
        assert len(dialogues) + len(dropped) == len(found)
        assert all(drop.reason and drop.detail for drop in dropped)
        assert len({entry.id for entry in dialogues}) == len(dialogues)

    def test_answers_follow_calls(self, found: list[Any]) -> None:
        """Every answer is to a call made before it, by the same side."""
        for dialogue in found:
            if isinstance(dialogue, Dropped):
                continue
            open_calls: list[tuple[str, bool]] = []
            for message in dialogue.messages:
                open_calls += [(call.id, message.private) for call in message.tool_calls]
                if message.role == "tool":
                    assert (message.tool_call_id, message.private) in open_calls, dialogue.id
                    open_calls.remove((message.tool_call_id, message.private))

    def test_same_again(self, plugin: Any, found: list[Any]) -> None:
        """Read again, it is the same."""
        assert list(call_hook(plugin, "read_log")) == found
