"""``scaleenv call``: try a tool by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import orjson
from attrs import evolve

from scaleenv_core.artifacts import World
from scaleenv_core.cli.options import json_option, world_argument
from scaleenv_core.config import load_config
from scaleenv_core.converters import to_plain
from scaleenv_core.engine import describe_change, load_domain
from scaleenv_core.errors import MachineryError, WorldError, nearest
from scaleenv_core.stages.workers import Job, Seat, Workers


@click.command("call")
@world_argument
@click.argument("domain")
@click.argument("tool")
@click.argument("arguments", default="{}")
@json_option
def call(world: Path, domain: str, tool: str, arguments: str, as_json: bool) -> None:
    """Call TOOL of DOMAIN on its seed rows with ARGUMENTS (JSON), and show what changes.

    \b
    Example:
      scaleenv call world orders cancel_order '{"order_id": "o1"}'
    """
    slugs = World.open(world).domains()
    if domain not in slugs:
        raise WorldError(f"{world} has no domain {domain!r}{nearest(domain, slugs)}")
    try:
        given = orjson.loads(arguments)
    except orjson.JSONDecodeError as exc:
        raise WorldError(f"ARGUMENTS are not JSON ({exc}): {arguments!r}") from exc
    folder = str(World(world.absolute()).domain(domain))
    job = Job(domain, (folder, tool, given), folder)
    config = evolve(load_config(World(world).config), workers=1)
    with Workers(config) as workers:
        ((_, outcome),) = workers.run(_call, [job])
    if isinstance(outcome, MachineryError):
        raise outcome
    if as_json:
        from scaleenv_core.cli.display import as_json as text

        click.echo(text(outcome))
        return
    click.echo(
        f"{outcome['status']}: {orjson.dumps(outcome['content'], option=orjson.OPT_INDENT_2).decode()}"
    )
    for line in outcome["described"] or ["nothing changed"]:
        click.echo(line)


def _call(seat: Seat, folder: str, tool: str, arguments: object) -> dict[str, Any]:
    shown = arguments if isinstance(arguments, dict) else orjson.dumps(arguments).decode()
    domain = load_domain(Path(folder))
    held_by = domain.functions[tool].held_by if tool in domain.functions else "agent"
    with seat.environment(domain) as environment:
        seen = environment.call(tool, shown, held_by)
        changes = environment.changes
    return {
        "status": seen.status,
        "content": seen.content,
        "reads": to_plain(seen.record.reads),
        "writes": to_plain(seen.record.writes),
        "changes": to_plain(changes),
        "described": [line for change in changes for line in describe_change(change)],
    }


def command(_name: str) -> click.Command:
    """The command."""
    return call
