"""Layer 2 of the funnel: does the final database state equal the gold state (AgentScaler)?"""

from __future__ import annotations

from attrs import frozen

from scaleenv_core import hookimpl
from scaleenv_core.engine import compare_changes
from scaleenv_core.types import DomainManifest, Task, Trajectory, Verdict

__all__ = ["State"]


@frozen
class State:
    """Passes when the net row changes equal the gold ones; exempt columns never differ."""

    @hookimpl
    def verify_trajectory(self, trajectory: Trajectory, task: Task, domain: DomainManifest) -> Verdict:
        """The first differences, or a pass."""
        found = list(compare_changes(trajectory.changes, task.changes, domain.compare))
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        return Verdict(verifier="state", passed=not found, reason="; ".join(found[:3]) + more)
