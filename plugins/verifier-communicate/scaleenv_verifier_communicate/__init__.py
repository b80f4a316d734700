"""The agent told the user what the user must be told (τ²-Bench, COMMUNICATE)."""

from __future__ import annotations

import re

from attrs import frozen

from scaleenv_core import hookimpl
from scaleenv_core.types import Task, Trajectory, Verdict

__all__ = ["Communicate"]

_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?!\w)")


@frozen
class Communicate:
    """Each of the task's outputs occurs in something that the agent said; case and commas are ignored.

    Words and numbers count whole: neither "active" nor 602.13 is told by "inactive" or 1602.13,
    but 481.5 is by $481.50.
    """

    @hookimpl
    def verify_trajectory(self, trajectory: Trajectory, task: Task) -> Verdict:
        """The first fact that was not told, or a pass."""
        told = [_folded(message.content) for message in trajectory.messages if message.role == "assistant"]
        for fact in task.outputs:
            if not any(_says(text, _folded(fact)) for text in told):
                return Verdict(verifier="communicate", passed=False, reason=f"the user was not told {fact!r}")
        return Verdict(verifier="communicate", passed=True, applies=bool(task.outputs))


def _says(text: str, fact: str) -> bool:
    """Whether the text holds the fact as a word of its own, or as a number of the same value."""
    if _NUMBER.fullmatch(fact):
        return any(float(number) == float(fact) for number in _NUMBER.findall(text))
    return re.search(rf"(?<!\w){re.escape(fact)}(?!\w)", text) is not None


def _folded(text: str) -> str:
    return text.lower().replace(",", "")
