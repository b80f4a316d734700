"""Jobs for tests in other processes: they live here, because a worker has to import them."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from random import Random
from typing import Any

from scaleenv_core.engine import Environment, Snapshot, load_domain
from scaleenv_core.errors import ToolCrash
from scaleenv_core.stages.arguments import ArgumentMaker
from scaleenv_core.stages.workers import Seat


def call_tool(_seat: Seat, folder: str, tool: str) -> str:
    """Call a tool that takes nothing; its answer as text."""
    with Environment(load_domain(Path(folder))) as environment:
        return environment.call(tool, {}).text


def note(seat: Seat, path: str) -> str:
    """Write a file by way of the worker."""
    seat.write(Path(path), "noted")
    return path


def die(_seat: Seat, name: str) -> str:
    """Kill this worker where the name is ``bad``; else give the name back."""
    if name == "bad":
        os.kill(os.getpid(), signal.SIGKILL)
    return name


def play(environment: Environment, seed: int, calls: int = 25) -> Any:
    """Random calls; everything that can be seen of them."""
    rng, maker = Random(seed), ArgumentMaker(environment.domain)
    seen = []
    for _ in range(calls):
        tool = environment.tools[rng.choice(sorted(environment.tools))]
        try:
            seen.append(environment.call(tool.name, maker.make(tool, rng)).text)
        except ToolCrash as exc:
            seen.append(str(exc))
    return seen, environment.changes, environment.rows()


def resumed(folder: Path, state: bytes, seed: int) -> Any:
    """What comes of random calls after a snapshot."""
    with Environment(load_domain(folder)) as environment:
        environment.restore(Snapshot(state))
        return play(environment, seed)


def played(folder: Path, seed: int) -> Any:
    """Whether a reset brought back all rows after random calls, and what came of them."""
    with Environment(load_domain(folder)) as environment:
        first = environment.rows()
        end = play(environment, seed)
        environment.reset()
        return first == environment.rows(), end


def address_space(_seat: Seat) -> int:
    """The most address space that this worker may have, in MB."""
    import resource

    return resource.getrlimit(resource.RLIMIT_AS)[0] >> 20
