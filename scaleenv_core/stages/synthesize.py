"""Synthesize: walks of executed calls → tasks with gold actions and a known final state.

The gate: the gold actions replay to the same final state on fresh rows; none of them is
superfluous; neither doing nothing nor calling by chance reaches the end.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from scaleenv_core.artifacts import Summary, UnitRecord, inputs_hash
from scaleenv_core.config import TaskSettings
from scaleenv_core.converters import to_plain
from scaleenv_core.engine import DomainFolder, Environment, content_hash, fingerprint, load_domain, read_tasks
from scaleenv_core.engine.journal import canonical
from scaleenv_core.files import json_lines
from scaleenv_core.names import digest, subseed
from scaleenv_core.stages import graph as graph_stage
from scaleenv_core.stages.adopt import adopted
from scaleenv_core.stages.arguments import ArgumentMaker
from scaleenv_core.stages.gate import asked, minimal, partial_order, passed_by_chance, replays
from scaleenv_core.stages.language import Speaker, leaks, leaves_out
from scaleenv_core.stages.likeness import Unlike
from scaleenv_core.stages.running import Run, totals
from scaleenv_core.stages.scope import complexity, expanded
from scaleenv_core.stages.walk import Flow, Link, Walker
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
    flow = Flow.of([Link(*link) for link in links or ()], domain.tools)
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
            "calls": lengths(made),
            "complexity": round(sum(complexity(task.tools, flow) for task in made), 2),
            "walks_dropped": dict(sorted(reasons.items())),
        },
    )


def synthesize(seat: Seat, domain: DomainFolder, links: Sequence[Link], seed: int) -> Iterator[Task | str]:
    """Tasks, and for each walk that became none the reason."""
    seen: set[str] = set()
    settings = seat.config.tasks
    made, unlike = 0, Unlike(settings.likeness)
    with seat.environment(domain) as live, seat.environment(domain) as fresh:
        walker = Walker(live, ArgumentMaker(domain), Flow.of(links, live.offered()))
        operations = {operation.tool: operation for operation in domain.manifest.operations}
        speaker = Speaker(live.offered(), operations, settings.language)
        for number in range(settings.per_domain * settings.attempts):
            if made == settings.per_domain:
                return
            name = f"{domain.manifest.name}/{made:03d}"
            found = _task(walker, fresh, speaker, settings, name, subseed(seed, number))
            if isinstance(found, Task):
                content = "".join(sorted(canonical([a.tool, a.arguments]) for a in found.actions))
                if content in seen:
                    found = "duplicate"
                elif not unlike.admits(found):
                    found = "near-duplicate"
                seen.add(content)
            made += isinstance(found, Task)
            yield found


def _task(
    walker: Walker, fresh: Environment, speaker: Speaker, settings: TaskSettings, name: str, seed: int
) -> Task | str:
    rng = random.Random(seed)
    # Squared: half of all tasks are short, and a quarter longer than half the longest.
    wanted = 1 + int(settings.max_actions * rng.random() ** 2)
    steps = asked(walker.walk(rng, wanted, writing=rng.random() < settings.writing), rng)
    if not steps:
        return "nothing-to-see"
    if len(steps) > settings.max_actions:
        return "too-long"
    if not replays(fresh, steps):
        return "does-not-replay"
    fewer = minimal(fresh, steps)
    if not replays(fresh, fewer):
        return "does-not-replay"
    changes, mark = fresh.changes, fresh.fingerprint
    if changes and mark == fingerprint((), {}):
        return "only-exempt-changes"  # doing nothing would pass
    gold, actions = {step.action.tool for step in fewer}, tuple(step.action for step in fewer)
    said = speaker.say(fewer, subseed(seed, "language"))
    if leaves_out(said.instruction, actions, speaker.tools, speaker.language):
        return "not-said"
    if leaks(said.instruction, actions):
        return "leaks-a-name"
    task = Task(
        id=name,
        domain=fresh.domain.manifest.name,
        instruction=said.instruction,
        profile=said.profile,
        knows=said.known,
        actions=actions,
        after=partial_order(fresh, fewer),
        changes=changes,
        fingerprint=mark,
        tools=expanded(gold, fresh.offered(), walker.flow, settings.tools_in_scope, rng),
        outputs=tuple(dict.fromkeys(fact for step in fewer for _, fact in step.told)),
    )
    if passed_by_chance(fresh, task, settings.random_agents, subseed(seed, "chance")):
        return "passed-by-chance"
    return task


def lengths(tasks: Iterable[Task]) -> dict[str, int]:
    """How many tasks have how many calls, in four classes."""
    classes = {"1": 1, "2-4": 4, "5-11": 11}
    counts = Counter(
        next((name for name, most in classes.items() if len(task.actions) <= most), "12+") for task in tasks
    )
    return {name: counts[name] for name in (*classes, "12+")}
