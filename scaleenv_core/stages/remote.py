"""An environment in a cell: rollouts play in it, so no domain's code runs beside agents and their keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from attrs import frozen

from scaleenv_core.config import FaultSettings
from scaleenv_core.converters import from_plain, to_plain
from scaleenv_core.engine import Environment, load_domain
from scaleenv_core.engine.boundary import Cell
from scaleenv_core.engine.template import use_scratch
from scaleenv_core.types import CallRecord, Check, Holder, JsonObject, PlannedFault, RowChange, Tool


class Seen(Protocol):
    """What comes of a call."""

    @property
    def text(self) -> str:
        """As the caller reads it."""

    @property
    def record(self) -> CallRecord:
        """As a trajectory keeps it."""


class Playground(Protocol):
    """What a dialogue needs of an :class:`Environment`, wherever it runs."""

    def offered(self, held_by: Holder) -> Mapping[str, Tool]:
        """The tools of one holder, by call name."""

    def reset(
        self, start: Iterable[RowChange], fault_seed: int | None, planned: tuple[PlannedFault, ...]
    ) -> None:
        """To how a task's world starts."""

    def call(self, tool: str, arguments: JsonObject | str, held_by: Holder) -> Seen:
        """Call a tool as its holder does."""

    def holds(self, check: Check) -> bool:
        """Whether a task's check holds now."""

    @property
    def changes(self) -> tuple[RowChange, ...]:
        """Net row changes since the seed rows."""


@frozen
class _Seen:
    text: str
    record: CallRecord


class RemoteEnvironment:
    """A :class:`Playground` in a cell. When code breaks its cell, the next reset opens another."""

    def __init__(
        self, open_cell: Callable[[], Cell], folder: Path, faults: FaultSettings, scratch: Path
    ) -> None:
        self._open_cell = open_cell
        self._asked = {"folder": str(folder), "faults": to_plain(faults), "scratch": str(scratch)}
        self._start()

    def _start(self) -> None:
        self._cell = self._open_cell()
        self._tools = from_plain(self._cell.call("open", **self._asked), dict[str, dict[str, Tool]])

    def close(self) -> None:
        """End its cell."""
        self._cell.close()

    def offered(self, held_by: Holder) -> Mapping[str, Tool]:
        """See :meth:`Environment.offered`."""
        return self._tools[held_by]

    def reset(
        self, start: Iterable[RowChange], fault_seed: int | None, planned: tuple[PlannedFault, ...]
    ) -> None:
        """See :meth:`Environment.reset`."""
        if not self._cell.alive:
            self._start()
        faults = to_plain(list(planned))
        self._cell.call("reset", start=to_plain(list(start)), fault_seed=fault_seed, planned=faults)

    def call(self, tool: str, arguments: JsonObject | str, held_by: Holder) -> Seen:
        """See :meth:`Environment.call`."""
        text, record = self._cell.call("call", tool=tool, arguments=arguments, held_by=held_by)
        return _Seen(str(text), from_plain(record, CallRecord))

    def holds(self, check: Check) -> bool:
        """See :meth:`Environment.holds`."""
        return bool(self._cell.call("holds", check=to_plain(check)))

    @property
    def changes(self) -> tuple[RowChange, ...]:
        """See :meth:`Environment.changes`; none where the cell is broken: nothing is known of them."""
        return from_plain(self._cell.call("changes"), tuple[RowChange, ...]) if self._cell.alive else ()


def service() -> Mapping[str, Callable[..., Any]]:
    """What a worker asks of an environment's cell."""
    return {"open": _open, "reset": _reset, "call": _call, "holds": _holds, "changes": _changes}


_live: Environment


def _open(folder: str, faults: Any, scratch: str) -> Any:
    global _live
    use_scratch(Path(scratch))
    _live = Environment(load_domain(Path(folder)), faults=from_plain(faults, FaultSettings))
    holders: tuple[Holder, ...] = ("agent", "user")
    return {held_by: to_plain(_live.offered(held_by)) for held_by in holders}


def _reset(start: Any, fault_seed: int | None, planned: Any) -> None:
    faults = from_plain(planned, tuple[PlannedFault, ...])
    _live.reset(from_plain(start, tuple[RowChange, ...]), fault_seed, faults)


def _call(tool: str, arguments: JsonObject | str, held_by: Holder) -> Any:
    seen = _live.call(tool, arguments, held_by)
    return [seen.text, to_plain(seen.record)]


def _holds(check: Any) -> bool:
    return _live.holds(from_plain(check, Check))


def _changes() -> Any:
    return to_plain(_live.changes)
