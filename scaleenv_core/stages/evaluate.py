"""Evaluate: a run's verdicts → pass^k over its tasks."""

from __future__ import annotations

from collections import Counter

from scaleenv_core.artifacts import Summary
from scaleenv_core.errors import StageError
from scaleenv_core.files import json_text, write_text
from scaleenv_core.metrics import pass_at_k, pass_hat_k
from scaleenv_core.stages.running import Run
from scaleenv_core.types import Judgement


def run(run: Run) -> Summary:
    """Write ``runs/<name>/evaluation.json``: pass^k and pass@k for every k up to the trials."""
    slugs = [slug for slug, found in run.world.records(f"verify-{run.name}").items() if found.output_hash]
    judged = [judgement for slug in slugs for judgement in run.world.judgements(run.name, slug)]
    if not judged:
        raise StageError(f"run {run.name!r} has no verdicts: run 'scaleenv verify {run.world.root}' first")
    summary = score(judged)
    write_text(run.world.run(run.name) / "evaluation.json", json_text(summary))
    return summary


def score(judged: list[Judgement]) -> Summary:
    """pass^k over the valid trajectories; a task with fewer valid trials than k is left out of that k."""
    valid = [judgement for judgement in judged if not judgement.invalid]
    tries = Counter(judgement.task for judgement in valid)
    wins = Counter(judgement.task for judgement in valid if judgement.passed)
    most = max(tries.values(), default=0)
    enough = {k: [(wins[t], n) for t, n in sorted(tries.items()) if n >= k] for k in range(1, most + 1)}
    return {
        "tasks": len(tries),
        "trajectories": len(judged),
        "invalid": len(judged) - len(valid),
        "pass_hat_k": {str(k): pass_hat_k(pairs, k) for k, pairs in enough.items()},
        "pass_at_k": {str(k): pass_at_k(pairs, k) for k, pairs in enough.items()},
    }
