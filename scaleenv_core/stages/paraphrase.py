"""Paraphrase: the tasks that were made, in other words; a wording that is not sound leaves the template.

``wordings.jsonl`` in a domain's folder keeps each template beside its other wording.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from attrs import evolve

from scaleenv_core.artifacts import Summary, UnitRecord, World, inputs_hash
from scaleenv_core.converters import to_plain
from scaleenv_core.endpoints import Endpoints
from scaleenv_core.engine import machinery
from scaleenv_core.errors import EndpointError
from scaleenv_core.files import json_lines, read_json_lines, write_text
from scaleenv_core.interfaces import Endpoint
from scaleenv_core.names import digest, subseed
from scaleenv_core.stages.language.checking import wording_problem
from scaleenv_core.stages.running import Run, totals
from scaleenv_core.stages.workers import Job, Seat
from scaleenv_core.types import Task, Tool

WORDINGS = "wordings.jsonl"


def run(run: Run) -> Summary:
    """Reword the tasks of every domain with the chosen paraphraser; without one, nothing is done."""
    if not run.plugins("paraphraser").names("paraphraser"):
        return {}
    chosen = [run.component("paraphraser"), run.asked("paraphraser"), run.config.tasks.language]
    jobs, inputs = [], {}
    for slug in run.sound_domains():
        texts = json_lines(map(to_plain, templates(run.world, slug)))
        inputs[slug] = inputs_hash("paraphrase", run.config.seed, chosen, digest(texts))
        jobs.append(Job(slug, (str(run.world.root), slug, inputs[slug])))

    def failed(unit: str, error: str) -> UnitRecord:
        summary = {"domains_broken": 1, "failures": {error: 1}}
        return UnitRecord(inputs=inputs[unit], outputs=(), output_hash="", summary=summary)

    return totals(record.summary for record in run.units("paraphrase", make, jobs, inputs, failed))


def templates(world: World, slug: str) -> list[Task]:
    """A domain's tasks as they were made, before they were reworded."""
    path = world.domain(slug) / WORDINGS
    old = {line["said"]: line["template"] for line in read_json_lines(path)} if path.exists() else {}
    tasks = world.domain_tasks(slug)
    return [evolve(task, instruction=old.get(task.instruction, task.instruction)) for task in tasks]


def make(seat: Seat, root: str, slug: str, inputs: str) -> UnitRecord:
    """One domain, in a worker."""
    world = World(Path(root))
    tools = {tool.name: tool for tool in world.domain_tools(slug)}
    reasons: Counter[str] = Counter()
    made: list[Task] = []
    wordings: list[dict[str, str]] = []
    tasks: Sequence[Task] = templates(world, slug)
    with Endpoints(seat.config, world.completions) as endpoints:
        for task in tasks:
            text, why = _reworded(seat, task, tools, endpoints.role("paraphraser"))
            reasons[why] += 1
            if text:
                wordings.append({"id": task.id, "template": task.instruction, "said": text})
            made.append(evolve(task, instruction=text or task.instruction))
    folder, reworded = world.domain(slug), reasons.pop("", 0)
    # The templates first: what is reworded can be told from them, whenever this is killed.
    write_text(folder / WORDINGS, json_lines(wordings))
    text = json_lines(map(to_plain, made))
    write_text(folder / "tasks.jsonl", text)
    return UnitRecord(
        inputs=inputs,
        outputs=(f"domains/{slug}/{WORDINGS}", f"domains/{slug}/tasks.jsonl"),
        output_hash=digest(text),
        summary={"reworded": reworded, "templates_kept": dict(sorted(reasons.items()))},
    )


def _reworded(seat: Seat, task: Task, tools: dict[str, Tool], endpoint: Endpoint) -> tuple[str, str]:
    """Another wording; or none, and why."""
    if not any(action.bindings for action in task.actions):
        return "", "not-made-by-program"  # nobody could say which facts have to stay
    check = partial(wording_problem, task=task, tools=tools, language=seat.config.tasks.language)
    seed = subseed(seat.config.seed, "paraphrase", task.id)
    try:
        with machinery("paraphraser"):
            hook = seat.plugins("paraphraser").hook
            text = hook.paraphrase_request(task=task, seed=seed, endpoint=endpoint, check=check)
    except EndpointError:
        return "", "endpoint-failed"
    if not text:
        return "", "no-sound-wording"
    return ("", "wording-refused") if check(text) else (text, "")
