"""Chaos: rollouts that are killed at random, again and again, beside the same ones left in peace.

Every kill is a real one: SIGKILL to a worker or to the command that drives the run, a disk
that is full, the end of the last write cut off as by a power cut; or, where a server holds the
run, whatever the caller knows to do to that.
"""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from attrs import define, field

from scaleenv_core.artifacts import World
from scaleenv_core.errors import ScaleEnvError

_SCALEENV = [sys.executable, "-c", "from scaleenv_core.cli import main; main()"]
_NAME = "main"
_PATIENCE_S = 600.0


@define
class Chaos:
    """One run under attack; the same seed attacks in the same order."""

    world: World
    rng: random.Random
    workers: int = 2
    more: Mapping[str, Callable[[], None]] = field(factory=dict)
    """Kills of the server that holds the run, by name: there is no file of it here to fill or cut off."""

    done: Counter[str] = field(factory=Counter)
    """The kills that met their victim alive."""

    def survive(self, kills: int) -> Counter[str]:
        """Kill so many times while the run is under way, then let it end."""
        sorts = ["driver", "worker", *(self.more or ("disk", "cut"))]
        while sum(self.done.values()) < kills:
            sort = sorts[sum(self.done.values()) % len(sorts)]
            if sort == "disk":
                self._full_disk()
            else:
                self._kill(sort)
            if self._left() == 0:
                break  # nothing is left to be killed
        self._command().wait(_PATIENCE_S)
        return self.done

    def _command(self, room: int = 0) -> subprocess.Popen[bytes]:
        """The command that plays; with no more than so much room for a file."""

        def little_room() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

        return subprocess.Popen(
            [*_SCALEENV, "rollout", str(self.world.root), "--workers", str(self.workers)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=little_room if room else None,
        )

    def _kill(self, sort: str) -> None:
        process = self._command()
        left = self._left()
        while process.poll() is None and self._left() == left:  # until it plays
            time.sleep(0.01)
        time.sleep(self.rng.uniform(0.0, 0.3))
        if process.poll() is None:
            if sort == "worker":
                for victim in _workers(process.pid)[:1]:
                    os.kill(victim, signal.SIGKILL)
                    self.done[sort] += 1
                time.sleep(self.rng.uniform(0.0, 0.5))
            elif sort in self.more:
                self.more[sort]()
                self.done[sort] += 1
                process.wait(_PATIENCE_S)
            else:
                self.done[sort] += sort == "driver"
        if process.poll() is None:
            process.kill()
        process.wait()
        if sort == "cut":
            self._cut()

    def _cut(self) -> None:
        """Take a little of the end of the last write, where nothing was written behind it."""
        folder = self.world.run(_NAME)
        written, log = folder / "run.db", folder / "run.db-wal"
        time.sleep(0.2)  # the workers die with the driver, but not at the same moment
        if not log.exists() or log.stat().st_mtime_ns <= written.stat().st_mtime_ns:
            return
        size = log.stat().st_size
        if size > 8192:
            os.truncate(log, size - self.rng.randint(1, 4096))
            self.done["cut"] += 1

    def _full_disk(self) -> None:
        folder = self.world.run(_NAME)
        sizes = [path.stat().st_size for path in folder.glob("run.db*")]
        process = self._command(room=max([*sizes, 100_000]) + self.rng.randint(20_000, 400_000))
        self.done["disk"] += process.wait(_PATIENCE_S) != 0

    def _left(self) -> int:
        if not (self.world.run(_NAME) / "run.db").exists() and not self.more:
            return -1
        try:
            with self.world.open_store(_NAME) as store:
                played, wanted = store.progress()
        except ScaleEnvError:  # the database is being killed
            return -1
        return wanted - played if wanted else -1


def _workers(parent: int) -> list[int]:
    """The children of a process that are no tracker of its own."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="utf-8").split()
    found = []
    for child in map(int, children):
        try:
            line = Path(f"/proc/{child}/cmdline").read_bytes()
        except FileNotFoundError:
            continue
        if b"spawn_main" in line:
            found.append(child)
    return found


def kept(world: World) -> dict[str, list[bytes]]:
    """Every domain's trajectories as they are stored."""
    with world.open_store(_NAME) as store:
        return {slug: [text for _, text in store.trajectories(slug)] for slug in store.standings()}
