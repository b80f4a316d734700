"""What the conversion of every domain needs."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from scaleenv_core.engine import Environment
from scaleenv_core.engine.seal import seal, sealed, start_after, write_tasks
from scaleenv_core.errors import SourceError
from scaleenv_core.files import copy_folder, json_lines, write_text
from scaleenv_core.plugins import Plugins
from scaleenv_core.types import Action, Check, Task

Row = Mapping[str, Any]
Rows = Iterable[tuple[str, Row]]
"""Table and row, parents before children."""

JUDGES = {"DB": "state", "ACTION": "actions", "COMMUNICATE": "communicate", "ENV_ASSERTION": "checks"}
"""Part of the reward → our verifier. ``NL_ASSERTION`` has none: it takes a model to judge."""


def read_json(folder: Path, name: str) -> Any:
    """A JSON file of the data, plain or with ``.gz``."""
    for path in (folder / name, folder / f"{name}.gz"):
        if path.exists():
            data = path.read_bytes()
            try:
                return orjson.loads(gzip.decompress(data) if path.suffix == ".gz" else data)
            except (orjson.JSONDecodeError, gzip.BadGzipFile, EOFError) as exc:
                raise SourceError(str(path), f"not JSON: {exc}") from exc
    raise SourceError(str(folder), f"no file {name!r} and no {name + '.gz'!r}")


def write(
    into: Path,
    data: Path,
    ours: str,
    rows: Rows,
    *,
    title: str,
    now: str,
    policy: Sequence[str] = ("policy.md",),
) -> str:
    """Our domain of this name with the data's rows, policy and tasks; returns its slug.

    ``policy`` are the files that make the policy, in order.
    """
    slug = f"tau2-{ours}"
    folder = into / slug
    take_domain(ours, folder)
    write_text(folder / "rows.jsonl", json_lines({"table": table, "row": row} for table, row in rows))
    texts = [(data / name).read_text(encoding="utf-8") for name in policy]
    write_text(folder / "policy.md", "\n\n".join(texts))
    domain = seal(folder, title=title, now=now)
    with Environment(domain) as environment:
        tasks = [task_of(slug, task, environment) for task in read_json(data, "tasks.json")]
    # Some gold actions of τ²-bench raise; it goes on with the next one, and so do we.
    write_tasks(folder, sealed(domain, tasks, may_refuse=True))
    return slug


def take_domain(ours: str, folder: Path) -> None:
    """A copy of our hand-written domain without its tasks, from whichever plugin brings it."""
    with tempfile.TemporaryDirectory(prefix="scaleenv-") as place:
        Plugins.of({"domain": [ours]}, {}).hook.write_domains(into=Path(place))
        copy_folder(Path(place) / ours, folder)
    (folder / "tasks.toml").unlink()
    (folder / "tasks.jsonl").unlink()


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
        judged_by=tuple(JUDGES[part] for part in criteria["reward_basis"] if part in JUDGES),
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
