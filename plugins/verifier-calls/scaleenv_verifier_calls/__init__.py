"""Layer 3 of the funnel: exact calls, only where state cannot judge (AgentScaler)."""

from __future__ import annotations

from attrs import frozen

from scaleenv_core import hookimpl
from scaleenv_core.types import Task, Trajectory, Verdict

__all__ = ["Calls"]


@frozen
class Calls:
    """For tasks whose gold only reads: the answered calls are the gold ones, in order.

    Tasks that write pass untouched: judging their calls would throw away corrected
    mistakes. Calls that were refused or rejected do not count, for the same reason.
    """

    @hookimpl
    def verify_trajectory(self, trajectory: Trajectory, task: Task) -> Verdict:
        """The first call that differs, or a pass."""
        if not task.read_only:
            return Verdict(verifier="calls", passed=True, applies=False)
        made = [(call.tool, call.arguments) for call in trajectory.calls if call.status == "answered"]
        gold = [(action.tool, action.arguments) for action in task.actions]
        for number, wanted in enumerate(gold):
            if number >= len(made):
                return _failed(f"call {number} is missing, gold: {wanted[0]} {wanted[1]}")
            if made[number] != wanted:
                return _failed(f"call {number} is {made[number][0]} {made[number][1]}, gold: {wanted}")
        if len(made) > len(gold):
            return _failed(f"call {len(gold)} is one too many: {made[len(gold)][0]}")
        return Verdict(verifier="calls", passed=True)


def _failed(reason: str) -> Verdict:
    return Verdict(verifier="calls", passed=False, reason=reason)
