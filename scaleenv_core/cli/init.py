"""``scaleenv init``: a commented config."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click

from scaleenv_core.files import write_text


@click.command("init")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path), default=Path("scaleenv.toml"))
def init(path: Path) -> None:
    """Write a commented config to PATH (scaleenv.toml).

    \b
    Example:
      scaleenv init my.toml && scaleenv run --config my.toml
    """
    if path.exists():
        raise click.ClickException(f"{path} is already there; name another file")
    write_text(path, (files("scaleenv_core.cli") / "init.toml").read_text(encoding="utf-8"))
    click.echo(f"wrote {path}; next: scaleenv run --config {path}")


def command(_name: str) -> click.Command:
    """The command."""
    return init
