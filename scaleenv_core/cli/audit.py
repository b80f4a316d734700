"""``scaleenv audit``: try the verifiers, and show what they got wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from scaleenv_core.artifacts import Summary
from scaleenv_core.cli import display
from scaleenv_core.cli.options import (
    json_option,
    name_option,
    opened,
    record_config,
    run_options,
    world_argument,
    world_config,
)
from scaleenv_core.converters import to_plain
from scaleenv_core.stages.audit import findings
from scaleenv_core.stages.audit.tally import Finding
from scaleenv_core.stages.pipeline import check_plugins, run_stage
from scaleenv_core.types import Verdict


@click.command("audit")
@world_argument
@name_option
@click.option(
    "--show", type=click.IntRange(min=0), default=5, show_default=True, help="Mistakes shown of each sort."
)
@run_options
@json_option
def audit(
    world: Path,
    name: str,
    show: int,
    overrides: tuple[str, ...],
    again: bool,
    workers: int | None,
    as_json: bool,
) -> None:
    """Try the verifiers: what is wrong must be rejected, what is as good as gold accepted.

    Every task's gold is changed in known ways and executed; docs/audit.md says how, and
    what the figures mean. The findings stay in runs/NAME/audit/.

    \b
    Examples:
      scaleenv audit world
      scaleenv audit world --name strict --set 'verifier.use=["validity", "state", "actions"]'
    """
    config = world_config(world, name, overrides)
    with opened(world, config, workers=workers, name=name, again=again) as run:
        check_plugins(run, ("audit",))
        record_config(run)
        summary = run_stage(run, "audit")
        wrong = {
            sort: list(islice(filter(picked, findings(run)), None if as_json else show))
            for sort, picked in _MISTAKES.items()
        }
    if as_json:
        click.echo(display.as_json({**summary, **{sort: to_plain(found) for sort, found in wrong.items()}}))
        return
    console = Console()
    console.print(display.summary_table(f"audit: {world}", _rows(summary)))
    for title in ("kinds", "verifiers", "domains"):
        console.print(_table(title, summary[title]))
    for sort, found in wrong.items():
        for finding in found:
            console.print(f"{sort}: {escape(_told(finding))}", soft_wrap=True)


_MISTAKES: Mapping[str, Callable[[Finding], bool]] = {
    "survivors": lambda finding: finding.survived,
    "misjudged": lambda finding: finding.misjudged,
    "broken": lambda finding: finding.truth == "broken",
}


def _rows(summary: Summary) -> list[tuple[str, Any]]:
    return [
        ("tasks", f"{summary['tasks']:,}, {summary['tasks_unsound']:,} whose gold is not accepted, left out"),
        ("mutants", f"{summary['mutants']:,}, {summary['killed']:,} killed: {_rate(summary['kill_rate'])}"),
        (
            "equivalents",
            f"{summary['equivalents']:,}, {summary['rejected']:,} rejected: "
            f"{_rate(summary['false_negative_rate'])}",
        ),
        (
            "of these, mutants that turned out so",
            f"{summary['turned_equal']:,}, {summary['turned_rejected']:,} rejected",
        ),
        ("guessed", f"{summary['guessed']:,}, in neither rate; {summary['guessed_rejected']:,} rejected"),
        ("broken", summary["broken"]),
        ("domains that failed", summary["failures"]),
    ]


def _table(title: str, counted: Mapping[str, Summary]) -> Table:
    table = Table(title=title, title_justify="left")
    more = ("first", "alone") if title == "verifiers" else ()
    table.add_column(title.removesuffix("s"), overflow="fold")
    for column in ("wrong", "killed", *more, "rate", "equal", "rejected", "rate"):
        table.add_column(column, justify="right", no_wrap=True)
    for name, row in _worst_first(counted.items()) if title == "domains" else counted.items():
        numbers = [f"{row[key]:,}" for key in ("mutants", "killed", *more)]
        rest = [f"{row[key]:,}" for key in ("equivalents", "rejected")]
        table.add_row(name, *numbers, _rate(row["kill_rate"]), *rest, _rate(row["false_negative_rate"]))
    return table


def _worst_first(domains: Iterable[tuple[str, Summary]], most: int = 20) -> Iterable[tuple[str, Summary]]:
    def mistakes(pair: tuple[str, Summary]) -> tuple[int, str]:
        _, row = pair
        return row["killed"] - row["mutants"] - row["rejected"], pair[0]

    return sorted(domains, key=mistakes)[:most]


def _rate(share: float | None) -> str:
    return "none" if share is None else f"{share:.1%}"


def _told(finding: Finding) -> str:
    """A finding with what each verifier said of it."""
    said = "; ".join(f"{verdict.verifier} {_said(verdict)}" for verdict in finding.verdicts)
    return f"{finding.task} {finding.kind}: {finding.change} ({finding.why or finding.truth}) — {said}"


def _said(verdict: Verdict) -> str:
    if verdict.passed:
        return "passed" if verdict.applies else "does not judge it"
    return f"failed: {verdict.reason}"


def command(_name: str) -> click.Command:
    """The command."""
    return audit
