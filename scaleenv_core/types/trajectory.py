"""The record of one rollout, complete enough to judge it again without running anything."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from scaleenv_core.types.task import RowChange
from scaleenv_core.types.tool import JsonObject

STOP = "###STOP###"
"""The user's last word: the goal is met, or the user gives up."""


@frozen(kw_only=True)
class ToolCall:
    """One call as an agent wrote it."""

    id: str
    tool: str
    arguments: JsonObject | str
    """A string where the agent's text was not a JSON object: kept as it was."""


@frozen(kw_only=True)
class Message:
    """One message of a dialogue, in the OpenAI roles."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""


@frozen(kw_only=True)
class CallRecord:
    """What one call did, as the engine observed it."""

    tool: str
    arguments: JsonObject | str
    status: Literal["answered", "refused", "rejected"]
    """``refused``: the domain said no; ``rejected``: unknown tool or invalid arguments."""

    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    """Tables touched."""


@frozen(kw_only=True)
class Failure:
    """Broken machinery: who broke, and how. Its presence makes a trajectory invalid."""

    owner: Literal["agent", "user", "tool", "environment", "verifier", "worker"]
    error: str


@frozen(kw_only=True)
class Trajectory:
    """One rollout of agent, user and environment on one task."""

    id: str
    task: str
    domain: str
    agent: str
    user: str
    trial: int
    seed: int
    messages: tuple[Message, ...]
    calls: tuple[CallRecord, ...]
    changes: tuple[RowChange, ...]
    """Net row changes at the end."""

    ended: Literal["user_stop", "max_turns", "failure"]
    failure: Failure | None = None
