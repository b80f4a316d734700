"""The record of one rollout, complete enough to judge it again without running anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from attrs import frozen

from scaleenv_core.types.domain import Holder
from scaleenv_core.types.message import Message
from scaleenv_core.types.rows import Touched
from scaleenv_core.types.task import RowChange
from scaleenv_core.types.tool import JsonObject


@frozen(kw_only=True)
class CallRecord:
    """What one call did, as the engine observed it."""

    tool: str
    arguments: JsonObject | str
    status: Literal["answered", "refused", "rejected", "failed"]
    """``refused``: the domain said no; ``rejected``: unknown tool or invalid arguments;
    ``failed``: a fault that was put there on purpose."""

    held_by: Holder = "agent"
    reads: tuple[Touched, ...] = ()
    writes: tuple[Touched, ...] = ()
    fault: str = ""
    """The injected fault, such as ``timeout``; empty for an undisturbed call."""

    latency_ms: int = 0
    """Simulated."""

    @property
    def tables(self) -> tuple[str, ...]:
        """All tables touched, sorted."""
        return tuple(sorted({touched.table for touched in (*self.reads, *self.writes)}))


Owner = Literal["agent", "user", "tool", "environment", "endpoint", "verifier", "worker"]
"""Who can fail in a rollout and in judging it."""


@frozen(kw_only=True)
class Failure:
    """Broken machinery: who broke, and how. Its presence makes a trajectory invalid."""

    owner: Owner
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

    ended: Literal["user_stop", "agent_stop", "max_turns", "failure"]
    checks: tuple[bool, ...] = ()
    """Whether each of the task's checks held at the end, in their order."""

    failure: Failure | None = None

    def answers(self) -> Iterator[tuple[int, CallRecord, str]]:
        """Each call with its answer, and the number of the message that brought it.

        Calls of a task's history have no record; a call that was recorded without an answer is left out.
        """
        made = [
            (number, call.id) for number, message in enumerate(self.messages) for call in message.tool_calls
        ]
        for (number, call_id), record in zip(made[len(made) - len(self.calls) :], self.calls, strict=True):
            for later in range(number + 1, len(self.messages)):
                message = self.messages[later]
                if message.role == "tool" and message.tool_call_id == call_id:
                    yield later, record, message.content
                    break
