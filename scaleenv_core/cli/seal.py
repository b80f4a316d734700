"""``scaleenv seal``: complete a hand-written domain."""

from __future__ import annotations

from pathlib import Path

import click

from scaleenv_core.cli.options import json_option
from scaleenv_core.engine.folder import NOW


@click.command("seal")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--title", help="What people call the domain; else from the folder's name.")
@click.option("--now", help=f"The simulated time at reset, ISO 8601 UTC; else {NOW}.")
@click.option("--seed", type=int, help="What its tools draw chance from; else 0.")
@json_option
def seal(folder: Path, title: str | None, now: str | None, seed: int | None, as_json: bool) -> None:
    """Complete a domain that you wrote by hand.

    FOLDER holds schema.py, tools.py, rows.jsonl, policy.md and tasks.toml. From them come
    tools.jsonl (signatures, from annotations and docstrings), domain.json, and tasks.jsonl
    (every gold action executed). Run it again after each edit; options are remembered.

    \b
    Example:
      scaleenv seal my-domain --title 'Help desk'
    """
    from scaleenv_core.engine import read_tasks
    from scaleenv_core.engine.seal import seal as complete

    domain = complete(folder.resolve(), title=title, now=now, seed=seed)
    found = {"domain": domain.manifest.name, "tools": len(domain.tools), "rows": len(domain.rows)}
    found["tasks"] = len(read_tasks(folder))
    if as_json:
        from scaleenv_core.cli.display import as_json as text

        click.echo(text(found))
        return
    click.echo(", ".join(f"{key} {value}" for key, value in found.items()))


def command(_name: str) -> click.Command:
    """The command."""
    return seal
