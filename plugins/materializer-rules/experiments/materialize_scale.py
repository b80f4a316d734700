"""The whole catalog from signatures to tested worlds: time and memory; and one domain of 20 tools.

    python materialize_scale.py [CATALOG.jsonl.gz] [--out WORLD] [--workers N]

Runs the stages collect, graph and cluster, which are not timed here, unless WORLD has them; then
materialize and test. Each is started a second time: what is done is not done again. A run that was
stopped goes on with the same command. Prints a table; nothing is asserted.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from materialise import drafts
from scaleenv_materializer_rules import Rules

from scaleenv_core.artifacts import World
from scaleenv_core.config import parse_config, to_toml
from scaleenv_core.engine import Environment, load_domain, write_domain
from scaleenv_core.files import write_text
from scaleenv_core.stages.trial import examine
from scaleenv_core.types import DomainDraft

SHARED = Path(os.environ.get("SCALEENV_SHARED", Path(__file__).parents[4] / "shared"))


def stage(world: Path, name: str, options: list[str]) -> tuple[float, float, float]:
    """(wall s, CPU s, GB of the largest process) of one stage."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [str(Path(sys.executable).with_name("scaleenv")), name, str(world), *options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - start, spent, after.ru_maxrss / 2**20


def one_domain(catalog: Path) -> tuple[float, float]:
    """CPU s to materialise and to test a service's first 20 tools."""
    draft = next(draft for draft in drafts(catalog) if len(draft.tools) >= 20)
    draft = DomainDraft(slug="one", title=draft.title, tools=draft.tools[:20])
    Rules().materialize_domain(draft, 7)  # imports are a process's, not a domain's
    start = time.process_time()
    source = Rules().materialize_domain(draft, 7)
    with tempfile.TemporaryDirectory() as folder:
        write_domain(Path(folder) / "one", draft, source, seed=7, made_by="bench")
        made = time.process_time()
        with Environment(load_domain(Path(folder) / "one", quarantined=True)) as environment:
            examine(environment, 6, 7)
    return made - start, time.process_time() - made


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser()
    options.add_argument(
        "catalog", type=Path, nargs="?", default=SHARED / "catalogs" / "catalog-dev.jsonl.gz"
    )
    options.add_argument("--out", type=Path, help="a world to keep; without it, a folder that is removed")
    options.add_argument("--workers", type=int, default=2)
    given = options.parse_args()
    if not given.catalog.exists():
        print(f"no catalog at {given.catalog}: set SCALEENV_SHARED")
        return
    made, tested = one_domain(given.catalog)
    print(f"one domain of 20 tools: {made:.2f} CPU s to materialise, {tested:.2f} to test")
    world = given.out or Path(tempfile.mkdtemp(prefix="materialize-scale-"))
    told = ["--workers", str(given.workers)]
    config = {"source": {"use": ["functions"], "functions": {"paths": [str(given.catalog)]}}}
    write_text(World(world).config, to_toml(parse_config(config)))
    if not (world / "communities.jsonl").exists():
        for name in ("collect", "graph", "cluster"):
            stage(world, name, told)
    print(f"{'stage':16} {'wall s':>8} {'CPU s':>8} {'GB':>6}")
    for name in ("materialize", "test"):
        for what in (name, f"{name}, again"):
            wall, spent, memory = stage(world, name, told)
            print(f"{what:16} {wall:8.0f} {spent:8.0f} {memory:6.2f}", flush=True)
    if given.out is None:
        shutil.rmtree(world)


if __name__ == "__main__":
    main()
