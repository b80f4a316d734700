"""A store on a PostgreSQL server: temporary tables, in a transaction that never commits.

The seed rows lie in a schema of their own, written once a domain. An instance copies them
into temporary tables of its connection, which no other connection sees or waits for, and
which go when it closes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.types.numeric import Loader
from sqlalchemy.dialects.postgresql import dialect

from scaleenv_core.engine import DomainFolder
from scaleenv_core.errors import ConstraintRefusal, StageError
from scaleenv_core.names import digest
from scaleenv_database_postgres.ddl import create_tables

if TYPE_CHECKING:
    from sqlalchemy import Select

_QUOTED = re.compile(r'("[^"]*"|\'[^\']*\')')


class _Number(Loader):
    """What PostgreSQL sums to NUMERIC: an int, or with a point a float, as in SQLite."""

    def load(self, data: Any) -> int | float:
        text = bytes(data).decode()
        return float(text) if "." in text else int(text)


@lru_cache(maxsize=4096)
def _psycopg_sql(sql: str) -> str:
    """``?`` outside of quotes becomes ``%s``."""
    parts = _QUOTED.split(sql.replace("%", "%%"))
    return "".join(part if number % 2 else part.replace("?", "%s") for number, part in enumerate(parts))


class PostgresStore:
    """See :class:`scaleenv_core.engine.Store`."""

    def __init__(self, url: str, domain: DomainFolder) -> None:
        try:
            self._connection = psycopg.connect(url, autocommit=True, prepare_threshold=2)
        except psycopg.OperationalError as exc:
            raise StageError(f"no PostgreSQL server: {' '.join(str(exc).split())}") from exc
        self._connection.adapters.register_loader("numeric", _Number)
        self._written = 0
        template = _template(self._connection, domain)
        self._run("SET client_min_messages = warning")
        for name, ddl in create_tables(domain.schema.metadata, "TEMPORARY", None):
            self._run(ddl)
            table = '"' + name.replace('"', '""') + '"'
            self._run(f'INSERT INTO {table} SELECT * FROM "{template}".{table}')
        self._run("BEGIN")

    def _run(self, sql: str) -> None:
        self._connection.execute(sql.replace("%", "%%"), prepare=False)  # type: ignore[call-overload]

    def read(self, sql: str, values: Sequence[Any] = ()) -> psycopg.Cursor[Any]:
        """See :meth:`Store.read`; what is no SELECT counts as written."""
        cursor = self._connection.execute(_psycopg_sql(sql), values)  # type: ignore[call-overload]
        if not (cursor.statusmessage or "").startswith("SELECT"):
            self._written += 1
        return cursor  # type: ignore[no-any-return]

    def write(self, sql: str, values: Sequence[Any]) -> int:
        """See :meth:`Store.write`; a failed statement would end the transaction, so each has a savepoint."""
        self._connection.execute("SAVEPOINT one_write")
        try:
            rows = self._connection.execute(_psycopg_sql(sql), values).rowcount  # type: ignore[call-overload]
        except psycopg.IntegrityError as exc:
            self._connection.execute("ROLLBACK TO one_write")
            raise ConstraintRefusal(f"constraint failed: {str(exc).splitlines()[0]}") from exc
        self._connection.execute("RELEASE one_write")
        self._written += rows
        return rows

    def select(self, statement: Select[Any]) -> psycopg.Cursor[Any]:
        """See :meth:`Store.select`."""
        made = statement.compile(
            dialect=dialect(paramstyle="pyformat"), compile_kwargs={"render_postcompile": True}
        )
        self._connection.execute("SAVEPOINT one_select")
        try:
            cursor = self._connection.execute(str(made), made.params)  # type: ignore[call-overload]
        except psycopg.Error:
            self._connection.execute("ROLLBACK TO one_select")
            raise
        self._connection.execute("RELEASE one_select")
        return cursor  # type: ignore[no-any-return]

    def reset(self) -> None:
        """See :meth:`Store.reset`."""
        self._connection.execute("ROLLBACK")
        self._connection.execute("BEGIN")

    @contextmanager
    def unchecked(self) -> Iterator[None]:
        """See :meth:`Store.unchecked`."""
        self._connection.execute("SET CONSTRAINTS ALL DEFERRED")
        yield
        self._connection.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def rows_written(self) -> int:
        """See :meth:`Store.rows_written`."""
        return self._written

    def close(self) -> None:
        """See :meth:`Store.close`."""
        self._connection.close()


def _template(connection: psycopg.Connection[Any], domain: DomainFolder) -> str:
    """The schema with the domain's seed rows, written by whoever needs it first."""
    name = f"scaleenv_{digest(domain.manifest.content_hash)[:32]}"
    lock = int(digest(name)[:15], 16)
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (lock,))
        if connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (name,)).fetchone():
            return name
        connection.execute(f'CREATE SCHEMA "{name}"')  # type: ignore[call-overload]
        for _, ddl in create_tables(domain.schema.metadata, "", name):
            connection.execute(ddl.replace("%", "%%"))  # type: ignore[call-overload]
        connection.execute("SET CONSTRAINTS ALL DEFERRED")
        for table, rows in _stored(domain).items():
            spec = domain.schema.tables[table]
            insert = spec.insert.replace("INSERT INTO ", f'INSERT INTO "{name}".', 1)
            with connection.cursor() as cursor:
                cursor.executemany(_psycopg_sql(insert), rows)  # type: ignore[arg-type]
    return name


def _stored(domain: DomainFolder) -> dict[str, list[list[Any]]]:
    """The seed rows by table, as the database keeps them."""
    made: dict[str, list[list[Any]]] = {}
    for table, row in domain.rows:
        columns = domain.schema.tables[table].columns.values()
        made.setdefault(table, []).append([column.stored(row.get(column.name)) for column in columns])
    return made
