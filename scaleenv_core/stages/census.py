"""A world's tasks in pictures: how long, how hard, of which kinds, and what was dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import get_args

from scaleenv_core.artifacts import Summary
from scaleenv_core.files import write_text
from scaleenv_core.stages.running import Run, totals
from scaleenv_core.types import Kind, Task

_WIDE, _HIGH = 420, 150
_MOST_BARS = 24


def write_report(run: Run) -> Summary:
    """Write ``tasks.html``: one page that loads nothing. The same tasks give the same bytes."""
    tasks = [task for slug in run.sound_domains() for task in run.world.domain_tasks(slug)]
    made = totals(record.summary for record in run.world.records("synthesize").values())
    path = run.world.root / "tasks.html"
    write_text(path, page(tasks, made.get("walks_dropped", {})))
    return {"report": str(path), "tasks": len(tasks), "domains": len({task.domain for task in tasks})}


def page(tasks: Sequence[Task], dropped: Mapping[str, int]) -> str:
    """The whole page as HTML."""
    domains = Counter(task.domain for task in tasks)
    charts = [chart(title, about, counts) for title, about, counts in _charts(tasks, dropped, domains)]
    head = f"{len(tasks):,} tasks of {len(domains):,} domains"
    text = (files("scaleenv_core.stages") / "census.html").read_text(encoding="utf-8")
    for name, part in {"HEAD": head, "SHARES": _shares(tasks), "CHARTS": "\n".join(charts)}.items():
        text = text.replace(f"<!--{name}-->", part, 1)
    return text


def _charts(
    tasks: Sequence[Task], dropped: Mapping[str, int], domains: Mapping[str, int]
) -> Iterable[tuple[str, str, Mapping[str, int]]]:
    yield "Calls", "gold calls of a task", _numbers(tasks, lambda task: len(task.actions))
    yield "Writes", "rows that differ at the end", _numbers(tasks, lambda task: len(task.changes))
    yield "Tools in scope", "tools offered to the agent", _numbers(tasks, lambda task: len(task.tools))
    yield "Distractors", "tools offered that gold does not call", _numbers(tasks, _distractors)
    yield "Branching", "most gold calls that may come next at some point", _numbers(tasks, branching)
    yield "Facts", "facts to be told", _numbers(tasks, lambda task: len(task.outputs))
    kinds = Counter(task.kind for task in tasks)
    yield "Kinds", "what is hard beside the length", {kind: kinds[kind] for kind in get_args(Kind)}
    yield "Attempts", "gold calls that come to nothing", _numbers(tasks, _attempts)
    yield "Tasks a domain", "domains by number of tasks", _ordered(Counter(domains.values()))
    yield "Dropped", "walks that became no task", dict(sorted(dropped.items(), key=lambda one: -one[1]))


def _numbers(tasks: Iterable[Task], of: Callable[[Task], int]) -> dict[str, int]:
    return _ordered(Counter(map(of, tasks)))


def _ordered(counts: Counter[int]) -> dict[str, int]:
    """Every number from the least to the greatest; what is beyond the last bar is one bar."""
    if not counts:
        return {}
    low, high = min(counts), max(counts)
    last = min(high, low + _MOST_BARS - 1)
    made = {str(number): counts[number] for number in range(low, last)}
    beyond = sum(count for number, count in counts.items() if number >= last)
    return made | {f"{last}{'+' if high > last else ''}": beyond}


def branching(task: Task) -> int:
    """The most gold calls that may come next at some point of the given order; 1 where it is fixed."""
    before = task.after or tuple(tuple(range(number)) for number in range(len(task.actions)))
    most = 0
    for done in range(len(before)):
        most = max(most, sum(all(one < done for one in before[n]) for n in range(done, len(before))))
    return most


def _distractors(task: Task) -> int:
    return len(set(task.tools) - {action.tool for action in task.actions})


def _attempts(task: Task) -> int:
    return sum(action.expect != "answered" for action in task.actions)


def _shares(tasks: Sequence[Task]) -> str:
    wanted: dict[str, Callable[[Task], bool]] = {
        "at least 5 calls": lambda task: len(task.actions) >= 5,
        "at least 12 calls": lambda task: len(task.actions) >= 12,
        "at least one write": lambda task: not task.read_only,
        "of a kind that is not plain": lambda task: task.kind != "plain",
        "tempt to break a rule": lambda task: bool(task.rule),
    }
    rows = []
    for name, holds in wanted.items():
        count = sum(map(holds, tasks))
        rows.append(f"<tr><td>{name}<td>{count:,}<td>{count / max(1, len(tasks)):.1%}")
    return "\n".join(rows)


def chart(title: str, about: str, counts: Mapping[str, int]) -> str:
    """One bar chart as SVG, each bar with its count as a tooltip."""
    top, step = max([*counts.values(), 1]), _WIDE / max(1, len(counts))
    bars = []
    for place, (name, count) in enumerate(counts.items()):
        high, left = _HIGH * count / top, place * step
        middle = left + step / 2
        slanted = (
            f' class="slanted" transform="rotate(-35 {middle:.1f} {_HIGH + 12})"' if len(name) > 4 else ""
        )
        bars.append(
            f'<g><title>{escape(name)}: {count:,}</title><rect x="{left + 1:.1f}" y="{_HIGH - high:.1f}" '
            f'width="{max(1, step - 2):.1f}" height="{high:.1f}"/>'
            f'<text x="{middle:.1f}" y="{_HIGH + 12}"{slanted}>{escape(name)}</text></g>'
        )
    label = f"{title}: {about}"
    drawn = f'<svg viewBox="-30 -12 {_WIDE + 40} {_HIGH + 80}" role="img" aria-label="{escape(label)}">'
    return (
        f"<figure><figcaption><b>{escape(title)}</b> {escape(about)}</figcaption>{drawn}"
        f'<text x="0" y="-3" class="top">{top:,}</text>{"".join(bars)}</svg></figure>'
    )
