"""Layer 3 of the funnel: exact calls, only where state cannot judge (AgentScaler)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen

from scaleenv_core import hookimpl
from scaleenv_core.types import JsonObject, Task, Trajectory, Verdict

__all__ = ["Calls"]


@frozen
class Calls:
    """For tasks whose gold only reads: the answered calls are the gold ones, in an order that it allows.

    Tasks that write pass untouched: judging their calls would throw away corrected
    mistakes. Calls that were refused or rejected do not count, for the same reason.
    """

    @hookimpl
    def verify_trajectory(self, trajectory: Trajectory, task: Task) -> Verdict:
        """The first call that is not due, or a pass."""
        if not task.read_only:
            return Verdict(verifier="calls", passed=True, applies=False)
        made = [(call.tool, call.arguments) for call in trajectory.calls if call.status == "answered"]
        before = task.after or [range(number) for number in range(len(task.actions))]
        left = {number: (action.tool, action.arguments) for number, action in enumerate(task.actions)}
        for place, call in enumerate(made):
            due = [number for number in left if left.keys().isdisjoint(before[number])]
            number = next((number for number in due if left[number] == call), None)
            if number is None:
                return _failed(f"call {place} is {call[0]} {call[1]}, due: {_listed(left, due)}")
            del left[number]
        if left:
            return _failed(f"missing: {_listed(left, left)}")
        return Verdict(verifier="calls", passed=True)


def _listed(calls: Mapping[int, tuple[str, JsonObject]], numbers: Iterable[int]) -> str:
    return "; ".join(f"{calls[number][0]} {calls[number][1]}" for number in numbers) or "none"


def _failed(reason: str) -> Verdict:
    return Verdict(verifier="calls", passed=False, reason=reason)
