"""The agent told the user what the user must be told (τ²-Bench, COMMUNICATE)."""

from __future__ import annotations

from attrs import frozen

from scaleenv_core import hookimpl
from scaleenv_core.types import Task, Trajectory, Verdict
from scaleenv_core.wording import tells

__all__ = ["Communicate"]


@frozen
class Communicate:
    """Each of the task's outputs occurs in something that the agent said.

    Words count whole, whatever their case; numbers, dates, times and money by value: 481.5 is told
    by $481.50 and 2024-05-15 by "May 15, 2024"; neither "active" nor 602.13 by "inactive" or 1602.13.
    """

    @hookimpl
    def verify_trajectory(self, trajectory: Trajectory, task: Task) -> Verdict:
        """The first fact that was not told, or a pass."""
        said = [message.content for message in trajectory.messages if message.role == "assistant"]
        for fact in task.outputs:
            if not any(tells(text, fact) for text in said):
                return Verdict(verifier="communicate", passed=False, reason=f"the user was not told {fact!r}")
        return Verdict(verifier="communicate", passed=True, applies=bool(task.outputs))
