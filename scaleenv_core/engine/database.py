"""The facade: the only door that tool code has to state, time, ids and chance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from random import Random
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from scaleenv_core.engine.conditions import Condition
from scaleenv_core.engine.journal import Journal
from scaleenv_core.engine.schema import DatabaseSchema, Mismatch, TableSpec, quote
from scaleenv_core.errors import ConstraintRefusal
from scaleenv_core.names import subseed

if TYPE_CHECKING:
    from sqlalchemy import Select

    from scaleenv_core.engine.store import Store

Row = dict[str, Any]
Key = str | int | tuple[str | int, ...]
Where = Mapping[str, Any]

_ALL = 2**63 - 1


def given(**values: Any) -> Row:
    """The arguments that were given: drops every ``None``. For optional filters and changes."""
    return {name: value for name, value in values.items() if value is not None}


class Database:
    """A domain's tables, one method an operation; what it touches is observed.

    A key is the primary key's value, or a tuple of them in the table's order. Rows come
    and go as plain dicts, JSON columns as Python values. A value of ``where`` is what the
    column equals (``None`` finds NULL), or a condition such as :func:`at_least`. A write
    that the tables' types or constraints forbid raises
    :class:`~scaleenv_core.errors.ConstraintRefusal` and changes nothing.
    """

    def __init__(self, store: Store, schema: DatabaseSchema, now: str, seed: int) -> None:
        self._store = store
        self._schema = schema
        self._now = now
        self._seed = seed
        self._journal = Journal()
        self._counters: dict[str, int] = {}
        self._reads: dict[str, set[tuple[Any, ...]]] = {}
        self._writes: dict[str, set[tuple[Any, ...]]] = {}
        self._written = store.rows_written()
        self._most_writes = _ALL
        self._in_call = False

    def now(self) -> str:
        """The simulated time, ISO 8601 UTC; it stands still."""
        return self._now

    def random(self) -> Random:
        """A generator of its own for each call of this method, the same in every replay."""
        number = self._counters["?"] = self._counters.get("?", 0) + 1
        return Random(subseed(self._seed, "random", number))

    def new_id(self, table: str, form: str = "") -> Any:
        """A fresh primary key, the same in every replay: a number, or a text.

        ``form`` says how a text is made of the number: ``"R{:05d}"``; else ``orders-0001``.
        """
        spec = self._table(table)
        column = spec.columns[spec.key[-1]]
        name = table + form
        if column.kind == "integer":
            if name not in self._counters:
                top = f"SELECT coalesce(max({quote(column.name)}), 0) FROM {quote(table)}"
                self._counters[name] = self._store.read(top).fetchone()[0]
            self._counters[name] += 1
            return self._counters[name]
        taken = f"SELECT 1 FROM {quote(table)} WHERE {quote(column.name)} = ?"
        while True:
            self._counters[name] = self._counters.get(name, 0) + 1
            made = (form or table + "-{:04d}").format(self._counters[name])
            if self._store.read(taken, (made,)).fetchone() is None:
                return made

    def get(self, table: str, key: Key) -> Row | None:
        """The row with this primary key, or ``None``."""
        spec = self._table(table)
        try:
            values = spec.stored_key(key)
        except Mismatch:  # no row can have it
            values = None
        seen = self._reads.setdefault(table, set())
        row = None if values is None else self._row(spec, values)
        if row is not None and values is not None:
            seen.add(values)
        return row

    def find(
        self,
        table: str,
        where: Where | None = None,
        *,
        order_by: str | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Row]:
        """Rows that meet ``where``, sorted by key.

        ``order_by`` names a column to sort by first, NULL before all values; a leading
        ``-`` reverses it.
        """
        spec = self._table(table)
        clause, values = spec.where(where)
        order = spec.order
        if order_by is not None:
            order = f"{spec.sorting(order_by)}, {order}"
        sql = f"{spec.select}{clause} ORDER BY {order}"
        if limit is not None or offset > 0:
            sql += " LIMIT ? OFFSET ?"
            values += [_ALL if limit is None else max(limit, 0), max(offset, 0)]
        rows = [spec.decoded(found) for found in self._store.read(sql, values)]
        self._reads.setdefault(table, set()).update(map(spec.key_of, rows))
        return rows

    def count(self, table: str, where: Where | None = None) -> int:
        """How many rows meet ``where``."""
        spec = self._table(table)
        self._reads.setdefault(table, set())
        clause, values = spec.where(where)
        return int(self._store.read(f"SELECT count(*) FROM {quote(table)}{clause}", values).fetchone()[0])

    @property
    def tables(self) -> SimpleNamespace:
        """The SQLAlchemy tables by name, to write a :meth:`select` with."""
        return SimpleNamespace(**{table.name: table for table in self._schema.metadata.sorted_tables})

    def select(self, statement: Select[Any]) -> list[Row]:
        """The rows of a SQLAlchemy SELECT, for joins and sums; JSON columns come decoded.

        Give it an ORDER BY: without one the database chooses. Observed as a read of its
        tables, not of their rows.
        """
        from sqlalchemy import Select, Table
        from sqlalchemy.sql.visitors import iterate

        if not isinstance(statement, Select):
            raise LookupError(f"select() takes a SQLAlchemy select, got {type(statement).__name__}")
        for part in iterate(statement):
            if isinstance(part, Table):
                self._reads.setdefault(self._table(str(part.name)).name, set())
        columns = list(statement.selected_columns)
        names = [str(column.name) for column in columns]
        kinds = [self._schema.kind_of(column.type) for column in columns]
        found = self._store.select(statement)
        return [self._schema.decoded(names, kinds, values) for values in found]

    def insert(self, table: str, row: Mapping[str, Any]) -> Row:
        """Add a row and return it as stored; a column left out is NULL."""
        spec = self._table(table)
        spec.known(row)
        stored = self._stored(spec, dict.fromkeys(spec.columns) | dict(row))
        key = tuple(stored[column] for column in spec.key)
        if None in key:
            raise ConstraintRefusal(f"{table}: a row needs its key {', '.join(spec.key)}")
        self._write(spec, key, spec.insert, tuple(stored.values()))
        self._journal.keep(table, key, None)
        return spec.decoded(tuple(stored.values()))

    def update(self, table: str, key: Key, changes: Mapping[str, Any]) -> Row:
        """Change some columns of one row, not its key, and return the row; it must exist."""
        spec = self._table(table)
        spec.known(changes)
        if moved := [column for column in changes if column in spec.key]:
            raise LookupError(f"update of {table!r} may not change its key {moved[0]!r}")
        values, before = self._existing(spec, key, "update of")
        if not changes:
            return before
        stored = self._stored(spec, changes)
        self._write(spec, values, spec.update(tuple(stored)), (*stored.values(), *values))
        self._journal.keep(table, values, before)
        return before | spec.decoded_some(stored)

    def delete(self, table: str, key: Key) -> None:
        """Remove one row; it must exist."""
        spec = self._table(table)
        values, before = self._existing(spec, key, "delete from")
        self._write(spec, values, spec.delete, values)
        self._journal.keep(table, values, before)

    def _existing(self, spec: TableSpec, key: Key, what: str) -> tuple[tuple[Any, ...], Row]:
        try:
            values = spec.stored_key(key)
        except Mismatch as exc:
            raise LookupError(f"{what} {spec.name!r}: {exc}") from exc
        before = self._row(spec, values)
        if before is None:
            raise LookupError(f"{what} {spec.name!r}: no row {values!r}; look first")
        return values, before

    def _stored(self, spec: TableSpec, row: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return {column: spec.columns[column].stored(value) for column, value in row.items()}
        except Mismatch as exc:
            raise ConstraintRefusal(f"{spec.name}.{exc}") from exc

    def _write(self, spec: TableSpec, key: tuple[Any, ...], sql: str, values: Iterable[Any]) -> None:
        if not self._in_call:  # most calls only read, and need no point to come back to
            self._store.begin_call()
            self._in_call = True
        if self._most_writes <= 0:
            raise _CutShort
        self._most_writes -= 1
        self._writes.setdefault(spec.name, set()).add(key)
        try:
            self._written += self._store.write(sql, tuple(values))
        except ConstraintRefusal as exc:
            raise ConstraintRefusal(f"{spec.name}: {exc}") from exc

    def _table(self, name: str) -> TableSpec:
        spec = self._schema.tables.get(name)
        if spec is None:
            raise LookupError(f"no table {name!r}; there are {', '.join(self._schema.tables)}")
        return spec

    def _row(self, spec: TableSpec, key: tuple[Any, ...]) -> Row | None:
        found = self._store.read(spec.by_key, key).fetchone()
        return None if found is None else spec.decoded(found)
