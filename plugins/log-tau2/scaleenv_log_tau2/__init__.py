"""Result files of τ²-Bench and of the first tau-bench as recorded dialogues."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from attrs import field, frozen
from attrs.validators import min_len

from scaleenv_core import hookimpl
from scaleenv_core.errors import SourceError
from scaleenv_core.types import Dropped, RecordedDialogue

__all__ = ["Tau2"]


@frozen(kw_only=True)
class Tau2:
    """Reads every simulation of every file, in the files' order by name."""

    files: tuple[str, ...] = field(validator=min_len(1))
    """Result files, ``.json`` or ``.json.gz``; ``*`` and ``?`` match as in a shell."""

    prefix: str = "tau2-"
    """What the slugs of τ²-Bench's domains begin with in the world."""

    first_domain: str = "tau-airline"
    """Slug of the domain that files of the first tau-bench belong to."""

    @hookimpl
    def read_log(self) -> Iterator[RecordedDialogue | Dropped]:
        """Each simulation; a file that is no result file is dropped with its reason."""
        from scaleenv_log_tau2.reader import read

        for path in self._paths():
            yield from read(path, self.prefix, self.first_domain)

    def _paths(self) -> list[Path]:
        found: list[Path] = []
        for pattern in self.files:
            given = Path(pattern)
            if any(letter in pattern for letter in "*?["):
                there = sorted(given.parent.glob(given.name))
            else:
                there = [given] if given.is_file() else []
            if not there:
                raise SourceError(pattern, "no such result file")
            found += there
        return found
