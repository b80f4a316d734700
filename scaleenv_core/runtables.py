"""The tables of a run's database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    event,
)
from sqlalchemy.dialects import postgresql, sqlite

INSERT: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""Of each kind of database that can hold a run, the insert that can leave out what is there."""

METADATA = MetaData()
UNITS = Table(
    "units",
    METADATA,
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
TRAJECTORIES = Table(
    "trajectories",
    METADATA,
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
    METADATA,
    Column("domain", String, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)


def prepare_sqlite(engine: Engine) -> None:
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
