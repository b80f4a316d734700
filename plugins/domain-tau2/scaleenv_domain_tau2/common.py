"""What the conversion of every domain needs."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from scaleenv_core.engine.seal import seal, sealed, write_tasks
from scaleenv_core.errors import SourceError
from scaleenv_core.files import copy_folder, json_lines, write_text
from scaleenv_core.plugins import Plugins
from scaleenv_core.types import Action, Task

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


def read_tasks(path: Path) -> list[Row]:
    """A list of tasks, or those that a result file was recorded with."""
    data = read_json(path.parent, path.name)
    return data["tasks"] if isinstance(data, Mapping) else data


def write(folder: Path, ours: str, rows: Rows, policy: str, tasks: Iterable[Task], **more: str) -> None:
    """Our domain of this name with other rows, policy and tasks; ``more`` goes into the manifest."""
    take_domain(ours, folder)
    write_text(folder / "rows.jsonl", json_lines({"table": table, "row": row} for table, row in rows))
    write_text(folder / "policy.md", policy)
    domain = seal(folder, **more)
    # Some gold actions of τ²-bench raise; it goes on with the next one, and so do we.
    write_tasks(folder, sealed(domain, tasks, may_refuse=True))


def take_domain(ours: str, folder: Path) -> None:
    """A copy of our hand-written domain without its tasks, from whichever plugin brings it."""
    with tempfile.TemporaryDirectory(prefix="scaleenv-") as place:
        Plugins.of({"domain": [ours]}, {}).hook.write_domains(into=Path(place))
        copy_folder(Path(place) / ours, folder)
    (folder / "tasks.toml").unlink()
    (folder / "tasks.jsonl").unlink()


def task_of(slug: str, given: Row) -> Task:
    """A task as τ²-bench has it; what its gold changes is not executed yet."""
    criteria = given["evaluation_criteria"]
    return Task(
        id=f"{slug}/{given['id']}",
        domain=slug,
        instruction=instruction(given["user_scenario"]),
        actions=tuple(map(action_of, criteria["actions"] or ())),
        changes=(),
        fingerprint="",
        tools=(),
        outputs=tuple(criteria["communicate_info"] or ()),
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


def instruction(scenario: Row) -> str:
    """What the user simulator is told, as one text."""
    told = scenario["instructions"]
    parts = ("reason_for_call", "known_info", "unknown_info", "task_instructions")
    texts = [scenario["persona"], *(told.get(part) for part in parts)]
    return "\n\n".join(text.strip() for text in texts if text and text.strip(" ."))
