"""Export: the kept trajectories → chats, split by domain, and the files of the chosen exporters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from hashlib import file_digest
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from scaleenv_core.artifacts import Summary, UnitRecord, World, inputs_hash
from scaleenv_core.chat import function
from scaleenv_core.errors import StageError
from scaleenv_core.files import json_text, read_json_lines, whole_folder, write_lines, write_text
from scaleenv_core.names import subseed
from scaleenv_core.stages.embedding import embed
from scaleenv_core.stages.leakage import leakage
from scaleenv_core.stages.running import Run
from scaleenv_core.types import STOP, JsonObject, Message, Task, Tool, Trajectory, Vector


@frozen
class Chats:
    """The chats of one file, read anew each time."""

    path: Path

    def __iter__(self) -> Iterator[JsonObject]:
        return read_json_lines(self.path)


def run(run: Run) -> Summary:
    """Write ``data/<run>.jsonl``, one kept trajectory a line, and what the exporters make of it.

    With ``[export] held_out``, that file has the domains that are left, ``data/<run>/test.jsonl``
    the others, and ``data/<run>/leakage.json`` what both have in common.
    """
    world = run.world
    records = world.records(f"verify-{run.name}")
    kept = [slug for slug, found in records.items() if found.summary.get("kept")]
    splits = split_domains(kept, run.config.export.held_out, run.config.seed)
    hashes = {slug: found.output_hash for slug, found in records.items()}
    inputs = inputs_hash("export", run.name, hashes, splits, _embedder(run) if "test" in splits else [])
    summary = run.unit(f"export-{run.name}", "chats", inputs, lambda: _write_chats(run, splits, inputs))
    world.forget(f"export-{run.name}", ["chats"])
    formats = {name: made["bytes"] for name, made in _write_formats(run, splits)}
    return {**summary, "formats": formats} if formats else summary


def split_domains(slugs: list[str], held_out: float, seed: int) -> dict[str, list[str]]:
    """Domains by split, sorted; which ones are held out depends on each one's name and the seed."""
    if not held_out or not slugs:
        return {"train": sorted(slugs)}
    if len(slugs) == 1:
        raise StageError(f"[export] held_out: {slugs[0]!r} is the only domain, so none can be held out")
    count = min(max(1, round(held_out * len(slugs))), len(slugs) - 1)
    drawn = sorted(slugs, key=lambda slug: (subseed(seed, "held-out", slug), slug))
    return {"train": sorted(drawn[count:]), "test": sorted(drawn[:count])}


def _file(run: str, split: str) -> str:
    return f"data/{run}.jsonl" if split == "train" else f"data/{run}/{split}.jsonl"


def _write_chats(run: Run, splits: Mapping[str, list[str]], inputs: str) -> UnitRecord:
    world, written = run.world, {}
    for stale in ("test.jsonl", "leakage.json"):
        (world.data / run.name / stale).unlink(missing_ok=True)
    for split, slugs in splits.items():
        lines = (line for slug in slugs for line in chats(world, run.name, slug))
        written[split] = write_lines(world.root / _file(run.name, split), lines)
    outputs = [_file(run.name, split) for split in splits]
    summary: dict[str, Any] = {
        "examples": sum(count for count, _ in written.values()),
        "bytes": sum((world.root / path).stat().st_size for path in outputs),
    }
    if "test" in splits:
        for split, slugs in splits.items():
            summary[split] = {"domains": len(slugs), "examples": written[split][0]}
        outputs.append(f"data/{run.name}/leakage.json")
        train, test = (partial(_tasks, world, splits[split]) for split in ("train", "test"))
        found = leakage(train, test, _vectors(run))
        write_text(world.root / outputs[-1], json_text(found))
        summary["leakage_near"] = {measure: told["near"] for measure, told in found.items()}
    told = inputs_hash({split: sha for split, (_, sha) in written.items()})
    return UnitRecord(inputs=inputs, outputs=tuple(outputs), output_hash=told, summary=summary)


def _tasks(world: World, slugs: Iterable[str]) -> Iterator[Task]:
    return (task for slug in slugs for task in world.domain_tasks(slug))


def _embedder(run: Run) -> list[Any]:
    """The first of the chosen embedders, if any."""
    return run.component("embedder")[:1]


def _vectors(run: Run) -> Callable[[Sequence[str]], Sequence[Vector]] | None:
    return (lambda texts: embed(run, texts)[0]) if _embedder(run) else None


def _write_formats(run: Run, splits: Iterable[str]) -> Iterator[tuple[str, Summary]]:
    """Each chosen exporter's folder, ``data/<run>/<exporter>``, and its summary."""
    world, stage = run.world, f"exporter-{run.name}"
    chats = world.recorded(f"export-{run.name}", "chats")
    sources = {split: Chats(world.root / _file(run.name, split)) for split in splits}
    components = run.component("exporter")
    for component in components:
        name = component[0]
        inputs = inputs_hash(stage, component, chats and chats.output_hash)
        yield name, run.unit(stage, name, inputs, partial(_write_format, run, name, sources, inputs))
    world.forget(stage, [component[0] for component in components])


def _write_format(run: Run, name: str, sources: Mapping[str, Chats], inputs: str) -> UnitRecord:
    target = f"data/{run.name}/{name}"
    with whole_folder(run.world.root / target) as folder:
        run.plugins("exporter").only("exporter", name)(splits=sources, out=folder)
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        told = inputs_hash([[path.relative_to(folder).as_posix(), _sha256(path)] for path in paths])
        size = sum(path.stat().st_size for path in paths)
    return UnitRecord(inputs=inputs, outputs=(target,), output_hash=told, summary={"bytes": size})


def _sha256(path: Path) -> str:
    with path.open("rb") as data:
        return file_digest(data, "sha256").hexdigest()


def chats(world: World, run: str, slug: str) -> Iterator[JsonObject]:
    """One domain's kept trajectories as chat lines, in the OpenAI form."""
    if not world.recorded(f"verify-{run}", slug):
        return
    kept = {judgement.trajectory for judgement in world.judgements(run, slug) if judgement.passed}
    tools = {tool.name: tool for tool in world.domain_tools(slug)}
    offered = {task.id: [tools[name] for name in task.tools] for task in world.domain_tasks(slug)}
    for trajectory in world.each_trajectory(run, slug):
        if trajectory.id in kept:
            yield chat(trajectory, offered[trajectory.task])


def chat(trajectory: Trajectory, tools: list[Tool]) -> JsonObject:
    """One trajectory as a line: ``messages`` and ``tools`` as chat templates take them."""
    return {
        "id": trajectory.id,
        "domain": trajectory.domain,
        "task": trajectory.task,
        "messages": [_message(message) for message in _heard(trajectory.messages)],
        "tools": [function(tool) for tool in tools],
    }


def _heard(messages: Iterable[Message]) -> Iterator[Message]:
    """What both sides said, without the word that ends a dialogue: it is no part of what is said."""
    for message in messages:
        text = message.content.replace(STOP, "").strip() if STOP in message.content else message.content
        if not message.private and (text or STOP not in message.content or message.tool_calls):
            yield evolve(message, content=text)


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
