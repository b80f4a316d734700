"""What every stage is given: a world, a config, the chosen plugins, workers, and somebody to tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol

from attrs import define, evolve, field

from scaleenv_core.artifacts import Summary, UnitRecord, World
from scaleenv_core.config import RunConfig
from scaleenv_core.endpoints import open_client
from scaleenv_core.errors import EndpointError
from scaleenv_core.plugins import Plugins
from scaleenv_core.stages.workers import Job, Workers

FEW = 20
"""Of fewer trajectories, the share that is invalid says nothing."""


class Progress(Protocol):
    """Told how far a stage is."""

    def start(self, stage: str, total: int) -> None:
        """Begin a stage of so many units."""

    def advance(self, unit: str, steps: int = 1) -> None:
        """Note a unit as done, or so many."""

    def end(self) -> None:
        """End the stage."""


class Silence:
    """A progress that says nothing."""

    def start(self, stage: str, total: int) -> None:
        """Say nothing."""

    def advance(self, unit: str, steps: int = 1) -> None:
        """Say nothing."""

    def end(self) -> None:
        """Say nothing."""


@define(slots=False)
class Run:
    """One command's work on one world."""

    world: World
    config: RunConfig
    workers: Workers
    progress: Progress = field(factory=Silence)
    name: str = "main"
    """The rollout run under ``runs/``."""

    again: bool = False
    """Do finished work anew."""

    @cached_property
    def _plugins(self) -> dict[str, Plugins]:
        return {}

    def plugins(self, kind: str) -> Plugins:
        """The chosen plugins of one kind; only they are imported."""
        if kind not in self._plugins:
            chosen = {kind: self.config.use.get(kind, ())}
            self._plugins[kind] = Plugins.of(chosen, self.config.tables)
        return self._plugins[kind]

    def component(self, kind: str) -> list[Any]:
        """What identifies the chosen plugins of one kind in a hash: names, versions, options."""
        plugins = self.plugins(kind)
        tables = self.config.tables.get(kind, {})
        return [[name, plugins.version(kind, name), tables.get(name, {})] for name in plugins.names(kind)]

    def asked(self, kind: str) -> list[Any]:
        """What the plugins of a kind ask, where one asks a model; a mistake in it stops the run here."""
        asks = self.plugins(kind).takes(kind, "endpoint")
        return [[kind, open_client(self.config, kind).identity]] if asks else []

    def sound_domains(self) -> list[str]:
        """The domains that came through testing, or are hand-made and were never tested."""
        tested = self.world.records("test")
        return [slug for slug in self.world.domains() if slug not in tested or tested[slug].outputs]

    def unit(self, stage: str, unit: str, inputs: str, make: Callable[[], UnitRecord]) -> Summary:
        """Do a stage of one unit here, unless it is done; its summary."""
        self.progress.start(stage, 1)
        done = None if self.again else self.world.done(stage, unit, inputs)
        if done is None:
            done = make()
            self.world.finish(stage, unit, done)
        self.progress.advance(unit)
        self.progress.end()
        return done.summary

    def units(
        self,
        stage: str,
        work: Callable[..., UnitRecord],
        jobs: Sequence[Job],
        inputs: Mapping[str, str],
        failed: Callable[[str, str], UnitRecord],
    ) -> list[UnitRecord]:
        """Do a stage's units in the workers, those that are not done; all records, by unit.

        ``failed`` makes the record of a unit whose worker died or whose machinery broke.
        """
        self.progress.start(stage, len(jobs))
        left = []
        for job in jobs:
            if self.again or self.world.done(stage, job.unit, inputs[job.unit]) is None:
                left.append(job)
            else:
                self.progress.advance(job.unit)
        for job, outcome in self.workers.run(work, left):
            record = outcome if isinstance(outcome, UnitRecord) else failed(job.unit, str(outcome))
            if isinstance(outcome, EndpointError):
                record = evolve(record, inputs="")  # not this unit's fault: the next run tries again
            self.world.finish(stage, job.unit, record)
            self.progress.advance(job.unit)
        self.world.forget(stage, (job.unit for job in jobs))
        self.progress.end()
        records = self.world.records(stage)
        return [records[job.unit] for job in jobs]


def totals(summaries: Iterable[Summary]) -> Summary:
    """Add up summaries: numbers are summed, tables of numbers key by key."""
    made: Summary = {}
    for summary in summaries:
        for key, value in summary.items():
            if isinstance(value, Mapping):
                made[key] = totals([made.get(key, {}), dict(value)])
            elif isinstance(value, (int, float)):
                made[key] = made.get(key, 0) + value
    return {key: made[key] for key in sorted(made)}
