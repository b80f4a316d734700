"""Every gold action was made, whatever else was (τ²-Bench, the ACTION part of its reward)."""

from __future__ import annotations

from attrs import frozen

from scaleenv_core import hookimpl
from scaleenv_core.types import Action, CallRecord, Task, Trajectory, Verdict

__all__ = ["Actions"]


@frozen
class Actions:
    """Each gold action occurs among the calls, in any order, by whoever holds the tool.

    An action that says which arguments count (``compare``) is compared on these.
    """

    left_out: bool = False
    """Of actions that do not say: an argument that the call leaves out does not count (τ²-Bench)."""

    @hookimpl
    def verify_trajectory(self, trajectory: Trajectory, task: Task) -> Verdict:
        """The first gold action that was not made, or a pass."""
        for number, action in enumerate(task.actions):
            if not any(self._is(call, action) for call in trajectory.calls):
                reason = f"gold action {number} was not made: {action.tool} {action.arguments}"
                return Verdict(verifier="actions", passed=False, reason=reason)
        return Verdict(verifier="actions", passed=True, applies=bool(task.actions))

    def _is(self, call: CallRecord, action: Action) -> bool:
        if (call.tool, call.held_by) != (action.tool, action.held_by) or isinstance(call.arguments, str):
            return False
        if action.compare is not None:
            counted = set(action.compare)
        elif self.left_out:
            counted = set(call.arguments)
        else:
            return call.arguments == action.arguments
        made, gold = (
            {name: value for name, value in arguments.items() if name in counted}
            for arguments in (call.arguments, action.arguments)
        )
        return made == gold
