"""Audit: do the verifiers reject what is wrong, and accept what is as good as gold?

Each task's gold is changed in known ways, and each variant executed. What a variant really
is follows from its end and from the facts told and looked up, never from a verifier.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from attrs import evolve, frozen

from scaleenv_core.artifacts import Summary, UnitRecord, World, inputs_hash
from scaleenv_core.converters import from_plain, to_plain
from scaleenv_core.engine import Environment, content_hash, load_domain, read_tasks
from scaleenv_core.errors import DomainError, ToolCrash, ToolLied
from scaleenv_core.files import json_lines, read_json_lines, write_text
from scaleenv_core.names import digest, subseed
from scaleenv_core.stages.arguments import ArgumentMaker
from scaleenv_core.stages.audit.ground import Ground, gold_variant
from scaleenv_core.stages.audit.playing import Played, Variant, play
from scaleenv_core.stages.audit.tally import Finding, tally, with_rates
from scaleenv_core.stages.audit.truth import Judge, Truth
from scaleenv_core.stages.audit.values import Values
from scaleenv_core.stages.audit.variants import variants
from scaleenv_core.stages.layers import Layers, component, layers
from scaleenv_core.stages.running import Run, totals
from scaleenv_core.stages.verify import judge
from scaleenv_core.stages.workers import Job, Seat
from scaleenv_core.types import DomainManifest, Task, Trajectory

_AT_ONCE = 5
"""Tasks a cell: what they did has to fit into its answer."""


@frozen(kw_only=True)
class Trial:
    """One variant as it was played, before anybody judges it."""

    finding: Finding
    trajectory: Trajectory | None
    """None where a tool broke."""


@frozen(kw_only=True)
class Trials:
    """What a cell hands back."""

    manifest: DomainManifest
    trials: tuple[Trial, ...]


def run(run: Run) -> Summary:
    """Write ``runs/<name>/audit/<domain>.jsonl``: a finding a line."""
    components = [component(run), run.component("database")]
    jobs, inputs = [], {}
    for slug in run.sound_domains():
        folder = run.world.domain(slug)
        tasks = run.world.need(folder / "tasks.jsonl", "synthesize").read_bytes()
        settings = [run.config.seed, to_plain(run.config.audit), components]
        inputs[slug] = inputs_hash("audit", settings, content_hash(folder), digest(tasks))
        target = f"runs/{run.name}/audit/{slug}.jsonl"
        jobs.append(Job(slug, (str(run.world.root), slug, target, inputs[slug])))

    def failed(unit: str, error: str) -> UnitRecord:
        summary = {"domains_broken": 1, "failures": {error: 1}}
        return UnitRecord(inputs=inputs[unit], outputs=(), output_hash="", summary=summary)

    records = run.units(f"audit-{run.name}", make, jobs, inputs, failed)
    names = run.plugins("verifier").names("verifier")
    nothing = {"tasks": 0, "tasks_unsound": 0, "failures": {}, **tally((), names)}
    found = {
        job.unit: record.summary
        for job, record in zip(jobs, records, strict=True)
        if "tasks" in record.summary
    }
    summed = {**nothing, **totals(record.summary for record in records)}
    # In the order of the funnel, not of the alphabet.
    summed["verifiers"] = {**nothing["verifiers"], **summed["verifiers"]}
    return with_rates({**summed, "domains": found})


def findings(run: Run) -> Iterator[Finding]:
    """What the last audit of a run found, domain by domain."""
    for record in run.world.records(f"audit-{run.name}").values():
        for path in record.outputs:
            yield from (from_plain(line, Finding) for line in read_json_lines(run.world.root / path))


def make(seat: Seat, root: str, slug: str, target: str, inputs: str) -> UnitRecord:
    """One domain, in a worker: its code runs in cells, the verifiers here."""
    world = World(Path(root))
    tasks, folder = world.domain_tasks(slug), str(world.domain(slug))
    found: list[Finding] = []
    with layers(seat, world) as held:
        for first in range(0, len(tasks), _AT_ONCE):
            trials: Trials = seat.work(perform, Job(slug, (folder, first), folder))
            by_task = {task.id: task for task in tasks[first : first + _AT_ONCE]}
            found += [
                _judged(held, made, by_task[made.finding.task], trials.manifest) for made in trials.trials
            ]
    unsound = {one.task for one in found if one.kind == "gold" and not one.accepted}
    # What is said of a task whose gold is not accepted says nothing: its gold alone is kept, to be seen.
    sound = [one for one in found if one.task not in unsound]
    text = json_lines(to_plain(one) for one in found if one.kind == "gold" or one.task not in unsound)
    write_text(world.root / target, text)
    return UnitRecord(
        inputs=inputs,
        outputs=(target,),
        output_hash=digest(text),
        summary={
            "tasks": len(tasks),
            "tasks_unsound": len(unsound),
            **tally(sound, list(held)),
        },
    )


def _judged(layers: Layers, trial: Trial, task: Task, manifest: DomainManifest) -> Finding:
    if trial.trajectory is None:
        return trial.finding
    judgement = judge(layers, trial.trajectory, task, manifest)
    if judgement.failure is not None:
        return evolve(trial.finding, truth="broken", why=judgement.failure.error)
    return evolve(trial.finding, verdicts=judgement.verdicts)


def perform(seat: Seat, path: str, first: int) -> Trials:
    """Play the variants of some of a domain's tasks, in a cell."""
    domain = load_domain(Path(path))
    values, maker = Values(domain), ArgumentMaker(domain)
    made: list[Trial] = []
    with seat.environment(domain) as environment:
        for task in read_tasks(Path(path))[first : first + _AT_ONCE]:
            rng = random.Random(subseed(seat.config.seed, "audit", task.id))
            made += _trials(environment, task, values, maker, rng, seat.config.audit.per_kind)
    return Trials(manifest=domain.manifest, trials=tuple(made))


def _trials(
    environment: Environment, task: Task, values: Values, maker: ArgumentMaker, rng: random.Random, most: int
) -> Iterator[Trial]:
    variant = gold_variant(task)
    try:
        gold = play(environment, task, variant)
    except (ToolCrash, ToolLied, DomainError) as exc:
        yield _trial(task, variant, "broken", str(exc))
        return
    same = environment.fingerprint == task.fingerprint
    yield _trial(task, variant, "equal" if same else "broken", "" if same else "gold ends elsewhere", gold)
    truths = Judge(environment.domain, task, gold)
    for variant in variants(Ground(environment, task, gold, values, maker, rng), most):
        try:
            played = play(environment, task, variant)
        except (ToolCrash, ToolLied) as exc:
            yield _trial(task, variant, "broken", str(exc))
        else:
            yield _trial(task, variant, *truths.truth(played), played)


def _trial(task: Task, variant: Variant, truth: Truth, why: str, played: Played | None = None) -> Trial:
    finding = Finding(
        task=task.id, kind=variant.kind, planned=variant.planned, change=variant.change, truth=truth, why=why
    )
    return Trial(finding=finding, trajectory=played.trajectory if played and truth != "broken" else None)
