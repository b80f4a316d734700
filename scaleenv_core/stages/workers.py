"""Worker processes: where foreign code runs, each behind the engine's boundary."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cached_property
from multiprocessing.util import Finalize
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from scaleenv_core.config import FaultSettings, RunConfig
from scaleenv_core.engine import DomainFolder, Environment, load_domain
from scaleenv_core.engine.boundary import Limits, enter_worker
from scaleenv_core.engine.template import use_scratch
from scaleenv_core.errors import ConfigError, DomainError, MachineryError, WorkerDied
from scaleenv_core.files import write_text
from scaleenv_core.plugins import Plugins

if TYPE_CHECKING:
    from scaleenv_core.stages.cells import Cells
    from scaleenv_core.stages.remote import Playground


@frozen
class Job:
    """One unit of work, sent to a worker."""

    unit: str
    arguments: tuple[Any, ...]
    """JSON data, where a folder is given."""

    folder: str = ""
    """The domain folder whose code it runs: it is done in a cell that sees this folder alone."""

    reads: tuple[str, ...] = ()
    """Files or folders that it reads beside that one."""

    writes: tuple[str, ...] = ()
    """The files that it may write from there, with :meth:`Seat.write`."""


class Seat:
    """What a worker holds: the config, and the plugins that its work asks for."""

    def __init__(self, config: RunConfig, limits: Limits | None = None) -> None:
        self.config = config
        self._limits = limits or Limits()
        self._plugins: dict[str, Plugins] = {}

    def work(self, function: Callable[..., Any], job: Job) -> Any:
        """Do a job: here, or in a cell if it runs a domain's code."""
        if job.folder and self.config.sandbox.use:
            return self._cells.run(function, job)
        return function(self, *job.arguments)

    def write(self, path: Path, text: str) -> None:
        """Write a file whole or not at all, by way of the worker if this is a cell."""
        write_text(path, text)

    @cached_property
    def _cells(self) -> Cells:
        from scaleenv_core.stages.cells import Cells

        if self.config.use.get("database"):
            raise ConfigError(
                "[sandbox] use",
                "a cell reaches no database server: set it to false, or choose no database",
            )
        made = Cells(self.config, self._limits)
        Finalize(None, made.close, exitpriority=1)  # at the end of this worker
        return made

    def plugins(self, kind: str) -> Plugins:
        """The chosen plugins of one kind."""
        if kind not in self._plugins:
            self._plugins[kind] = Plugins.of({kind: self.config.use.get(kind, ())}, self.config.tables)
        return self._plugins[kind]

    @contextmanager
    def playground(self, folder: Path) -> Iterator[Playground]:
        """A domain's environment with the config's faults: in a cell, or here where cells are off."""
        if self.config.sandbox.use:
            with self._cells.environment(folder, self.config.faults) as held:
                yield held
        else:
            with self.environment(load_domain(folder), self.config.faults) as live:
                yield live

    def environment(self, domain: DomainFolder, faults: FaultSettings | None = None) -> Environment:
        """An instance of a domain on the chosen database."""
        plugins = self.plugins("database")
        if not plugins.names("database"):
            return Environment(domain, faults=faults)
        return Environment(
            domain, open_store=lambda domain: plugins.hook.open_store(domain=domain), faults=faults
        )


_seat: Seat


def _sit_down(config: RunConfig, limits: Limits, scratch: Path) -> None:
    global _seat
    _die_with_parent()
    use_scratch(scratch)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    _seat = Seat(config, limits)
    enter_worker(limits)


def _die_with_parent() -> None:
    """On Linux, a killed parent takes its workers along, so that none writes on behind its back."""
    import ctypes
    import sys

    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _work(function: Callable[..., Any], job: Job) -> Any:
    return _seat.work(function, job)


class Workers:
    """A pool that starts with its first job and lives as long as its ``with`` block."""

    def __init__(self, config: RunConfig, limits: Limits | None = None) -> None:
        self._config = config
        self._limits = limits or Limits()
        self._pool: ProcessPoolExecutor | None = None
        self._scratch = tempfile.TemporaryDirectory(prefix="scaleenv-", ignore_cleanup_errors=True)

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()
        self._scratch.cleanup()

    @property
    def count(self) -> int:
        """Worker processes."""
        return self._config.workers or os.cpu_count() or 1

    def run(self, function: Callable[..., Any], jobs: Sequence[Job]) -> Iterator[tuple[Job, Any]]:
        """Each job with its result, as they end; a job that broke machinery gives that error.

        When a worker dies, nobody knows yet whose work killed it: the unfinished jobs are
        run again one by one, and the one that kills its worker alone is the culprit.
        """
        finished: set[str] = set()
        try:
            for job, outcome in self._together(function, jobs):
                finished.add(job.unit)
                yield job, outcome
        except BrokenProcessPool:
            self._close()
            for job in jobs:
                if job.unit not in finished:
                    yield job, self._alone(function, job)

    def _together(self, function: Callable[..., Any], jobs: Sequence[Job]) -> Iterator[tuple[Job, Any]]:
        waiting = list(reversed(jobs))
        running: dict[Future[Any], Job] = {}
        while waiting or running:
            # A few jobs ahead of the workers, and no more: memory stays flat.
            while waiting and len(running) < 2 * self.count:
                job = waiting.pop()
                running[self._started().submit(_work, function, job)] = job
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(future), _outcome(future)

    def _alone(self, function: Callable[..., Any], job: Job) -> Any:
        try:
            return _outcome(self._started().submit(_work, function, job))
        except BrokenProcessPool:
            self._close()
            return WorkerDied(f"{job.unit}: the worker process died (memory, time, or a crash)")

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                max_workers=self.count,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_sit_down,
                initargs=(self._config, self._limits, Path(self._scratch.name)),
            )
        return self._pool

    def _close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


def _outcome(future: Future[Any]) -> Any:
    try:
        return future.result()
    except (MachineryError, DomainError) as exc:  # this unit's own
        return exc
