"""``scaleenv show``: read a world in the terminal. Runs no domain code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import orjson

from scaleenv_core.artifacts import World
from scaleenv_core.cli.options import json_option, name_option, world_argument
from scaleenv_core.converters import to_plain
from scaleenv_core.engine import describe_change, read_manifest
from scaleenv_core.engine.folder import read_reports
from scaleenv_core.errors import WorldError, nearest
from scaleenv_core.files import read_json_lines
from scaleenv_core.names import snake
from scaleenv_core.types import Judgement, Task, Tool, Trajectory


@click.command("show")
@world_argument
@click.argument("what", required=False)
@click.argument("part", required=False)
@name_option
@json_option
def show(world: Path, what: str | None, part: str | None, name: str, as_json: bool) -> None:
    """Show a world's domains, or WHAT of them: a domain, a task or a trajectory by its id.

    With a domain, PART names one of its tools.

    \b
    Examples:
      scaleenv show world
      scaleenv show world calendar-events
      scaleenv show world calendar-events events_insert
      scaleenv show world calendar-events/003
      scaleenv show world calendar-events/003/oracle/0
    """
    found = World.open(world)
    data, text = _found(found, what, part, name)
    if as_json:
        from scaleenv_core.cli.display import as_json as json_text

        click.echo(json_text(data))
    else:
        click.echo("\n".join(text))


def _found(world: World, what: str | None, part: str | None, run: str) -> tuple[Any, list[str]]:
    if what is None:
        return _domains(world)
    slug, _, rest = what.partition("/")
    slugs = world.domains()
    if slug not in slugs:
        raise WorldError(f"{world.root} has no domain {slug!r}{nearest(slug, slugs)}")
    if "/" in rest:
        trajectory = _one(world.trajectories(run, slug), what, "trajectory")
        judged = world.judgements(run, slug) if world.recorded(f"verify-{run}", slug) else []
        judgement = next((one for one in judged if one.trajectory == trajectory.id), None)
        data = {**to_plain(trajectory), "judgement": to_plain(judgement)}
        return data, [*_trajectory(trajectory), *(_judgement(judgement) if judgement else ())]
    if rest:
        task = _one(world.domain_tasks(slug), what, "task")
        return to_plain(task), list(_task(task))
    if part:
        tools = {tool.name: tool for tool in world.domain_tools(slug)}
        if part not in tools:
            raise WorldError(f"domain {slug!r} has no tool {part!r}{nearest(part, tools)}")
        return to_plain(tools[part]), list(_tool(world, slug, tools[part]))
    return _domain(world, slug)


def _one(records: list[Any], wanted: str, kind: str) -> Any:
    by_id = {record.id: record for record in records}
    if wanted not in by_id:
        raise WorldError(f"there is no {kind} {wanted!r}{nearest(wanted, by_id)}")
    return by_id[wanted]


def _domains(world: World) -> tuple[Any, list[str]]:
    rows = []
    for slug in world.domains():
        manifest = read_manifest(world.domain(slug))
        count = len(world.domain_tasks(slug))
        rows.append(
            {"name": slug, "title": manifest.title, "tools": len(manifest.operations), "tasks": count}
        )
    text = [
        f"{row['name']:<42} {row['tools']:>3} tools {row['tasks']:>4} tasks  {row['title']}" for row in rows
    ]
    return rows, text or ["no domains yet"]


def _domain(world: World, slug: str) -> tuple[Any, list[str]]:
    folder = world.domain(slug)
    manifest = read_manifest(folder)
    rows = Counter(row["table"] for row in read_json_lines(folder / "rows.jsonl"))
    failures = {report.tool: report.failure for report in read_reports(folder) if report.failure}
    about = {tool.name: tool.description for tool in world.domain_tools(slug)}
    text = [f"{manifest.title} ({slug}), made by {manifest.made_by}, seed {manifest.seed}", "", "Tables"]
    text += [f"  {table}: {count} rows" for table, count in rows.items()]
    text += ["", "Tools"]
    for operation in manifest.operations:
        mark = "writes" if operation.writes else "reads"
        state = f"  QUARANTINED {failures[operation.tool]}" if operation.tool in failures else ""
        text.append(f"  {operation.tool} ({mark}): {about[operation.tool].splitlines()[0][:90]}{state}")
    text += [
        f"  {drop.origin}: not understood, {drop.reason}: {drop.detail}" for drop in manifest.quarantined
    ]
    tasks = world.domain_tasks(slug)
    text += ["", f"Tasks: {len(tasks)}"]
    text += [f"  {task.id}: {task.instruction[:110]}" for task in tasks]
    text += ["", f"Files: {folder}/ (schema.py tools.py rows.jsonl policy.md tasks.jsonl tests/)"]
    return {**to_plain(manifest), "rows": rows, "failures": failures, "tasks": len(tasks)}, text


def _tool(world: World, slug: str, tool: Tool) -> Iterator[str]:
    yield f"{tool.name} ({tool.id})"
    yield tool.description
    yield "parameters " + orjson.dumps(tool.parameters, option=orjson.OPT_INDENT_2).decode()
    source = (world.domain(slug) / "tools.py").read_text(encoding="utf-8")
    _, found, code = source.partition(f'_tool("{tool.name}")\n')
    if found:
        yield f"code ({world.domain(slug) / 'tools.py'}, {snake(tool.name)})"
        yield code.partition("\n\n\n")[0]


def _task(task: Task) -> Iterator[str]:
    tempts = f", tempts to break {task.rule}" if task.rule else ""
    yield f"{task.id} ({task.kind}{tempts}): {task.instruction}"
    yield from (f"  Later: {text}" for text in task.later)
    yield from (f"  Asked for {fact.about}: {fact.says}" for fact in task.withheld)
    for fault in task.faults:
        yield f"  {fault.tool} fails by {fault.fault}, {f'{fault.times} times' if fault.times else 'always'}"
    for change in task.start:
        yield from (f"  At the start: {line}" for line in describe_change(change))
    for number, action in enumerate(task.actions):
        by_user = "user: " if action.held_by == "user" else ""
        comes = "" if action.expect == "answered" else f" is {action.expect}"
        yield f"  {number}. {by_user}{action.tool} {orjson.dumps(action.arguments).decode()}{comes}"
        for binding in action.bindings:
            if binding.origin != "user":
                yield f"       {binding.argument} from {binding.origin}: {binding.path}"
    yield "Final state: " + ("as at the start" if task.read_only else "")
    for change in task.changes:
        yield from (f"  {line}" for line in describe_change(change))
    for check in task.checks:
        yield f"Check: {check.tool} {orjson.dumps(check.arguments).decode()} is {check.expected!r}"
    if task.outputs:
        yield f"To tell: {', '.join(task.outputs)}"


def _trajectory(trajectory: Trajectory) -> Iterator[str]:
    yield f"{trajectory.id}: {trajectory.agent} and {trajectory.user}, ended by {trajectory.ended}"
    if trajectory.failure:
        yield f"INVALID: {trajectory.failure.owner}: {trajectory.failure.error}"
    for message in trajectory.messages:
        if message.content:
            yield f"{message.role}: {message.content}"
        for call in message.tool_calls:
            yield f"{message.role} calls {call.tool} {orjson.dumps(call.arguments).decode()}"
    for number, made in enumerate(trajectory.calls):
        if made.fault:
            yield f"fault in call {number} ({made.tool}): {made.fault}"
    for change in trajectory.changes:
        yield from describe_change(change)


def _judgement(judgement: Judgement) -> Iterator[str]:
    for verdict in judgement.verdicts:
        if verdict.applies:
            yield f"{verdict.verifier}: {'passed' if verdict.passed else f'failed: {verdict.reason}'}"
    if judgement.blame is not None:
        yield f"Failed by the {judgement.blame.owner}, {judgement.blame.kind}: {judgement.blame.reason}"


def command(_name: str) -> click.Command:
    """The command."""
    return show
