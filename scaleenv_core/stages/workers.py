"""Workers: the processes of the chosen executor, and what each of them holds."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from multiprocessing.util import Finalize
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from attrs import frozen

from scaleenv_core.config import RunConfig
from scaleenv_core.engine import DomainFolder, Environment, load_domain, read_manifest
from scaleenv_core.engine.boundary import Limits, enter_worker
from scaleenv_core.engine.template import use_scratch
from scaleenv_core.errors import ConfigError, DomainError, MachineryError, WorkerDied
from scaleenv_core.files import write_text
from scaleenv_core.interfaces import ExecutorSession
from scaleenv_core.plugins import Plugins
from scaleenv_core.settings import FaultSettings
from scaleenv_core.stages.processes import Processes

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

    database: bool = True
    """Whether it makes environments of that domain."""

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
        if job.folder and self._in_cell(Path(job.folder)):
            return self._cells.run(function, job)
        return function(self, *job.arguments)

    def _in_cell(self, folder: Path) -> bool:
        """Whether a domain's code runs in a cell; that of a model never runs elsewhere."""
        if not self.config.sandbox.use and read_manifest(folder).model:
            raise ConfigError("[sandbox] use", f"must stay true: a model wrote the code of {folder.name!r}")
        return self.config.sandbox.use

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

    def close(self) -> None:
        """End its cells; they start again when they are needed."""
        if "_cells" in self.__dict__:
            self._cells.close()

    def plugins(self, kind: str) -> Plugins:
        """The chosen plugins of one kind."""
        if kind not in self._plugins:
            self._plugins[kind] = Plugins.of({kind: self.config.use.get(kind, ())}, self.config.tables)
        return self._plugins[kind]

    @contextmanager
    def playground(self, folder: Path) -> Iterator[Playground]:
        """A domain's environments with the config's faults: in a cell, or here where cells are off."""
        from scaleenv_core.stages.remote import Rooms

        if self._in_cell(folder):
            with self._cells.environments(folder, self.config.faults) as held:
                yield held
            return
        domain = load_domain(folder)
        rooms = Rooms(lambda: self.environment(domain, self.config.faults))
        try:
            yield rooms
        finally:
            rooms.close()

    def environment(self, domain: DomainFolder, faults: FaultSettings | None = None) -> Environment:
        """An instance of a domain on the chosen database."""
        plugins = self.plugins("database")
        if not plugins.names("database"):
            return Environment(domain, faults=faults)
        return Environment(
            domain, open_store=lambda domain: plugins.hook.open_store(domain=domain), faults=faults
        )


_UNBOUNDED_MB = 1 << 40


@frozen
class Start:
    """What a worker process begins with: called once, it gives the function that does a job."""

    config: RunConfig
    limits: Limits
    """Those of its cells."""

    own: Limits
    scratch: Path

    def __call__(self) -> Callable[[tuple[Callable[..., Any], Job]], Any]:
        """Sit down."""
        if self.scratch.is_dir():  # else this is another machine
            use_scratch(self.scratch)
        seat = Seat(self.config, self.limits)
        enter_worker(self.own)

        def work(piece: tuple[Callable[..., Any], Job]) -> Any:
            try:
                return seat.work(*piece)
            except (MachineryError, DomainError) as exc:  # this unit's own
                return exc

        return work


class Workers:
    """The chosen executor, which starts with its first job and lives as long as its ``with`` block."""

    def __init__(self, config: RunConfig, limits: Limits | None = None) -> None:
        self._config = config
        self._limits = limits or Limits()
        self._own = limits or Limits(memory_mb=config.sandbox.worker_mb or _UNBOUNDED_MB)
        self._session: ExecutorSession | None = None
        self._scratch = tempfile.TemporaryDirectory(prefix="scaleenv-", ignore_cleanup_errors=True)

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            # What was finished is kept; what was not is done by the next command.
            self._session.close(at_once=kind is not None)
        self._scratch.cleanup()

    @property
    def count(self) -> int:
        """Worker processes."""
        return self._config.workers or os.cpu_count() or 1

    def run(self, function: Callable[..., Any], jobs: Iterable[Job]) -> Iterator[tuple[Job, Any]]:
        """Each job with its result, as they end; a job that broke machinery gives that error."""
        for (_, job), outcome in self._opened().run((function, job) for job in jobs):
            if isinstance(outcome, WorkerDied) and job.unit not in str(outcome):
                outcome = WorkerDied(f"{job.unit}: {outcome}")
            yield job, outcome

    def _opened(self) -> ExecutorSession:
        if self._session is None:
            start = Start(self._config, self._limits, self._own, Path(self._scratch.name))
            chosen = {"executor": self._config.use.get("executor", ())}
            if chosen["executor"]:
                hook = Plugins.of(chosen, self._config.tables).hook
                self._session = hook.open_executor(start=start, count=self.count)
            else:
                self._session = Processes(start, self.count)
        return self._session
