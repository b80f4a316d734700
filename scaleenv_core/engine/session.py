"""One live database and what was done to it since reset: journal, counters, what a call touches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import define, field

from scaleenv_core.engine.columns import Mismatch
from scaleenv_core.engine.journal import Journal, Place, Values
from scaleenv_core.engine.moving import Move, bring
from scaleenv_core.engine.observation import Reads, Writes
from scaleenv_core.engine.schema import DatabaseSchema, TableSpec
from scaleenv_core.engine.seedreads import UNKNOWN, Answer, SeedReads
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
    _written: int = 0
    """Rows that the store has to have written by now."""

    _written_before: int = 0
    """By the beginning of the call."""

    _written_at_seed: int = 0
    """By the last reset."""

    def __attrs_post_init__(self) -> None:
        self._written = self._written_at_seed = self.store.rows_written()

    def begin(self, most_writes: int | None = None) -> tuple[Reads, Writes]:
        """A call begins; what it reads and writes will be noted here."""
        self.reads, self.writes = [], []
        self.most_writes = most_writes
        self._counters_before = self.counters.copy()
        self._written_before = self._written
        self.journal.begin()
        return self.reads, self.writes

    def end(self) -> None:
        """A call ends well: what it wrote stays. Finds what was written past the facade."""
        if self.store.rows_written() != self._written:
            raise ToolCrash("rows were written without the database's methods")

    def undo(self) -> None:
        """A call ends badly: it leaves neither rows nor numbers. Costs O(rows touched) if it wrote."""
        self.counters = self._counters_before
        if self.store.rows_written() == self._written_before:
            return
        self.journal.undo()
        self.store.reset()
        before = self.journal.before
        bring(
            self.store, self.schema, [(place, before[place], now) for place, now in self.journal.now.items()]
        )
        self._written = self.store.rows_written()

    def reset(self) -> None:
        """Back to the seed rows."""
        if self.store.rows_written() != self._written_at_seed:
            self.store.reset()
            self._written = self._written_at_seed = self.store.rows_written()
        self.journal.clear()
        self.counters.clear()

    def row(self, spec: TableSpec, key: tuple[Any, ...]) -> Values | None:
        """One row as it is now; a row that nobody wrote is as it was at first."""
        place = spec.name, key
        row: Values | None = self.journal.now.get(place, UNKNOWN)
        if row is UNKNOWN:
            row = self.seed_reads.rows.get(place, UNKNOWN)
        if row is UNKNOWN:
            row = self.store.read(spec.by_key, key).fetchone()
            if self.store.rows_written() == self._written:  # nothing came past the facade
                self.seed_reads.keep_row(place, row)
        return row

    def find(self, spec: TableSpec, sql: str, values: Sequence[Any]) -> Answer:
        """The rows that a SELECT of whole rows gives; only a table that is written to is read anew."""
        clean = spec.name not in self.journal.tables
        asked = (sql, *values)
        if clean and (known := self.seed_reads.answers.get(asked)) is not None:
            return known
        rows: list[Values] = self.store.read(sql, values).fetchall()
        found = rows, spec.keys_of(rows)
        if clean and self.store.rows_written() == self._written:
            self.seed_reads.keep(asked, found)
        return found

    def write(
        self, place: Place, before: Values | None, now: Values | None, sql: str, values: Values
    ) -> None:
        """One tool's write to one row, from what it was to what it shall be."""
        if self.most_writes is not None:
            if self.most_writes <= 0:
                raise CutShort
            self.most_writes -= 1
        self.writes.append(place)
        try:
            self._written += self.store.write(sql, values)
        except ConstraintRefusal as exc:
            raise ConstraintRefusal(f"{place[0]}: {exc}") from exc
        self.journal.keep(place, before, now)

    def changes(self) -> tuple[RowChange, ...]:
        """Net row changes since reset; costs O(rows touched)."""
        return self.journal.net(self.schema.tables)

    def apply(self, ends: Iterable[tuple[str, tuple[Any, ...], Mapping[str, Any] | None]]) -> None:
        """Bring rows, by table and key, from their seed to another state: a whole row each, or ``None``.

        Raises :class:`DomainError` for rows that the tables cannot hold.
        """
        moves: list[Move] = []
        try:
            for name, key, row in ends:
                spec, place = self.schema.table(name), (name, tuple(key))
                move = place, self.row(spec, place[1]), None if row is None else spec.stored(row)
                self.journal.keep(*move)
                moves.append(move)
            bring(self.store, self.schema, moves)
        except (ConstraintRefusal, Mismatch) as exc:
            raise DomainError(f"a start that the tables cannot hold: {exc}") from exc
        self._written = self.store.rows_written()
