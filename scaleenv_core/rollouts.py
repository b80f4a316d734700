"""How rollouts are played, and where their results are kept: two tables of the config."""

from __future__ import annotations

from attrs import field, frozen
from attrs.validators import and_, ge, gt, le

from scaleenv_core.types import Owner


@frozen(kw_only=True)
class RolloutSettings:
    """``[rollout]``: agent × user × environment."""

    trials: int = field(default=1, validator=ge(1))
    """Rollouts a task: the n of pass^k."""

    max_turns: int = field(default=40, validator=ge(1))
    """Assistant messages after which a dialogue is ended."""

    concurrency: int = field(default=64, validator=ge(1))
    """Rollouts under way at once, a worker. Never changes a result."""

    chunk: int = field(default=32, validator=ge(1))
    """Rollouts that a worker takes at a time. Never changes a result."""

    retry: tuple[Owner, ...] = ("endpoint", "worker")
    """Whose broken rollouts are played again by the next command."""

    most_broken: float = field(default=0.5, validator=and_(ge(0.0), le(1.0)))
    """The run stops where machinery broke in more than this share of its rollouts."""


@frozen(kw_only=True)
class StoreSettings:
    """``[store]``: where a run's results are kept, and who is at work on which."""

    url: str = ""
    """An SQLAlchemy URL: ``postgresql+psycopg://host/database``, one database a run. Empty:
    ``runs/NAME/run.db``. A password comes from the environment (``PGPASSWORD``)."""

    lease_s: float = field(default=60.0, validator=gt(0.0))
    """Seconds after which the work of a worker that was not heard of is given to another."""
