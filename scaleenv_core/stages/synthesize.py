"""Synthesize: walks of executed calls → tasks with gold actions and a known final state.

The gate: the gold actions replay to the same final state on fresh rows; none of them is
superfluous; doing nothing does not reach the end.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from scaleenv_core.artifacts import Summary, UnitRecord, inputs_hash
from scaleenv_core.config import TaskSettings
from scaleenv_core.converters import to_plain
from scaleenv_core.engine import DomainFolder, Environment, content_hash, fingerprint, load_domain, read_tasks
from scaleenv_core.errors import ToolCrash, ToolLied
from scaleenv_core.files import json_lines
from scaleenv_core.names import digest, subseed
from scaleenv_core.stages import graph as graph_stage
from scaleenv_core.stages.adopt import adopted
from scaleenv_core.stages.arguments import ArgumentMaker
from scaleenv_core.stages.language import instruction
from scaleenv_core.stages.running import Run, totals
from scaleenv_core.stages.walk import Link, Step, Walker, feeds, needed, without
from scaleenv_core.stages.workers import Job, Seat
from scaleenv_core.types import Task


def run(run: Run) -> Summary:
    """Write ``tasks.jsonl`` in every domain's folder, unless its author did."""
    flows = links_of(run) if run.world.catalog.exists() else {}
    jobs, inputs, by_hand = [], {}, adopted(run)
    tested = run.world.records("test")
    for slug in run.sound_domains():
        folder = run.world.domain(slug)
        sound = tested[slug].output_hash if slug in tested else ""
        links = flows.get(slug, [])
        inputs[slug] = inputs_hash(
            "synthesize",
            run.config.seed,
            to_plain(run.config.tasks),
            content_hash(folder),
            sound,
            [*map(list, links)],
        )
        keep = slug in by_hand and (folder / "tasks.jsonl").exists()
        arguments = (slug, str(folder), None if keep else [*map(list, links)], inputs[slug])
        jobs.append(Job(slug, arguments, str(folder), writes=(str(folder / "tasks.jsonl"),)))

    def failed(unit: str, error: str) -> UnitRecord:
        summary = {"domains_broken": 1, "failures": {error: 1}}
        return UnitRecord(inputs=inputs[unit], outputs=(), output_hash="", summary=summary)

    return totals(record.summary for record in run.units("synthesize", make, jobs, inputs, failed))


def links_of(run: Run) -> dict[str, list[Link]]:
    """The data-flow edges inside each domain, by call name."""
    homes: dict[str, tuple[str, str]] = {}
    for slug in run.sound_domains():
        for tool in run.world.domain_tools(slug):
            homes[tool.id] = (slug, tool.name)
    graph = graph_stage.load(run, directed=True)
    flows: dict[str, list[Link]] = {}
    for edge in graph.edges():
        source, target = homes.get(graph.nodes[edge.source]), homes.get(graph.nodes[edge.target])
        path, arrow, parameter = edge.reason.partition(" → ")
        if source and target and source[0] == target[0] and arrow:
            flows.setdefault(source[0], []).append(Link(source[1], target[1], path, parameter))
    return flows


def make(seat: Seat, slug: str, path: str, links: Sequence[Sequence[str]] | None, inputs: str) -> UnitRecord:
    """One domain, in a worker; without ``links`` its own tasks are kept."""
    domain = load_domain(Path(path))
    made: list[Task] = read_tasks(Path(path)) if links is None else []
    reasons: Counter[str] = Counter()
    if domain.tools and links is not None:
        seed = subseed(seat.config.seed, "synthesize", slug)
        for found in synthesize(seat, domain, [Link(*link) for link in links], seed):
            if isinstance(found, Task):
                made.append(found)
            else:
                reasons[found] += 1
    text = json_lines(map(to_plain, made))
    seat.write(Path(path) / "tasks.jsonl", text)
    return UnitRecord(
        inputs=inputs,
        outputs=(f"domains/{slug}/tasks.jsonl",),
        output_hash=digest(text),
        summary={
            "tasks": len(made),
            "tasks_read_only": sum(task.read_only for task in made),
            "actions": sum(len(task.actions) for task in made),
            "walks_dropped": dict(sorted(reasons.items())),
        },
    )


def synthesize(seat: Seat, domain: DomainFolder, links: Sequence[Link], seed: int) -> Iterator[Task | str]:
    """Tasks, and for each walk that became none the reason."""
    sound = [link for link in links if {link.source, link.target} <= set(domain.tools)]
    by_source: dict[str, list[Link]] = {}
    for link in sound:
        if link.parameter in domain.tools[link.target].parameters.get("properties", {}):
            by_source.setdefault(link.source, []).append(link)
    seen: set[str] = set()
    settings = seat.config.tasks
    with seat.environment(domain) as live, seat.environment(domain) as fresh:
        walker = Walker(live, ArgumentMaker(domain), by_source)
        for number in range(settings.per_domain * settings.attempts):
            if len(seen) == settings.per_domain:
                return
            rng = random.Random(subseed(seed, number))
            try:
                found = _task(walker, fresh, rng, settings, f"{domain.manifest.name}/{len(seen):03d}")
            except (ToolCrash, ToolLied):
                found = "tool-broke"  # on arguments that testing did not meet: no task is built on it
            if isinstance(found, Task):
                content = digest(str([(a.tool, sorted(a.arguments.items())) for a in found.actions]))
                if content in seen:
                    found = "duplicate"
                seen.add(content)
            yield found


def _task(
    walker: Walker, fresh: Environment, rng: random.Random, settings: TaskSettings, name: str
) -> Task | str:
    walked = walker.walk(rng, settings.max_actions)
    if not walked:
        return "start-refused"
    steps = needed(walked)
    if not replays(fresh, steps):
        return "does-not-replay"
    steps = minimal(fresh, steps)
    replays(fresh, steps)
    changes, mark = fresh.changes, fresh.fingerprint
    if changes and mark == fingerprint((), {}):
        return "only-exempt-changes"  # doing nothing would pass
    outputs = () if changes else tuple(facts(steps[-1].seen.content))
    if not changes and not outputs:
        return "nothing-to-see"
    gold = {step.action.tool for step in steps}
    others = sorted(set(fresh.offered()) - gold)
    room = max(0, min(len(others), settings.tools_in_scope - len(gold)))
    return Task(
        id=name,
        domain=fresh.domain.manifest.name,
        instruction=instruction(steps, rng),
        actions=tuple(step.action for step in steps),
        changes=changes,
        fingerprint=mark,
        tools=tuple(sorted([*gold, *rng.sample(others, room)])),
        outputs=outputs,
    )


def replays(environment: Environment, steps: Sequence[Step]) -> bool:
    """Whether the steps, from fresh rows, give the same answers again."""
    environment.reset()
    for step in steps:
        seen = environment.call(step.action.tool, step.action.arguments)
        if seen.status != "answered" or seen.text != step.seen.text:
            return False
    return True


def minimal(environment: Environment, steps: list[Step]) -> list[Step]:
    """The steps without those whose absence changes neither the end nor a later answer."""
    replays(environment, steps)
    end = environment.fingerprint
    for number in range(len(steps) - 1, -1, -1):
        last_read = number == len(steps) - 1 and not any(step.wrote for step in steps)
        if last_read or feeds(steps, number):
            continue
        fewer = without(steps, number)
        if fewer and replays(environment, fewer) and environment.fingerprint == end:
            steps = fewer
    return steps


def facts(content: Any, most: int = 3) -> list[str]:
    """A few short values of an answer that a user can be told."""
    found: list[str] = []
    left = [content]
    while left and len(found) < most:
        value = left.pop(0)
        if isinstance(value, dict):
            left[:0] = value.values()
        elif isinstance(value, list):
            left[:0] = value[:2]
        elif isinstance(value, str) and 0 < len(value) <= 80 and value not in found:
            found.append(value)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            found.append(str(value))
    return found
