"""``scaleenv feedback``: recorded dialogues in, new tasks out."""

from __future__ import annotations

from pathlib import Path

import click
from attrs import evolve
from rich.console import Console

from scaleenv_core.cli import display
from scaleenv_core.cli.options import (
    json_option,
    opened,
    record_config,
    run_options,
    world_argument,
    world_config,
)
from scaleenv_core.config import RunConfig
from scaleenv_core.stages.pipeline import check_plugins, run_stage


@click.command("feedback")
@world_argument
@click.option(
    "--log",
    "logs",
    multiple=True,
    metavar="FILE",
    help='Chats in OpenAI\'s format, one a line; for [log] use = "openai". May be given again.',
)
@run_options
@json_option
def feedback(
    world: Path,
    logs: tuple[str, ...],
    overrides: tuple[str, ...],
    again: bool,
    workers: int | None,
    as_json: bool,
) -> None:
    """Make new tasks of recorded dialogues, what failed first.

    The log's tools are matched with the world's, each dialogue's calls become a chain to
    follow, and what passes the gate stands first in the tasks of its domain. What was read
    stays in feedback/; docs/feedback.md says more.

    \b
    Examples:
      scaleenv feedback world --log chats.jsonl
      scaleenv feedback world --set log.use=tau2 --set 'log.tau2.files=["results/*.json.gz"]'
    """
    config = _reading(world_config(world, "main", overrides), logs)
    with opened(world, config, workers=workers, again=again) as run:
        check_plugins(run, ("feedback",))
        record_config(run)
        summary = run_stage(run, "feedback")
    if as_json:
        click.echo(display.as_json(summary))
    else:
        rows = [(key.replace("_", " "), value) for key, value in summary.items()]
        Console().print(display.summary_table(f"feedback: {world}", rows))


def _reading(config: RunConfig, logs: tuple[str, ...]) -> RunConfig:
    """The config with these files for the reader of chats."""
    if not logs:
        return config
    tables = config.tables.get("log", {})
    options = {**tables.get("openai", {}), "files": [str(Path(log).absolute()) for log in logs]}
    chosen = config.choosing("log", "openai")
    return evolve(chosen, tables={**config.tables, "log": {**tables, "openai": options}})


def command(_name: str) -> click.Command:
    """The command."""
    return feedback
