"""The facade: the only door that tool code has to state, time and ids."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from scaleenv_core.engine.journal import Journal, canonical
from scaleenv_core.engine.schema import DatabaseSchema, TableSpec, quote
from scaleenv_core.errors import ConstraintRefusal

Row = dict[str, Any]
Key = str | int | tuple[str | int, ...]


def given(**values: Any) -> Row:
    """The arguments that were given: drops every ``None``. For optional filters and changes."""
    return {name: value for name, value in values.items() if value is not None}


class Database:
    """A domain's tables, one method an operation; what it touches is observed.

    A key is the primary key's value, or a tuple of them in the table's order. Rows come
    and go as plain dicts, JSON columns as Python values. A write that the tables'
    constraints forbid raises :class:`~scaleenv_core.errors.ConstraintRefusal`.
    """

    def __init__(self, connection: sqlite3.Connection, schema: DatabaseSchema, now: str) -> None:
        self._connection = connection
        self._schema = schema
        self._now = now
        self.journal = Journal(self._row)
        self.counters: dict[str, int] = {}
        self.reads: set[str] = set()
        self.writes: set[str] = set()

    def now(self) -> str:
        """The simulated time, ISO 8601 UTC; it stands still."""
        return self._now

    def new_id(self, table: str, form: str = "") -> Any:
        """A fresh primary key, the same in every replay: a number, or a text.

        ``form`` says how a text is made of the number: ``"R{:05d}"``; else ``orders-0001``.
        """
        spec = self._table(table)
        column = spec.columns[spec.key[-1]]
        name = table + form
        if column.kind == "integer":
            if name not in self.counters:
                top = f"SELECT coalesce(max({quote(column.name)}), 0) FROM {quote(table)}"
                self.counters[name] = self._connection.execute(top).fetchone()[0]
            self.counters[name] += 1
            return self.counters[name]
        taken = f"SELECT 1 FROM {quote(table)} WHERE {quote(column.name)} = ?"
        while True:
            self.counters[name] = self.counters.get(name, 0) + 1
            made = (form or table + "-{:04d}").format(self.counters[name])
            if self._connection.execute(taken, (made,)).fetchone() is None:
                return made

    def get(self, table: str, key: Key) -> Row | None:
        """The row with this primary key, or ``None``."""
        self.reads.add(table)
        return self._row(table, _as_key(key))

    def find(
        self,
        table: str,
        where: Mapping[str, Any] | None = None,
        *,
        order_by: str | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Row]:
        """Rows whose columns equal ``where`` (``None`` finds NULL), sorted by key.

        ``order_by`` names a column to sort by first; a leading ``-`` reverses it.
        """
        spec = self._table(table)
        self.reads.add(table)
        clause, values = self._where(spec, where)
        order = [quote(column) for column in spec.key]
        if order_by is not None:
            column = order_by.removeprefix("-")
            self._known(spec, [column])
            order.insert(0, quote(column) + (" DESC" if order_by.startswith("-") else ""))
        sql = f"{spec.select}{clause} ORDER BY {', '.join(order)} LIMIT ? OFFSET ?"
        bounds = (-1 if limit is None else max(limit, 0), max(offset, 0))
        return [self._decoded(spec, found) for found in self._connection.execute(sql, (*values, *bounds))]

    def count(self, table: str, where: Mapping[str, Any] | None = None) -> int:
        """How many rows have these column values."""
        spec = self._table(table)
        self.reads.add(table)
        clause, values = self._where(spec, where)
        counted = self._connection.execute(f"SELECT count(*) FROM {quote(table)}{clause}", values)
        return int(counted.fetchone()[0])

    def insert(self, table: str, row: Mapping[str, Any]) -> Row:
        """Add a row and return it as stored; a column left out is NULL."""
        spec = self._table(table)
        self._known(spec, row)
        key = tuple(row.get(column) for column in spec.key)
        self._touch(table, key)
        self._execute(spec, spec.insert, [_stored(spec, name, row.get(name)) for name in spec.columns])
        return self._row(table, key) or {}

    def update(self, table: str, key: Key, changes: Mapping[str, Any]) -> Row:
        """Change some columns of one row, not its key, and return the row; it must exist."""
        spec, values = self._table(table), _as_key(key)
        self._known(spec, changes)
        if moved := [column for column in changes if column in spec.key]:
            raise LookupError(f"update of {table!r} may not change its key {moved[0]!r}")
        self._touch(table, values)
        if changes:
            sets = ", ".join(f"{quote(column)} = ?" for column in changes)
            where = " AND ".join(f"{quote(column)} = ?" for column in spec.key)
            sql = f"UPDATE {quote(table)} SET {sets} WHERE {where}"
            self._execute(spec, sql, [*(_stored(spec, *change) for change in changes.items()), *values])
        found = self._row(table, values)
        if found is None:
            raise LookupError(f"update of {table!r}: no row {values!r}; look first")
        return found

    def delete(self, table: str, key: Key) -> None:
        """Remove one row; it must exist."""
        spec, values = self._table(table), _as_key(key)
        self._touch(table, values)
        if self._execute(spec, spec.delete, list(values)).rowcount != 1:
            raise LookupError(f"delete from {table!r}: no row {values!r}; look first")

    def _touch(self, table: str, key: tuple[Any, ...]) -> None:
        self.writes.add(table)
        self.journal.touch(table, key)

    def _table(self, name: str) -> TableSpec:
        spec = self._schema.tables.get(name)
        if spec is None:
            raise LookupError(f"no table {name!r}; there are {', '.join(self._schema.tables)}")
        return spec

    @staticmethod
    def _known(spec: TableSpec, columns: Sequence[str] | Mapping[str, Any]) -> None:
        for column in columns:
            if column not in spec.columns:
                raise LookupError(f"table {spec.name!r} has no column {column!r}")

    def _where(self, spec: TableSpec, where: Mapping[str, Any] | None) -> tuple[str, list[Any]]:
        if not where:
            return "", []
        self._known(spec, where)
        parts = [f"{quote(column)} IS ?" for column in where]
        return " WHERE " + " AND ".join(parts), [_stored(spec, *pair) for pair in where.items()]

    def _row(self, table: str, key: tuple[Any, ...]) -> Row | None:
        spec = self._table(table)
        if len(key) != len(spec.key):
            raise LookupError(f"a key of {table!r} is {spec.key!r}, got {key!r}")
        found = self._connection.execute(spec.by_key, key).fetchone()
        return None if found is None else self._decoded(spec, found)

    @staticmethod
    def _decoded(spec: TableSpec, found: Sequence[Any]) -> Row:
        row = dict(zip(spec.columns, found, strict=True))
        for column in spec.coded:
            value = row[column]
            if value is not None:
                row[column] = bool(value) if spec.columns[column].kind == "boolean" else orjson.loads(value)
        return row

    def _execute(self, spec: TableSpec, sql: str, values: Sequence[Any]) -> sqlite3.Cursor:
        try:
            return self._connection.execute(sql, values)
        except sqlite3.IntegrityError as exc:
            raise ConstraintRefusal(f"{spec.name}: {exc}") from exc
        except OverflowError as exc:
            raise ConstraintRefusal(f"{spec.name}: a number is outside 64 bits") from exc


def _as_key(key: Key) -> tuple[Any, ...]:
    return key if isinstance(key, tuple) else (key,)


def _stored(spec: TableSpec, column: str, value: Any) -> Any:
    if value is not None and spec.columns[column].kind == "json":
        return canonical(value)
    return value
