"""10,000 tasks for the built-in catalogs, twice with the same seed: time, and whether they are equal.

Processor time is that of the command and its workers. Usage: tasks_bench.py [--once]
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from importlib.resources import files
from pathlib import Path

from scaleenv_core.artifacts import World
from scaleenv_core.cli.options import opened, record_config
from scaleenv_core.config import load_config
from scaleenv_core.names import digest
from scaleenv_core.stages.pipeline import run_stage

TASKS = 10_000
WORKERS = 2


def scaleenv(*arguments: str) -> str:
    """What a command prints."""
    command = [sys.executable, "-m", "scaleenv_core.cli.main", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def prepare(world: Path) -> None:
    """The built-in catalogs' domains, tested."""
    config = load_config(Path(str(files("scaleenv_core.cli") / "demo.toml")))
    with opened(world, config, workers=WORKERS) as run:
        record_config(run)
        for stage in ("collect", "graph", "cluster", "materialize", "adopt", "test"):
            run_stage(run, stage)


def timed(world: Path) -> tuple[dict[str, object], float, float]:
    """The stage's summary, seconds on the wall, and of the processor."""
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    each = -(-TASKS // len(World(world).domains()))
    options = ("--again", "--json", "--workers", str(WORKERS), "--set", f"tasks.per_domain={each}")
    summary = json.loads(scaleenv("synthesize", str(world), *options))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return summary, time.perf_counter() - start, used


def content(world: Path) -> str:
    """What stands in all domains' tasks and rules."""
    held = sorted(path for name in ("tasks", "rules") for path in world.glob(f"domains/*/{name}.jsonl"))
    return digest("\n".join(digest(path.read_bytes()) for path in held))


def main() -> None:
    """Print a row a round."""
    print("| round | tasks | wall s | CPU s | content |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="scaleenv-") as place:
        world = Path(place) / "world"
        prepare(world)
        for number in range(1 if "--once" in sys.argv else 2):
            summary, wall, used = timed(world)
            print(f"| {number} | {summary['tasks']} | {wall:.0f} | {used:.0f} | {content(world)[:12]} |")
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
