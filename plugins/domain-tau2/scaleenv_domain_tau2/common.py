"""What the conversion of every domain needs."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from scaleenv_core.engine import DomainFolder, Environment
from scaleenv_core.engine.seal import seal, sealed, start_after, write_tasks
from scaleenv_core.errors import SourceError
from scaleenv_core.files import copy_folder, json_lines, write_text
from scaleenv_core.plugins import Plugins
from scaleenv_core.types import Action, Check, Task

GZIP = b"\x1f\x8b"

Row = Mapping[str, Any]
Rows = Iterable[tuple[str, Row]]
"""Table and row, parents before children."""

JUDGES = {"DB": "state", "ACTION": "actions", "COMMUNICATE": "communicate", "ENV_ASSERTION": "checks"}
"""Part of the reward → our verifier. ``NL_ASSERTION`` has none: it takes a model to judge."""


def read_json(folder: Path, name: str) -> Any:
    """A JSON file of the data, plain or with ``.gz``."""
    try:
        data = read_file(folder, name)
        return orjson.loads(gzip.decompress(data) if data[:2] == GZIP else data)
    except (orjson.JSONDecodeError, gzip.BadGzipFile, EOFError) as exc:
        raise SourceError(str(folder / name), f"not JSON: {exc}") from exc


def read_file(folder: Path, name: str) -> bytes:
    """A file of the data."""
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path.read_bytes()
    raise SourceError(str(folder), f"no file {name!r} and no {name + '.gz'!r}")


def write(
    into: Path,
    data: Path,
    ours: str,
    rows: Rows,
    *,
    title: str,
    now: str,
    tasks: Path | None = None,
    policy: Sequence[str] = ("policy.md",),
) -> str:
    """Our domain of this name with the data's rows, policy and tasks; returns its slug.

    ``tasks`` is a file to take instead of the data's own: a list of tasks, or a result
    file, for those that it was recorded with. ``policy`` are the files that make the
    policy, in order.
    """
    slug = f"tau2-{ours}"
    text = "\n\n".join(read_file(data, name).decode() for name in policy)
    domain = make_domain(into / slug, ours, rows, text, title=title, now=now)
    given = read_json(tasks.parent, tasks.name) if tasks else read_json(data, "tasks.json")
    given = given["tasks"] if isinstance(given, Mapping) else given
    with Environment(domain) as environment:
        add_tasks(domain, [task_of(slug, task, environment) for task in given])
    return slug


def make_domain(folder: Path, ours: str, rows: Rows, policy: str, *, title: str, now: str) -> DomainFolder:
    """Our hand-written domain, from whichever plugin brings it, with other rows and policy."""
    with tempfile.TemporaryDirectory(prefix="scaleenv-") as place:
        Plugins.of({"domain": [ours]}, {}).hook.write_domains(into=Path(place))
        copy_folder(Path(place) / ours, folder)
    for its_tasks in ("tasks.toml", "tasks.jsonl"):
        (folder / its_tasks).unlink()
    write_text(folder / "rows.jsonl", json_lines({"table": table, "row": row} for table, row in rows))
    write_text(folder / "policy.md", policy)
    return seal(folder, title=title, now=now)


def add_tasks(domain: DomainFolder, tasks: Iterable[Task]) -> None:
    """Seal the tasks and write them.

    Some gold actions of τ²-bench raise; it goes on with the next one, and so do we.
    """
    write_tasks(domain.path, sealed(domain, tasks, may_refuse=True))


def task_of(slug: str, given: Row, environment: Environment) -> Task:
    """A task as τ²-bench has it; what its gold changes is not executed yet."""
    criteria = given["evaluation_criteria"]
    events = (given.get("initial_state") or {}).get("initialization_actions") or ()
    return Task(
        id=f"{slug}/{given['id']}",
        domain=slug,
        instruction=instruction(given["user_scenario"]),
        actions=tuple(map(action_of, criteria["actions"] or ())),
        changes=(),
        fingerprint="",
        tools=(),
        start=start_after(environment, map(event_of, events)) if events else (),
        outputs=tuple(criteria.get("communicate_info") or ()),
        checks=tuple(map(check_of, criteria.get("env_assertions") or ())),
        judged_by=("validity", *(JUDGES[part] for part in criteria["reward_basis"] if part in JUDGES)),
    )


def action_of(given: Row) -> Action:
    """A gold action."""
    compared = given.get("compare_args")
    return Action(
        tool=given["name"],
        arguments=given["arguments"],
        held_by="user" if given.get("requestor") == "user" else "agent",
        compare=None if compared is None else tuple(compared),
    )


def event_of(given: Row) -> Action:
    """What happened before the dialogue, by a tool of ours that has the same name."""
    return Action(tool=given["func_name"], arguments=given["arguments"])


def check_of(given: Row) -> Check:
    """A question to the world at the end."""
    return Check(tool=given["func_name"], arguments=given["arguments"], expected=given["assert_value"])


def instruction(scenario: Row) -> str:
    """What the user simulator is told, as one text."""
    told = scenario["instructions"]
    parts = ("reason_for_call", "known_info", "unknown_info", "task_instructions")
    texts = [scenario["persona"], *(told.get(part) for part in parts)]
    return "\n\n".join(text.strip() for text in texts if text and text.strip(" ."))
