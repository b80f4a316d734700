"""A domain folder: read back by every stage through one door, whoever wrote it."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TypeVar

import orjson
from attrs import define, evolve, field

from scaleenv_core.converters import from_plain, problems, to_plain
from scaleenv_core.engine.schema import DatabaseSchema, read_schema
from scaleenv_core.engine.seedreads import SeedReads
from scaleenv_core.engine.template import make_template
from scaleenv_core.engine.toolcode import SCHEMA_IMPORTS, ToolFunction, load_tools, run_source
from scaleenv_core.engine.validation import ArgumentCheck
from scaleenv_core.errors import DomainError
from scaleenv_core.files import json_lines, json_text, whole_folder, write_text
from scaleenv_core.names import digest
from scaleenv_core.types import (
    Case,
    DomainDraft,
    DomainManifest,
    DomainSource,
    JsonObject,
    Rule,
    Task,
    Tool,
    ToolReport,
)

T = TypeVar("T")

CONTENT = ("schema.py", "rows.jsonl", "tools.jsonl", "tools.py", "policy.md")
"""The files that make a domain what it is, in the order of its content hash."""

EXPECTED = "expected.jsonl"
"""The author's own procedural tests, in a domain folder that has any."""

NOW = "2026-01-01T09:00:00Z"
"""The simulated time of a generated domain at reset."""


def content_hash(folder: Path) -> str:
    """sha256 over the files that make the domain: any edit changes it."""
    parts = [digest(_text(folder / name).encode()) for name in CONTENT]
    return digest("\n".join(parts))


@define(slots=False)
class DomainFolder:
    """A loaded domain: what environments are made from. Load it with :func:`load_domain`."""

    path: Path
    manifest: DomainManifest
    schema: DatabaseSchema
    tools: dict[str, Tool]
    """The sound tools, by call name."""

    functions: dict[str, ToolFunction]
    policy: str
    rows: tuple[tuple[str, dict[str, object]], ...]

    checks: dict[str, ArgumentCheck] = field(factory=dict, eq=False, repr=False)
    """Compiled schemas, by call name, as far as they were needed."""

    seed_reads: dict[type, SeedReads] = field(factory=dict, eq=False, repr=False)
    """What was read of the seed rows, by the class of the store that answered."""

    @cached_property
    def template(self) -> Path:
        """The database at reset, as a file; every environment starts from it."""
        return make_template(self.schema, self.rows, self.path, self.manifest.content_hash)


def load_domain(folder: Path, *, quarantined: bool = False) -> DomainFolder:
    """Load a domain folder; raises :class:`DomainError` naming the file that is wrong.

    Tools that procedural testing quarantined are left out, unless asked for.
    """
    schema = _schema(folder)
    functions = load_tools(_text(folder / "tools.py"), str(folder / "tools.py"))
    tools = {tool.name: tool for tool in read_tools(folder)}
    for name in functions:
        if name not in tools:
            raise DomainError(f"{folder / 'tools.py'}: {name!r} is not in tools.jsonl")
    unsound = set() if quarantined else {r.tool for r in read_reports(folder) if r.failure}
    sound = {name: tool for name, tool in tools.items() if name in functions and name not in unsound}
    return DomainFolder(
        path=folder,
        manifest=_manifest(folder, schema),
        schema=schema,
        tools=sound,
        functions=functions,
        policy=read_policy(folder),
        rows=tuple(_rows(folder / "rows.jsonl")),
    )


def load_manifest(folder: Path) -> DomainManifest:
    """A domain's manifest as :func:`load_domain` has it, at a fraction of the time: no tool is loaded."""
    return _manifest(folder, _schema(folder))


def _manifest(folder: Path, schema: DatabaseSchema) -> DomainManifest:
    rules, found = tuple(read_rules(folder)), content_hash(folder)
    return evolve(read_manifest(folder), compare=schema.compared(), rules=rules, content_hash=found)


def _schema(folder: Path) -> DatabaseSchema:
    path = folder / "schema.py"
    metadata = run_source(_text(path), str(path), SCHEMA_IMPORTS).get("metadata")
    if metadata is None:
        raise DomainError(f"{path}: defines no 'metadata'")
    return read_schema(metadata, str(path))


def write_domain(
    folder: Path,
    draft: DomainDraft,
    source: DomainSource,
    *,
    seed: int,
    made_by: str,
    model: JsonObject | None = None,
    now: str = NOW,
) -> DomainManifest:
    """Write a materialised domain as a folder, whole or not at all."""
    manifest = DomainManifest(
        name=draft.slug,
        title=draft.title,
        now=now,
        seed=seed,
        lineage=tuple(tool.id for tool in draft.tools),
        made_by=made_by,
        model=model or {},
    )
    return rewrite_domain(folder, draft, source, manifest)


def rewrite_domain(
    folder: Path, draft: DomainDraft, source: DomainSource, manifest: DomainManifest
) -> DomainManifest:
    """Write another source of a domain that there is already; the manifest goes along, brought up to date."""
    operations = {operation.tool for operation in source.operations}
    with whole_folder(folder) as made:
        write_text(made / "schema.py", source.schema)
        write_text(made / "tools.py", source.tools)
        write_text(made / "policy.md", source.policy)
        signatures = [to_plain(tool) for tool in draft.tools if tool.name in operations]
        write_text(made / "tools.jsonl", json_lines(signatures))
        rows = ({"table": table, "row": row} for table, rows in source.rows.items() for row in rows)
        write_text(made / "rows.jsonl", json_lines(rows))
        if source.cases:
            write_text(made / EXPECTED, json_lines(map(to_plain, source.cases)))
        for name, text in source.extra.items():
            write_text(made / Path(name).name, text)
        manifest = evolve(
            manifest,
            operations=source.operations,
            quarantined=source.quarantined,
            content_hash=content_hash(made),
        )
        write_text(made / "domain.json", json_text(to_plain(manifest)))
    return manifest


def read_source(folder: Path) -> tuple[DomainDraft, DomainSource]:
    """A domain folder as its materializer wrote it, and the draft of its operations; runs no code."""
    manifest = read_manifest(folder)
    rows: dict[str, tuple[JsonObject, ...]] = {}
    for table, row in _rows(folder / "rows.jsonl"):
        rows[table] = (*rows.get(table, ()), row)
    known = {*CONTENT, EXPECTED, "domain.json", "tasks.jsonl"}
    others = sorted(path for path in folder.iterdir() if path.is_file() and path.name not in known)
    draft = DomainDraft(slug=manifest.name, title=manifest.title, tools=tuple(read_tools(folder)))
    return draft, DomainSource(
        schema=_text(folder / "schema.py"),
        tools=_text(folder / "tools.py"),
        rows=rows,
        policy=_text(folder / "policy.md"),
        operations=manifest.operations,
        quarantined=manifest.quarantined,
        cases=tuple(read_expected(folder)),
        extra={path.name: _text(path) for path in others},
    )


def read_manifest(folder: Path) -> DomainManifest:
    """``domain.json`` alone; runs no code."""
    path = folder / "domain.json"
    try:
        return from_plain(orjson.loads(_text(path)), DomainManifest)
    except orjson.JSONDecodeError as exc:
        raise DomainError(f"{path}: {exc}") from exc
    except ExceptionGroup as exc:
        raise DomainError(f"{path}: {'; '.join(problems(exc))}") from exc


def read_tools(folder: Path) -> list[Tool]:
    """``tools.jsonl``: the signatures, by call name."""
    return _lines(folder / "tools.jsonl", Tool)


def read_tasks(folder: Path) -> list[Task]:
    """``tasks.jsonl``; none where there is no such file."""
    path = folder / "tasks.jsonl"
    return _lines(path, Task) if path.exists() else []


def read_rules(folder: Path) -> list[Rule]:
    """``rules.jsonl``: what only the agent keeps; none where there is no such file."""
    path = folder / "rules.jsonl"
    return _lines(path, Rule) if path.exists() else []


def read_policy(folder: Path) -> str:
    """What an agent is told to keep: ``policy.md``, and what each of ``rules.jsonl`` says."""
    policy, rules = _text(folder / "policy.md"), [rule.says for rule in read_rules(folder)]
    return (
        policy if not rules else "\n".join([policy, "## For you", "", *(f"- {says}" for says in rules), ""])
    )


def read_reports(folder: Path) -> list[ToolReport]:
    """``tests/report.jsonl``: what procedural testing found; none before it ran."""
    path = folder / "tests" / "report.jsonl"
    return _lines(path, ToolReport) if path.exists() else []


def read_expected(folder: Path) -> list[Case]:
    """``expected.jsonl``: the author's own procedural tests; none where there is no such file."""
    path = folder / EXPECTED
    return _lines(path, Case) if path.exists() else []


def _lines(path: Path, kind: type[T]) -> list[T]:
    made: list[T] = []
    for number, line in enumerate(_text(path).splitlines(), start=1):
        try:
            made.append(from_plain(orjson.loads(line), kind))
        except orjson.JSONDecodeError as exc:
            raise DomainError(f"{path} line {number}: {exc}") from exc
        except ExceptionGroup as exc:
            raise DomainError(f"{path} line {number}: {'; '.join(problems(exc))}") from exc
    return made


def _rows(path: Path) -> list[tuple[str, dict[str, object]]]:
    made = []
    for number, line in enumerate(_text(path).splitlines(), start=1):
        try:
            data = orjson.loads(line)
            made.append((data["table"], data["row"]))
        except (orjson.JSONDecodeError, KeyError, TypeError) as exc:
            raise DomainError(f'{path} line {number}: expected {{"table": …, "row": {{…}}}}') from exc
    return made


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as exc:
        raise DomainError(f"{path}: no such file; a domain folder has {', '.join(CONTENT)}") from exc
    except UnicodeDecodeError as exc:
        raise DomainError(f"{path}: not UTF-8: {exc}") from exc
