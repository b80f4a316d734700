"""The documents of a file: one JSON document, or one a line, whatever its name says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import frozen

from scaleenv_core.catalogs import Unreadable, decoded, parse_json, read_bytes, read_lines

SUFFIXES = (".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".ndjson.gz")


@frozen
class Line:
    """One document of a file, or why it cannot be read."""

    number: int
    """Of its line, from 1; 0 where the file is one document."""

    data: Any


def documents(path: Path) -> Iterator[Line]:
    """The documents in order; an unreadable line is a :class:`Line` of its ``Unreadable``.

    Raises :class:`Unreadable` where the file as a whole is.
    """
    name = path.name.lower().removesuffix(".gz")
    if name.endswith((".jsonl", ".ndjson")):
        yield from _lines(read_lines(path))
        return
    raw = read_bytes(path)
    text = decoded(raw)
    try:
        whole = parse_json(text)
    except Unreadable:
        # JSON Lines under the name of JSON: the first line is a document.
        first, _, rest = text.strip().partition("\n")
        if not rest or not _is_json(first):
            raise
        numbered = enumerate(text.split("\n"), start=1)
        yield from _lines((number, line.encode()) for number, line in numbered if line.strip())
    else:
        yield Line(0, whole)


def stem(path: Path) -> str:
    """A file's name without what :data:`SUFFIXES` lists."""
    name = path.name
    ending = next((end for end in sorted(SUFFIXES, key=len, reverse=True) if name.lower().endswith(end)), "")
    return name[: len(name) - len(ending)]


def _lines(lines: Iterator[tuple[int, bytes]]) -> Iterator[Line]:
    for number, line in lines:
        try:
            yield Line(number, parse_json(decoded(line)))
        except Unreadable as exc:
            yield Line(number, exc)


def _is_json(text: str) -> bool:
    try:
        parse_json(text)
    except Unreadable:
        return False
    return True
