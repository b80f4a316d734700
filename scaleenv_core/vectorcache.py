"""Vectors on disk, by what they were made from: a text is embedded once a machine."""

from __future__ import annotations

import os
import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from attrs import frozen

from scaleenv_core.errors import WorldError
from scaleenv_core.types import Vector

_TABLE = "CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, places BLOB, value BLOB)"
_ASKED = 500
"""Keys a query: SQLite bounds the variables of a statement."""


def cache_folder() -> Path:
    """``$SCALEENV_CACHE``, else ``scaleenv`` in the user's cache folder. No result depends on it."""
    own = os.environ.get("SCALEENV_CACHE")
    shared = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(own) if own else Path(shared).expanduser() / "scaleenv"


@frozen
class VectorCache:
    """One SQLite file; processes may share it."""

    path: Path

    def read(self, keys: Iterable[str]) -> dict[str, Vector]:
        """Those of the keys that are there."""
        wanted = sorted(keys)
        found: dict[str, Vector] = {}
        with self._opened() as db:
            for start in range(0, len(wanted), _ASKED):
                some = wanted[start : start + _ASKED]
                query = f"SELECT key, places, value FROM vectors WHERE key IN ({','.join('?' * len(some))})"
                for key, places, values in db.execute(query, some):
                    found[key] = Vector(array("f", values), None if places is None else array("i", places))
        return found

    def write(self, vectors: Mapping[str, Vector]) -> None:
        """Keep these, all or none."""
        rows = (
            (key, None if vector.places is None else vector.places.tobytes(), vector.values.tobytes())
            for key, vector in sorted(vectors.items())
        )
        with self._opened() as db:
            db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=60)) as db, db:
                db.execute(_TABLE)
                yield db
        except (OSError, sqlite3.Error) as exc:
            raise WorldError(
                f"the cache {self.path} cannot be used: {exc}; delete it, or set SCALEENV_CACHE"
            ) from exc
