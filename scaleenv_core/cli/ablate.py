"""``scaleenv ablate``: the funnel with layers left out."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from scaleenv_core.artifacts import Summary
from scaleenv_core.cli import display
from scaleenv_core.cli.options import json_option, name_option, opened, world_argument, world_config
from scaleenv_core.stages import ablation


@click.command("ablate")
@world_argument
@name_option
@json_option
def ablate(world: Path, name: str, as_json: bool) -> None:
    """What each layer of the funnel is worth: each alone, all but each, the first so many.

    Counts stored verdicts and runs nothing. After 'scaleenv audit WORLD' it also says what of
    the audit's variants each choice of layers lets through and rejects wrongly.

    \b
    Examples:
      scaleenv ablate world
      scaleenv ablate world --name greedy --json
    """
    with opened(world, world_config(world, name, ()), workers=None, name=name) as run:
        found = ablation.run(run)
    if as_json:
        click.echo(display.as_json(found))
    else:
        Console().print(_table(f"ablation: {world}, run {name}", found))


def _table(title: str, found: Summary) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("layers", overflow="fold")
    table.add_column(f"kept of {found['trajectories']:,}", justify="right")
    audited = bool(found["wrong"] or found["equal"])
    if audited:
        table.add_column(f"let through of {found['wrong']:,} wrong", justify="right")
        table.add_column(f"rejected of {found['equal']:,} right", justify="right")
    for row in found["rows"]:
        counts = [row["kept"], *([row["let_through"], row["rejected"]] if audited else [])]
        table.add_row(row["layers"], *(f"{count:,}" for count in counts))
    return table


def command(_name: str) -> click.Command:
    """The command."""
    return ablate
