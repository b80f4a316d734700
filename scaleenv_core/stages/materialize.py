"""Materialize: a community's signatures → a domain folder, one worker job a domain."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from attrs import evolve

from scaleenv_core.artifacts import Summary, UnitRecord, World, inputs_hash
from scaleenv_core.converters import to_plain
from scaleenv_core.endpoints import Counted, Endpoints, open_client
from scaleenv_core.engine import write_domain
from scaleenv_core.engine.boundary import machinery
from scaleenv_core.names import call_name, subseed
from scaleenv_core.stages.running import Run, totals
from scaleenv_core.stages.workers import Job, Seat
from scaleenv_core.types import DomainDraft, Tool


def run(run: Run) -> Summary:
    """Write ``domains/<slug>/`` for every community."""
    by_id = {tool.id: tool for tool in run.world.read_catalog()}
    component = [run.component("materializer"), run.asked("materializer")]
    jobs, inputs = [], {}
    for found in run.world.found_domains():
        slug = found.slug
        draft = draft_of(slug, found.title, [by_id[tool] for tool in found.tools])
        inputs[slug] = inputs_hash("materialize", run.config.seed, component, to_plain(draft))
        jobs.append(Job(slug, (draft, str(run.world.root), inputs[slug])))

    def failed(unit: str, error: str) -> UnitRecord:
        summary = {"domains_failed": 1, "failures": {error: 1}}
        return UnitRecord(inputs=inputs[unit], outputs=(), output_hash="", summary=summary)

    return totals(record.summary for record in run.units("materialize", make, jobs, inputs, failed))


def draft_of(slug: str, title: str, tools: list[Tool]) -> DomainDraft:
    """The draft that a materializer is given: tools sorted by id, each under its call name."""
    renamed: dict[str, Tool] = {}
    for tool in sorted(tools, key=lambda tool: tool.id):
        name = call_name(tool.name, renamed)
        renamed[name] = evolve(tool, name=name)
    return DomainDraft(slug=slug, title=title, tools=tuple(renamed.values()))


def make(seat: Seat, draft: DomainDraft, root: str, inputs: str) -> UnitRecord:
    """One domain, in a worker. A domain of which nothing could be understood leaves no folder."""
    world, plugins = World(Path(root)), seat.plugins("materializer")
    (name,) = plugins.names("materializer")
    seed = subseed(seat.config.seed, "materialize", draft.slug)
    with (
        Endpoints(seat.config, world.completions) as endpoints,
        machinery(f"materializer {name!r} on {draft.slug!r}"),
    ):
        endpoint = Counted(endpoints.role("materializer"))
        source = plugins.hook.materialize_domain(draft=draft, seed=seed, endpoint=endpoint)
    reasons = Counter(drop.reason for drop in source.quarantined)
    summary: Summary = {
        "tools_materialized": len(source.operations),
        "tools_not_understood": dict(sorted(reasons.items())),
        **({"tokens": endpoint.tokens} if endpoint.tokens else {}),
    }
    if not source.operations:
        return UnitRecord(inputs=inputs, outputs=(), output_hash="", summary={**summary, "domains_empty": 1})
    made_by = f"{name} ({plugins.version('materializer', name)})"
    asks = plugins.takes("materializer", "endpoint")
    model = open_client(seat.config, "materializer").identity if asks else None
    folder = world.domain(draft.slug)
    manifest = write_domain(folder, draft, source, seed=seed, made_by=made_by, model=model)
    return UnitRecord(
        inputs=inputs,
        outputs=(f"domains/{draft.slug}/domain.json",),
        output_hash=manifest.content_hash,
        summary={**summary, "domains": 1},
    )
