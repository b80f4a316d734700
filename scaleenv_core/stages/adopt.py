"""Adopt: domains that somebody wrote → domain folders, beside those that are materialised."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from scaleenv_core.artifacts import Summary, UnitRecord, inputs_hash
from scaleenv_core.engine import content_hash
from scaleenv_core.engine.boundary import machinery
from scaleenv_core.errors import StageError
from scaleenv_core.files import copy_folder
from scaleenv_core.names import digest
from scaleenv_core.stages.running import Run


def run(run: Run) -> Summary:
    """Write ``domains/<slug>/`` for every domain of the chosen authors."""
    inputs = inputs_hash("adopt", run.component("domain"))
    return run.unit("adopt", "all", inputs, lambda: _adopted(run, inputs))


def _adopted(run: Run, inputs: str) -> UnitRecord:
    plugins, owners = run.plugins("domain"), dict[str, str]()
    hashes, before = [], set(adopted(run))
    for author in plugins.names("domain"):
        with tempfile.TemporaryDirectory(prefix="scaleenv-") as place:
            with machinery(f"domain {author!r}"):
                (slugs,) = plugins.only("domain", author)(into=Path(place))
            for slug in slugs:
                if slug in owners:
                    raise StageError(f"{author!r} and {owners[slug]!r} both bring a domain {slug!r}")
                owners[slug] = author
                copy_folder(Path(place) / slug, run.world.domain(slug))
                hashes.append(content_hash(run.world.domain(slug)))
    for slug in before - set(owners):
        shutil.rmtree(run.world.domain(slug), ignore_errors=True)
    return UnitRecord(
        inputs=inputs,
        outputs=tuple(f"domains/{slug}/domain.json" for slug in sorted(owners)),
        output_hash=digest("\n".join(sorted(hashes))),
        summary={"domains": len(owners)},
    )


def adopted(run: Run) -> list[str]:
    """The domains that somebody wrote: their authors' tests prove them, and their tasks are kept."""
    record = run.world.recorded("adopt", "all")
    return [Path(path).parent.name for path in record.outputs] if record else []
