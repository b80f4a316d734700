"""Test: every tool is called with its author's cases and generated ones; what does not behave is quarantined.

Three outcomes a call (ScaleEnv, phase 1 step 5): an answer valid against the declared
return schema whose changes are those expected, an anticipated rejection, or an unexpected
failure. What failed goes back to the materializer first, a bounded number of times.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from scaleenv_core.artifacts import Summary, UnitRecord, World, inputs_hash
from scaleenv_core.config import RunConfig
from scaleenv_core.converters import to_plain
from scaleenv_core.engine import content_hash, read_manifest
from scaleenv_core.engine.folder import read_expected
from scaleenv_core.errors import DomainError, WorkerDied
from scaleenv_core.files import json_lines
from scaleenv_core.names import digest
from scaleenv_core.stages.adopt import adopted
from scaleenv_core.stages.repair import repaired
from scaleenv_core.stages.running import Run, totals
from scaleenv_core.stages.trial import WRITTEN, Tested, tried
from scaleenv_core.stages.workers import Job, Seat


def run(run: Run) -> Summary:
    """Write ``domains/<slug>/tests/`` for every domain that was materialised."""
    slugs = sorted({*run.world.domains()} - {*adopted(run)})
    inputs = {slug: _inputs(run.config, run.world.domain(slug)) for slug in slugs}
    jobs = [Job(slug, (slug, str(run.world.root))) for slug in slugs]

    def failed(unit: str, error: str) -> UnitRecord:
        return UnitRecord(
            inputs=inputs[unit],
            outputs=(),
            output_hash="",
            summary={"domains_broken": 1, "failures": {error: 1}},
        )

    return totals(record.summary for record in run.units("test", make, jobs, inputs, failed))


def _inputs(config: RunConfig, folder: Path) -> str:
    expected = list(map(to_plain, read_expected(folder)))
    return inputs_hash("test", config.seed, to_plain(config.test), content_hash(folder), expected)


def make(seat: Seat, slug: str, root: str) -> UnitRecord:
    """One domain, in a worker: its code runs in cells."""
    world = World(Path(root))
    folder = world.domain(slug)
    tested = repaired(seat, world, slug, _tested)
    # A repair made the domain another: what was tested is what is there now.
    inputs = _inputs(seat.config, folder)
    if tested.broken:
        summary: Summary = {
            "domains_broken": 1,
            "tools_untested": len(read_manifest(folder).operations),
            "failures": {tested.broken: 1},
        }
        return UnitRecord(inputs=inputs, outputs=(), output_hash="", summary=summary)
    reports, repairs = tested.reports, read_manifest(folder).repaired
    reasons = Counter(report.failure.partition(":")[0] for report in reports if report.failure)
    return UnitRecord(
        inputs=inputs,
        outputs=tuple(f"domains/{slug}/tests/{name}" for name in WRITTEN),
        output_hash=digest(json_lines(map(to_plain, reports))),
        summary={
            "tools_tested": len(reports),
            "tools_sound": sum(not report.failure for report in reports),
            "tools_repaired": sum(len(repair.cured) for repair in repairs),
            "tools_quarantined": dict(sorted(reasons.items())),
            "calls": sum(report.cases for report in reports),
            **({"tokens": tested.tokens} if tested.tokens else {}),
        },
    )


def _tested(seat: Seat, slug: str, folder: Path) -> Tested:
    """What comes of a domain's tests. Tools that end their cell are found by giving each one of its own."""
    writes = tuple(str(folder / "tests" / name) for name in WRITTEN)

    def in_cell(dead: dict[str, str], only: list[str]) -> Tested:
        made: Tested = seat.work(
            tried, Job(slug, (slug, str(folder), dead, only), str(folder), writes=writes)
        )
        return made

    try:
        try:
            return in_cell({}, [])
        except WorkerDied:
            dead = {}
            for operation in read_manifest(folder).operations:
                try:
                    in_cell({}, [operation.tool])
                except WorkerDied as exc:
                    dead[operation.tool] = str(exc)
            return in_cell(dead, [])
    except (DomainError, WorkerDied) as exc:
        return Tested(broken=str(exc).replace(str(folder), slug))
