"""All stages in order, and what a world says of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType

from scaleenv_core import __version__
from scaleenv_core.artifacts import Summary, World
from scaleenv_core.config import RunConfig, load_config
from scaleenv_core.files import json_text, write_text
from scaleenv_core.stages import (
    adopt,
    audit,
    cluster,
    collect,
    evaluate,
    export,
    feedback,
    graph,
    materialize,
    paraphrase,
    replay,
    rollout,
    synthesize,
    test,
    train,
    verify,
)
from scaleenv_core.stages.running import Run, totals

STAGES: Mapping[str, ModuleType] = {
    "collect": collect,
    "graph": graph,
    "cluster": cluster,
    "materialize": materialize,
    "adopt": adopt,
    "test": test,
    "synthesize": synthesize,
    "feedback": feedback,
    "paraphrase": paraphrase,
    "rollout": rollout,
    "replay": replay,
    "verify": verify,
    "audit": audit,
    "export": export,
    "train": train,
    "evaluate": evaluate,
}
"""Every stage by its command's name, in order."""


def main_job(config: RunConfig) -> tuple[str, ...]:
    """The stages of ``scaleenv run``; training wants torch, and has its own command.

    With domains that somebody wrote, and no catalog, nothing is materialised.
    """
    by_hand = config.use["domain"] and not config.use["source"]
    skipped = ("collect", "graph", "cluster", "materialize") if by_hand else ()
    return tuple(
        name for name in STAGES if name not in ("feedback", "replay", "audit", "train", "evaluate", *skipped)
    )


STAGE_KINDS: Mapping[str, tuple[str, ...]] = {
    "collect": ("source",),
    "graph": ("graph", "embedder"),
    "cluster": ("clusterer",),
    "materialize": ("materializer",),
    "adopt": ("domain",),
    "test": ("database",),
    "synthesize": ("database",),
    "feedback": ("log", "database"),
    "paraphrase": ("paraphraser",),
    "rollout": ("agent", "user", "database"),
    "replay": ("log", "database"),
    "verify": ("verifier",),
    "audit": ("verifier", "database"),
    "export": ("exporter",),
    "train": ("trainer",),
}
"""The kinds of plugin that a stage calls."""


def run_stage(run: Run, stage: str) -> Summary:
    """One stage; afterwards the manifest says what the world now holds."""
    work: Callable[[Run], Summary] = STAGES[stage].run
    summary = work(run)
    write_manifest(run)
    return summary


def check_plugins(run: Run, stages: tuple[str, ...]) -> None:
    """Load what these stages will call, so that a wrong name or key stops the run before it starts."""
    for stage in stages:
        for kind in ("executor", *STAGE_KINDS.get(stage, ())):
            run.plugins(kind)


def write_manifest(run: Run) -> None:
    """``manifest.json``: versions, seed and output hashes; no time and no machine in it."""
    world = run.world
    ledger = world.root / "ledger"
    stages = sorted(path.name for path in ledger.iterdir() if path.is_dir()) if ledger.is_dir() else []
    hashes = {
        stage: {unit: record.output_hash for unit, record in world.records(stage).items()} for stage in stages
    }
    write_text(
        world.root / "manifest.json",
        json_text({"scaleenv_core": __version__, "seed": run.config.seed, "outputs": hashes}),
    )


def status(world: World, run: str = "main") -> Summary:
    """What a world holds, from its ledger alone."""

    def summed(stage: str) -> Summary:
        return totals(record.summary for record in world.records(stage).values())

    collected, clustered = summed("collect"), summed("cluster")
    made, tested, tasks = summed("materialize"), summed("test"), summed("synthesize")
    adopted = summed("adopt").get("domains", 0)
    verified = summed(f"verify-{run}")
    funnel = verified.get("funnel", {})
    failures = totals(summed(stage).get("failures", {}) for stage in ("materialize", "test", "synthesize"))
    return {
        "tools_read": collected.get("tools_read", 0),
        "tools": collected.get("tools", 0),
        "tools_dropped": collected.get("tools_dropped", {}),
        "communities": clustered.get("communities", 0),
        "domains": made.get("domains", 0) + adopted,
        "domains_empty": made.get("domains_empty", 0),
        "tools_left_out": clustered.get("tools_left_out", 0),
        "tools_materialized": made.get("tools_materialized", 0),
        "tools_not_understood": made.get("tools_not_understood", {}),
        "tools_tested": tested.get("tools_tested", 0),
        "tools_untested": tested.get("tools_untested", 0),
        "tools_repaired": tested.get("tools_repaired", 0),
        "tools_sound": tested.get("tools_sound", 0),
        "tools_quarantined": tested.get("tools_quarantined", {}),
        "tasks": tasks.get("tasks", 0),
        "tasks_read_only": tasks.get("tasks_read_only", 0),
        "tasks_by_calls": tasks.get("calls", {}),
        "mean_complexity": round(tasks.get("complexity", 0.0) / max(tasks.get("tasks", 0), 1), 2),
        "tasks_by_kind": tasks.get("kinds", {}),
        "walks_dropped": tasks.get("walks_dropped", {}),
        "walks_repaired": tasks.get("walks_repaired", {}),
        "run": run,
        "trajectories": summed(f"rollout-{run}").get("trajectories", 0),
        "funnel": {
            name: funnel[name] for name in load_config(world.config).use["verifier"] if name in funnel
        },
        "invalid": verified.get("invalid", 0),
        "blamed": verified.get("blamed", {}),
        "kept": verified.get("kept", 0),
        "examples": summed(f"export-{run}").get("examples", 0),
        "failures": failures,
    }
