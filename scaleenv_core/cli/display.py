"""What people see: progress while a stage runs, tables when it has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from scaleenv_core.artifacts import Summary


class Bars:
    """One bar a stage on a terminal, one line a stage elsewhere; always on standard error."""

    def __init__(self) -> None:
        self.console = Console(stderr=True)
        self._bars = Progress(
            TextColumn("{task.description:<12}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[unit]}"),
            console=self.console,
        )
        self._stage = ""
        self._task: TaskID | None = None

    def __enter__(self) -> Bars:
        if self.console.is_terminal:
            self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def start(self, stage: str, total: int) -> None:
        """Begin a stage of so many units."""
        self._stage = stage
        self._task = self._bars.add_task(stage, total=total, unit="")

    def advance(self, unit: str, steps: int = 1) -> None:
        """Note a unit as done, or so many."""
        if self._task is not None:
            self._bars.update(self._task, advance=steps, unit=unit[:30])

    def end(self) -> None:
        """End the stage."""
        if self._task is not None:
            self._bars.update(self._task, unit="")
        if not self.console.is_terminal:
            self.console.print(f"{self._stage}: done", highlight=False)


def summary_table(title: str, rows: Iterable[tuple[str, Any]]) -> Table:
    """A table of two columns; a table inside a table is spelled out, largest first."""
    table = Table(title=title, title_justify="left", show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="left")
    for name, value in rows:
        table.add_row(name, spelled(value))
    return table


def spelled(value: Any) -> str:
    """A number, or a table of counts as one line."""
    if isinstance(value, Mapping):
        counts = (
            sorted(value.items(), key=lambda pair: (-pair[1], pair[0])) if _counts(value) else value.items()
        )
        return ", ".join(f"{name} {spelled(count)}" for name, count in counts) or "none"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _counts(value: Mapping[str, Any]) -> bool:
    return all(isinstance(count, (int, float)) for count in value.values())


def status_rows(status: Summary) -> list[tuple[str, Any]]:
    """The closing table's rows."""
    rows = [
        ("tools read", status["tools_read"]),
        ("tools kept", status["tools"]),
        ("dropped", status["tools_dropped"]),
        ("communities", status["communities"]),
        ("domains", status["domains"]),
        ("tools materialized", status["tools_materialized"]),
        ("not understood", status["tools_not_understood"]),
        ("tools tested", status["tools_tested"]),
        ("repaired", status["tools_repaired"]),
        ("sound", status["tools_sound"]),
        ("quarantined", status["tools_quarantined"]),
        ("tasks", f"{status['tasks']:,} ({status['tasks_read_only']:,} only read)"),
        ("tasks by calls", status["tasks_by_calls"]),
        ("mean complexity c(H)", status["mean_complexity"]),
        ("tasks by kind", status["tasks_by_kind"]),
        ("walks dropped", status["walks_dropped"]),
        ("walks repaired", status["walks_repaired"]),
        (f"trajectories ({status['run']})", status["trajectories"]),
    ]
    rows += [
        (f"layer {name}", f"{count['in']:,} in, {count['out']:,} out")
        for name, count in status["funnel"].items()
    ]
    rows += [(f"failed by {owner}", kinds) for owner, kinds in status["blamed"].items()]
    rows += [
        ("invalid", status["invalid"]),
        ("kept", status["kept"]),
        ("examples exported", status["examples"]),
    ]
    if status["failures"]:
        shown = sorted(status["failures"].items(), key=lambda pair: (-pair[1], pair[0]))[:3]
        more = len(status["failures"]) - len(shown)
        text = "; ".join(f"{error[:120]} ({count})" for error, count in shown)
        rows.append(("failures", text + (f"; and {more} more, see --json" if more else "")))
    return rows


def as_json(data: Any) -> str:
    """For programs."""
    from scaleenv_core.files import json_text

    return json_text(data).rstrip()
