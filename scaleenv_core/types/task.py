"""A task: what the user wants, the actions that reach it, and the state that proves it."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from scaleenv_core.types.domain import Holder
from scaleenv_core.types.message import Message
from scaleenv_core.types.tool import JsonObject


@frozen(kw_only=True)
class Binding:
    """Where one argument of a gold action comes from: an agent must be able to know it."""

    argument: str
    origin: str
    """``user``: the instruction says it; ``action N``: the answer of gold action N holds it."""

    path: str = ""
    """For an action: where in its answer, such as ``items[0].id``."""


@frozen(kw_only=True)
class Action:
    """One call of a gold sequence."""

    tool: str
    arguments: JsonObject
    bindings: tuple[Binding, ...] = ()
    held_by: Holder = "agent"
    """Who makes the call: the agent, or the user with a tool of their own."""

    compare: tuple[str, ...] | None = None
    """Arguments that have to be these; ``None``: all of them."""


@frozen(kw_only=True)
class Check:
    """A question put to the world at the end of an episode, and the answer wanted."""

    tool: str
    """A reading tool of the domain, whoever holds it."""

    arguments: JsonObject
    expected: Any = True


@frozen(kw_only=True)
class RowChange:
    """One row's net change: from the state at reset to the state now."""

    table: str
    key: tuple[Any, ...]
    """The primary key's values."""

    before: JsonObject | None
    """``None``: the row is new."""

    after: JsonObject | None
    """``None``: the row is gone."""


@frozen(kw_only=True)
class Task:
    """A goal with executed gold actions and the known final state."""

    id: str
    domain: str
    instruction: str
    """What the user wants, in the user's words."""

    profile: str = ""
    """Who the user is and how they speak, told to whoever plays them."""

    knows: tuple[str, ...] = ()
    """What the user knows, a fact a line; all of it is in the instruction, too."""

    actions: tuple[Action, ...]
    changes: tuple[RowChange, ...]
    """Net row changes from the seed rows to the end of the gold actions, by table and key."""

    fingerprint: str
    """sha256 of :attr:`changes` without exempt columns."""

    tools: tuple[str, ...]
    """Call names offered to the agent, sorted: those of the gold actions, and distractors."""

    after: tuple[tuple[int, ...], ...] = ()
    """For each gold action the earlier ones that have to come before it, by number: any order
    that keeps this is as good. Empty: each action comes after all before it."""

    outputs: tuple[str, ...] = ()
    """Facts that the agent has to communicate."""

    start: tuple[RowChange, ...] = ()
    """How the world of this task differs from the domain's seed rows when it begins."""

    history: tuple[Message, ...] = ()
    """What was said and done before the dialogue begins; :attr:`start` holds its effects."""

    checks: tuple[Check, ...] = ()
    """What has to hold at the end, beside the rows."""

    judged_by: tuple[str, ...] = ()
    """Names of the verifiers that judge this task; empty for all that a run chooses."""

    @property
    def read_only(self) -> bool:
        """Whether the gold actions leave the database as it was."""
        return self.changes == self.start
