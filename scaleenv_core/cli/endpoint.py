"""``scaleenv endpoint``: try a model's endpoint, and see what a world spent."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import click

from scaleenv_core.cli.options import json_option, world_argument


@click.group("endpoint")
def endpoint() -> None:
    """Try a model's endpoint, and see what a world spent on models.

    \b
    Examples:
      scaleenv endpoint check --config scaleenv.toml --role user
      scaleenv endpoint spent world --json
    """


@endpoint.command("check")
@click.option("--config", type=click.Path(path_type=Path), default=Path("scaleenv.toml"), show_default=True)
@click.option("--role", default="agent", show_default=True, help="Whose endpoint: agent, user, judge, …")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override the config.")
@json_option
def check(config: Path, role: str, overrides: tuple[str, ...], as_json: bool) -> None:
    """Ask one tiny question, once, past all recordings: model, latency, tokens, cost.

    \b
    Example:
      scaleenv endpoint check --set endpoint.openai.model=tiny
    """
    from attrs import asdict, evolve

    from scaleenv_core.config import load_config
    from scaleenv_core.endpoints import Endpoints
    from scaleenv_core.types import Message, Sampling

    chosen = load_config(config, overrides)
    once = evolve(chosen.completions, mode="off", folder="", attempts=1)
    with TemporaryDirectory() as folder, Endpoints(evolve(chosen, completions=once), Path(folder)) as opened:
        question = Message(role="user", content="Answer with the one word: yes")
        made = opened.role(role).complete([question], sampling=Sampling(max_tokens=16, seed=0))
    found = {"role": role, **asdict(made)}
    if as_json:
        from scaleenv_core.cli.display import as_json as text

        click.echo(text(found))
        return
    tokens = f"{made.usage.prompt} + {made.usage.completion}" if made.usage else "not counted"
    cost = "no price known" if made.cost_usd is None else f"${made.cost_usd:.6f}"
    click.echo(f"{role}: {made.model} answered {made.text!r} ({made.finish})")
    click.echo(f"latency {made.latency_s:.3f} s, tokens {tokens}, cost {cost}")


@endpoint.command("spent")
@world_argument
@json_option
def spent(world: Path, as_json: bool) -> None:
    """What a world's runs asked and spent, by role and model.

    \b
    Example:
      scaleenv endpoint spent world
    """
    from attrs import asdict

    from scaleenv_core.artifacts import World
    from scaleenv_core.config import load_config
    from scaleenv_core.endpoints import Endpoints

    opened = World.open(world)
    with Endpoints(load_config(opened.config), opened.completions) as endpoints:
        accounts = endpoints.ledger.accounts()
    if as_json:
        from scaleenv_core.cli.display import as_json as text

        click.echo(text([asdict(account) for account in accounts]))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("role", "model", "asked", "replayed", "tokens", "USD", "seconds")
    for account in accounts:
        cost = "no price" if account.unpriced else f"{account.cost_usd:,.4f}"
        tokens = f"{account.prompt_tokens:,} + {account.completion_tokens:,}"
        counts = (f"{account.asked:,}", f"{account.replayed:,}", tokens, cost, f"{account.seconds:,.1f}")
        table.add_row(account.role, account.model, *counts)
    Console().print(table if accounts else "nothing was asked")


def command(_name: str) -> click.Command:
    """The command."""
    return endpoint
