"""Time the main job on the built-in catalogs, one worker and two in turn; print the ratio."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROUNDS = 3


def timed(folder: Path, workers: int) -> float:
    """Seconds of one whole run."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "scaleenv_core.cli.main", "run", "--out", str(folder)]
    subprocess.run([*command, "--workers", str(workers)], check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    """Run in turn, so that a drifting machine is fair to both."""
    seconds: dict[int, list[float]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory() as place:
        for number in range(ROUNDS):
            for workers in seconds:
                seconds[workers].append(timed(Path(place) / f"{number}-{workers}", workers))
    for workers, took in seconds.items():
        print(f"{workers} worker(s): median {median(took):.1f} s, {min(took):.1f} to {max(took):.1f}")
    ratio = median(one / two for one, two in zip(seconds[1], seconds[2], strict=True))
    print(f"one worker takes {ratio:.2f} x the time of two")


if __name__ == "__main__":
    main()
