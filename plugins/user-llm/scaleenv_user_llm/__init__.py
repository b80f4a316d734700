"""A user that is a model: it plays the task's person, and each of its turns is checked before it counts."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import field, frozen
from attrs.validators import ge

from scaleenv_core import hookimpl
from scaleenv_core.interfaces import Endpoint
from scaleenv_core.types import Task, Tool
from scaleenv_user_llm.session import Session

__all__ = ["Llm"]


@frozen(kw_only=True)
class Llm:
    """Asks the role ``user``'s model what the person says next.

    A turn that no such person could take (it invents an id, tells what it has to hold back,
    speaks as the agent, ends before it began, uses a tool that it does not hold) is asked
    for again with the reason. After ``attempts`` of them the trajectory is invalid by the
    user's failure: a simulator's error is no agent's.
    """

    attempts: int = field(default=3, validator=ge(1))
    """Most times that a turn is asked for."""

    persona: str = ""
    """How the user speaks, in a sentence for the model; empty: drawn by the rollout's seed."""

    @hookimpl
    def start_user(self, task: Task, tools: Sequence[Tool], seed: int, endpoint: Endpoint) -> Session:
        """A session that asks the endpoint."""
        return Session.of(task, tools, seed, endpoint, self.attempts, self.persona)
