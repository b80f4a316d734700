"""τ²-bench's telecom beside ours: gold replays, and recorded dialogues call by call and by reward.

python experiments/tau2_telecom.py ../shared/benchmarks/tau2
"""

from __future__ import annotations

import gzip
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from attrs import define, field
from scaleenv_domain_tau2.telecom import write_telecom

from scaleenv_core.engine import Environment, load_domain, read_tasks
from scaleenv_core.plugins import Plugins
from scaleenv_core.stages.replay import recorded_calls
from scaleenv_core.stages.verify import judge
from scaleenv_core.types import CallRecord, RecordedDialogue, Task, ToolCall, Trajectory

ENUMERATION = re.compile(r"<\w+\.\w+: ('\w+')>")
"""How Python shows an enumeration: the original's answer about a VPN lets it through."""


def main(data: Path) -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / write_telecom(Path(place), data / "telecom")
        with Environment(load_domain(folder)) as environment:
            compared = Comparison(environment, {task.id: task for task in read_tasks(folder)})
            print_gold(environment, compared.tasks.values())
            print(f"\n{'dialogues':>9} {'agreed':>6} {'reward':>6} {'calls':>6} {'same':>6} {'alike':>6}")
            for path in sorted((data / "recorded").glob("*telecom*.json.gz")):
                compared.print_file(path)
            compared.print_differences()


def print_gold(environment: Environment, tasks: Iterable[Task]) -> None:
    """How many tasks are undone at their start, and done after their gold."""
    undone = done = 0
    for task in tasks:
        environment.reset(task.start)
        undone += "actions" in task.judged_by or not all(map(environment.holds, task.checks))
        answers = [environment.call(action.tool, action.arguments, action.held_by) for action in task.actions]
        done += all(map(environment.holds, task.checks)) and all(a.status == "answered" for a in answers)
    print(f"gold: {undone} tasks undone at their start, {done} done after it")


@define
class Comparison:
    """Recorded dialogues, made again."""

    environment: Environment
    tasks: dict[str, Task]
    counts: Counter[str] = field(factory=Counter)
    differences: Counter[str] = field(factory=Counter)

    def print_file(self, path: Path) -> None:
        """Compare one result file."""
        self.counts.clear()
        simulations = json.loads(gzip.decompress(path.read_bytes()))["simulations"]
        (dialogues,) = Plugins.of(
            {"log": ["tau2"]}, {"log": {"tau2": {"files": [str(path)]}}}
        ).hook.read_log()
        for dialogue, simulation in zip(dialogues, simulations, strict=True):
            rewarded = self.rewarded(dialogue)
            self.counts["rewarded"] += rewarded
            self.counts["agreed"] += rewarded == (simulation["reward_info"]["reward"] == 1.0)
        count, number = self.counts, len(simulations)
        calls = count["same"] + count["alike"] + count["different"]
        print(
            f"{number:9} {count['agreed']:6} {count['rewarded'] / number:6.3f}"
            f" {calls:6} {count['same']:6} {count['alike']:6}  {path.name}"
        )

    def print_differences(self) -> None:
        """Every answer that is not the same, once."""
        print("\nnot the same:")
        for line, count in sorted(self.differences.items(), key=lambda pair: (-pair[1], pair[0])):
            print(f"{count:5}  {line}")

    def rewarded(self, dialogue: RecordedDialogue) -> bool:
        """Make a dialogue's calls again; whether it is worth the original's reward."""
        task, environment = self.tasks[dialogue.task], self.environment
        environment.reset(task.start)
        records = [self.call(call, answer or "") for call, _, answer in recorded_calls(dialogue.messages)]
        trajectory = Trajectory(
            id=dialogue.id,
            task=task.id,
            domain=task.domain,
            agent=dialogue.agent,
            user=dialogue.user,
            trial=dialogue.trial,
            seed=0,
            messages=dialogue.messages,
            calls=tuple(records),
            changes=environment.changes,
            checks=tuple(map(environment.holds, task.checks)),
            ended=dialogue.ended,
        )
        plugins = Plugins.of(
            {"verifier": ["checks", "actions"]}, {"verifier": {"actions": {"left_out": True}}}
        )
        layers = {name: plugins.only("verifier", name) for name in plugins.names("verifier")}
        judged = judge(layers, trajectory, task, environment.domain.manifest)
        passed = all(verdict.passed for verdict in judged.verdicts)
        return passed and dialogue.ended in ("user_stop", "agent_stop")

    def call(self, call: ToolCall, answer: str) -> CallRecord:
        """Call as whoever has the tool: in a run without a user the agent has the phone's, too."""
        function = self.environment.domain.functions.get(call.tool)
        seen = self.environment.call(call.tool, call.arguments, function.held_by if function else "agent")
        ours = seen.content if seen.status == "answered" else f"Error: {seen.content}"
        theirs = data(answer)
        if ours == theirs:
            self.counts["same"] += 1
        elif ours == folded(theirs):
            self.counts["alike"] += 1
            self.differences[f"{call.tool}: a number as text, or an enumeration's name"] += 1
        else:
            self.counts["different"] += 1
            self.differences[f"{call.tool} {call.arguments}: {answer!r}, ours {ours!r}"] += 1
        return seen.record


def data(text: str) -> Any:
    """An answer as JSON, where it is."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def folded(answer: Any) -> Any:
    """Numbers that are written as text as numbers, and enumerations as their values."""
    if isinstance(answer, dict):
        return {name: data(value) if isinstance(value, str) else value for name, value in answer.items()}
    return ENUMERATION.sub(r"\1", answer) if isinstance(answer, str) else answer


if __name__ == "__main__":
    main(Path(sys.argv[1]))
