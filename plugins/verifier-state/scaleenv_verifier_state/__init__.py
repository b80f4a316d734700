"""Layer 2 of the funnel: does the final database state equal the gold state (AgentScaler)?"""

from __future__ import annotations

from attrs import field, frozen
from attrs.validators import and_, ge, le

from scaleenv_core import hookimpl
from scaleenv_core.engine import compare_changes
from scaleenv_core.types import DomainManifest, Task, Trajectory, Verdict

__all__ = ["State"]


@frozen
class State:
    """Passes when the net row changes equal the gold ones; exempt columns never differ."""

    overlap: float = field(default=0.8, validator=and_(ge(0.0), le(1.0)))
    """Share of their words that two texts of a semantic column have to have in common."""

    semantic: bool = True
    """Compare semantic columns; false leaves them to the verifier ``judge``."""

    @hookimpl
    def verify_trajectory(self, trajectory: Trajectory, task: Task, domain: DomainManifest) -> Verdict:
        """The first differences, or a pass."""
        compare = domain.compare
        if not self.semantic:
            compare = dict.fromkeys(compare, "exempt")
        found = list(compare_changes(trajectory.changes, task.changes, compare, self.overlap))
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        return Verdict(verifier="state", passed=not found, reason="; ".join(found[:3]) + more)
