"""Jobs for tests of workers: they live here, because a worker has to import them."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from scaleenv_core.engine import Environment, load_domain
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
