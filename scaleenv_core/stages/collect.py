"""Collect: tool sources → one catalog in one normal form; what is dropped is counted by reason."""

from __future__ import annotations

from collections import Counter

from scaleenv_core.artifacts import Summary, UnitRecord, inputs_hash
from scaleenv_core.converters import to_plain
from scaleenv_core.endpoints import Endpoints
from scaleenv_core.errors import StageError
from scaleenv_core.files import json_lines, write_text
from scaleenv_core.names import digest
from scaleenv_core.stages.running import Run
from scaleenv_core.stages.sifting import sift


def run(run: Run) -> Summary:
    """Write ``catalog.jsonl`` and ``dropped.jsonl``."""
    config = run.config
    inputs = inputs_hash(
        "collect",
        config.seed,
        to_plain(config.collect),
        run.component("source"),
        run.plugins("source").hook.fingerprint_catalog(),
        run.asked("source"),
    )

    def make() -> UnitRecord:
        with Endpoints(config, run.world.completions) as endpoints:
            read = run.plugins("source").hook.collect_tools(endpoint=endpoints.role("source"))
            tools, dropped = sift(
                (entry for entries in read for entry in entries), config.collect, config.seed
            )
        catalog = json_lines(map(to_plain, tools))
        write_text(run.world.catalog, catalog)
        write_text(run.world.dropped, json_lines(map(to_plain, dropped)))
        reasons = Counter(drop.reason for drop in dropped)
        if reasons and not tools:
            said = ", ".join(f"{reason} {count:,}" for reason, count in sorted(reasons.items()))
            raise StageError(f"no tool is left ({said}): {run.world.dropped} says what became of each")
        return UnitRecord(
            inputs=inputs,
            outputs=("catalog.jsonl", "dropped.jsonl"),
            output_hash=digest(catalog),
            summary={
                "tools_read": len(tools) + len(dropped),
                "tools": len(tools),
                "tools_dropped": dict(sorted(reasons.items())),
            },
        )

    return run.unit("collect", "all", inputs, make)
