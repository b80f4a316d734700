"""Repair: what procedural testing found goes back to the materializer, a bounded number of times."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from attrs import evolve

from scaleenv_core.artifacts import World
from scaleenv_core.converters import to_plain
from scaleenv_core.endpoints import Counted, Endpoints
from scaleenv_core.engine import machinery
from scaleenv_core.engine.folder import read_manifest, read_source, rewrite_domain
from scaleenv_core.files import copy_folder, json_text, write_text
from scaleenv_core.names import subseed
from scaleenv_core.stages.trial import Tested
from scaleenv_core.stages.workers import Seat
from scaleenv_core.types import DomainDraft, DomainSource, Finding, Repair

Test = Callable[[Seat, str, Path], Tested]
"""Tests the domain of a slug that lies in a folder."""


def repaired(seat: Seat, world: World, slug: str, test: Test) -> Tested:
    """What comes of testing a domain, after all repairs that left more of its tools sound, and lost none.

    Each is written and tested beside the domain, and takes its place where it is better: more
    of its tools are sound, or fewer of those that it still has are not. One that is not, and
    loses nothing, is still what the next attempt starts from.
    """
    folder, beside = world.domain(slug), world.domain(f".{slug}.repair")
    best = latest = test(seat, slug, folder)
    if not _findings(best) or not _its_own(seat, folder):
        return best
    draft, source = read_source(folder)
    before = source
    tokens = 0
    made_already = max((repair.attempt for repair in read_manifest(folder).repaired), default=0)
    try:
        for attempt in range(made_already + 1, seat.config.test.repairs + 1):
            findings = _findings(latest)
            if not findings:
                break
            made, spent = _asked(seat, world, draft, source, findings, attempt)
            tokens += spent
            if made is None:
                break
            manifest = rewrite_domain(beside, draft, made, read_manifest(folder))
            found = test(seat, slug, beside)
            if not found.sound >= latest.sound:
                continue
            source, latest = made, found
            if found.sound > best.sound or len(_findings(found)) < len(_findings(best)):
                repair = Repair(
                    attempt=attempt,
                    cured=tuple(sorted(found.sound - best.sound)),
                    changed=_changed(before, made),
                )
                manifest = evolve(manifest, repaired=(*manifest.repaired, repair))
                write_text(beside / "domain.json", json_text(to_plain(manifest)))
                copy_folder(beside, folder)
                best, before = found, made
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return evolve(best, tokens=tokens)


def _findings(tested: Tested) -> tuple[Finding, ...]:
    return (Finding(tool="", failure=tested.broken),) if tested.broken else tested.findings


def _its_own(seat: Seat, folder: Path) -> bool:
    """Whether the run's materializer wrote the domain."""
    names = [name.rpartition(":")[2] for name in seat.config.use["materializer"]]
    return read_manifest(folder).made_by.partition(" ")[0] in names


def _asked(
    seat: Seat,
    world: World,
    draft: DomainDraft,
    source: DomainSource,
    findings: Sequence[Finding],
    attempt: int,
) -> tuple[DomainSource | None, int]:
    """What the materializer makes of the findings, ``None`` from one that repairs nothing; and the tokens."""
    (name,) = seat.config.use["materializer"]
    seed = subseed(seat.config.seed, "repair", draft.slug, attempt)
    with (
        Endpoints(seat.config, world.completions) as endpoints,
        machinery(f"materializer {name!r} on {draft.slug!r}"),
    ):
        endpoint = Counted(endpoints.role("materializer"))
        made: DomainSource | None = seat.plugins("materializer").hook.repair_domain(
            draft=draft,
            source=source,
            findings=findings,
            seed=seed,
            endpoint=endpoint,
        )
    return made, endpoint.tokens


def _changed(before: DomainSource, after: DomainSource) -> tuple[str, ...]:
    parts = ("schema", "tools", "rows", "operations", "cases")
    return tuple(part for part in parts if getattr(before, part) != getattr(after, part))
