"""Export: the kept trajectories → a data set in chat format with tool calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scaleenv_core.artifacts import Summary, UnitRecord, World, inputs_hash
from scaleenv_core.chat import function
from scaleenv_core.files import json_lines, write_text
from scaleenv_core.names import digest
from scaleenv_core.stages.running import Run
from scaleenv_core.types import STOP, JsonObject, Message, Tool, Trajectory


def run(run: Run) -> Summary:
    """Write ``data/<run>.jsonl``: one kept trajectory a line."""
    records = run.world.records(f"verify-{run.name}")
    inputs = inputs_hash("export", run.name, {slug: found.output_hash for slug, found in records.items()})
    target = f"data/{run.name}.jsonl"

    def make() -> UnitRecord:
        lines = [line for slug in records for line in chats(run.world, run.name, slug)]
        text = json_lines(lines)
        write_text(run.world.root / target, text)
        return UnitRecord(
            inputs=inputs,
            outputs=(target,),
            output_hash=digest(text),
            summary={"examples": len(lines), "bytes": len(text.encode())},
        )

    return run.unit(f"export-{run.name}", "all", inputs, make)


def chats(world: World, run: str, slug: str) -> Iterator[JsonObject]:
    """One domain's kept trajectories as chat lines, in the OpenAI form."""
    if not world.recorded(f"verify-{run}", slug):
        return
    kept = {judgement.trajectory for judgement in world.judgements(run, slug) if judgement.passed}
    tools = {tool.name: tool for tool in world.domain_tools(slug)}
    offered = {task.id: [tools[name] for name in task.tools] for task in world.domain_tasks(slug)}
    for trajectory in world.trajectories(run, slug):
        if trajectory.id in kept:
            yield chat(trajectory, offered[trajectory.task])


def chat(trajectory: Trajectory, tools: list[Tool]) -> JsonObject:
    """One trajectory as a line: ``messages`` and ``tools`` as chat templates take them."""
    said = [message for message in trajectory.messages if message.content != STOP and not message.private]
    return {
        "id": trajectory.id,
        "domain": trajectory.domain,
        "task": trajectory.task,
        "messages": [_message(message) for message in said],
        "tools": [function(tool) for tool in tools],
    }


def _message(message: Message) -> JsonObject:
    made: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        made["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.tool, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
    if message.role == "tool":
        made["tool_call_id"] = message.tool_call_id
    return made
