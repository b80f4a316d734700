"""Environments in a cell: rollouts play in them, so no domain's code runs beside agents and their keys.

Many dialogues of one domain share a cell, each in a room of its own: an environment. What they
ask crosses the pipe together, and so do the answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

from attrs import define, field, frozen

from scaleenv_core.converters import from_plain
from scaleenv_core.engine import Environment, load_domain, machinery
from scaleenv_core.engine.boundary import Cell, printable
from scaleenv_core.engine.template import template_bytes, use_template
from scaleenv_core.errors import DomainError, MachineryError, Refusal, ToolCrash, ToolLied, WorkerDied
from scaleenv_core.settings import FaultSettings
from scaleenv_core.types import CallRecord, Check, Holder, JsonObject, PlannedFault, RowChange, Tool

T = TypeVar("T")

Tools = Mapping[Holder, Mapping[str, Tool]]
"""What is offered to each holder, by call name."""

Asked = tuple[int, str, Mapping[str, Any]]
"""Of which room, a method of :class:`Rooms`, and its arguments: JSON data and records."""


@define  # not frozen: made at every step of every rollout
class Answer:
    """What came of one."""

    text: str = ""
    """Of a call, as its caller reads it; or of an error."""

    record: CallRecord | None = None
    """Of a call."""

    checks: tuple[bool, ...] = ()
    """At the end: whether each held."""

    changes: tuple[RowChange, ...] = ()
    """At the end: the net row changes."""

    error: str = ""
    """Its class's name."""


_MOST_SAID = 4000
_ERRORS = {kind.__name__: kind for kind in (DomainError, MachineryError, ToolCrash, ToolLied)}


class Playground(Protocol):
    """A domain's rooms, wherever they are."""

    @property
    def tools(self) -> Tools:
        """The domain's tools."""

    def do(self, asked: Sequence[Asked]) -> Sequence[Answer]:
        """Do each in order. Raises :class:`~scaleenv_core.errors.WorkerDied` where code broke them all."""


def opened(answer: Answer) -> Answer:
    """The same, or its error raised."""
    if answer.error:
        raise _ERRORS.get(answer.error, MachineryError)(printable(answer.text[:_MOST_SAID]))
    return answer


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
                return _METHODS[method](self._room(number), **given)
        except (MachineryError, DomainError) as exc:
            return Answer(str(exc), error=type(exc).__name__)


def _reset(room: Environment, start: Any, fault_seed: int, planned: Any) -> Answer:
    room.reset(_records(start, RowChange), fault_seed, _records(planned, PlannedFault))
    return Answer()


def _call(room: Environment, tool: str, arguments: JsonObject | str, held_by: Holder) -> Answer:
    seen = room.call(tool, arguments, held_by)
    return Answer(seen.text, seen.record)


def _end(room: Environment, checks: Any) -> Answer:
    held = tuple([room.holds(check) for check in _records(checks, Check)])
    return Answer(checks=held, changes=room.changes)


def _records(given: Sequence[Any], kind: type[T]) -> tuple[T, ...]:
    """Records as they are, or as they came through a pipe."""
    return tuple([each if isinstance(each, kind) else from_plain(each, kind) for each in given])


_METHODS: Mapping[str, Callable[..., Answer]] = {"reset": _reset, "call": _call, "end": _end}


class RemoteRooms:
    """A :class:`Playground` in a cell. When code breaks its cell, the next that is asked opens another."""

    def __init__(
        self, open_cell: Callable[[], tuple[Cell, str]], folder: Path, faults: FaultSettings
    ) -> None:
        self._open_cell = open_cell
        self._given = {"folder": str(folder), "faults": faults}
        self._start()

    def _start(self) -> None:
        kind = dict[Holder, dict[str, Tool]]
        self._cell, database = self._open_cell()
        with ExitStack() as stack:
            stack.enter_context(self._cell)
            self.tools: Tools = self._cell.call("open", kind, **self._given, database=database)
            stack.pop_all()

    def close(self) -> None:
        """End its cell."""
        self._cell.close()

    def do(self, asked: Sequence[Asked]) -> Sequence[Answer]:
        """See :class:`Playground`."""
        if not self._cell.alive:
            self._start()
        problem = "they do not fit what was asked"
        try:
            answers: list[Answer] = self._cell.call("do", list[Answer], asked=asked)
            if len(answers) == len(asked) and all(map(_fits, answers, asked)):
                return answers
        except WorkerDied:
            raise
        except (MachineryError, DomainError, Refusal) as exc:  # it says so of all of them
            problem = str(exc)
        self._cell.close()
        raise WorkerDied(f"the process of foreign code gave no answers: {problem}")


def _fits(answer: Answer, asked: Asked) -> bool:
    return bool(answer.error) or (answer.record is not None) == (asked[1] == "call")


def service() -> Mapping[str, Callable[..., Any]]:
    """What a worker asks of an environment's cell."""
    return {"template": template, "open": _open, "do": _do}


_live: Rooms
_load = cache(load_domain)
"""A cell is of one domain."""


def template(folder: str) -> bytes:
    """In a cell: its domain's database at reset, as SQLite's file has it."""
    domain = _load(Path(folder))
    return template_bytes(domain.schema, domain.rows, domain.path)


def _open(folder: str, faults: Any, database: str) -> Tools:
    global _live
    use_template(Path(database))
    domain, settings = _load(Path(folder)), from_plain(faults, FaultSettings)
    _live = Rooms(lambda: Environment(domain, faults=settings))
    return _live.tools


def _do(asked: list[Asked]) -> list[Answer]:
    return _live.do(asked)
