"""Re-score what others recorded with τ²-bench and tau-bench: our verdicts beside theirs, and pass^k.

Each result file is read by the log ``tau2``, replayed in the domain ``tau2`` with the tasks
that it carries, and judged by our verifiers. Usage: tau2_rescoring.py [FOLDER_OF_TAU2_DATA]
"""

from __future__ import annotations

import gzip
import json
import os
import sys
import tempfile
from collections import Counter
from math import comb
from pathlib import Path
from typing import Any

from scaleenv_core.artifacts import World
from scaleenv_core.config import parse_config
from scaleenv_core.engine import compare_changes, read_manifest
from scaleenv_core.stages.pipeline import run_stage
from scaleenv_core.stages.running import Run
from scaleenv_core.stages.workers import Workers
from scaleenv_core.types import Judgement

FIRST = "tau-bench-v1-gpt-4o-airline.json.gz"
PARTS = {"DB": "state", "ENV_ASSERTION": "checks", "ACTION": "actions", "COMMUNICATE": "communicate"}
"""The original's parts of a reward → the verifiers that judge them here."""


def rescored(place: Path, data: Path, log: Path) -> tuple[World, dict[str, Judgement]]:
    """A world with one result file replayed and judged; the judgements by the trajectory's id."""
    first = log.name == FIRST
    name = (
        ""
        if first
        else json.loads(gzip.decompress(log.read_bytes()))["info"]["environment_info"]["domain_name"]
    )
    tau2: dict[str, Any] = {"data": str(data), "domains": [name] if name else []}
    tau2 |= {"first": str(log)} if first else {"tasks": {name: str(log)}}
    config = parse_config(
        {
            "workers": 1,
            "domain": {"use": ["tau2"], "tau2": tau2},
            "log": {"use": ["tau2"], "tau2": {"files": [str(log)]}},
            "verifier": {
                "use": ["validity", *PARTS.values()],
                "validity": {"turns": False, "loops": False},
                "actions": {"left_out": True},
            },
        }
    )
    world = World(place)
    with Workers(config) as workers:
        run = Run(world=world, config=config, workers=workers)
        for stage in ("adopt", "synthesize", "replay", "verify"):
            run_stage(run, stage)
    found = {j.trajectory: j for slug in world.domains() for j in world.judgements("main", slug)}
    return world, found


def recorded(log: Path) -> list[dict[str, Any]]:
    """What the original said of each dialogue: task, trial, reward and its parts."""
    data = json.loads(gzip.decompress(log.read_bytes()))
    if isinstance(data, list):
        return [{"task": e["task_id"], "trial": e["trial"], "reward": e["reward"], "parts": {}} for e in data]
    made = []
    for simulation in data["simulations"]:
        info = simulation["reward_info"] or {}
        made.append(
            {
                "task": simulation["task_id"],
                "trial": simulation["trial"],
                "reward": info.get("reward", 0.0),
                "parts": info.get("reward_breakdown") or {},
                "same_end": (info.get("db_check") or {}).get("db_match"),
            }
        )
    return made


def pass_k(outcomes: dict[Any, list[bool]]) -> list[float]:
    """pass^1 … pass^n over tasks of n trials each (τ-bench, equation 1)."""
    trials = min(len(found) for found in outcomes.values())
    return [
        sum(comb(sum(found), k) / comb(len(found), k) for found in outcomes.values()) / len(outcomes)
        for k in range(1, trials + 1)
    ]


def beside(log: Path, data: Path) -> tuple[Counter[str], Counter[str]]:
    """Print one file's line, and each dialogue on which we differ; how often we agreed, and were asked."""
    theirs = recorded(log)
    with tempfile.TemporaryDirectory() as place:
        world, found = rescored(Path(place), data, log)
        (slug,) = world.domains()
        tasks = {task.id: task for task in world.domain_tasks(slug)}
        compare = read_manifest(world.domain(slug)).compare
        trajectories = world.trajectories("main", slug)
        agreed: Counter[str] = Counter()
        asked: Counter[str] = Counter()
        differ: list[str] = []
        ours_by_task: dict[Any, list[bool]] = {}
        theirs_by_task: dict[Any, list[bool]] = {}
        for number, (trajectory, said) in enumerate(zip(trajectories, theirs, strict=True)):
            judgement = found[trajectory.id]
            verdicts = {verdict.verifier: verdict for verdict in judgement.verdicts}
            ours = {part: float(verdicts[name].passed) for part, name in PARTS.items() if name in verdicts}
            for part, value in said["parts"].items():
                if part in ours and verdicts["validity"].passed:
                    asked[part] += 1
                    agreed[part] += ours[part] == value
                    if ours[part] != value:
                        differ.append(
                            f"{number} {said['task']} {part}: {value}, ours {verdicts[PARTS[part]]}"
                        )
            if said.get("same_end") is not None:
                task = tasks[trajectory.task]
                same = not list(compare_changes(trajectory.changes, task.changes, compare))
                asked["end"] += 1
                agreed["end"] += same == said["same_end"]
                if same != said["same_end"]:
                    differ.append(f"{number} {said['task']} end: {said['same_end']}, ours {same}")
            judged = said["parts"] and "NL_ASSERTION" in said["parts"]
            passed = judgement.passed and (not judged or said["parts"]["NL_ASSERTION"] == 1.0)
            asked["reward"] += 1
            agreed["reward"] += passed == (said["reward"] == 1.0)
            if passed != (said["reward"] == 1.0):
                reasons = [v.reason for v in judgement.verdicts if not v.passed]
                differ.append(f"{number} {said['task']} reward: {said['reward']}, ours {passed} {reasons}")
            ours_by_task.setdefault(said["task"], []).append(passed)
            theirs_by_task.setdefault(said["task"], []).append(said["reward"] == 1.0)
        answers = world.records("rollout-main")[slug].summary["answers"]
        invalid = sum(judgement.invalid for judgement in found.values())
    parts = ", ".join(f"{part} {agreed[part]} of {asked[part]}" for part in sorted(asked))
    ks = ", ".join(f"{value:.3f}" for value in pass_k(ours_by_task))
    theirs_k = ", ".join(f"{value:.3f}" for value in pass_k(theirs_by_task))
    print(f"{log.name[:70]}\n  {len(theirs)} dialogues, {invalid} invalid; answers {answers}")
    print(f"  agreed: {parts}\n  pass^k ours {ks}; recorded {theirs_k}")
    for line in differ:
        print(f"    {line[:300]}")
    return agreed, asked


def main() -> None:
    """Every result file."""
    shared = Path(os.environ.get("SCALEENV_SHARED", "../shared"))
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else shared / "benchmarks" / "tau2"
    if not data.is_dir():
        print(f"no {data}: nothing to re-score")
        return
    agreed: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for log in sorted((data / "recorded").glob("*.json.gz")):
        if (
            "sft" not in log.name.split("__")[0]
            and "splits" not in gzip.decompress(log.read_bytes())[:40].decode()
        ):
            for total, found in zip((agreed, asked), beside(log, data), strict=True):
                total.update(found)
    print(
        "all files, agreed: " + ", ".join(f"{part} {agreed[part]} of {asked[part]}" for part in sorted(asked))
    )


if __name__ == "__main__":
    main()
