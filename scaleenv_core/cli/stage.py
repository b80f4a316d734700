"""One command a stage: each works on a world folder, and is resumable."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from scaleenv_core.cli import COMMANDS, display
from scaleenv_core.cli.options import (
    json_option,
    opened,
    record_config,
    run_options,
    world_argument,
    world_config,
)
from scaleenv_core.stages import atlas, census
from scaleenv_core.stages.pipeline import check_plugins, run_stage

_name = click.option(
    "--name", "name_", default="main", show_default=True, help="The rollout run under runs/."
)
_REPORTS = {
    "graph": ("Find the domains, too, and draw their map: graph/report.html.", atlas.write_report),
    "synthesize": ("Draw how long, hard and varied the tasks are: tasks.html.", census.write_report),
}


def command(name: str) -> click.Command:
    """The command of one stage."""

    def work(
        world: Path,
        name_: str,
        overrides: tuple[str, ...],
        again: bool,
        workers: int | None,
        as_json: bool,
        report: bool = False,
    ) -> None:
        stages = (name, "cluster") if report and name == "graph" else (name,)
        config = world_config(world, name_, overrides)
        with opened(world, config, workers=workers, name=name_, again=again) as run:
            check_plugins(run, stages)
            record_config(run)
            for stage in stages:
                summary = run_stage(run, stage)
            if report:
                summary = _REPORTS[name][1](run)
        if as_json:
            click.echo(display.as_json(summary))
        else:
            rows = [(key.replace("_", " "), value) for key, value in summary.items()]
            Console().print(display.summary_table(f"{name}: {world}", rows))

    more = f"\n  scaleenv {name} world --report" if name in _REPORTS else ""
    about = f"{COMMANDS[name][1]}\n\n\b\nExample:\n  scaleenv {name} world{more}"
    options = _name(work)
    if name in _REPORTS:
        options = click.option("--report", is_flag=True, help=_REPORTS[name][0])(options)
    return click.command(name, help=about)(world_argument(run_options(json_option(options))))
