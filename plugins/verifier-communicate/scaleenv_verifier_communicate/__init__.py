"""The agent told the user what the user must be told (τ²-Bench, COMMUNICATE)."""

from __future__ import annotations

from attrs import frozen

from scaleenv_core import hookimpl
from scaleenv_core.types import Task, Trajectory, Verdict

__all__ = ["Communicate"]


@frozen
class Communicate:
    """Each of the task's outputs occurs in something that the agent said; case and commas are ignored."""

    @hookimpl
    def verify_trajectory(self, trajectory: Trajectory, task: Task) -> Verdict:
        """The first fact that was not told, or a pass."""
        told = [_folded(message.content) for message in trajectory.messages if message.role == "assistant"]
        for fact in task.outputs:
            if not any(_folded(fact) in text for text in told):
                return Verdict(verifier="communicate", passed=False, reason=f"the user was not told {fact!r}")
        return Verdict(verifier="communicate", passed=True, applies=bool(task.outputs))


def _folded(text: str) -> str:
    return text.lower().replace(",", "")
