"""Verify: stored trajectories → verdicts, layer by layer; broken machinery is invalid, never failed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import define, evolve, field

from scaleenv_core.artifacts import Summary, UnitRecord, World, inputs_hash, stored
from scaleenv_core.converters import json_bytes
from scaleenv_core.engine import load_manifest, machinery
from scaleenv_core.errors import EndpointError, MachineryError, StageError
from scaleenv_core.stages.attribution import blame
from scaleenv_core.stages.layers import component, layers
from scaleenv_core.stages.running import FEW, Run, totals
from scaleenv_core.stages.workers import Job, Seat
from scaleenv_core.types import DomainManifest, Failure, Judgement, Task, Trajectory, Verdict


def run(run: Run) -> Summary:
    """Judge what the store of ``runs/<name>`` holds; runs no agent and no tool."""
    stage = f"rollout-{run.name}"
    rolled = {unit: record for unit, record in run.world.records(stage).items() if record.output_hash}
    identity = component(run)
    jobs, inputs = [], {}
    for slug in run.world.domains():
        if slug not in rolled:
            continue
        inputs[slug] = inputs_hash("verify", identity, rolled[slug].output_hash)
        jobs.append(Job(slug, (str(run.world.root), run.name, slug, inputs[slug])))

    def failed(unit: str, error: str) -> UnitRecord:
        summary = {"domains_broken": 1, "failures": {error: 1}}
        return UnitRecord(inputs=inputs[unit], outputs=(), output_hash="", summary=summary)

    records = run.units(f"verify-{run.name}", make, jobs, inputs, failed)
    counts = {name: {"in": 0, "out": 0} for name in run.plugins("verifier").names("verifier")}
    summed = totals(record.summary for record in records)
    believe(run, summed)
    # In the order of the funnel, not of the alphabet.
    return {**summed, "funnel": {name: summed.get("funnel", {}).get(name, counts[name]) for name in counts}}


def believe(run: Run, summed: Summary) -> None:
    """Raise :class:`StageError` where too much of a run is broken for the rest to mean anything."""
    count, invalid = summed.get("trajectories", 0), summed.get("invalid", 0)
    most = run.config.rollout.max_invalid
    if count < FEW or invalid <= most * count:
        return
    broken = {owner: kinds["broken"] for owner, kinds in summed["blamed"].items() if "broken" in kinds}
    worst = max(sorted(broken), key=lambda owner: broken[owner])
    raise StageError(
        f"run {run.name!r}: {invalid} of {count} trajectories are invalid ({invalid / count:.0%}), more than "
        f"[rollout] max_invalid = {most:g}; most by the {worst}: all is kept, and shown by "
        f"'scaleenv status {run.world.root} --name {run.name}'"
    )


def make(seat: Seat, root: str, run_name: str, slug: str, inputs: str) -> UnitRecord:
    """One domain's judgements, in a worker; a few trajectories are in memory at once."""
    world = World(Path(root))
    tasks = {task.id: task for task in world.domain_tasks(slug)}
    folder = str(world.domain(slug))
    manifest = seat.work(manifest_of, Job(slug, (folder,), folder, database=False))
    place = world.run(run_name)
    told = hashlib.sha256()
    with layers(seat, world) as held, world.open_store(run_name) as store:
        summaries = Funnel(list(held))

        def judged() -> Iterator[tuple[int, bytes]]:
            for number, text in store.trajectories(slug):
                found = stored(text, Trajectory, place)
                judgement = _judged(held, found, tasks[found.task], manifest)
                summaries.add(judgement)
                body = json_bytes(judgement)
                told.update(body)
                yield number, body

        store.judge(slug, judged())
        store.settle()
    return UnitRecord(inputs=inputs, outputs=(), output_hash=told.hexdigest(), summary=summaries.summary)


def manifest_of(_seat: Seat, folder: str) -> DomainManifest:
    """A domain's manifest, with what its tables say of comparing."""
    return load_manifest(Path(folder))


def judge(layers: Mapping[str, Any], trajectory: Trajectory, task: Task, domain: DomainManifest) -> Judgement:
    """All layers' verdicts on one trajectory."""
    verdicts: list[Verdict] = []
    failure = trajectory.failure
    for name, layer in layers.items():
        if failure is not None:
            break
        if task.judged_by and name not in task.judged_by:
            verdicts.append(Verdict(verifier=name, passed=True, applies=False))
            continue
        try:
            with machinery(f"verifier {name!r}"):
                verdicts += layer(trajectory=trajectory, task=task, domain=domain)
        except MachineryError as exc:
            owner = "endpoint" if isinstance(exc, EndpointError) else "verifier"
            failure = Failure(owner=owner, error=str(exc))  # type: ignore[arg-type]
    return Judgement(
        trajectory=trajectory.id,
        task=task.id,
        domain=domain.name,
        verdicts=tuple(verdicts),
        failure=failure,
    )


def _judged(
    layers: Mapping[str, Any], trajectory: Trajectory, task: Task, domain: DomainManifest
) -> Judgement:
    """The same with who failed."""
    made = judge(layers, trajectory, task, domain)
    return evolve(made, blame=blame(trajectory, task, made.verdicts, made.failure))


@define
class Funnel:
    """How many trajectories enter and leave each layer; invalid ones enter none."""

    layers: Sequence[str]
    _judged: int = 0
    _invalid: int = 0
    _kept: int = 0
    _blamed: dict[str, Counter[str]] = field(factory=dict)
    _counts: dict[str, Summary] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._counts = {name: {"in": 0, "out": 0} for name in self.layers}

    def add(self, judgement: Judgement) -> None:
        """One more."""
        self._judged += 1
        self._invalid += judgement.invalid
        self._kept += judgement.passed
        if judgement.blame is not None:
            self._blamed.setdefault(judgement.blame.owner, Counter())[judgement.blame.kind] += 1
        verdicts = () if judgement.invalid else judgement.verdicts
        for name, verdict in zip(self.layers, verdicts, strict=False):
            self._counts[name]["in"] += 1
            self._counts[name]["out"] += verdict.passed
            if not verdict.passed:
                break

    @property
    def summary(self) -> Summary:
        """The counts."""
        return {
            "trajectories": self._judged,
            "invalid": self._invalid,
            "funnel": self._counts,
            "kept": self._kept,
            "blamed": {owner: dict(kinds) for owner, kinds in self._blamed.items()},
        }
