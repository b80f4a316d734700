"""``[tasks]`` and ``[feedback]``: how tasks are made."""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen
from attrs.validators import and_, ge, gt, le

from scaleenv_core.types import Kind

_share = and_(ge(0.0), le(1.0))


@frozen(kw_only=True)
class TaskSettings:
    """``[tasks]``: task synthesis."""

    per_domain: int = field(default=20, validator=ge(1))
    max_actions: int = field(default=20, validator=ge(1))
    """Longest gold sequence; half of the walks aim at less than a quarter of it."""

    writing: float = field(default=0.85, validator=_share)
    """The share of walks that may write."""

    random_agents: int = field(default=20, validator=ge(0))
    """Agents calling by chance that have to fail a task."""

    attempts: int = field(default=12, validator=ge(1))
    """Walks tried for each task wanted, before the domain is left with fewer."""

    tools_in_scope: int = field(default=20, validator=ge(1))
    """Tools offered to the agent: those of the gold actions, filled up with distractors that
    could follow them."""

    likeness: float = field(default=0.6, validator=and_(gt(0.0), le(1.0)))
    """Greatest likeness of two tasks of a domain (SynWorld's ε; Jaccard's, of calls and of words)."""

    language: Literal["en", "zh"] = "en"
    """What the users speak: English or Chinese."""

    rules: int = field(default=2, validator=ge(0))
    """Most rules a domain that no tool enforces and only the agent keeps."""

    recovery: float = field(default=0.1, validator=_share)
    """Share of tasks whose first choice is refused. These and the next are aims: where a domain
    has nothing of the kind, the task is a plain one."""

    fault: float = field(default=0.08, validator=_share)
    """Share of tasks in which a tool fails, once or for good."""

    withheld: float = field(default=0.1, validator=_share)
    """Share of tasks whose user says something only when asked."""

    impossible: float = field(default=0.08, validator=_share)
    """Share of tasks that ask for what the domain refuses."""

    forbidden: float = field(default=0.08, validator=_share)
    """Share of tasks that ask for what a rule forbids."""

    changing: float = field(default=0.08, validator=_share)
    """Share of tasks whose user thinks again half way."""

    merged: float = field(default=0.12, validator=_share)
    """Share of tasks with the goals of two walks."""

    def __attrs_post_init__(self) -> None:
        if sum(share for _, share in self.shares()) > 1:
            raise ValueError("the shares of all kinds of tasks together are more than 1")

    def shares(self) -> list[tuple[Kind, float]]:
        """Each kind and its share, in the order of drawing; the rest is plain."""
        return [
            ("recovery", self.recovery),
            ("fault", self.fault),
            ("withheld", self.withheld),
            ("impossible", self.impossible),
            ("forbidden", self.forbidden),
            ("changing", self.changing),
            ("merged", self.merged),
        ]


@frozen(kw_only=True)
class FeedbackSettings:
    """``[feedback]``: tasks from recorded dialogues."""

    likeness: float = field(default=0.5, validator=_share)
    """Least likeness of a log's tool and a domain's for them to be one: name and parameters."""

    per_pattern: int = field(default=2, validator=ge(1))
    """Tasks wanted for each sequence of calls that dialogues show."""

    attempts: int = field(default=6, validator=ge(1))
    """Walks tried for each task wanted."""
