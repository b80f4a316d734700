"""``scaleenv join``: help with a run that another command, here or elsewhere, drives."""

from __future__ import annotations

from pathlib import Path

import click

from scaleenv_core.artifacts import World
from scaleenv_core.cli import display
from scaleenv_core.cli.display import Bars
from scaleenv_core.cli.options import json_option, name_option, world_argument, world_config
from scaleenv_core.stages import rollout
from scaleenv_core.stages.pipeline import check_plugins
from scaleenv_core.stages.running import Run
from scaleenv_core.stages.workers import Workers


@click.command("join")
@world_argument
@name_option
@click.option("--workers", type=click.IntRange(min=0), help="Worker processes; 0: one a core.")
@json_option
def join(world: Path, name: str, workers: int | None, as_json: bool) -> None:
    """Play rollouts of a run that 'scaleenv rollout' drives, until there are none to take.

    For further machines: give each the same world folder, or a copy, and a run's store that
    all of them reach: [store] url. Nothing but the store is written.

    \b
    Example:
      scaleenv join world --name main
    """
    from attrs import evolve

    config = world_config(world, name, ())
    if workers is not None:
        config = evolve(config, workers=workers)
    with Workers(config) as pool, Bars() as bars:
        run = Run(World(world.absolute()), config, pool, progress=bars, name=name)
        check_plugins(run, ("rollout",))
        found = rollout.join(run)
    if as_json:
        click.echo(display.as_json(found))
    else:
        click.echo(f"run {name!r}: {found['trajectories']:,} of {found['wanted']:,} rollouts are played")


def command(_name: str) -> click.Command:
    """The command."""
    return join
