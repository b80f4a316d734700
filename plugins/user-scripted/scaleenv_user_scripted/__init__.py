"""A user by rule: says the wish, answers what is asked, lets itself be asked for the rest, and stops."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from attrs import field, frozen
from attrs.validators import ge, in_

from scaleenv_core import hookimpl
from scaleenv_core.types import Task, Tool

if TYPE_CHECKING:
    from scaleenv_user_scripted.session import Session

__all__ = ["Scripted"]

_PERSONAS = ("any", "plain", "polite", "terse")


@frozen(kw_only=True)
class Scripted:
    """Tells the wish, then what it is asked for; never what the task does not let it know.

    It gives a fact that the agent asks for, says so where it does not know one, agrees to
    what it wished for and to nothing else, uses the tools that it holds when it is asked
    to, and stops when it is told that all is done.
    """

    patience: int = field(default=2, validator=ge(0))
    """Fruitless answers (the wish again, ignorance, a fact told before, waiting) before it gives up."""

    persona: Literal["any", "plain", "polite", "terse"] = field(default="any", validator=in_(_PERSONAS))
    """How it puts things; ``any`` is drawn by the rollout's seed."""

    @hookimpl
    def start_user(self, task: Task, tools: Sequence[Tool], seed: int) -> Session:
        """A session on this task."""
        from scaleenv_user_scripted.session import Session

        return Session.of(task, tools, self.patience, self.persona, random.Random(seed))
