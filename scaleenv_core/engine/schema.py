"""From SQLAlchemy metadata to STRICT SQLite tables and the few statements the facade runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from attrs import field, frozen

from scaleenv_core.engine.boundary import foreign
from scaleenv_core.errors import DomainError

if TYPE_CHECKING:
    from sqlalchemy import Column, MetaData, Table
    from sqlalchemy.sql.type_api import TypeEngine

Kind = Literal["text", "integer", "real", "boolean", "json"]
Policy = Literal["hard", "exempt", "semantic"]

STORAGE: Mapping[Kind, str] = {
    "text": "TEXT",
    "integer": "INTEGER",
    "real": "REAL",
    "boolean": "INTEGER",
    "json": "TEXT",
}


@frozen(kw_only=True)
class ColumnSpec:
    """One column, as the facade needs it."""

    name: str
    kind: Kind
    nullable: bool
    policy: Policy = "hard"
    """How final states are compared (ScaleEnv, phase 1 step 3): ``Column(info={"compare": …})``."""


@frozen(kw_only=True)
class TableSpec:
    """One table: its columns and its statements, compiled once."""

    name: str
    columns: Mapping[str, ColumnSpec]
    key: tuple[str, ...]
    references: Mapping[str, tuple[str, str]]
    """Column → (table, column) that it refers to."""

    ddl: str
    coded: tuple[str, ...] = field(init=False)
    """Columns whose stored form differs from the Python one: booleans and JSON."""

    select: str = field(init=False)
    by_key: str = field(init=False)
    insert: str = field(init=False)
    delete: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        names = ", ".join(map(quote, self.columns))
        where = " AND ".join(f"{quote(column)} = ?" for column in self.key)
        table = quote(self.name)
        put = object.__setattr__
        put(self, "coded", tuple(c.name for c in self.columns.values() if c.kind in ("boolean", "json")))
        put(self, "select", f"SELECT {names} FROM {table}")
        put(self, "by_key", f"{self.select} WHERE {where}")
        put(self, "insert", f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(self.columns))})")
        put(self, "delete", f"DELETE FROM {table} WHERE {where}")


@frozen(kw_only=True)
class DatabaseSchema:
    """All tables of a domain, parents before children."""

    tables: Mapping[str, TableSpec]

    def compared(self) -> dict[str, str]:
        """``table.column`` → policy, for every column that is not compared strictly."""
        return {
            f"{table.name}.{column.name}": column.policy
            for table in self.tables.values()
            for column in table.columns.values()
            if column.policy != "hard"
        }


def quote(name: str) -> str:
    """An SQL identifier, quoted."""
    return '"' + name.replace('"', '""') + '"'


def read_schema(metadata: MetaData, filename: str = "schema.py") -> DatabaseSchema:
    """The engine's view of SQLAlchemy tables; raises :class:`DomainError` for what it cannot keep."""
    import sqlalchemy.dialects.sqlite.pysqlite  # noqa: F401 - foreign code may import nothing new

    # The tables' types and checks are foreign objects.
    with foreign(filename, DomainError):
        return DatabaseSchema(tables={str(table.name): _table(table) for table in metadata.sorted_tables})


def _table(table: Table) -> TableSpec:
    # SQLAlchemy's names are a subclass of str, which orjson refuses.
    key = tuple(str(column.name) for column in table.primary_key.columns)
    if not key:
        raise DomainError(f"table {table.name!r} has no primary key; every row needs one to be journalled")
    references: dict[str, tuple[str, str]] = {}
    for foreign_key in table.foreign_keys:
        if foreign_key.ondelete or foreign_key.onupdate:
            # The database would change rows behind the journal's back.
            raise DomainError(
                f"{table.name}.{foreign_key.parent.name} cascades; delete or update the rows in the tool"
            )
        target = foreign_key.column
        references[str(foreign_key.parent.name)] = (str(target.table.name), str(target.name))
    return TableSpec(
        name=str(table.name),
        columns={str(column.name): _column(column) for column in table.columns},
        key=key,
        references=references,
        ddl=_ddl(table),
    )


def _column(column: Column[Any]) -> ColumnSpec:
    return ColumnSpec(
        name=str(column.name),
        kind=_kind(column.type, f"{column.table.name}.{column.name}"),
        nullable=bool(column.nullable),
        policy=column.info.get("compare", "hard"),
    )


def _kind(type_: TypeEngine[Any], where: str) -> Kind:
    from sqlalchemy import types

    kinds: tuple[tuple[type, Kind], ...] = (
        (types.Boolean, "boolean"),
        (types.JSON, "json"),
        (types.Integer, "integer"),
        (types.Float, "real"),
        (types.String, "text"),
    )
    for kind, name in kinds:
        if isinstance(type_, kind):
            return name
    raise DomainError(f"{where} is {type_!r}; use String, Integer, Float, Boolean or JSON")


def _ddl(table: Table) -> str:
    """SQLAlchemy's own CREATE TABLE, with STRICT's type names."""
    from sqlalchemy.dialects.sqlite import dialect
    from sqlalchemy.dialects.sqlite.base import SQLiteTypeCompiler
    from sqlalchemy.schema import CreateTable

    class StrictTypes(SQLiteTypeCompiler):
        def process(self, type_: Any, **_: Any) -> str:
            return STORAGE[_kind(type_, table.name)]

    made = dialect()
    made.type_compiler_instance = StrictTypes(made)
    return str(CreateTable(table).compile(dialect=made)).strip() + " STRICT"
