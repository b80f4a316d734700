"""One live database and what was done to it since reset: journal, counters, what a call touches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import define, field

from scaleenv_core.engine.journal import Journal
from scaleenv_core.engine.observation import Reads, Writes
from scaleenv_core.engine.schema import DatabaseSchema, Mismatch, TableSpec, quote
from scaleenv_core.engine.seedreads import Rows, SeedReads
from scaleenv_core.errors import ConstraintRefusal, DomainError, ScaleEnvError, ToolCrash
from scaleenv_core.types import RowChange

if TYPE_CHECKING:
    from scaleenv_core.engine.store import Store

Row = dict[str, Any]


class CutShort(ScaleEnvError):
    """Ends a call after its share of writes."""


@define
class Session:
    """What the engine keeps of one instance, behind the facade that tools see."""

    store: Store
    schema: DatabaseSchema
    seed_reads: SeedReads
    journal: Journal = field(factory=Journal)
    counters: dict[str, int] = field(factory=dict)
    """Numbers given out, by what they count."""

    reads: Reads = field(factory=list)
    writes: Writes = field(factory=list)
    most_writes: int | None = None
    """Writes left to this call before it is cut short."""

    _counters_before: dict[str, int] = field(factory=dict)
    _point: bool = False
    _written: int = 0

    def __attrs_post_init__(self) -> None:
        self._written = self.store.rows_written()

    def begin(self, most_writes: int | None = None) -> tuple[Reads, Writes]:
        """A call begins; what it reads and writes will be noted here."""
        self.reads, self.writes = [], []
        self.most_writes = most_writes
        self._counters_before = self.counters.copy()
        return self.reads, self.writes

    def end(self) -> None:
        """A call ends well: what it wrote stays. Finds what was written past the facade."""
        if self.store.rows_written() != self._written:
            raise ToolCrash("rows were written without the database's methods")
        if self._point:
            self.store.keep_call()
            self._point = False

    def undo(self) -> None:
        """A call ends badly: it leaves neither rows nor numbers."""
        self.counters = self._counters_before
        if self._point:
            self.store.undo_call()
            self._point = False
        self._written = self.store.rows_written()

    def reset(self) -> None:
        """Back to the seed rows."""
        self.store.reset()
        self.journal.clear()
        self.counters.clear()

    def row(self, spec: TableSpec, key: tuple[Any, ...]) -> Row | None:
        """One row as it is now."""
        found = spec.dicts(self.ask(spec, spec.by_key, key))
        return found[0] if found else None

    def find(self, spec: TableSpec, sql: str, values: Sequence[Any]) -> list[Row]:
        """The rows of one table that a tool asks for."""
        found = self.ask(spec, sql, values)
        self.reads.append((spec, found))
        return spec.dicts(found)

    def ask(self, spec: TableSpec, sql: str, values: Sequence[Any]) -> Rows:
        """What a SELECT of whole rows of one table gives; only what is written to is read anew."""
        clean = spec.name not in self.journal.tables
        asked = (sql, *values)
        if clean and (known := self.seed_reads.answers.get(asked)) is not None:
            return known
        found: Rows = self.store.read(sql, values).fetchall()
        if clean and self.store.rows_written() == self._written:  # nothing came past the facade
            self.seed_reads.keep(asked, found)
        return found

    def write(self, spec: TableSpec, key: tuple[Any, ...], sql: str, values: Sequence[Any]) -> None:
        """One tool's write to one row."""
        if not self._point:  # most calls only read, and need no point to come back to
            self.store.begin_call()
            self._point = True
        if self.most_writes is not None:
            if self.most_writes <= 0:
                raise CutShort
            self.most_writes -= 1
        self.writes.append((spec.name, key))
        try:
            self._written += self.store.write(sql, values)
        except ConstraintRefusal as exc:
            raise ConstraintRefusal(f"{spec.name}: {exc}") from exc

    def _whole(self, ends: Iterable[tuple[TableSpec, tuple[Any, ...], Mapping[str, Any] | None]]) -> None:
        """Check what rows brought in refer to, and what refers to rows taken away; O(rows)."""
        for spec, key, row in ends:
            for name, (parent, column) in spec.references.items():
                value = row and row.get(name)
                if value is not None and not self._any(parent, column, value):
                    raise DomainError(f"{spec.name} {key!r} refers to no row of {parent!r}: {value!r}")
            if row is None and len(key) == 1:
                self._unreferred(spec, key[0])

    def _unreferred(self, spec: TableSpec, key: Any) -> None:
        for other in self.schema.tables.values():
            for name, target in other.references.items():
                if target == (spec.name, spec.key[0]) and self._any(other.name, name, key):
                    raise DomainError(f"rows of {other.name!r} refer to {spec.name} {key!r}, which is gone")

    def _any(self, table: str, column: str, value: Any) -> bool:
        sql = f"SELECT 1 FROM {quote(table)} WHERE {quote(column)} = ? LIMIT 1"
        return self.store.read(sql, (value,)).fetchone() is not None

    def changes(self) -> tuple[RowChange, ...]:
        """Net row changes since reset; costs O(rows touched)."""
        return self.journal.net(lambda table, key: self.row(self.schema.tables[table], key))

    def apply(self, ends: Iterable[tuple[str, tuple[Any, ...], Mapping[str, Any] | None]]) -> None:
        """Bring rows, by table and key, to another state: a whole row each, or ``None`` for gone.

        Raises :class:`DomainError` for rows that the tables cannot hold.
        """
        wanted = [(self.schema.table(name), tuple(key), row) for name, key, row in ends]
        try:
            with self.store.unchecked():
                for spec, key, _ in wanted:  # all away first: unique values may change places
                    before = self.row(spec, key)
                    self.journal.keep(spec.name, key, before)
                    if before is not None:
                        self.store.write(spec.delete, key)
                for spec, _, row in wanted:
                    if row is not None:
                        stored = [column.stored(row.get(name)) for name, column in spec.columns.items()]
                        self.store.write(spec.insert, stored)
                self._whole(wanted)
        except (ConstraintRefusal, Mismatch) as exc:
            raise DomainError(f"a start that the tables cannot hold: {exc}") from exc
        self._written = self.store.rows_written()
