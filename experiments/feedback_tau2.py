"""Recorded conversations of real models on τ²-Bench's retail → new tasks of our retail domain.

The conversations are written as chats in the OpenAI format first, as a service would log them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from scaleenv_core.artifacts import World
from scaleenv_core.chat import arguments_text
from scaleenv_core.plugins import Plugins
from scaleenv_core.types import Message, RecordedDialogue

DATA = Path(os.environ.get("SCALEENV_SHARED", "../shared")) / "benchmarks" / "tau2" / "recorded"

SCALEENV = (sys.executable, "-m", "scaleenv_core.cli.main")


def chat(message: Message) -> dict[str, object]:
    """A message as services log it."""
    made: dict[str, object] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        made["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.tool, "arguments": arguments_text(call.arguments)},
            }
            for call in message.tool_calls
        ]
    if message.role == "tool":
        made["tool_call_id"] = message.tool_call_id
    return made


def main() -> None:
    """Write the chats, make the tasks, and print what came of it."""
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    with tempfile.TemporaryDirectory() as place:
        root, log = Path(place) / "world", Path(place) / "retail.jsonl"
        tables = {"log": {"tau2": {"files": [str(DATA / "mt__*retail*.json.gz")]}}}
        (entries,) = Plugins.of({"log": ("tau2",)}, tables).only("log", "tau2")()
        dialogues = [entry for entry in entries if isinstance(entry, RecordedDialogue)]
        lines = [
            {"id": entry.id, "model": entry.agent, "messages": [chat(message) for message in entry.messages]}
            for entry in dialogues
        ]
        log.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        chosen = ["--set", 'domain.use=["retail", "airline", "telecom"]', "--set", "source.use=[]"]
        subprocess.run([*SCALEENV, "run", "--out", str(root), *chosen], check=True, capture_output=True)
        subprocess.run([*SCALEENV, "feedback", str(root), "--log", str(log)], check=True)
        tasks = [task for task in World(root).domain_tasks("retail") if task.origin]
        print(f"{len(lines)} chats; {len(tasks)} new tasks, {sum(t.read_only for t in tasks)} only read")
        print("calls a task:", dict(sorted(Counter(len(task.actions) for task in tasks).items())))
        for task in tasks[:5]:
            calls = ", ".join(action.tool for action in task.actions)
            print(f"\n{task.id} ({task.origin}): {calls}\n  {task.instruction}")


if __name__ == "__main__":
    main()
