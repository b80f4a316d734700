"""The gate that generated tasks pass, run over τ²-bench's: which of its tasks are unsound, and why.

Beside it, the tasks of which some gold action raises, found by plain replay. Needs the
benchmark's data in ../shared (or SCALEENV_SHARED), and domain-tau2 and the domains installed.
Usage: tau2_gate.py
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from pathlib import Path

from scaleenv_core.engine import Environment, load_domain, read_tasks
from scaleenv_core.names import subseed
from scaleenv_core.plugins import Plugins
from scaleenv_core.stages.gate import fault_of
from scaleenv_core.types import Task

DATA = Path(os.environ.get("SCALEENV_SHARED", "../shared")) / "benchmarks" / "tau2"
DOMAINS = ("retail", "airline")
AGENTS = 100


def raising(live: Environment, task: Task) -> bool:
    """Whether some gold action is not answered."""
    live.reset(task.start)
    return any(
        live.call(action.tool, action.arguments, action.held_by).status != "answered"
        for action in task.actions
    )


def main() -> None:
    """Print both tables."""
    rows, found = [], []
    with tempfile.TemporaryDirectory(prefix="scaleenv-") as place:
        options = {"data": str(DATA), "domains": list(DOMAINS)}
        plugins = Plugins.of({"domain": ["tau2"]}, {"domain": {"tau2": options}})
        (slugs,) = plugins.hook.write_domains(into=Path(place))
        for slug in slugs:
            folder = Path(place) / slug
            with Environment(load_domain(folder)) as live:
                tasks = read_tasks(folder)
                faults = {task.id: fault_of(live, task, AGENTS, subseed(0, task.id)) for task in tasks}
                raised = {task.id for task in tasks if raising(live, task)}
            gate = {task for task, fault in faults.items() if fault == "gold-raises"}
            counts = Counter(fault for fault in faults.values() if fault)
            reasons = ", ".join(f"{fault} {count}" for fault, count in sorted(counts.items()))
            rows.append(f"| {slug} | {len(tasks)} | {reasons} | {len(raised)} | {gate == raised} |")
            found += [f"| {task} | {fault} |" for task, fault in faults.items() if fault]
    print("| domain | tasks | the gate drops | tasks with gold that raises, by replay | the same |")
    print("|---|---|---|---|---|", *rows, sep="\n")
    print("\n| task | why |\n|---|---|", *found, sep="\n")


if __name__ == "__main__":
    main()
