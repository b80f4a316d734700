"""Environments in a cell: rollouts play in them, so no domain's code runs beside agents and their keys.

Many dialogues of one domain share a cell, each in a room of its own: an environment. What they
ask crosses the pipe together, and so do the answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import orjson
from attrs import field, frozen

from scaleenv_core.converters import from_plain, json_bytes, to_plain
from scaleenv_core.engine import Environment, load_domain, machinery
from scaleenv_core.engine.boundary import Cell
from scaleenv_core.engine.template import use_scratch
from scaleenv_core.errors import DomainError, MachineryError, ToolCrash, ToolLied, WorkerDied
from scaleenv_core.settings import FaultSettings
from scaleenv_core.types import CallRecord, Check, Holder, JsonObject, PlannedFault, RowChange, Tool

Tools = Mapping[Holder, Mapping[str, Tool]]
"""What is offered to each holder, by call name."""

Asked = tuple[int, str, Mapping[str, Any]]
"""Of which room, a method of :class:`Rooms`, and its arguments as JSON data."""

Answer = tuple[str, Any]
"""Nothing and the method's answer, or the name of an error and its text."""

Called = tuple[str, CallRecord]
"""What ``call`` answers: the text that its caller reads, and the record."""

Ended = tuple[tuple[bool, ...], tuple[RowChange, ...]]
"""What ``end`` answers: whether each check held, and the net row changes."""

_ERRORS = {kind.__name__: kind for kind in (DomainError, MachineryError, ToolCrash, ToolLied)}


class Playground(Protocol):
    """A domain's rooms, wherever they are."""

    @property
    def tools(self) -> Tools:
        """The domain's tools."""

    def do(self, asked: Sequence[Asked]) -> Sequence[Answer]:
        """Do each in order. Raises :class:`~scaleenv_core.errors.WorkerDied` where code broke them all."""


def opened(answer: Answer) -> Any:
    """An answer, or its error raised."""
    error, told = answer
    if error:
        raise _ERRORS.get(error, MachineryError)(told)
    return told


@frozen
class Rooms:
    """Environments of one domain, in this process; each is made when it is first asked for."""

    open_environment: Callable[[], Environment]
    _rooms: dict[int, Environment] = field(factory=dict, init=False)

    @property
    def tools(self) -> dict[Holder, dict[str, Tool]]:
        """The domain's tools."""
        return {"agent": self._room(0).offered("agent"), "user": self._room(0).offered("user")}

    def do(self, asked: Iterable[Asked]) -> list[Answer]:
        """Do each in order; errors are answers, too."""
        return [self._answer(*one) for one in asked]

    def close(self) -> None:
        """Free all of them."""
        for room in self._rooms.values():
            room.close()

    def _room(self, number: int) -> Environment:
        if number not in self._rooms:
            self._rooms[number] = self.open_environment()
        return self._rooms[number]

    def _answer(self, number: int, method: str, given: Mapping[str, Any]) -> Answer:
        try:
            with machinery(method):
                return "", _METHODS[method](self._room(number), **given)
        except (MachineryError, DomainError) as exc:
            return type(exc).__name__, str(exc)


def _reset(room: Environment, start: Any, fault_seed: int, planned: Any) -> None:
    faults = from_plain(planned, tuple[PlannedFault, ...])
    room.reset(from_plain(start, tuple[RowChange, ...]), fault_seed, faults)


def _call(room: Environment, tool: str, arguments: JsonObject | str, held_by: Holder) -> Called:
    seen = room.call(tool, arguments, held_by)
    return seen.text, seen.record


def _end(room: Environment, checks: Any) -> Ended:
    return tuple(room.holds(check) for check in from_plain(checks, tuple[Check, ...])), room.changes


_METHODS: Mapping[str, Callable[..., Any]] = {"reset": _reset, "call": _call, "end": _end}
_TOLD: Mapping[str, Any] = {"call": Called, "end": Ended}


class RemoteRooms:
    """A :class:`Playground` in a cell. When code breaks its cell, the next that is asked opens another."""

    def __init__(
        self, open_cell: Callable[[], Cell], folder: Path, faults: FaultSettings, scratch: Path
    ) -> None:
        self._open_cell = open_cell
        self._given = {"folder": str(folder), "faults": to_plain(faults), "scratch": str(scratch)}
        self._start()

    def _start(self) -> None:
        self._cell = self._open_cell()
        self.tools: Tools = from_plain(self._cell.call("open", **self._given), dict[Holder, dict[str, Tool]])

    def close(self) -> None:
        """End its cell."""
        self._cell.close()

    def do(self, asked: Sequence[Asked]) -> Sequence[Answer]:
        """See :class:`Playground`."""
        if not self._cell.alive:
            self._start()
        answers = self._cell.call("do", asked=asked)
        try:
            return [
                (str(error), str(told)) if error else _structured(method, told)
                for (error, told), (_, method, _) in zip(answers, asked, strict=True)
            ]
        except (TypeError, ValueError) as exc:
            self._cell.close()
            raise WorkerDied(f"the process of foreign code gave no answers: {exc}") from exc


def _structured(method: str, told: Any) -> Answer:
    """A method's answer from JSON data; what is none is broken machinery."""
    try:
        with machinery("what its cell answered"):
            return "", from_plain(told, _TOLD[method]) if method in _TOLD else None
    except MachineryError as exc:
        return type(exc).__name__, str(exc)


def service() -> Mapping[str, Callable[..., Any]]:
    """What a worker asks of an environment's cell."""
    return {"open": _open, "do": _do}


_live: Rooms


def _open(folder: str, faults: Any, scratch: str) -> Any:
    global _live
    use_scratch(Path(scratch))
    domain, settings = load_domain(Path(folder)), from_plain(faults, FaultSettings)
    _live = Rooms(lambda: Environment(domain, faults=settings))
    return to_plain(_live.tools)


def _do(asked: list[Asked]) -> Any:
    return [_sent(*answer) for answer in _live.do(asked)]


def _sent(error: str, told: Any) -> Answer:
    try:
        with machinery("its answer"):
            return error, orjson.Fragment(json_bytes(told))
    except MachineryError as exc:
        return type(exc).__name__, str(exc)
