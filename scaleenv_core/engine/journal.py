"""What changed since reset, at a cost of the rows changed, and how two ends compare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import orjson

from scaleenv_core.names import digest
from scaleenv_core.types import RowChange
from scaleenv_core.wording import alike

if TYPE_CHECKING:
    from scaleenv_core.engine.schema import TableSpec

Row = dict[str, Any]
Values = tuple[Any, ...]
"""A row as the database keeps it, in the columns' order."""

Place = tuple[str, tuple[Any, ...]]
"""Table and key of a row."""

Compare = Mapping[str, str]
"""``table.column`` → ``exempt`` or ``semantic``; all others are ``hard``."""


def canonical(value: Any) -> str:
    """JSON in the one canonical form: sorted keys, no spaces."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


class Journal:
    """The rows written since reset: each as it was before the first write, and as it is now."""

    def __init__(self) -> None:
        self.before: dict[Place, Values | None] = {}
        self.now: dict[Place, Values | None] = {}
        self.tables: set[str] = set()
        """Those of these rows; no other differs from the seed rows."""

        self._call: dict[Place, Values | None] = {}
        """What the call under way wrote, as it was before it."""

    def begin(self) -> None:
        """A call begins."""
        self._call = {}

    def keep(self, place: Place, before: Values | None, now: Values | None) -> None:
        """Note a row that was written: what it was, and what it is."""
        self.before.setdefault(place, before)
        self._call.setdefault(place, before)
        self.now[place] = now
        self.tables.add(place[0])

    def undo(self) -> None:
        """Forget the call under way: as if its rows had been written back."""
        self.now.update(self._call)

    def clear(self) -> None:
        """Back at the seed rows."""
        self.before.clear()
        self.now.clear()
        self.tables.clear()

    def net(self, tables: Mapping[str, TableSpec]) -> tuple[RowChange, ...]:
        """The net changes, sorted by table and key; a row written back to what it was is none."""
        found: dict[str, RowChange] = {}
        for (table, key), before in self.before.items():
            after = self.now[table, key]
            if before != after:
                was, now = map(tables[table].row_of, (before, after))
                found[canonical([table, list(key)])] = RowChange(table=table, key=key, before=was, after=now)
        return tuple(found[name] for name in sorted(found))


def fingerprint(changes: Iterable[RowChange], compare: Compare) -> str:
    """sha256 of the net changes without exempt columns: equal for equal final states."""
    kept = []
    for change in changes:
        before, after = (_kept(change.table, row, compare) for row in (change.before, change.after))
        if before != after:  # else only exempt columns changed
            kept.append([change.table, list(change.key), after])
    return digest(canonical(kept))


def _kept(table: str, row: Row | None, compare: Compare) -> Row | None:
    if row is None:
        return None
    return {column: value for column, value in row.items() if compare.get(f"{table}.{column}") != "exempt"}


def compare_changes(
    actual: Iterable[RowChange], gold: Iterable[RowChange], compare: Compare, overlap: float = 0.8
) -> Iterator[str]:
    """Each difference between two ends that began alike, as a line a person reads.

    Exempt columns never differ; semantic ones differ when their texts are not
    :func:`~scaleenv_core.wording.alike`.
    """
    ours = {(change.table, canonical(list(change.key))): change for change in actual}
    theirs = {(change.table, canonical(list(change.key))): change for change in gold}
    for place in sorted({*ours, *theirs}):
        mine, wanted = ours.get(place), theirs.get(place)
        # A side without a change ends as it began, and both began alike.
        got = mine.after if mine else wanted.before if wanted else None
        want = wanted.after if wanted else mine.before if mine else None
        yield from _differences(f"{place[0]}{place[1]}", place[0], got, want, compare, overlap)


def _differences(
    where: str, table: str, got: Row | None, want: Row | None, compare: Compare, overlap: float
) -> Iterator[str]:
    if got == want:
        return
    if got is None or want is None:
        found, gold = ("is missing", "is there") if got is None else ("is there", "is gone")
        yield f"{where}: {found}, gold: {gold}"
        return
    for column in sorted({*got, *want}):
        kind = compare.get(f"{table}.{column}")
        mine, wanted = got.get(column), want.get(column)
        if kind == "exempt" or mine == wanted:
            continue
        if kind == "semantic" and isinstance(mine, str) and isinstance(wanted, str):
            if alike(mine, wanted, overlap):
                continue
        yield f"{where}.{column}: {mine!r}, gold {wanted!r}"


def describe_change(change: RowChange) -> list[str]:
    """One row's change as a person reads it: ``orders["W1"].status: "pending" → "cancelled"``."""
    where = f"{change.table}{canonical(list(change.key))}"
    if change.before is None:
        return [f"{where}: added {canonical(change.after)}"]
    if change.after is None:
        return [f"{where}: removed"]
    before, after = change.before, change.after
    return [
        f"{where}.{column}: {canonical(before.get(column))} → {canonical(value)}"
        for column, value in after.items()
        if before.get(column) != value
    ]
