"""``scaleenv status``: what a world holds."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from scaleenv_core.artifacts import World
from scaleenv_core.cli import display
from scaleenv_core.cli.options import json_option, name_option, world_argument
from scaleenv_core.stages.pipeline import status as read_status


@click.command("status")
@world_argument
@name_option
@json_option
def status(world: Path, name: str, as_json: bool) -> None:
    """What a world holds: tools, domains, tasks, and the funnel of one run.

    \b
    Example:
      scaleenv status world --json
    """
    found = read_status(World.open(world), name)
    if as_json:
        click.echo(display.as_json(found))
    else:
        Console().print(display.summary_table(f"World {world}", display.status_rows(found)))


def command(_name: str) -> click.Command:
    """The command."""
    return status
