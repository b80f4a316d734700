"""Names to judge: domains of a world, sampled by seed, with two of their tools each.

Usage: domain_names.py WORLD [COUNT [SEED]], after ``scaleenv cluster WORLD``.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from scaleenv_core.artifacts import World


def main() -> None:
    """Print the sample."""
    root, count, seed = (*sys.argv[1:], *("60", "0")[max(0, len(sys.argv) - 2) :])
    world = World.open(Path(root))
    tools = {tool.id: tool for tool in world.read_catalog()}
    found = world.found_domains()
    for domain in random.Random(int(seed)).sample(found, min(int(count), len(found))):
        print(f"{domain.title}\n    {domain.summary}")
        for key in domain.tools[:2]:
            print(f"    - {tools[key].name}: {' '.join(tools[key].description.split())[:90]}")


if __name__ == "__main__":
    main()
