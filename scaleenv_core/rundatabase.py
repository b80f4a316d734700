"""The database of a run: its tables, and transactions on SQLite or PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from attrs import frozen
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    bindparam,
    create_engine,
    event,
    exc,
    func,
)
from sqlalchemy.dialects import postgresql, sqlite

from scaleenv_core.errors import ConfigError, WorldError

_INSERT: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""Of each kind of database that can hold a run, the insert that can leave out what is there."""

_METADATA = MetaData()
UNITS = Table(
    "units",
    _METADATA,
    Column("domain", String, primary_key=True),
    Column("first", Integer, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("inputs", String, nullable=False),
    Column("owner", String, nullable=False, default=""),
    Column("expires", Float, nullable=False, default=0.0),
    Column("attempts", Integer, nullable=False, default=0),
    Column("played", Integer, nullable=False, default=0),
    Column("error", String, nullable=False, default=""),
    sqlite_with_rowid=False,
)
_LEFT = UNITS.c.played < UNITS.c.size
# Who looks for work finds it at once, however much of it is done.
Index("units_left", UNITS.c.domain, UNITS.c.first, sqlite_where=_LEFT, postgresql_where=_LEFT)
TRAJECTORIES = Table(
    "trajectories",
    _METADATA,
    Column("domain", String, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("digest", String, nullable=False),
    Column("calls", Integer, nullable=False),
    Column("broken", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
JUDGEMENTS = Table(
    "judgements",
    _METADATA,
    Column("domain", String, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)


@frozen
class RunDatabase:
    """Connections to the database of one run."""

    _engine: Engine

    @classmethod
    def at(cls, url: str) -> RunDatabase:
        """The database of an SQLAlchemy URL, with the tables in it."""
        try:
            engine = create_engine(url)
            if engine.dialect.name not in _INSERT:
                raise ConfigError("[store] url", "SQLite and PostgreSQL can hold a run")
            if engine.dialect.name == "sqlite":
                _prepare_sqlite(engine)
            made = cls(engine)
            with made.writing() as asked:
                _METADATA.create_all(asked)
        except (exc.ArgumentError, exc.NoSuchModuleError, ImportError) as error:
            raise ConfigError("[store] url", f"no database to use: {error}") from error
        return made

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction that writes; on SQLite the only one."""
        return self._transaction(reads=False)

    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction that reads, and waits for nobody."""
        return self._transaction(reads=True)

    @contextmanager
    def _transaction(self, *, reads: bool) -> Iterator[Connection]:
        """What the database itself says is one clear line."""
        try:
            with self._engine.connect().execution_options(reads=reads) as connection, connection.begin():
                yield connection
        except exc.DBAPIError as error:
            where = self._engine.url.render_as_string(hide_password=True)
            raise WorldError(
                f"the run's database {where}: {error.orig}; nothing that was kept is lost, and the same "
                "command goes on"
            ) from error

    def insert(self, table: Table) -> Any:
        """An INSERT that leaves out what is there."""
        return _INSERT[self._engine.dialect.name](table).on_conflict_do_nothing()

    @property
    def now(self) -> Any:
        """Now, by the database's clock: machines differ."""
        if self._engine.dialect.name == "sqlite":
            return bindparam("now", callable_=time.time, type_=Float)
        return func.extract("epoch", func.clock_timestamp())

    def settle(self) -> None:
        """See :meth:`~scaleenv_core.runstore.RunStore.settle`."""
        if self._engine.dialect.name == "sqlite":
            connection = self._engine.raw_connection()
            connection.cursor().execute("PRAGMA wal_checkpoint(FULL)").fetchall()
            connection.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()


def _prepare_sqlite(engine: Engine) -> None:
    """Many processes write in turn, readers never wait, and a kill at any point loses no commit."""

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # or the driver would begin transactions by its own mind
        connection.execute("PRAGMA busy_timeout = 60000")
        connection.execute("PRAGMA journal_mode = wal")
        connection.execute("PRAGMA synchronous = normal")

    @event.listens_for(engine, "begin")
    def _began(connection: Connection) -> None:
        reads = connection.get_execution_options().get("reads", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
