"""A domain's database at reset, as one file that all its instances share and none writes."""

from __future__ import annotations

import atexit
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path

from scaleenv_core.engine.columns import Mismatch
from scaleenv_core.engine.schema import DatabaseSchema
from scaleenv_core.errors import DomainError
from scaleenv_core.names import digest
from scaleenv_core.types import JsonObject

_scratch: Path | None = None
_only: Path | None = None


def use_scratch(folder: Path) -> None:
    """Keep template files in this folder: a run's workers share it, and the run removes it."""
    global _scratch
    _scratch = folder


def scratch() -> Path:
    """Where template files are; a folder of this process's own where none was given."""
    if _scratch is None:
        made = Path(tempfile.mkdtemp(prefix="scaleenv-"))
        atexit.register(shutil.rmtree, made, ignore_errors=True)
        use_scratch(made)
        return made
    return _scratch


def use_template(path: Path) -> None:
    """In a cell: this is the file of the one domain that it is for."""
    global _only
    _only = path


def empty_template() -> Path:
    """An empty file among them, for a cell that fills it."""
    handle, name = tempfile.mkstemp(suffix=".db", dir=scratch())
    os.close(handle)
    return Path(name)


def share_template(made: Path, path: Path) -> None:
    """Let others use a file that is whole; one that is there stays: cells were granted that very file."""
    with suppress(FileExistsError):
        path.hardlink_to(made)


def template_path(content: str) -> Path:
    """Where the template of a domain of this content hash is, once it is made."""
    return scratch() / f"{digest(content)[:32]}.db"


def make_template(
    schema: DatabaseSchema, rows: Iterable[tuple[str, JsonObject]], folder: Path, content: str
) -> Path:
    """The template file; ``content`` is the domain's content hash, ``folder`` only for messages."""
    if _only is not None:
        return _only
    path = template_path(content)
    if not path.exists():
        made = empty_template()
        made.write_bytes(template_bytes(schema, rows, folder))
        share_template(made, path)
    return path


def template_bytes(schema: DatabaseSchema, rows: Iterable[tuple[str, JsonObject]], folder: Path) -> bytes:
    """The database at reset, as SQLite's file has it."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        try:
            _fill(connection, schema, rows, folder / "rows.jsonl")
        except sqlite3.Error as exc:  # such as a foreign key to a column that is not unique
            raise DomainError(f"{folder / 'schema.py'}: {exc}") from exc
        return connection.serialize()


def _fill(
    connection: sqlite3.Connection,
    schema: DatabaseSchema,
    rows: Iterable[tuple[str, JsonObject]],
    path: Path,
) -> None:
    connection.execute("PRAGMA page_size = 1024")  # small: each instance keeps its own of what it writes
    connection.execute("BEGIN")
    for spec in schema.tables.values():
        for statement in spec.ddl():
            connection.execute(statement)
    for number, (table, row) in enumerate(rows, start=1):
        try:
            spec = schema.table(table)
            spec.known(row)
            connection.execute(
                spec.insert, [spec.columns[name].stored(row.get(name)) for name in spec.columns]
            )
        except (LookupError, Mismatch, sqlite3.Error) as exc:
            raise DomainError(f"{path} line {number}: {exc}") from exc
    dangling = connection.execute("PRAGMA foreign_key_check").fetchone()
    if dangling is not None:
        raise DomainError(f"{path}: a row of {dangling[0]!r} refers to no row of {dangling[2]!r}")
    connection.execute("COMMIT")
