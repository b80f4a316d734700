"""From SQLAlchemy metadata to STRICT SQLite tables and the few statements the facade runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson
from attrs import field, frozen

from scaleenv_core.engine.boundary import foreign
from scaleenv_core.engine.columns import STORAGE, ColumnSpec, Kind, Mismatch
from scaleenv_core.engine.conditions import Condition
from scaleenv_core.errors import ConstraintRefusal, DomainError

if TYPE_CHECKING:
    from sqlalchemy import Column, MetaData, Table
    from sqlalchemy.sql.type_api import TypeEngine

_MOST_FINDS = 500
"""SELECTs that a table remembers; lists of values give one for each length."""

_DECODERS: Mapping[Kind | None, Callable[[Any], Any]] = {"boolean": bool, "json": orjson.loads}


@frozen(kw_only=True)
class TableSpec:
    """One table: its columns and its statements, compiled once."""

    name: str
    columns: Mapping[str, ColumnSpec]
    key: tuple[str, ...]
    references: Mapping[str, tuple[str, str]]
    """Column → (table, column) that it refers to."""

    _table: Table = field(eq=False, repr=False, alias="table")
    select: str = field(init=False)
    by_key: str = field(init=False)
    insert: str = field(init=False)
    delete: str = field(init=False)
    order: str = field(init=False)
    """The key, for an ORDER BY."""

    dicts: Callable[[Iterable[Sequence[Any]]], list[dict[str, Any]]] = field(init=False, eq=False, repr=False)
    """Rows' values, in the columns' order, as Python values by name."""

    keys_of: Callable[[Iterable[Sequence[Any]]], list[tuple[Any, ...]]] = field(
        init=False, eq=False, repr=False
    )
    """The keys of such rows."""

    places: Mapping[str, int] = field(init=False, eq=False, repr=False)
    """Where each column is."""

    _one: ColumnSpec | None = field(init=False, eq=False, repr=False)
    """The key, where it is a single column."""

    _updates: dict[tuple[str, ...], str] = field(init=False, factory=dict, eq=False, repr=False)
    _finds: dict[tuple[Any, ...], str] = field(init=False, factory=dict, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        names = ", ".join(map(quote, self.columns))
        where = " AND ".join(f"{quote(column)} = ?" for column in self.key)
        table = quote(self.name)
        put = object.__setattr__
        put(self, "select", f"SELECT {names} FROM {table}")
        put(self, "by_key", f"{self.select} WHERE {where}")
        put(self, "insert", f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(self.columns))})")
        put(self, "delete", f"DELETE FROM {table} WHERE {where}")
        put(self, "order", ", ".join(map(quote, self.key)))
        put(self, "_one", self.columns[self.key[0]] if len(self.key) == 1 else None)
        put(self, "places", {name: place for place, name in enumerate(self.columns)})
        key = ", ".join(f"row[{self.places[name]}]" for name in self.key)
        put(self, "keys_of", eval(f"lambda rows: [({key},) for row in rows]"))
        put(self, "dicts", _compiled_dicts(self.columns.values()))

    def ddl(self) -> list[str]:
        """CREATE TABLE, and CREATE INDEX: the author's own, and one for each reference without."""
        with foreign(f"table {self.name!r}", DomainError):  # its types and checks are the author's
            return [_ddl(self._table), *_indexes(self._table)]

    def update(self, columns: tuple[str, ...]) -> str:
        """The statement that sets these columns of one row."""
        if columns not in self._updates:
            sets = ", ".join(f"{quote(column)} = ?" for column in columns)
            where = " AND ".join(f"{quote(column)} = ?" for column in self.key)
            self._updates[columns] = f"UPDATE {quote(self.name)} SET {sets} WHERE {where}"
        return self._updates[columns]

    def known(self, columns: Iterable[str]) -> None:
        """Raise :class:`LookupError` for a column that the table has not."""
        for column in columns:
            if column not in self.columns:
                there = ", ".join(self.columns)
                raise LookupError(f"table {self.name!r} has no column {column!r}; it has {there}")

    def stored_key(self, key: Any) -> tuple[Any, ...]:
        """A key as the database keeps it."""
        if self._one is not None and not isinstance(key, tuple) and key is not None:
            return (self._one.stored(key),)
        values = key if isinstance(key, tuple) else (key,)
        if len(values) != len(self.key):
            raise LookupError(f"the key of {self.name!r} is ({', '.join(self.key)}), got {key!r}")
        if None in values:
            raise Mismatch(f"{self.key[values.index(None)]}: expected a key, got null")
        return tuple(
            self.columns[column].stored(value) for column, value in zip(self.key, values, strict=True)
        )

    def finding(
        self, wanted: Mapping[str, Any] | None, order_by: str | None, limited: bool
    ) -> tuple[str, list[Any]]:
        """A whole SELECT for :meth:`Database.find`, and the values of its WHERE."""
        tests, values = self._tests(wanted) if wanted else ((), [])
        shape = (tests, order_by, limited)
        sql = self._finds.get(shape)
        if sql is None:
            order = self.order if order_by is None else f"{self.sorting(order_by)}, {self.order}"
            sql = f"{self.select}{_clause(tests)} ORDER BY {order}{' LIMIT ? OFFSET ?' if limited else ''}"
            if len(self._finds) >= _MOST_FINDS:
                self._finds.clear()
            self._finds[shape] = sql
        return sql, values

    def where(self, wanted: Mapping[str, Any] | None) -> tuple[str, list[Any]]:
        """A WHERE clause and its values; a value that no row can have finds none."""
        tests, values = self._tests(wanted) if wanted else ((), [])
        return _clause(tests), values

    def _tests(self, wanted: Mapping[str, Any]) -> tuple[tuple[str, ...], list[Any]]:
        """Columns and their tests in turn, and the values of all."""
        tests: list[str] = []
        values: list[Any] = []
        for name, value in wanted.items():
            column = self.columns.get(name)
            if column is None:
                self.known((name,))
            elif value is None:
                tests += (name, "{} IS NULL")
            elif isinstance(value, Condition):
                tests += (name, value.sql)
                values += self._compared(column, value)
            else:
                try:
                    values.append(column.stored(value))
                    tests += (name, "{} = ?")
                except Mismatch:
                    tests += (name, "1 = 0")
        return tuple(tests), values

    def _compared(self, column: ColumnSpec, condition: Condition) -> Iterable[Any]:
        if column.kind == "json":
            raise LookupError(f"{self.name}.{column.name} is JSON: it can only equal a value")
        try:
            return [column.stored(value) for value in condition.values]
        except Mismatch as exc:
            raise ConstraintRefusal(f"{self.name}.{exc}") from exc

    def sorting(self, order_by: str) -> str:
        """``price`` or ``-price`` for an ORDER BY; NULL is before all values."""
        name = order_by.removeprefix("-")
        self.known((name,))
        order = f"{quote(name)} DESC" if order_by.startswith("-") else quote(name)
        if not self.columns[name].nullable:
            return order
        return order + (" NULLS LAST" if order_by.startswith("-") else " NULLS FIRST")

    def row_of(self, values: Sequence[Any] | None) -> dict[str, Any] | None:
        """One row as :attr:`dicts` gives it."""
        return None if values is None else self.dicts((values,))[0]

    def stored(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        """A whole row as the database keeps it, NULL for what it lacks; raises :class:`Mismatch`."""
        return tuple([column.stored(row.get(name)) for name, column in self.columns.items()])

    def key_of(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        """A row's key."""
        return tuple(row[column] for column in self.key)


@frozen(kw_only=True)
class DatabaseSchema:
    """All tables of a domain, parents before children."""

    tables: Mapping[str, TableSpec]
    metadata: MetaData = field(eq=False, repr=False)
    """What they were read from."""

    def table(self, name: str) -> TableSpec:
        """A table by name; raises :class:`LookupError`."""
        spec = self.tables.get(name)
        if spec is None:
            raise LookupError(f"no table {name!r}; there are {', '.join(self.tables)}")
        return spec

    def compared(self) -> dict[str, str]:
        """``table.column`` → policy, for every column that is not compared strictly."""
        return {
            f"{table.name}.{column.name}": column.policy
            for table in self.tables.values()
            for column in table.columns.values()
            if column.policy != "hard"
        }


def decoder(type_: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """What turns a selected value of this SQLAlchemy type into the Python one, if anything has to."""
    return _DECODERS.get(_kind(type_))


def _compiled_dicts(columns: Iterable[ColumnSpec]) -> Callable[..., list[dict[str, Any]]]:
    """One expression that makes dicts of rows, a third of the time of ``dict(zip(...))`` and a loop."""
    forms = {"boolean": "None if {0} is None else bool({0})", "json": "None if {0} is None else loads({0})"}
    values = [(f"v{number}", column) for number, column in enumerate(columns)]
    pairs = ", ".join(f"{column.name!r}: {forms.get(column.kind, '{0}').format(v)}" for v, column in values)
    row = ", ".join(v for v, _ in values)
    made: Callable[..., list[dict[str, Any]]] = eval(
        f"lambda rows: [{{{pairs}}} for {row}, in rows]", {"loads": orjson.loads, "bool": bool}
    )
    return made


def _clause(tests: Sequence[str]) -> str:
    pairs = zip(tests[::2], tests[1::2], strict=True)
    made = " AND ".join(test.format(quote(name)) for name, test in pairs)
    return f" WHERE {made}" if made else ""


def quote(name: str) -> str:
    """An SQL identifier, quoted."""
    return '"' + name.replace('"', '""') + '"'


def read_schema(metadata: MetaData, filename: str = "schema.py") -> DatabaseSchema:
    """The engine's view of SQLAlchemy tables; raises :class:`DomainError` for what it cannot keep."""
    import sqlalchemy.dialects.sqlite.pysqlite  # noqa: F401 - foreign code may import nothing new

    # The tables' types and checks are foreign objects.
    with foreign(filename, DomainError):
        tables = {str(table.name): _table(table) for table in metadata.sorted_tables}
        return DatabaseSchema(tables=tables, metadata=metadata)


def _table(table: Table) -> TableSpec:
    # SQLAlchemy's names are a subclass of str, which orjson refuses.
    key = tuple(str(column.name) for column in table.primary_key.columns)
    if not key:
        raise DomainError(f"table {table.name!r} has no primary key; every row needs one to be journalled")
    for part in (*table.columns, *table.constraints):
        if any("on_conflict" in option for option in part.dialect_kwargs):
            # So would this: a row that is in the way would go unseen.
            raise DomainError(f"{table.name} has ON CONFLICT; refuse, or delete rows, in the tool")
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
        table=table,
    )


def _column(column: Column[Any]) -> ColumnSpec:
    kind = _kind(column.type)
    if kind is None:
        where = f"{column.table.name}.{column.name}"
        raise DomainError(f"{where} is {column.type!r}; use String, Integer, Float, Boolean or JSON")
    return ColumnSpec(
        name=str(column.name),
        kind=kind,
        nullable=bool(column.nullable),
        policy=column.info.get("compare", "hard"),
    )


def _kind(type_: TypeEngine[Any]) -> Kind | None:
    from sqlalchemy import types

    kinds: tuple[tuple[type, Kind], ...] = (
        (types.Boolean, "boolean"),
        (types.JSON, "json"),
        (types.Integer, "integer"),
        (types.Float, "real"),
        (types.String, "text"),
    )
    return next((kind for known, kind in kinds if isinstance(type_, known)), None)


def _indexes(table: Table) -> Iterator[str]:
    from sqlalchemy.dialects.sqlite import dialect
    from sqlalchemy.schema import CreateIndex, UniqueConstraint

    led = {str(next(iter(table.primary_key.columns)).name)}
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            led.add(str(next(iter(constraint.columns)).name))
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        yield str(CreateIndex(index).compile(dialect=dialect()))
        led |= {str(column.name) for column in list(index.columns)[:1]}
    for column in sorted({str(key.parent.name) for key in table.foreign_keys} - led):
        name = quote(f"ix {table.name} {column}")
        yield f"CREATE INDEX {name} ON {quote(str(table.name))} ({quote(column)})"


def _ddl(table: Table) -> str:
    """SQLAlchemy's own CREATE TABLE, with STRICT's type names.

    Without rowids: rows are looked for by their keys, and lie in their order.
    """
    from sqlalchemy.dialects.sqlite import dialect
    from sqlalchemy.dialects.sqlite.base import SQLiteTypeCompiler
    from sqlalchemy.schema import CreateTable

    class StrictTypes(SQLiteTypeCompiler):
        def process(self, type_: Any, **_: Any) -> str:
            return STORAGE[_kind(type_) or "text"]

    made = dialect()
    made.type_compiler_instance = StrictTypes(made)
    return str(CreateTable(table).compile(dialect=made)).strip() + " STRICT, WITHOUT ROWID"
