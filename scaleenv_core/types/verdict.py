"""What a verifier says of a trajectory, and the funnel's judgement."""

from __future__ import annotations

from attrs import frozen

from scaleenv_core.types.trajectory import Failure, Owner


@frozen(kw_only=True)
class Verdict:
    """One verifier's answer on one trajectory."""

    verifier: str
    passed: bool
    reason: str = ""
    """Why it failed, for a person: ``orders[W1].status: 'pending', gold 'cancelled'``."""

    applies: bool = True
    """False where this layer does not judge such a task; it then passes."""


@frozen(kw_only=True)
class Blame:
    """Whose failure it was that a trajectory did not pass, by rule (docs/agents-and-users.md)."""

    owner: Owner
    kind: str
    """A short word to count by: ``broken``, ``wrong-write``, ``missing-call``, …"""

    reason: str
    """One line for a person."""


@frozen(kw_only=True)
class Judgement:
    """All verdicts on one trajectory, in the order of the funnel."""

    trajectory: str
    task: str
    domain: str
    verdicts: tuple[Verdict, ...]
    failure: Failure | None = None
    """Set where machinery broke, in the rollout or in a verifier: invalid, not failed."""

    blame: Blame | None = None
    """Who failed; ``None`` where it passed."""

    @property
    def invalid(self) -> bool:
        """Whether machinery broke: such a trajectory has no reward."""
        return self.failure is not None

    @property
    def passed(self) -> bool:
        """Whether every layer passed."""
        return not self.invalid and all(verdict.passed for verdict in self.verdicts)
