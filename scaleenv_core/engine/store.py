"""A live database: what an environment stands on, and the built-in one, SQLite.

The SQLite store opens the domain's template file, begins a transaction and never commits
it. What it changes stays in its own memory, what it only reads is the system's page cache,
shared by all instances in all processes; a reset is ``ROLLBACK; BEGIN``.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from scaleenv_core.errors import ConstraintRefusal

if TYPE_CHECKING:
    from sqlalchemy import Select

    from scaleenv_core.engine.folder import DomainFolder


class Store(Protocol):
    """One live database with a domain's tables and seed rows, in a transaction of its own.

    SQL comes with ``?`` for values. Nothing it does is seen by another store, and nothing
    outlives it. Not to be shared between threads.
    """

    def read(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """Run a SELECT; a cursor with ``fetchone`` and iteration."""
        ...

    def write(self, sql: str, values: Sequence[Any]) -> int:
        """Run an INSERT, UPDATE or DELETE; the number of rows changed.

        Raises :class:`~scaleenv_core.errors.ConstraintRefusal`, leaving no trace, where a
        constraint forbids it.
        """
        ...

    def select(self, statement: Select[Any]) -> Any:
        """Run a SQLAlchemy SELECT; a cursor, as from :meth:`read`."""
        ...

    def reset(self) -> None:
        """Back to the seed rows."""
        ...

    def unchecked(self) -> Any:
        """A context in which foreign keys are not checked; whoever uses it sees to it that they hold."""
        ...

    def rows_written(self) -> int:
        """Rows changed since it was opened, as the database itself counts them."""
        ...

    def close(self) -> None:
        """Free it."""
        ...


# Nothing here is durable; a dirty page must never reach the shared file; and what is only
# read is in the system's cache, once for all instances.
_OPEN = """
PRAGMA journal_mode = MEMORY;
PRAGMA synchronous = OFF;
PRAGMA temp_store = MEMORY;
PRAGMA cache_spill = OFF;
PRAGMA cache_size = 16;
PRAGMA foreign_keys = ON;
"""

_TOOLS_MAY = frozenset(
    {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_INSERT,
        sqlite3.SQLITE_UPDATE,
        sqlite3.SQLITE_DELETE,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_RECURSIVE,
    }
)


class _Idle(threading.local):
    """A thread's closed stores of the domain that it closed one of last: opening them again is free."""

    def __init__(self) -> None:
        self.template = Path()
        self.stores: list[SqliteStore] = []

    def keep(self, store: SqliteStore) -> bool:
        """Keep a store for the next environment, if there is room."""
        if self.template != store.template:
            self.drop()
            self.template = store.template
        if len(self.stores) == _MOST_IDLE:
            return False
        self.stores.append(store)
        return True

    def drop(self) -> None:
        """Let them all go."""
        while self.stores:
            self.stores.pop().drop()


_MOST_IDLE = 8
_idle = _Idle()


def sqlite_store(domain: DomainFolder) -> Store:
    """A built-in store at the seed rows: a closed one of this thread, or a new one."""
    if _idle.stores and _idle.template == domain.template:
        return _idle.stores.pop()
    return SqliteStore(domain)


def drop_idle_stores() -> None:
    """Free what this thread keeps for later: before a fork, which no connection survives."""
    _idle.drop()


class SqliteStore:
    """The built-in store: a never-committed transaction over the template file."""

    def __init__(self, domain: DomainFolder) -> None:
        self.template = domain.template
        self._connection = open_template(self.template)
        # SQLite asks only when it prepares a statement. The engine's own have a name that
        # tool code cannot say, so it finds none of them prepared.
        self._own, secret = True, token_hex(8)
        self._connection.set_authorizer(self._allow)
        self._begin, self._rollback = f"BEGIN /*{secret}*/", f"ROLLBACK /*{secret}*/"
        self.read = self._connection.execute
        self._control(self._begin)

    def _allow(self, action: int, *_: object) -> int:
        return sqlite3.SQLITE_OK if self._own or action in _TOOLS_MAY else sqlite3.SQLITE_DENY

    def _control(self, *statements: str) -> None:
        self._own = True
        for sql in statements:
            self._connection.execute(sql)
        self._own = False

    def write(self, sql: str, values: Sequence[Any]) -> int:
        """See :meth:`Store.write`; SQLite undoes a failed statement by itself."""
        try:
            return self._connection.execute(sql, values).rowcount
        except sqlite3.IntegrityError as exc:
            raise ConstraintRefusal(str(exc)) from exc

    def select(self, statement: Select[Any]) -> sqlite3.Cursor:
        """See :meth:`Store.select`."""
        from sqlalchemy.dialects.sqlite import dialect

        made = statement.compile(dialect=dialect(), compile_kwargs={"render_postcompile": True})
        return self._connection.execute(str(made), [made.params[name] for name in made.positiontup or ()])

    def reset(self) -> None:
        """See :meth:`Store.reset`."""
        self._control(self._rollback, self._begin)

    @contextmanager
    def unchecked(self) -> Iterator[None]:
        """See :meth:`Store.unchecked`."""
        self._control("PRAGMA defer_foreign_keys = ON")
        try:
            yield
        finally:
            self._control("PRAGMA defer_foreign_keys = OFF")

    def rows_written(self) -> int:
        """See :meth:`Store.rows_written`; counts what a tool does past the facade, too."""
        return self._connection.total_changes

    def close(self) -> None:
        """See :meth:`Store.close`; rolled back, it may serve another environment."""
        self.reset()
        if type(self) is not SqliteStore or not _idle.keep(self):
            self.drop()

    def drop(self) -> None:
        """Free the connection."""
        self._connection.close()


class ClosedStore:
    """What a closed environment holds: every use is an error."""

    def close(self) -> None:
        """Nothing is left to close."""

    def __getattr__(self, name: str) -> NoReturn:
        raise RuntimeError("this environment is closed")


def open_template(path: Path) -> sqlite3.Connection:
    """A connection to a template file that takes no lock: nobody ever writes the file."""
    connection = sqlite3.connect(_uri(path), uri=True, isolation_level=None, cached_statements=256)
    connection.executescript(_OPEN).close()
    return connection


@lru_cache(maxsize=1024)
def _uri(path: Path) -> str:
    return path.as_uri() + "?mode=rw&nolock=1"
