"""Verify: stored trajectories → verdicts, layer by layer; broken machinery is invalid, never failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve

from scaleenv_core.artifacts import Summary, UnitRecord, World, inputs_hash
from scaleenv_core.converters import to_plain
from scaleenv_core.engine import load_domain, machinery
from scaleenv_core.errors import EndpointError, MachineryError, StageError
from scaleenv_core.files import json_lines, write_text
from scaleenv_core.names import digest
from scaleenv_core.stages.attribution import blame
from scaleenv_core.stages.layers import component, layers
from scaleenv_core.stages.running import Run, totals
from scaleenv_core.stages.workers import Job, Seat
from scaleenv_core.types import DomainManifest, Failure, Judgement, Task, Trajectory, Verdict

_FEW = 20
"""Of fewer trajectories, a share says nothing."""


def run(run: Run) -> Summary:
    """Write ``runs/<name>/judgements/<domain>.jsonl``; runs no agent and no tool."""
    stage = f"rollout-{run.name}"
    rolled = {unit: record for unit, record in run.world.records(stage).items() if record.outputs}
    identity = component(run)
    jobs, inputs = [], {}
    for slug in run.world.domains():
        if slug not in rolled:
            continue
        target = f"runs/{run.name}/judgements/{slug}.jsonl"
        inputs[slug] = inputs_hash("verify", identity, rolled[slug].output_hash)
        jobs.append(Job(slug, (str(run.world.root), run.name, slug, target, inputs[slug])))

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
    most = run.config.verify.max_invalid
    if count < _FEW or invalid <= most * count:
        return
    broken = {owner: kinds["broken"] for owner, kinds in summed["blamed"].items() if "broken" in kinds}
    worst = max(sorted(broken), key=lambda owner: broken[owner])
    raise StageError(
        f"run {run.name!r}: {invalid} of {count} trajectories are invalid ({invalid / count:.0%}), more than "
        f"[verify] max_invalid = {most:g}; most by the {worst}: all is kept, and shown by "
        f"'scaleenv status {run.world.root} --name {run.name}'"
    )


def make(seat: Seat, root: str, run_name: str, slug: str, target: str, inputs: str) -> UnitRecord:
    """One domain's judgements, in a worker."""
    world = World(Path(root))
    tasks = {task.id: task for task in world.domain_tasks(slug)}
    trajectories = world.trajectories(run_name, slug)
    folder = str(world.domain(slug))
    manifest = seat.work(manifest_of, Job(slug, (folder,), folder)) if trajectories else None
    with layers(seat, world) as held:
        judged = [_judged(held, found, tasks[found.task], manifest) for found in trajectories if manifest]
    text = json_lines(map(to_plain, judged))
    write_text(world.root / target, text)
    return UnitRecord(
        inputs=inputs, outputs=(target,), output_hash=digest(text), summary=funnel(list(held), judged)
    )


def manifest_of(_seat: Seat, folder: str) -> DomainManifest:
    """A domain's manifest, with what its tables say of comparing."""
    return load_domain(Path(folder)).manifest


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


def funnel(layers: Sequence[str], judged: Sequence[Judgement]) -> Summary:
    """How many trajectories enter and leave each layer; invalid ones enter none."""
    valid = left = [judgement for judgement in judged if not judgement.invalid]
    counts: dict[str, dict[str, int]] = {}
    for number, name in enumerate(layers):
        passed = [judgement for judgement in left if judgement.verdicts[number].passed]
        counts[name] = {"in": len(left), "out": len(passed)}
        left = passed
    blamed: dict[str, Counter[str]] = {}
    for judgement in judged:
        if judgement.blame is not None:
            blamed.setdefault(judgement.blame.owner, Counter())[judgement.blame.kind] += 1
    return {
        "trajectories": len(judged),
        "invalid": len(judged) - len(valid),
        "funnel": counts,
        "kept": len(left),
        "blamed": {owner: dict(kinds) for owner, kinds in blamed.items()},
    }
