"""Replay: dialogues that somebody recorded → trajectories, their calls made anew in our domains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from attrs import define, field, frozen

from scaleenv_core.artifacts import Summary, UnitRecord, World, inputs_hash
from scaleenv_core.converters import from_plain, to_plain
from scaleenv_core.engine import Environment, content_hash, load_domain, machinery
from scaleenv_core.errors import DomainError, MachineryError, StageError
from scaleenv_core.files import json_lines, read_json_lines, write_text
from scaleenv_core.names import digest
from scaleenv_core.stages.rollout import result
from scaleenv_core.stages.running import Run, totals
from scaleenv_core.stages.workers import Job, Seat
from scaleenv_core.types import (
    CallRecord,
    Dropped,
    Failure,
    Holder,
    Message,
    RecordedDialogue,
    Task,
    ToolCall,
    Trajectory,
)


def run(run: Run) -> Summary:
    """Put trajectories into the store of ``runs/<name>`` from the chosen logs; judge them with ``verify``."""
    logs, dropped = _read(run)
    jobs, inputs = [], {}
    for slug, dialogues in logs.items():
        folder, text = run.world.domain(slug), json_lines(map(to_plain, dialogues))
        tasks = run.world.need(folder / "tasks.jsonl", "synthesize").read_bytes()
        log = f"runs/{run.name}/logs/{slug}.jsonl"
        write_text(run.world.root / log, text)
        inputs[slug] = inputs_hash("replay", digest(text), content_hash(folder), digest(tasks))
        jobs.append(Job(slug, (str(run.world.root), run.name, slug, log, inputs[slug])))

    def failed(unit: str, error: str) -> UnitRecord:
        summary = {"domains_broken": 1, "failures": {error: 1}}
        return UnitRecord(inputs=inputs[unit], outputs=(), output_hash="", summary=summary)

    # Under the name of rollouts: from here on they are what rollouts are.
    records = run.units(f"rollout-{run.name}", make, jobs, inputs, failed)
    return {**totals(record.summary for record in records), "dialogues_dropped": dropped}


def _read(run: Run) -> tuple[dict[str, list[RecordedDialogue]], dict[str, int]]:
    """The dialogues by domain, and what was dropped by reason."""
    plugins = run.plugins("log")
    if not plugins.names("log"):
        raise StageError("no log is chosen: set [log] use in the config, or --set log.use=NAME")
    known = {slug: {task.id for task in run.world.domain_tasks(slug)} for slug in run.world.domains()}
    found: dict[str, list[RecordedDialogue]] = {}
    dropped: Counter[str] = Counter()
    for name in plugins.names("log"):
        with machinery(f"log {name!r}"):
            (entries,) = plugins.only("log", name)()
            for entry in entries:
                if isinstance(entry, Dropped):
                    dropped[entry.reason] += 1
                elif entry.domain not in known:
                    dropped["no-such-domain"] += 1
                elif entry.task not in known[entry.domain]:
                    dropped["no-such-task"] += 1
                else:
                    found.setdefault(entry.domain, []).append(entry)
    return dict(sorted(found.items())), dict(sorted(dropped.items()))


@frozen
class Replayed:
    """What came of one domain's dialogues."""

    trajectories: tuple[Trajectory, ...]
    answers: dict[str, int]
    """How many of the recorded answers our tools give, too: ``alike`` and ``different``."""


def make(seat: Seat, root: str, run_name: str, slug: str, log: str, inputs: str) -> UnitRecord:
    """One domain's dialogues, in a worker."""
    world = World(Path(root))
    folder, lines = str(world.domain(slug)), str(world.root / log)
    made: Replayed = seat.work(replay, Job(slug, (root, slug, lines), folder, (lines,)))
    results = [result(slug, place, trajectory) for place, trajectory in enumerate(made.trajectories)]
    with world.open_store(run_name) as store:
        store.replace(slug, inputs, results)
        store.settle()
    return UnitRecord(
        inputs=inputs,
        outputs=(),
        output_hash=digest("".join(each.digest for each in results)),
        summary={
            "trajectories": len(results),
            "calls": sum(each.calls for each in results),
            "broken": sum(bool(each.broken) for each in results),
            "answers": made.answers,
        },
    )


def replay(seat: Seat, root: str, slug: str, log: str) -> Replayed:
    """One domain's dialogues, where its code may run."""
    world = World(Path(root))
    domain, tasks = load_domain(world.domain(slug)), {task.id: task for task in world.domain_tasks(slug)}
    dialogues = [from_plain(line, RecordedDialogue) for line in read_json_lines(Path(log))]
    answers: Counter[str] = Counter()
    with seat.environment(domain) as environment:
        replays = [_Replay(environment, dialogue, answers) for dialogue in dialogues]
        made = [each.play(tasks[each.dialogue.task]) for each in replays]
    return Replayed(tuple(made), dict(sorted(answers.items())))


@define
class _Replay:
    """One dialogue, its calls made again."""

    environment: Environment
    dialogue: RecordedDialogue
    answers: Counter[str]
    """How many of the recorded answers our tools give, too: ``alike`` and ``different``."""

    calls: list[CallRecord] = field(factory=list)

    def play(self, task: Task) -> Trajectory:
        dialogue, failure = self.dialogue, None
        checks: tuple[bool, ...] = ()
        try:
            self.environment.reset(task.start)
            for call, made_by, recorded in recorded_calls(dialogue.messages):
                self._call(call, self._holder(call.tool) if dialogue.alone else made_by, recorded)
            checks = tuple(self.environment.holds(check) for check in task.checks)
        except (MachineryError, DomainError) as exc:
            failure = Failure(owner="tool", error=str(exc))
        return Trajectory(
            id=f"{task.id}/{dialogue.id}",
            task=task.id,
            domain=dialogue.domain,
            agent=dialogue.agent,
            user=dialogue.user,
            trial=dialogue.trial,
            seed=0,
            messages=dialogue.messages,
            calls=tuple(self.calls),
            changes=self.environment.changes,
            ended=dialogue.ended,
            checks=checks,
            failure=failure,
        )

    def _holder(self, tool: str) -> Holder:
        return "user" if tool in self.environment.offered("user") else "agent"

    def _call(self, call: ToolCall, held_by: Holder, recorded: str | None) -> None:
        seen = self.environment.call(call.tool, call.arguments, held_by)
        self.calls.append(seen.record)
        if recorded is not None:
            same = alike(recorded, seen.text if seen.status == "answered" else None)
            self.answers["alike" if same else "different"] += 1


def recorded_calls(messages: tuple[Message, ...]) -> Iterator[tuple[ToolCall, Holder, str | None]]:
    """Each call with its holder and the answer that was recorded: the next one for its id."""
    for number, message in enumerate(messages):
        for call in message.tool_calls:
            answers = (
                later.content
                for later in messages[number + 1 :]
                if later.role == "tool" and later.tool_call_id == call.id
            )
            yield call, "user" if message.role == "user" else "agent", next(answers, None)


def alike(recorded: str, ours: str | None) -> bool:
    """Whether a recorded answer says what ours says; ``None``: ours was an error."""
    if ours is None or recorded.startswith("Error"):
        return ours is None and recorded.startswith("Error")
    said = _data(ours)
    return bool(said in (recorded, _data(recorded)))


def _data(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
