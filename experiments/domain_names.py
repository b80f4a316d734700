"""Names to judge: domains sampled by seed, with two of their tools each.

``python experiments/domain_names.py [--world WORLD] [--count 60] [--seed 99]``: a world whose domains
are found; without one, the small shared catalog is collected and clustered first.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
from pathlib import Path

from scaleenv_core.artifacts import World
from scaleenv_core.config import parse_config
from scaleenv_core.stages import cluster, collect, graph
from scaleenv_core.stages.running import Run
from scaleenv_core.stages.workers import Workers

SHARED = Path(os.environ.get("SCALEENV_SHARED", str(Path(__file__).parents[2] / "shared")))
SMALL = SHARED / "catalogs" / "catalog-dev-small.jsonl.gz"


def main() -> None:
    """Print the sample."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--world", type=Path)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=99)
    given, _ = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as folder:
        show(World(given.world) if given.world else made(Path(folder)), given.count, given.seed)


def made(folder: Path) -> World:
    """A world of the small catalog, as far as its domains."""
    config = parse_config({"source": {"use": ["functions"], "functions": {"paths": [str(SMALL)]}}})
    with Workers(config) as workers:
        run = Run(world=World(folder), config=config, workers=workers)
        for stage in (collect, graph, cluster):
            stage.run(run)
    return run.world


def show(world: World, count: int, seed: int) -> None:
    """Print so many domains."""
    tools = {tool.id: tool for tool in world.read_catalog()}
    found = world.found_domains()
    for domain in random.Random(seed).sample(found, min(count, len(found))):
        print(f"{domain.title}\n    {domain.summary}")
        for key in domain.tools[:2]:
            print(f"    - {tools[key].name}: {' '.join(tools[key].description.split())[:90]}")


if __name__ == "__main__":
    main()
