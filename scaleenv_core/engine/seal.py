"""Sealing: what a domain's author need not write by hand is computed from what the author wrote.

An author writes ``schema.py``, ``tools.py``, ``rows.jsonl``, ``policy.md`` and
``tasks.toml``; sealing writes ``tools.jsonl``, ``domain.json`` and ``tasks.jsonl``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from attrs import evolve

from scaleenv_core.converters import from_plain, problems, to_plain
from scaleenv_core.engine.environment import Environment
from scaleenv_core.engine.evidence import evidence
from scaleenv_core.engine.folder import NOW, DomainFolder, content_hash, load_domain, read_manifest
from scaleenv_core.engine.signatures import tool_of
from scaleenv_core.engine.toolcode import load_tools
from scaleenv_core.errors import DomainError
from scaleenv_core.files import json_lines, json_text, write_text
from scaleenv_core.types import Action, DomainManifest, Operation, RowChange, Task

_UNSEALED = DomainManifest(name="", title="", now=NOW, seed=0)


def seal(
    folder: Path, *, title: str | None = None, now: str | None = None, seed: int | None = None
) -> DomainFolder:
    """Complete a hand-written domain; its folder's name is its slug.

    What is not given stays as it was sealed before.

    Raises :class:`DomainError` for the first thing that does not hold: a tool that does
    not load, a row that the tables refuse, a gold action that is not answered.
    """
    functions = load_tools((folder / "tools.py").read_text(encoding="utf-8"), str(folder / "tools.py"))
    tools = [tool_of(folder.name, code) for code in functions.values()]
    write_text(folder / "tools.jsonl", json_lines(map(to_plain, tools)))
    known = read_manifest(folder) if (folder / "domain.json").exists() else _UNSEALED
    manifest = evolve(
        known,
        name=folder.name,
        title=title or known.title or folder.name.replace("-", " ").title(),
        now=now or known.now,
        seed=known.seed if seed is None else seed,
        operations=tuple(
            Operation(tool=code.name, writes=code.writes, held_by=code.held_by) for code in functions.values()
        ),
        content_hash=content_hash(folder),
    )
    write_text(folder / "domain.json", json_text(to_plain(manifest)))
    domain = load_domain(folder)
    domain.template  # noqa: B018 - rows that the tables refuse are found here, tasks or not
    if (folder / "tasks.toml").exists():
        write_tasks(folder, sealed(domain, author_tasks(domain)))
    return domain


def author_tasks(domain: DomainFolder) -> list[Task]:
    """``tasks.toml``: a ``[[task]]`` each, without what only its gold can tell.

    A task's ``events`` (calls, each ``{tool = …, arguments = …}``) make its start.
    """
    path = domain.path / "tasks.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as exc:
        raise DomainError(f"{path}: not valid TOML: {exc}") from exc
    made = []
    with Environment(domain) as environment:
        for number, given in enumerate(data.get("task", ()), start=1):
            where, events = f"{path} task {number}", given.pop("events", [])
            unknown: dict[str, Any] = {
                "domain": domain.path.name,
                "changes": [],
                "fingerprint": "",
                "tools": [],
            }
            try:
                calls = from_plain([{"arguments": {}, **event} for event in events], list[Action])
                task = from_plain({**unknown, **given, "id": f"{domain.path.name}/{given['id']}"}, Task)
            except KeyError as exc:
                raise DomainError(f"{where}: it has no id") from exc
            except ExceptionGroup as exc:
                raise DomainError(f"{where}: {'; '.join(problems(exc))}") from exc
            made.append(evolve(task, start=start_after(environment, calls)) if calls else task)
    return made


def start_after(environment: Environment, events: Iterable[Action]) -> tuple[RowChange, ...]:
    """How a task's world starts when these events befall the seed rows.

    Whoever holds an event's tool calls it. Raises :class:`DomainError` for one that is
    not answered.
    """
    functions = environment.domain.functions
    environment.reset()
    for event in events:
        held_by = functions[event.tool].held_by if event.tool in functions else event.held_by
        seen = environment.call(event.tool, event.arguments, held_by)
        if seen.status != "answered":
            raise DomainError(f"event {event.tool} is {seen.status}: {seen.text}")
    return environment.changes


def sealed(domain: DomainFolder, tasks: Iterable[Task], *, may_refuse: bool = False) -> list[Task]:
    """The tasks with their executed gold: changes, fingerprint, and the tools on offer.

    A gold action that does not come out as it says raises :class:`DomainError`, unless gold
    that raises is what the tasks' source has (``may_refuse``).
    """
    with Environment(domain) as environment:
        return [_sealed(environment, task, may_refuse) for task in tasks]


def _sealed(environment: Environment, task: Task, may_refuse: bool) -> Task:
    environment.reset(task.start, planned=task.faults)
    gold = []
    for number, action in enumerate(task.actions):
        seen = environment.call(action.tool, action.arguments, action.held_by)
        gold.append(seen)
        if seen.status != action.expect and not may_refuse:
            raise DomainError(
                f"task {task.id!r}: gold action {number} ({action.tool}) is {seen.status}: {seen.text}"
            )
    for check in task.checks:
        if not environment.holds(check):
            raise DomainError(
                f"task {task.id!r}: {check.tool} {check.arguments} does not hold after its gold"
            )
    return evolve(
        task,
        changes=environment.changes,
        fingerprint=environment.fingerprint,
        tools=task.tools or tuple(sorted(environment.offered())),
        evidence=evidence(task.outputs, gold),
    )


def write_tasks(folder: Path, tasks: Iterable[Task]) -> None:
    """Write ``tasks.jsonl``."""
    write_text(folder / "tasks.jsonl", json_lines(map(to_plain, tasks)))
