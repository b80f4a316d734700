"""Layer 3 of the funnel: gold's calls, only where neither rows nor facts can judge (AgentScaler)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from scaleenv_core import hookimpl
from scaleenv_core.types import Action, CallRecord, Task, Trajectory, Verdict

__all__ = ["Calls"]


@frozen
class Calls:
    """For tasks whose gold only reads: its calls were made, in an order that it allows.

    Tasks that write pass untouched: judging their calls would throw away corrected mistakes.
    Further look-ups, repeated ones and calls that were not answered do not count, for the same
    reason; nor does gold's attempt at what the world refuses.
    """

    facts: bool = False
    """Judge also tasks whose facts gold looked up, as AgentScaler does. The verifier ``grounded``
    judges these by what was seen, however it was found."""

    @hookimpl
    def verify_trajectory(self, trajectory: Trajectory, task: Task) -> Verdict:
        """The gold calls that are missing, or a pass."""
        looked_up = bool(task.evidence) and all(fact.actions for fact in task.evidence)
        if not task.read_only or (looked_up and not self.facts):
            return Verdict(verifier="calls", passed=True, applies=False)
        missing = _missing(task, trajectory.calls)
        listed = "; ".join(f"{action.tool} {action.arguments}" for action in missing.values())
        return Verdict(verifier="calls", passed=not missing, reason=f"missing: {listed}" if missing else "")


def _missing(task: Task, calls: Sequence[CallRecord]) -> Mapping[int, Action]:
    """The gold actions that no call is, each being looked for behind those that it comes after."""
    before = task.after or [range(number) for number in range(len(task.actions))]
    left = {number: action for number, action in enumerate(task.actions) if action.expect == "answered"}
    for call in calls:
        due = (number for number in left if left.keys().isdisjoint(before[number]))
        made = next((number for number in due if _is(call, left[number])), None)
        if made is not None:
            del left[made]
    return left


def _is(call: CallRecord, action: Action) -> bool:
    return call.status == "answered" and (call.tool, call.arguments) == (action.tool, action.arguments)
