"""Feedback: recorded dialogues → the tools and goals that they show → new tasks, what failed first.

A log's tools are matched with those of the world's domains; the sequences of calls become
chains that walks follow, and where arguments came from becomes data flow. What comes out
passes the gate of every task.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve

from scaleenv_core.artifacts import Summary, UnitRecord, inputs_hash
from scaleenv_core.converters import from_plain, to_plain
from scaleenv_core.engine import content_hash, load_domain, machinery, read_tasks
from scaleenv_core.engine.folder import read_rules
from scaleenv_core.errors import StageError
from scaleenv_core.files import json_lines, json_text, read_json_lines, write_text
from scaleenv_core.names import digest, subseed
from scaleenv_core.stages.arguments import name_key
from scaleenv_core.stages.feedback.matching import Matcher, shown_tools
from scaleenv_core.stages.feedback.mining import Mine, Pattern, faults_of, goal_of
from scaleenv_core.stages.likeness import Unlike
from scaleenv_core.stages.running import Run, totals
from scaleenv_core.stages.synthesize import Loom
from scaleenv_core.stages.synthesize import links_of as graph_links
from scaleenv_core.stages.walk import Link
from scaleenv_core.stages.workers import Job, Seat
from scaleenv_core.types import Dropped, JsonObject, RecordedDialogue, Task, Tool

MADE = "feedback.jsonl"
"""In a domain's folder: the tasks that its dialogues gave. They stand first in ``tasks.jsonl``, too."""


def run(run: Run) -> Summary:
    """Write ``feedback.jsonl`` in the domains that the chosen logs speak of, and add it to their tasks."""
    mines, read = _read(run)
    flows = graph_links(run) if run.world.catalog.exists() else {}
    jobs, inputs = [], {}
    for slug, mine in sorted(mines.items()):
        folder, patterns = run.world.domain(slug), to_plain(mine.patterns())
        links = [*map(list, flows.get(slug, ()))]
        settings = [to_plain(run.config.tasks), to_plain(run.config.feedback)]
        inputs[slug] = inputs_hash(
            "feedback", run.config.seed, settings, content_hash(folder), patterns, links
        )
        arguments = (slug, str(folder), patterns, links, inputs[slug])
        jobs.append(Job(slug, arguments, str(folder), writes=(str(folder / MADE),)))

    def failed(unit: str, error: str) -> UnitRecord:
        summary = {"domains_broken": 1, "failures": {error: 1}}
        return UnitRecord(inputs=inputs[unit], outputs=(), output_hash="", summary=summary)

    records = run.units("feedback", make, jobs, inputs, failed)
    for job, record in zip(jobs, records, strict=True):
        if record.outputs:
            _add(Path(job.folder))
    return {**read, **totals(record.summary for record in records)}


def _read(run: Run) -> tuple[dict[str, Mine], Summary]:
    """What the dialogues show, by domain, and what became of them."""
    plugins = run.plugins("log")
    if not plugins.names("log"):
        raise StageError("no log is chosen: give --log FILE, or set [log] use in the config")
    domains = {slug: run.world.domain_tools(slug) for slug in run.sound_domains()}
    matcher = Matcher(domains, run.config.feedback.likeness)
    mines: dict[str, Mine] = {}
    told: list[JsonObject] = []
    dropped, unknown, faults = Counter[str](), Counter[str](), Counter[str]()
    for name in plugins.names("log"):
        with machinery(f"log {name!r}"):
            (entries,) = plugins.only("log", name)()
            for entry in entries:
                if isinstance(entry, Dropped):
                    dropped[entry.reason] += 1
                    continue
                match = matcher.match(entry)
                missed = sorted(set(shown_tools(entry)) - set(match.tools if match else ()))
                unknown.update(missed)
                mine = mines.setdefault(match.domain, Mine()) if match else None
                if not match or not mine or not mine.take(entry, match.tools, run.config.tasks.max_actions):
                    dropped["no-matching-domain" if shown_tools(entry) else "no-calls"] += 1
                found = faults_of(entry)
                faults.update(found)
                told.append(_told(entry, match.domain if match else "", missed, found))
    told.sort(key=lambda line: (not line["failed"], line["id"]))
    write_text(run.world.root / "feedback" / "dialogues.jsonl", json_lines(told))
    mines = {slug: mine for slug, mine in mines.items() if mine.chains}
    read = {
        "dialogues": len(told),
        "dialogues_failed": sum(bool(line["failed"]) for line in told),
        "failed_because": dict(sorted(faults.items())),
        "dialogues_dropped": dict(sorted(dropped.items())),
        "tools_not_matched": dict(sorted(unknown.items())),
        "patterns": sum(len(mine.chains) for mine in mines.values()),
        "domains": len(mines),
    }
    write_text(run.world.root / "feedback" / "report.json", json_text(read))
    return mines, read


def _told(entry: RecordedDialogue, domain: str, missed: list[str], failed: list[str]) -> JsonObject:
    """A line of ``feedback/dialogues.jsonl``."""
    return {
        "id": entry.id, "domain": domain, "goal": goal_of(entry), "failed": failed, "not_matched": missed,
    }  # fmt: skip


def make(
    seat: Seat, slug: str, path: str, patterns: list[Any], links: Sequence[Sequence[str]], inputs: str
) -> UnitRecord:
    """One domain, in a worker."""
    folder, settings = Path(path), seat.config.feedback
    domain, rules = load_domain(folder), read_rules(folder)
    seed = subseed(seat.config.seed, "feedback", slug)
    made: list[Task] = []
    reasons: Counter[str] = Counter()
    followed = 0
    unlike = Unlike(seat.config.tasks.likeness)
    with seat.environment(domain) as live, seat.environment(domain) as fresh:
        for pattern in (from_plain(line, Pattern) for line in patterns):
            flow = sorted({*(Link(*link) for link in links), *_spelt(pattern.links, domain.tools)})
            loom = Loom.of(seat.config.tasks, live, fresh, flow, rules)
            wanted, before = settings.per_pattern, len(made)
            for number in range(wanted * settings.attempts):
                if len(made) - before == wanted:
                    break
                name = f"{slug}/log-{len(made):03d}"
                found = loom.along(name, pattern.chain, subseed(seed, *pattern.chain, number))
                if isinstance(found, Task) and not unlike.admits(found):
                    found = "near-duplicate"
                if isinstance(found, Task):
                    made.append(evolve(found, origin=f"log {pattern.dialogues[0]}"))
                else:
                    reasons[found] += 1
            followed += len(made) > before
    text = json_lines(map(to_plain, made))
    seat.write(folder / MADE, text)
    return UnitRecord(
        inputs=inputs,
        outputs=(f"domains/{slug}/{MADE}",),
        output_hash=digest(text),
        summary={
            "patterns_followed": followed,
            "tasks": len(made),
            "tasks_read_only": sum(task.read_only for task in made),
            "walks_dropped": dict(sorted(reasons.items())),
        },
    )


def _spelt(links: Sequence[Sequence[str]], tools: Mapping[str, Tool]) -> Iterator[Link]:
    """The links of a log, with the parameters as the domain spells them."""
    for source, target, path, parameter in links:
        for name in tools[target].parameters.get("properties", {}):
            if name_key(name) == name_key(parameter):
                yield Link(source, target, path, name)


def _add(folder: Path) -> None:
    """Put the tasks that dialogues gave before a domain's others, in place of those given earlier."""
    made = read_json_lines(folder / MADE)
    others = [to_plain(task) for task in read_tasks(folder) if not task.origin]
    write_text(folder / "tasks.jsonl", json_lines([*made, *others]))
