"""At the end the world answers a task's questions as it should (τ²-Bench, ENV_ASSERTION)."""

from __future__ import annotations

from attrs import frozen

from scaleenv_core import hookimpl
from scaleenv_core.types import Task, Trajectory, Verdict

__all__ = ["Checks"]


@frozen
class Checks:
    """Passes when all checks of the task held; it judges no task without any."""

    @hookimpl
    def verify_trajectory(self, trajectory: Trajectory, task: Task) -> Verdict:
        """The first check that did not hold, or a pass."""
        for check, held in zip(task.checks, trajectory.checks, strict=True):
            if not held:
                reason = f"{check.tool} {check.arguments} is not {check.expected!r} at the end"
                return Verdict(verifier="checks", passed=False, reason=reason)
        return Verdict(verifier="checks", passed=True, applies=bool(task.checks))
