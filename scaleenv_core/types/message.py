"""The messages of a dialogue, in the OpenAI roles."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from scaleenv_core.types.tool import JsonObject

STOP = "###STOP###"
"""The user's last word: the goal is met, or the user gives up."""


@frozen(kw_only=True)
class ToolCall:
    """One call as an agent or a user wrote it."""

    id: str
    tool: str
    arguments: JsonObject | str
    """A string where the caller's text was not a JSON object: kept as it was."""


@frozen(kw_only=True)
class Message:
    """One message of a dialogue."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""
    private: bool = False
    """The user's own tool calls and their answers: no agent sees them."""
