"""The facade: the only door that tool code has to state, time, ids and chance."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from scaleenv_core.engine.columns import Mismatch
from scaleenv_core.engine.journal import Values
from scaleenv_core.engine.schema import TableSpec, decoder, quote
from scaleenv_core.engine.session import Session
from scaleenv_core.errors import ConstraintRefusal
from scaleenv_core.names import subseed

if TYPE_CHECKING:
    from sqlalchemy import Select

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

    def __init__(self, session: Session, now: str, seed: int) -> None:
        self._session = session
        self._table = session.schema.table
        self._now = now
        self._seed = seed

    def now(self) -> str:
        """The simulated time, ISO 8601 UTC; it stands still."""
        return self._now

    def random(self) -> Random:
        """A generator of its own for each call of this method, the same in every replay."""
        counters = self._session.counters
        number = counters["?"] = counters.get("?", 0) + 1
        return Random(subseed(self._seed, "random", number))

    def new_id(self, table: str, form: str = "") -> Any:
        """A fresh primary key, the same in every replay: a number, or a text.

        ``form`` says how a text is made of the number: ``"R{:05d}"``; else ``orders-0001``.
        """
        spec = self._table(table)
        column = spec.columns[spec.key[-1]]
        counters, store, name = self._session.counters, self._session.store, table + form
        if column.kind == "integer":
            if name not in counters:
                top = f"SELECT coalesce(max({quote(column.name)}), 0) FROM {quote(table)}"
                counters[name] = store.read(top).fetchone()[0]
            counters[name] += 1
            return counters[name]
        while True:
            counters[name] = counters.get(name, 0) + 1
            made = (form or table + "-{:04d}").format(counters[name])
            if not self._taken(spec, made):
                return made

    def _taken(self, spec: TableSpec, made: str) -> bool:
        if len(spec.key) == 1:
            return self._session.row(spec, (made,)) is not None
        taken = f"SELECT 1 FROM {quote(spec.name)} WHERE {quote(spec.key[-1])} = ?"
        return self._session.store.read(taken, (made,)).fetchone() is not None

    def get(self, table: str, key: Key) -> Row | None:
        """The row with this primary key, or ``None``."""
        spec, session = self._table(table), self._session
        try:
            place = spec.stored_key(key)
            row = session.row(spec, place)
        except Mismatch:  # no row can have it
            row = None
        session.reads.append((table, () if row is None else (place,)))
        return None if row is None else spec.dicts((row,))[0]

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
        limited = limit is not None or offset > 0
        sql, values = spec.finding(where, order_by, limited)
        if limited:
            values += [_ALL if limit is None else max(limit, 0), max(offset, 0)]
        rows, keys = self._session.find(spec, sql, values)
        self._session.reads.append((table, keys))
        return spec.dicts(rows)

    def count(self, table: str, where: Where | None = None) -> int:
        """How many rows meet ``where``."""
        spec = self._table(table)
        self._session.reads.append((table, ()))
        clause, values = spec.where(where)
        return int(
            self._session.store.read(f"SELECT count(*) FROM {quote(table)}{clause}", values).fetchone()[0]
        )

    @property
    def tables(self) -> SimpleNamespace:
        """The SQLAlchemy tables by name, to write a :meth:`select` with."""
        return SimpleNamespace(**{table.name: table for table in self._session.schema.metadata.sorted_tables})

    def select(self, statement: Select[Any]) -> list[Row]:
        """The rows of a SQLAlchemy SELECT, for joins and sums; JSON columns come decoded.

        Give it an ORDER BY: without one the database chooses. Observed as a read of its
        tables, not of their rows.
        """
        from sqlalchemy import Select, Table
        from sqlalchemy.sql.visitors import iterate

        if not isinstance(statement, Select):
            raise TypeError(f"select() takes a SQLAlchemy select, got {type(statement).__name__}")
        for part in iterate(statement):
            if isinstance(part, Table):
                self._session.reads.append((str(part.name), ()))
        columns = [(str(column.name), decoder(column.type)) for column in statement.selected_columns]
        return [
            {
                name: decode(value) if decode and value is not None else value
                for (name, decode), value in zip(columns, values, strict=True)
            }
            for values in self._session.store.select(statement)
        ]

    def insert(self, table: str, row: Mapping[str, Any]) -> Row:
        """Add a row and return it as stored; a column left out is NULL."""
        spec = self._table(table)
        spec.known(row)
        try:
            stored = spec.stored(row)
        except Mismatch as exc:
            raise ConstraintRefusal(f"{table}.{exc}") from exc
        (key,) = spec.keys_of((stored,))
        if None in key:
            raise ConstraintRefusal(f"{table}: a row needs its key {', '.join(spec.key)}")
        self._session.write((table, key), None, stored, spec.insert, stored)
        return spec.dicts((stored,))[0]

    def update(self, table: str, key: Key, changes: Mapping[str, Any]) -> Row:
        """Change some columns of one row, not its key, and return the row; it must exist."""
        spec = self._table(table)
        spec.known(changes)
        if moved := [column for column in changes if column in spec.key]:
            raise LookupError(f"update of {table!r} may not change its key {moved[0]!r}")
        values, before = self._existing(spec, key, "update of")
        now = list(before)
        try:
            for column, value in changes.items():
                now[spec.places[column]] = spec.columns[column].stored(value)
        except Mismatch as exc:
            raise ConstraintRefusal(f"{table}.{exc}") from exc
        if changes:
            new = tuple([now[spec.places[column]] for column in changes])
            sql = spec.update(tuple(changes))
            self._session.write((table, values), before, tuple(now), sql, new + values)
        return spec.dicts((now,))[0]

    def delete(self, table: str, key: Key) -> None:
        """Remove one row; it must exist."""
        spec = self._table(table)
        values, before = self._existing(spec, key, "delete from")
        self._session.write((table, values), before, None, spec.delete, values)

    def _existing(self, spec: TableSpec, key: Key, what: str) -> tuple[tuple[Any, ...], Values]:
        try:
            values = spec.stored_key(key)
        except Mismatch as exc:
            raise LookupError(f"{what} {spec.name!r}: {exc}") from exc
        before = self._session.row(spec, values)
        if before is None:
            raise LookupError(f"{what} {spec.name!r}: no row {values!r}; look first")
        return values, before
