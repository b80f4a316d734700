"""``scaleenv plugins``: what is installed."""

from __future__ import annotations

import click

from scaleenv_core.cli.options import json_option
from scaleenv_core.errors import PluginBroken
from scaleenv_core.plugins import KINDS, PluginInfo, discover


@click.command("plugins")
@click.option("--kind", type=click.Choice(list(KINDS)), help="One kind only.")
@click.option("--check", is_flag=True, help="Import each one; exit with 1 if any is broken.")
@json_option
def plugins(kind: str | None, check: bool, as_json: bool) -> None:
    """What is installed, per kind: name, version, distribution. A broken plugin shows as broken.

    \b
    Examples:
      scaleenv plugins
      scaleenv plugins --kind source --json
    """
    found = discover(kind)
    names = [(info.kind, info.name) for info in found]
    rows = []
    for info in found:
        state = _state(info)
        if state == "ok" and names.count((info.kind, info.name)) > 1:
            state = f"ambiguous: write {info.distribution}:{info.name}"
        rows.append(
            {
                "kind": info.kind,
                "name": info.name,
                "version": info.version,
                "distribution": info.distribution,
                "state": state,
            }
        )
    if as_json:
        from scaleenv_core.cli.display import as_json as text

        click.echo(text(rows))
    else:
        _table(rows)
    if check and any(row["state"] != "ok" for row in rows):
        raise click.exceptions.Exit(1)


def _state(info: PluginInfo) -> str:
    try:
        info.load()
    except PluginBroken as exc:
        return f"broken: {exc}"
    return "ok"


def _table(rows: list[dict[str, str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table()
    for name in ("kind", "name", "version", "distribution", "state"):
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*row.values())
    Console().print(table)
    missing = [kind for kind in KINDS if kind not in {row["kind"] for row in rows}]
    if missing:
        click.echo(f"none installed: {', '.join(missing)}; see 'pip install scaleenv'")


def command(_name: str) -> click.Command:
    """The command."""
    return plugins
