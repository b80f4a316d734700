"""Files written whole or not at all, and JSON in one canonical form."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO

import orjson

from scaleenv_core.errors import WorldError


def json_text(data: Any) -> str:
    """A JSON document for people: sorted keys, two spaces, a newline at the end."""
    options = orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(data, option=options).decode()


def json_lines(records: Iterable[Any]) -> str:
    """One JSON document a line, keys in the records' own order."""
    return "".join(orjson.dumps(record).decode() + "\n" for record in records)


def read_json_lines(path: Path) -> Iterator[Any]:
    """The documents of a JSON Lines file; a broken line is one clear :class:`WorldError`."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                yield orjson.loads(line)
            except orjson.JSONDecodeError as exc:
                raise WorldError(f"{path} line {number}: not JSON: {exc}") from exc


def write_text(path: Path, text: str) -> None:
    """Replace a file by a text, whole or not at all; see :func:`write_bytes`."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, data: bytes) -> None:
    """Replace a file by way of a sibling: a reader, or a kill, sees the old one or the new one."""
    with whole_file(path) as out:
        out.write(data)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write bit by bit: it takes ``path``'s place when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("wb") as out:
        yield out
        out.flush()
        os.fsync(out.fileno())
    partial.replace(path)


def write_lines(path: Path, records: Iterable[Any]) -> tuple[int, str]:
    """Replace a file by a JSON document a line, without holding them all; their count and sha256."""
    count, told = 0, hashlib.sha256()
    with whole_file(path) as out:
        for record in records:
            line = orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)
            told.update(line)
            out.write(line)
            count += 1
    return count, told.hexdigest()


def write_once(path: Path, text: str) -> bool:
    """Put a file where there is none, whole; of several that try, one is told that it did."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", encoding="utf-8", newline="\n", dir=path.parent, prefix=".partial-") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
        try:
            os.link(out.name, path)
        except FileExistsError:
            return False
    return True


def copy_folder(source: Path, path: Path) -> None:
    """Put a copy of a folder at ``path``, whole or not at all; caches of Python are left out."""
    with whole_folder(path) as made:
        shutil.copytree(source, made, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A folder to fill: it takes ``path``'s place when the block ends well, else is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial, old = path.with_name(f".{path.name}.partial"), path.with_name(f".{path.name}.old")
    for left in (partial, old):  # by a killed run
        shutil.rmtree(left, ignore_errors=True)
    partial.mkdir()
    try:
        yield partial
        if path.exists():
            path.rename(old)
        partial.rename(path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
