"""Options that several commands share, and the one way a command gets its run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from attrs import evolve

from scaleenv_core.artifacts import World
from scaleenv_core.cli.display import Bars
from scaleenv_core.config import RunConfig, load_config, to_toml
from scaleenv_core.files import write_text
from scaleenv_core.stages.running import Run
from scaleenv_core.stages.workers import Workers

F = TypeVar("F", bound=Callable[..., Any])

world_argument = click.argument("world", type=click.Path(file_okay=False, path_type=Path))
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
name_option = click.option("--name", default="main", show_default=True, help="The rollout run under runs/.")


def run_options(function: F) -> F:
    """The options of everything that runs stages."""
    function = click.option("--workers", type=click.IntRange(min=0), help="Worker processes; 0: one a core.")(
        function
    )
    function = click.option("--again", is_flag=True, help="Do finished work anew.")(function)
    return click.option(
        "--set",
        "overrides",
        multiple=True,
        metavar="KEY=VALUE",
        help="Override the config: tasks.per_domain=20.",
    )(function)


@contextmanager
def opened(
    root: Path, config: RunConfig, *, workers: int | None, name: str = "main", again: bool = False
) -> Iterator[Run]:
    """A run on a world, locked, with its config written down, and bars to look at."""
    if workers is not None:
        config = evolve(config, workers=workers)
    world = World(root.absolute())  # a cell is granted whole paths
    with world.locked(), Workers(config) as pool, Bars() as bars:
        yield Run(world=world, config=config, workers=pool, progress=bars, name=name, again=again)


def record_config(run: Run) -> None:
    """Write the world's config; a further rollout run keeps its own beside its trajectories."""
    path = run.world.config if run.name == "main" else run.world.run(run.name) / "scaleenv.toml"
    text = to_toml(run.config)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        write_text(path, text)


def world_config(root: Path, name: str, overrides: tuple[str, ...]) -> RunConfig:
    """The config of a world, or of one of its further runs."""
    world = World.open(root)
    own = world.run(name) / "scaleenv.toml"
    return load_config(own if own.exists() else world.config, overrides)
