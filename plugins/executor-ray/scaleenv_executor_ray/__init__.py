"""Workers on a Ray cluster: an actor each."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from attrs import field, frozen
from attrs.validators import ge

from scaleenv_core import hookimpl
from scaleenv_core.errors import StageError

__all__ = ["OnRay"]


@frozen(kw_only=True)
class OnRay:
    """Does a run's work in actors of a Ray cluster: one that is there, or one of this machine."""

    address: str = ""
    """Of a cluster, such as ``ray://head:10001`` or ``auto``. Empty: Ray is started on this machine, and
    ended with the run."""

    cpus: float = field(default=1.0, validator=ge(0.0))
    """Cores that Ray sets aside for each worker."""

    store_mb: int = field(default=100, validator=ge(80))
    """Memory of the object store, where Ray is started here: workers pass little through it."""

    @hookimpl
    def open_executor(self, start: Callable[[], Callable[[Any], Any]], count: int) -> Any:
        """A session; Ray is connected to with its first piece."""
        from scaleenv_executor_ray.session import Session

        return Session(self._connect, start, count, self.cpus)

    def _connect(self, count: int) -> tuple[Any, bool]:
        """The library, and whether it was connected here: who is connected already stays so."""
        try:
            os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
            import ray
        except ImportError as exc:
            line = "executor 'ray' needs Ray: pip install 'scaleenv-executor-ray[ray]'"
            raise StageError(line) from exc
        if ray.is_initialized():
            return ray, False
        quiet = {"logging_level": "ERROR", "log_to_driver": False}
        try:
            if self.address:
                ray.init(self.address, **quiet)
            else:
                cores = max(count * self.cpus, 1)
                store = self.store_mb * 1_000_000
                ray.init(
                    num_cpus=int(cores + 0.999),
                    object_store_memory=store,
                    include_dashboard=False,
                    **quiet,
                )
        except Exception as exc:  # Ray raises a bare one where it starts too slowly
            raise StageError(f"no Ray cluster at {self.address or 'this machine'}: {exc}") from exc
        return ray, True
