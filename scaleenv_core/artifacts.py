"""What a run leaves on disk: the world folder, its ledger of finished work, and its manifest.

A stage does its work in units (the whole catalog, one domain). When a unit's files are in
place, its record goes into ``ledger/<stage>/<unit>.json`` with a hash of everything it was
made from. The same command later finds the record and skips the unit; a kill at any point
leaves units that are done and units that are not, and never one that is half done.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from attrs import frozen

from scaleenv_core.converters import from_json, from_plain, problems, to_plain
from scaleenv_core.errors import WorldError
from scaleenv_core.files import json_text, read_json_lines, write_bytes, write_text
from scaleenv_core.graphfile import graph_bytes, graph_of
from scaleenv_core.names import digest
from scaleenv_core.types import FoundDomain, Judgement, Task, Tool, ToolGraph, Trajectory

if TYPE_CHECKING:
    from scaleenv_core.runstore import RunStore

Summary = dict[str, Any]
T = TypeVar("T")


@frozen(kw_only=True)
class UnitRecord:
    """One finished unit of a stage."""

    inputs: str
    """Hash of what it was made from; work with other inputs is not this work."""

    outputs: tuple[str, ...]
    """Files or folders that it wrote, relative to the world."""

    output_hash: str
    """Hash of what it wrote; goes into the inputs of later stages."""

    summary: Summary


def inputs_hash(*parts: Any) -> str:
    """A hash of plain data and text."""
    return digest(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS))


@frozen
class World:
    """A world folder. All paths of the layout are here."""

    root: Path

    @classmethod
    def open(cls, root: Path) -> World:
        """An existing world; raises :class:`WorldError` where there is none."""
        if not (root / "scaleenv.toml").is_file():
            raise WorldError(
                f"{root} is no world folder (no scaleenv.toml); 'scaleenv run --out {root}' makes one"
            )
        return cls(root)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Work on it alone; another process that tries is told so."""
        import fcntl

        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as exc:
                raise WorldError(f"another scaleenv is at work on {self.root}; wait for it to end") from exc
            yield

    @property
    def config(self) -> Path:
        """The run's complete config."""
        return self.root / "scaleenv.toml"

    @property
    def catalog(self) -> Path:
        """The kept tools, one a line, sorted by id."""
        return self.root / "catalog.jsonl"

    @property
    def dropped(self) -> Path:
        """What was dropped, one a line, with its reason."""
        return self.root / "dropped.jsonl"

    @property
    def communities(self) -> Path:
        """The domains found, one a line: slug, title, summary, tools."""
        return self.root / "communities.jsonl"

    @property
    def wrong_flows(self) -> Path:
        """Data-flow edges that a model found wrong, one a line: source, target, reason."""
        return self.root / "graph" / "wrong-flows.jsonl"

    @property
    def report(self) -> Path:
        """The map of the domains, for a browser."""
        return self.root / "graph" / "report.html"

    @property
    def data(self) -> Path:
        """Exports."""
        return self.root / "data"

    @property
    def completions(self) -> Path:
        """Recorded answers of models, and what they cost."""
        return self.root / "completions"

    def graph(self, name: str) -> Path:
        """One tool graph, in columns: :mod:`scaleenv_core.graphfile`."""
        return self.root / "graph" / f"{name}.npz"

    def domain(self, slug: str) -> Path:
        """One domain's folder."""
        return self.root / "domains" / slug

    def run(self, name: str) -> Path:
        """One rollout run's folder."""
        return self.root / "runs" / name

    def domains(self) -> list[str]:
        """Slugs of the domains that are there, sorted."""
        folder = self.root / "domains"
        if not folder.is_dir():
            return []
        return sorted(path.parent.name for path in folder.glob("[!.]*/domain.json"))

    def need(self, path: Path, stage: str) -> Path:
        """The path, or one clear line about the stage that writes it."""
        if not path.exists():
            raise WorldError(f"{path} is not there yet: run 'scaleenv {stage} {self.root}' first")
        return path

    def read_catalog(self) -> list[Tool]:
        """The kept tools, sorted by id."""
        path = self.need(self.catalog, "collect")
        return [_record(line, Tool, path) for line in read_json_lines(path)]

    def found_domains(self) -> list[FoundDomain]:
        """The domains that the graph gave, in the order of the communities."""
        path = self.need(self.communities, "cluster")
        return [_record(line, FoundDomain, path) for line in read_json_lines(path)]

    def domain_tools(self, slug: str) -> list[Tool]:
        """The signatures of one domain, under their call names."""
        path = self.domain(slug) / "tools.jsonl"
        return [_record(line, Tool, path) for line in read_json_lines(path)]

    def domain_tasks(self, slug: str) -> list[Task]:
        """The tasks of one domain; none before they are made."""
        path = self.domain(slug) / "tasks.jsonl"
        lines = path.read_bytes().splitlines() if path.exists() else []
        return [stored(line, Task, path) for line in lines]

    def open_store(self, run: str) -> RunStore:
        """The database of a run: where its config says, else ``run.db`` in its folder. To be closed."""
        from scaleenv_core.runstore import RunStore

        folder = self.run(run)
        own = folder / "scaleenv.toml"
        config = own if own.exists() else self.config
        table = tomllib.loads(config.read_text(encoding="utf-8")).get("store", {}) if config.exists() else {}
        if not table.get("url"):
            folder.mkdir(parents=True, exist_ok=True)
        return RunStore(table.get("url") or f"sqlite:///{folder / 'run.db'}", table.get("lease_s", 60.0))

    def trajectories(self, run: str, slug: str) -> list[Trajectory]:
        """One domain's trajectories of a run."""
        return list(self.each_trajectory(run, slug))

    def each_trajectory(self, run: str, slug: str) -> Iterator[Trajectory]:
        """The same, without holding them all."""
        with self._stored(run, slug) as store:
            for _, text in store.trajectories(slug):
                yield stored(text, Trajectory, self.run(run))

    def judgements(self, run: str, slug: str) -> Iterator[Judgement]:
        """One domain's judgements of a run, in the order of its trajectories."""
        with self._stored(run, slug) as store:
            for _, text in store.judgements(slug):
                yield stored(text, Judgement, self.run(run))

    @contextmanager
    def _stored(self, run: str, slug: str) -> Iterator[RunStore]:
        """A run's database, or one clear line about a domain that is not in it."""
        with self.open_store(run) as store:
            if not store.holds(slug):
                again = f"run 'scaleenv rollout {self.root} --name {run}'"
                if (self.run(run) / "trajectories").is_dir():
                    raise WorldError(
                        f"{self.run(run) / 'trajectories'} is of an older scaleenv, which kept files: "
                        f"{again} to play it anew, and remove the folder"
                    )
                raise WorldError(f"run {run!r} has no trajectories of {slug!r} yet: {again} first")
            yield store

    # The ledger

    def done(self, stage: str, unit: str, inputs: str) -> UnitRecord | None:
        """The record of this very work, if it is finished and its outputs are there."""
        record = self.recorded(stage, unit)
        if record is None or record.inputs != inputs:
            return None
        return record if all((self.root / path).exists() for path in record.outputs) else None

    def recorded(self, stage: str, unit: str) -> UnitRecord | None:
        """The last record of a unit, whatever it was made from."""
        path = self._record_path(stage, unit)
        try:
            data = orjson.loads(path.read_bytes())
        except FileNotFoundError:
            return None
        except orjson.JSONDecodeError as exc:
            raise WorldError(f"{path}: not JSON; delete it, and the unit is made again") from exc
        return _record(data, UnitRecord, path)

    def records(self, stage: str) -> dict[str, UnitRecord]:
        """All records of a stage by unit, sorted."""
        folder = self.root / "ledger" / stage
        if not folder.is_dir():
            return {}
        units = sorted(path.stem for path in folder.glob("[!.]*.json"))
        found = ((unit, self.recorded(stage, unit)) for unit in units)
        return {unit: record for unit, record in found if record is not None}

    def finish(self, stage: str, unit: str, record: UnitRecord) -> None:
        """Put a unit on record; its outputs must be in place."""
        write_text(self._record_path(stage, unit), json_text(to_plain(record)))

    def forget(self, stage: str, kept: Iterable[str]) -> None:
        """Drop the records of units that are no longer part of the stage."""
        wanted = set(kept)
        for unit in self.records(stage):
            if unit not in wanted:
                self.drop(stage, unit)

    def drop(self, stage: str, unit: str) -> None:
        """Drop a unit's record, if there is one: it is to be made anew."""
        self._record_path(stage, unit).unlink(missing_ok=True)

    def _record_path(self, stage: str, unit: str) -> Path:
        return self.root / "ledger" / stage / f"{unit}.json"


def _record(data: Any, kind: type[T], path: Path) -> T:
    try:
        return from_plain(data, kind)
    except ExceptionGroup as exc:
        raise WorldError(f"{path}: {'; '.join(problems(exc))}") from exc


def stored(text: bytes, kind: type[T], path: Path) -> T:
    """A record that a stage wrote, read."""
    try:
        return from_json(text, kind)
    except ValueError as exc:
        raise WorldError(f"{path}: {exc}; it was edited, or is of another scaleenv: make it again") from exc


def write_graph(path: Path, graph: ToolGraph) -> None:
    """Write a graph; edges name tools by their line in the catalog."""
    write_bytes(path, graph_bytes(graph))


def read_graph(path: Path, nodes: Sequence[str]) -> ToolGraph:
    """Read a graph over the catalog's tool ids."""
    try:
        return graph_of(path.read_bytes(), nodes)
    except WorldError as exc:
        raise WorldError(f"{path}: {exc}") from exc
