"""A dialogue that somebody else recorded: what its participants said and called."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from scaleenv_core.types.message import Message
from scaleenv_core.types.tool import Tool


@frozen(kw_only=True)
class RecordedDialogue:
    """One dialogue from a log, to be replayed and judged here."""

    id: str
    """Unique in its log."""

    domain: str
    """Slug of the domain that it belongs to; empty where the log does not say."""

    task: str
    """Id of the task that it is about; empty where the log does not say."""

    agent: str
    """Who acted, such as the model's name."""

    user: str
    trial: int
    messages: tuple[Message, ...]
    """As recorded; the user's own calls and their answers are ``private``."""

    ended: Literal["user_stop", "agent_stop", "max_turns", "failure"]
    alone: bool = False
    """The agent acted without a user, and held the user's tools, too."""

    tools: tuple[Tool, ...] = ()
    """What the agent was offered, where the log says."""

    succeeded: bool | None = None
    """Whether the goal was met, where the log says."""
