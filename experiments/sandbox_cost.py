"""What cells cost: starting one, calling it, and testing a world's domains in cells beside without.

    python experiments/sandbox_cost.py WORLD

CPU seconds of this process and of the warden with its cells, in turn, so that a drifting machine
is fair to both.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from scaleenv_core.artifacts import World
from scaleenv_core.config import load_config
from scaleenv_core.engine.boundary import Limits, Warden
from scaleenv_core.engine.template import use_scratch
from scaleenv_core.stages.cells import Cells
from scaleenv_core.stages.trial import WRITTEN, tried
from scaleenv_core.stages.workers import Job, Seat

RAW = "scaleenv_core.testing.cells:raw"


def spent() -> float:
    """CPU seconds of this process and of its ended children."""
    both = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in both)


def timed(work: Callable[[], object], times: int) -> float:
    """CPU seconds of one of so many."""
    start = spent()
    for _ in range(times):
        work()
    return (spent() - start) / times


def one_cell(calls: int) -> None:
    """A warden with one cell and so many calls."""
    with Warden(["scaleenv_core.testing.cells"]) as warden, warden.cell(RAW) as cell:
        for _ in range(calls):
            cell.call("echo", value={"order_id": "o1", "items": [1, 2, 3]})


def many_cells(count: int) -> None:
    """A warden with so many cells."""
    with Warden(["scaleenv_core.testing.cells"]) as warden:
        for _ in range(count):
            warden.cell(RAW).close()


def main(place: Path) -> None:
    """Print the figures."""
    start = timed(lambda: one_cell(0), 3)
    print(f"a warden and its first cell: {start * 1e3:.0f} ms of CPU")
    print(f"a further cell: {(timed(lambda: many_cells(100), 1) - start) * 10:.1f} ms")
    call = (timed(lambda: one_cell(20_000), 1) - start) / 20_000
    print(f"a call: {call * 1e6:.0f} µs, both sides together")
    world = World(place)
    config = load_config(world.config)
    seat = Seat(config, Limits())
    jobs = []
    for slug in world.domains():
        folder = world.domain(slug)
        writes = tuple(str(folder / "tests" / name) for name in WRITTEN)
        jobs.append(Job(slug, (slug, str(folder), {}, []), str(folder), writes=writes))

    def in_cells(rounds: int) -> None:  # two rounds less one are without the warden's start
        cells = Cells(config, Limits())
        for job in jobs * rounds:
            cells.run(tried, job)
        cells.close()

    def here() -> None:
        for job in jobs:
            tried(seat, *job.arguments)

    with tempfile.TemporaryDirectory() as scratch:
        use_scratch(Path(scratch))
        here()  # makes the templates for both
        for _ in range(3):
            plain, once, twice = timed(here, 1), timed(lambda: in_cells(1), 1), timed(lambda: in_cells(2), 1)
            print(f"testing {len(jobs)} domains: {plain:.2f} s here, {twice - once:.2f} s in cells")


if __name__ == "__main__":
    started = time.perf_counter()
    main(Path(sys.argv[1]))
    print(f"({time.perf_counter() - started:.0f} s of wall time)")
