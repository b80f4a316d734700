"""A task: what the user wants, the actions that reach it, and the state that proves it."""

from __future__ import annotations

from typing import Any, Literal

from attrs import frozen

from scaleenv_core.types.domain import Holder
from scaleenv_core.types.message import Message
from scaleenv_core.types.rows import Touched
from scaleenv_core.types.tool import JsonObject

Kind = Literal["plain", "recovery", "fault", "withheld", "impossible", "forbidden", "changing", "merged"]
"""What makes a task hard beside its length.

``recovery``: the first choice is refused, and there is a second; ``fault``: a service fails;
``withheld``: the user says something only when asked; ``impossible``: the domain refuses what
is wanted; ``forbidden``: the policy does; ``changing``: the user thinks again half way;
``merged``: several goals that have nothing to do with each other.
"""

Expected = Literal["answered", "refused", "failed"]


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

    expect: Expected = "answered"
    """What the world says to it. A refused or failed call is an attempt that shows the way: the
    task can be solved without it, by whoever looks first."""


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
class Withheld:
    """Something that the user knows, and says only when asked."""

    about: str
    """In words that end the question "Could you tell me …?": ``the price``, ``whether I may go ahead``."""

    says: str
    """The user's answer."""


@frozen(kw_only=True)
class PlannedFault:
    """A fault that the task puts into its episode."""

    tool: str
    fault: Literal["rate-limit", "expired-auth", "timeout-before", "timeout-after"]
    times: int = 1
    """It befalls the first so many valid calls of the tool; 0: every one."""


@frozen(kw_only=True)
class Evidence:
    """Where gold has a fact from; empty for one that it computes."""

    actions: tuple[int, ...]
    """Numbers of the gold actions whose answers say it."""

    rows: tuple[Touched, ...] = ()
    """What these read."""


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

    evidence: tuple[Evidence, ...] = ()
    """For each of the outputs where gold has it from; empty: nobody executed the gold to see."""

    start: tuple[RowChange, ...] = ()
    """How the world of this task differs from the domain's seed rows when it begins."""

    history: tuple[Message, ...] = ()
    """What was said and done before the dialogue begins; :attr:`start` holds its effects."""

    checks: tuple[Check, ...] = ()
    """What has to hold at the end, beside the rows."""

    judged_by: tuple[str, ...] = ()
    """Names of the verifiers that judge this task; empty for all that a run chooses."""

    kind: Kind = "plain"

    origin: str = ""
    """The recorded dialogue that it grew from, as ``log ID``; empty for one that grew from nothing."""

    rule: str = ""
    """The id of the domain's :class:`Rule` that the request tempts the agent to break."""

    withheld: tuple[Withheld, ...] = ()
    """What the instruction leaves out; each is said when the agent asks a question, in this order."""

    later: tuple[str, ...] = ()
    """What the user says after the instruction, one a turn, whenever the agent has spoken."""

    faults: tuple[PlannedFault, ...] = ()

    @property
    def read_only(self) -> bool:
        """Whether the gold actions leave the database as it was."""
        return self.changes == self.start
