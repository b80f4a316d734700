"""Chats in the OpenAI format, one a line, as recorded dialogues."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from attrs import field, frozen
from attrs.validators import min_len

from scaleenv_core import hookimpl
from scaleenv_core.errors import SourceError
from scaleenv_core.types import Dropped, RecordedDialogue

__all__ = ["OpenAI"]


@frozen(kw_only=True)
class OpenAI:
    """Reads every line of every file, in the files' order by name."""

    files: tuple[str, ...] = field(validator=min_len(1))
    """JSON Lines, ``.jsonl`` or ``.jsonl.gz``; ``*`` and ``?`` match as in a shell."""

    domain: str = ""
    """Slug of the domain that all of them belong to; empty: it is found by their tools."""

    @hookimpl
    def read_log(self) -> Iterator[RecordedDialogue | Dropped]:
        """Each chat; a line that is none is dropped with its reason."""
        from scaleenv_log_openai.reader import read

        for path in self._paths():
            yield from read(path, self.domain)

    def _paths(self) -> list[Path]:
        found: list[Path] = []
        for pattern in self.files:
            given = Path(pattern)
            matching = any(letter in pattern for letter in "*?[")
            there = sorted(given.parent.glob(given.name)) if matching else [given] * given.is_file()
            if not there:
                raise SourceError(pattern, "no such file of chats")
            found += there
        return found
