"""A task: what the user wants, the actions that reach it, and the state that proves it."""

from __future__ import annotations

from typing import Any

from attrs import frozen

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

    actions: tuple[Action, ...]
    changes: tuple[RowChange, ...]
    """Net row changes after the gold actions, sorted by table and key."""

    fingerprint: str
    """sha256 of :attr:`changes` without exempt columns."""

    tools: tuple[str, ...]
    """Call names offered to the agent, sorted: those of the gold actions, and distractors."""

    outputs: tuple[str, ...] = ()
    """Facts that the agent has to communicate; for tasks that only read."""

    @property
    def read_only(self) -> bool:
        """Whether the gold actions leave the database as it was."""
        return not self.changes
