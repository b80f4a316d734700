"""``scaleenv run``: the main job."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click
from rich.console import Console

from scaleenv_core.cli import display
from scaleenv_core.cli.options import json_option, opened, record_config, run_options
from scaleenv_core.config import RunConfig, load_config, parse_config
from scaleenv_core.stages.pipeline import check_plugins, main_job, run_stage, status


@click.command("run")
@click.option("--config", type=click.Path(path_type=Path), help="A TOML file; without it, the built-in demo.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("world"),
    show_default=True,
    help="The world folder.",
)
@run_options
@json_option
def run(
    config: Path | None,
    out: Path,
    overrides: tuple[str, ...],
    again: bool,
    workers: int | None,
    as_json: bool,
) -> None:
    """From catalogs to verified training data, in one world folder.

    A run that was stopped or killed goes on where it was with the same command.

    \b
    Examples:
      scaleenv run
      scaleenv run --config scaleenv.toml --out my-world --workers 2
      scaleenv run --set seed=7 --set tasks.per_domain=20
    """
    chosen = _config(config, out, overrides)
    with opened(out, chosen, workers=workers, again=again) as work:
        stages = main_job(chosen)
        check_plugins(work, stages)
        record_config(work)
        for stage in stages:
            run_stage(work, stage)
        found = status(work.world)
    if as_json:
        click.echo(display.as_json(found))
        return
    console = Console()
    console.print(display.summary_table(f"World {out}", display.status_rows(found)))
    slugs = work.world.domains()
    first = slugs[0] if slugs else "DOMAIN"
    console.print("Look at it next:", highlight=False)
    for line in (
        f"scaleenv show {out}                 its domains",
        f"scaleenv show {out} {first}         one domain: tables, tools, tasks",
        f"head -c 2000 {out}/data/main.jsonl  the training data",
        f"scaleenv rollout {out} --name chance --set agent.use=random",
    ):
        console.print(f"  {line}", highlight=False, soft_wrap=True)


def _config(config: Path | None, out: Path, overrides: tuple[str, ...]) -> RunConfig:
    if config is not None:
        return load_config(config, overrides)
    if (out / "scaleenv.toml").exists():
        return load_config(out / "scaleenv.toml", overrides)
    import tomllib

    demo = (files("scaleenv_core.cli") / "demo.toml").read_text(encoding="utf-8")
    return parse_config(tomllib.loads(demo), overrides)


def command(_name: str) -> click.Command:
    """The command."""
    return run
