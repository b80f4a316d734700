"""From the seed rows to another state: the rows that differ, brought into a live database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from scaleenv_core.engine.journal import Place, Values
from scaleenv_core.engine.schema import DatabaseSchema, TableSpec, quote
from scaleenv_core.errors import ConstraintRefusal, DomainError

if TYPE_CHECKING:
    from scaleenv_core.engine.store import Store

Move = tuple[Place, Values | None, Values | None]
"""A row's place, what it is at first and what it shall be; ``None``: it is not there."""


def bring(store: Store, schema: DatabaseSchema, moves: Sequence[Move]) -> None:
    """Bring rows into a store that is at the seed rows.

    Raises :class:`ConstraintRefusal` or :class:`DomainError` for what the tables cannot hold.
    """
    try:
        _in_order(store, schema, moves)
    except ConstraintRefusal:
        # Unique values may change places, and rows of one table may refer to each other.
        store.reset()
        with store.unchecked():
            _all_away_first(store, schema, moves)
            _check(store, schema, moves)


def _in_order(store: Store, schema: DatabaseSchema, moves: Sequence[Move]) -> None:
    """Children go before their parents, parents come before their children."""
    by_table: dict[str, list[Move]] = {}
    for move in moves:
        by_table.setdefault(move[0][0], []).append(move)
    tables = [spec for name, spec in schema.tables.items() if name in by_table]
    for spec in reversed(tables):
        for (_, key), before, now in by_table[spec.name]:
            if before is not None and now is None:
                store.write(spec.delete, key)
    for spec in tables:
        columns = tuple(name for name in spec.columns if name not in spec.key)
        for (_, key), before, now in by_table[spec.name]:
            if now is not None and before is None:
                store.write(spec.insert, now)
            elif now is not None and now != before:
                values = [now[spec.places[name]] for name in columns]
                store.write(spec.update(columns), (*values, *key))


def _all_away_first(store: Store, schema: DatabaseSchema, moves: Sequence[Move]) -> None:
    for (table, key), before, _ in moves:
        if before is not None:
            store.write(schema.tables[table].delete, key)
    for (table, _), _, now in moves:
        if now is not None:
            store.write(schema.tables[table].insert, now)


def _check(store: Store, schema: DatabaseSchema, moves: Sequence[Move]) -> None:
    """What rows brought in refer to, and what refers to rows taken away; O(rows)."""
    for (table, key), _, now in moves:
        spec = schema.tables[table]
        if now is None:
            if len(key) == 1:
                _unreferred(store, schema, spec, key[0])
            continue
        for name, (parent, column) in spec.references.items():
            value = now[spec.places[name]]
            if value is not None and not _any(store, parent, column, value):
                raise DomainError(f"{table} {key!r} refers to no row of {parent!r}: {value!r}")


def _unreferred(store: Store, schema: DatabaseSchema, spec: TableSpec, key: Any) -> None:
    for other in schema.tables.values():
        for name, target in other.references.items():
            if target == (spec.name, spec.key[0]) and _any(store, other.name, name, key):
                raise DomainError(f"rows of {other.name!r} refer to {spec.name} {key!r}, which is gone")


def _any(store: Store, table: str, column: str, value: Any) -> bool:
    sql = f"SELECT 1 FROM {quote(table)} WHERE {quote(column)} = ? LIMIT 1"
    return store.read(sql, (value,)).fetchone() is not None
