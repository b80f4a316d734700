"""A small world to run stages on: shops, with a task each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from attrs import evolve

from scaleenv_core.artifacts import World
from scaleenv_core.config import parse_config, to_toml
from scaleenv_core.converters import to_plain
from scaleenv_core.engine import Environment, load_domain
from scaleenv_core.files import json_lines, write_text
from scaleenv_core.testing.shop import write_shop
from scaleenv_core.testing.verifier import sample_task


def write_world(root: Path, overrides: Sequence[str] = (), domains: int = 1) -> World:
    """A world of so many shops, with its config, ready for rollouts."""
    world = World(root)
    for number in range(domains):
        slug = f"shop-{number}"
        folder, task = write_shop(world.domain(slug)), sample_task()
        with Environment(load_domain(folder)) as environment:
            for action in task.actions:
                environment.call(action.tool, action.arguments)
            task = evolve(
                task,
                id=f"{slug}/000",
                domain=slug,
                changes=environment.changes,
                fingerprint=environment.fingerprint,
            )
        write_text(world.domain(slug) / "tasks.jsonl", json_lines([to_plain(task)]))
    write_text(world.config, to_toml(parse_config({}, overrides)))
    return world
