"""Synthesize: walks of executed calls → tasks with gold actions and a known final state.

The gate: the gold actions replay to the same final state on fresh rows; none of them is
superfluous; neither doing nothing nor calling by chance reaches the end. Tasks that somebody
wrote are kept; what it says of them is counted.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from attrs import evolve, field, frozen

from scaleenv_core.artifacts import Summary, UnitRecord, inputs_hash
from scaleenv_core.converters import to_plain
from scaleenv_core.engine import DomainFolder, Environment, content_hash, evidence, load_domain, read_tasks
from scaleenv_core.engine.journal import canonical
from scaleenv_core.files import json_lines
from scaleenv_core.names import digest, subseed
from scaleenv_core.settings import TaskSettings
from scaleenv_core.stages import graph as graph_stage
from scaleenv_core.stages.adopt import adopted
from scaleenv_core.stages.arguments import ArgumentMaker
from scaleenv_core.stages.gate import asked, fault_of, minimal, partial_order, replays
from scaleenv_core.stages.ground import Ground
from scaleenv_core.stages.kinds import MAKERS, READING
from scaleenv_core.stages.language import Speaker
from scaleenv_core.stages.likeness import Unlike
from scaleenv_core.stages.rules import asking, broken, drawn_rules, lawful
from scaleenv_core.stages.running import Run, totals
from scaleenv_core.stages.scope import complexity, expanded
from scaleenv_core.stages.walk import Flow, Link, Step, Walker
from scaleenv_core.stages.wish import Wish, joined, plain
from scaleenv_core.stages.workers import Job, Seat
from scaleenv_core.types import Kind, Rule, Task


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
        files = tuple(str(folder / name) for name in ("tasks.jsonl", "rules.jsonl"))
        jobs.append(Job(slug, arguments, str(folder), writes=files))

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
    flows: dict[str, list[Link]] = {}
    for giver, taker, reason in graph_stage.flows(run):
        source, target = homes.get(giver), homes.get(taker)
        path, arrow, parameter = reason.partition(" → ")
        if source and target and source[0] == target[0] and arrow:
            flows.setdefault(source[0], []).append(Link(source[1], target[1], path, parameter))
    return flows


def make(seat: Seat, slug: str, path: str, links: Sequence[Sequence[str]] | None, inputs: str) -> UnitRecord:
    """One domain, in a worker; without ``links`` its own tasks are kept, and what is wrong with them told."""
    domain = load_domain(Path(path))
    flow = [Link(*link) for link in links or ()]
    made, reasons, repaired, faults = read_tasks(Path(path)), Counter[str](), Counter[str](), Counter[str]()
    outputs = ["tasks.jsonl"]
    if links is None:
        faults = Counter(_faults(seat, domain, made))
    else:
        seed = subseed(seat.config.seed, "synthesize", slug)
        made, rules = [], _rules(seat, domain, seed)
        for found in synthesize(seat, domain, flow, seed, rules, repaired) if domain.tools else ():
            if isinstance(found, Task):
                made.append(found)
            else:
                reasons[found] += 1
        outputs.append("rules.jsonl")
        seat.write(Path(path) / "rules.jsonl", json_lines(map(to_plain, rules)))
    text = json_lines(map(to_plain, made))
    seat.write(Path(path) / "tasks.jsonl", text)
    return UnitRecord(
        inputs=inputs,
        outputs=tuple(f"domains/{slug}/{name}" for name in outputs),
        output_hash=digest(text),
        summary={
            "tasks": len(made),
            "tasks_read_only": sum(task.read_only for task in made),
            "actions": sum(len(task.actions) for task in made),
            "calls": lengths(made),
            "kinds": dict(sorted(Counter(task.kind for task in made).items())),
            "complexity": round(sum(complexity(task.tools, Flow.of(flow, domain.tools)) for task in made), 2),
            "walks_dropped": dict(sorted(reasons.items())),
            "walks_repaired": {reason: count for reason, count in sorted(repaired.items()) if count},
            "tasks_unsound": dict(sorted(faults.items())),
        },
    )


def _faults(seat: Seat, domain: DomainFolder, tasks: Iterable[Task]) -> Iterator[str]:
    """What the gate says of tasks that somebody wrote."""
    with seat.environment(domain) as fresh:
        for task in tasks:
            seed = subseed(seat.config.seed, "gate", task.id)
            if fault := fault_of(fresh, task, seat.config.tasks.random_agents, seed):
                yield fault


def _rules(seat: Seat, domain: DomainFolder, seed: int) -> list[Rule]:
    with seat.environment(domain) as environment:
        return drawn_rules(environment, seat.config.tasks.rules, random.Random(subseed(seed, "rules")))


def synthesize(
    seat: Seat,
    domain: DomainFolder,
    links: Sequence[Link],
    seed: int,
    rules: Sequence[Rule] = (),
    repaired: Counter[str] | None = None,
) -> Iterator[Task | str]:
    """Tasks, and for each walk that became none the reason; why walks were ``repaired`` is counted there."""
    seen: set[str] = set()
    settings = seat.config.tasks
    made, unlike = 0, Unlike(settings.likeness)
    with seat.environment(domain) as live, seat.environment(domain) as fresh:
        loom = Loom.of(settings, live, fresh, links, rules)
        if repaired is not None:
            loom = evolve(loom, repaired=repaired)
        for number in range(settings.per_domain * settings.attempts):
            if made == settings.per_domain:
                return
            name = f"{domain.manifest.name}/{made:03d}"
            found = loom.task(name, subseed(seed, number))
            if isinstance(found, Task):
                content = "".join(sorted(canonical([a.tool, a.arguments]) for a in found.actions))
                if content in seen:
                    found = "duplicate"
                elif not unlike.admits(found):
                    found = "near-duplicate"
                seen.add(content)
            made += isinstance(found, Task)
            yield found


@frozen
class Loom:
    """What makes one domain's tasks."""

    settings: TaskSettings
    walker: Walker
    ground: Ground
    speaker: Speaker
    repaired: Counter[str] = field(factory=Counter)
    """Why walks were repaired."""

    @classmethod
    def of(
        cls,
        settings: TaskSettings,
        live: Environment,
        fresh: Environment,
        links: Sequence[Link],
        rules: Sequence[Rule],
    ) -> Loom:
        """A loom on two environments of one domain: one to walk in, one to try what was found."""
        domain = live.domain
        operations = {operation.tool: operation for operation in domain.manifest.operations}
        walker = Walker(live, ArgumentMaker(domain), Flow.of(links, live.offered()))
        speaker = Speaker(live.offered(), operations, settings.language)
        return cls(settings, walker, Ground.of(fresh, rules), speaker)

    def task(self, name: str, seed: int) -> Task | str:
        """A task, or the reason why there is none."""
        ground = evolve(self.ground, rng=random.Random(seed))
        found = self._wish(ground)
        return found if isinstance(found, str) else self._made(name, found, ground.rng, seed)

    def along(self, name: str, chain: Sequence[str], seed: int) -> Task | str:
        """A plain task along a chain of tools, or the reason why there is none."""
        rng, fresh = random.Random(seed), self.ground.environment
        steps = asked(self.walker.follow(rng, chain), rng)
        if not steps:
            return "nothing-to-see"
        if not replays(fresh, steps):
            return "does-not-replay"
        return self._made(name, plain(minimal(fresh, steps)), rng, seed)

    def _made(self, name: str, found: Wish, rng: random.Random, seed: int) -> Task | str:
        """A wish that passed the gate, or the reason why it does not."""
        fresh, gold = self.ground.environment, found.gold
        if not gold or not found.asked:
            return "nothing-to-see"
        if len(gold) > self.settings.max_actions:
            return "too-long"
        if not replays(fresh, gold, found.faults):
            return "does-not-replay"
        if broken(self.ground.rules, self.ground, gold):
            return "against-a-rule"
        changes, mark = fresh.changes, fresh.fingerprint
        said = self.speaker.say(found, subseed(seed, "language"))
        if unsaid := self.speaker.fault_of(said, found):
            return unsaid
        told = tuple(dict.fromkeys(fact for step in gold for _, fact in step.told))
        offered = {name: tool for name, tool in fresh.offered().items() if name not in found.missing}
        tools = {step.action.tool for step in (*gold, *found.asked)} & offered.keys()
        task = Task(
            id=name,
            domain=fresh.domain.manifest.name,
            instruction=said.instruction,
            profile=said.profile,
            knows=said.known,
            actions=tuple(step.action for step in gold),
            after=partial_order(fresh, gold, found.faults),
            changes=changes,
            fingerprint=mark,
            tools=expanded(tools, offered, self.walker.flow, self.settings.tools_in_scope, rng),
            outputs=told,
            evidence=evidence(told, [step.seen for step in gold]),
            kind=found.kind,
            rule=found.rule.id if found.rule else "",
            withheld=said.withheld,
            later=said.later,
            faults=found.faults,
        )
        return fault_of(fresh, task, self.settings.random_agents, subseed(seed, "chance")) or task

    def _wish(self, ground: Ground) -> Wish | str:
        """A wish of the kind that chance wants, or, where the domain has none, a plain one."""
        kind = self._drawn(ground.rng)
        steps = self._steps(ground, kind)
        if not steps and kind not in READING:
            return "nothing-to-see"
        if not replays(ground.environment, steps):
            return "does-not-replay"
        needed = minimal(ground.environment, steps)
        lawfully = lawful(ground.rules, ground, needed)
        if not replays(ground.environment, lawfully.gold):
            return "does-not-replay"
        made = MAKERS[kind](ground, lawfully.gold) if kind in MAKERS else None
        if made is None:
            made = evolve(lawfully, kind=kind) if (kind, lawfully.kind) == ("merged", "plain") else lawfully
        self.repaired["superfluous"] += len(needed) < len(steps)
        self.repaired["against-a-rule"] += lawfully.kind == "plain" and len(lawfully.gold) < len(needed)
        self.repaired[f"no-{kind}"] += kind in MAKERS and made is lawfully
        rule = asking(ground.rules, made.gold)
        return evolve(made, rule=made.rule or rule[0], consent=rule[1]) if rule else made

    def _steps(self, ground: Ground, kind: Kind) -> list[Step]:
        rng, most = ground.rng, self.settings.max_actions
        # Squared: half of all tasks are short, and a quarter longer than half the longest.
        wanted = 1 + int(most * rng.random() ** 2)
        writing = kind not in READING and rng.random() < self.settings.writing
        if kind != "merged":
            return asked(self.walker.walk(rng, wanted, writing=writing), rng)
        first = self.walker.walk(rng, max(1, wanted // 2), writing=writing)
        second = self.walker.walk(rng, max(1, wanted // 2), writing=writing, past=first)
        goals = asked(first, rng), asked(second, rng)
        return joined(*goals) if all(goals) else []

    def _drawn(self, rng: random.Random) -> Kind:
        at = rng.random()
        possible = {"forbidden": any(rule.kind != "confirm" for rule in self.ground.rules)}
        for kind, share in self.settings.shares():
            at -= share
            if at < 0:
                return kind if possible.get(kind, True) else "plain"
        return "plain"


def lengths(tasks: Iterable[Task]) -> dict[str, int]:
    """How many tasks have how many calls, in four classes."""
    classes = {"1": 1, "2-4": 4, "5-11": 11}
    counts = Counter(
        next((name for name, most in classes.items() if len(task.actions) <= most), "12+") for task in tasks
    )
    return {name: counts[name] for name in (*classes, "12+")}
