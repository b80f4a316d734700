"""What a trainer reports."""

from __future__ import annotations

from attrs import frozen


@frozen(kw_only=True)
class TrainingReport:
    """The outcome of one training."""

    examples: int
    steps: int
    first_loss: float
    last_loss: float
    learnt_tokens: int
    """Tokens that the loss saw: the agent's own."""

    context_tokens: int
    """Tokens that the loss did not see: system, user and tool messages."""
