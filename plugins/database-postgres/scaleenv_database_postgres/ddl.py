"""A domain's tables as PostgreSQL has them, comparing and sorting as SQLite does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ForeignKeyConstraint, MetaData, Table, types
from sqlalchemy.dialects.postgresql import dialect
from sqlalchemy.dialects.postgresql.base import PGTypeCompiler
from sqlalchemy.schema import CreateTable

_TYPES: tuple[tuple[type, str], ...] = (
    (types.Boolean, "BOOLEAN"),
    (types.JSON, 'TEXT COLLATE "C"'),  # the engine writes and reads canonical JSON text
    (types.Integer, "BIGINT"),
    (types.Float, "DOUBLE PRECISION"),
    (types.String, 'TEXT COLLATE "C"'),  # sorted by code point
)


class _Types(PGTypeCompiler):
    def process(self, type_: Any, **_: Any) -> str:
        return next(name for kind, name in _TYPES if isinstance(type_, kind))


def create_tables(metadata: MetaData, prefix: str, schema: str | None) -> Iterator[tuple[str, str]]:
    """Each table's name and its CREATE TABLE, parents before children.

    Foreign keys can be deferred: the engine goes from one consistent state to another by
    way of states that are not.
    """
    copied = MetaData()
    for table in metadata.sorted_tables:
        table.to_metadata(copied, schema=schema)
    made = dialect()
    made.type_compiler_instance = _Types(made)
    for table in copied.sorted_tables:
        table._prefixes = [prefix] if prefix else []
        for constraint in table.constraints:
            if isinstance(constraint, ForeignKeyConstraint):
                constraint.deferrable, constraint.initially = True, "IMMEDIATE"
        yield table.name, str(CreateTable(_plain(table)).compile(dialect=made))


def _plain(table: Table) -> Table:
    for column in table.columns:
        column.autoincrement = False  # keys come from the engine, not from a sequence
    return table
