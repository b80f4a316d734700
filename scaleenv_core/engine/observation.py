"""What a caller gets back from one call."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Literal

import orjson
from attrs import define, field

from scaleenv_core.types import CallRecord, Holder, JsonObject, Touched

Reads = list[tuple[str, Collection[tuple[Any, ...]]]]
"""The tables that were asked, each with the keys of the rows that came."""

Writes = list[tuple[str, tuple[Any, ...]]]
"""Table and key of each row written."""


@define  # not frozen: made a million times, and frozen costs twice as much
class Observation:
    """The answer to one call, and what the engine saw of it. Not to be changed."""

    tool: str
    arguments: JsonObject | str
    held_by: Holder
    status: Literal["answered", "refused", "rejected", "failed"]
    """See :class:`~scaleenv_core.types.CallRecord`."""

    text: str
    """As the caller reads it: JSON, the tool's answer or ``{"error": …}``."""

    fault: str = ""
    latency_ms: int = 0
    _reads: Reads = field(factory=list, alias="reads")
    _writes: Writes = field(factory=list, alias="writes")

    @property
    def content(self) -> Any:
        """The tool's answer as data, or the text of the error."""
        said = orjson.loads(self.text)
        return said if self.status == "answered" else said["error"]

    @property
    def reads(self) -> tuple[Touched, ...]:
        """The rows that it read, sorted by table and key."""
        return _touched(self._reads)

    @property
    def writes(self) -> tuple[Touched, ...]:
        """The rows that it wrote, sorted by table and key."""
        return _touched([(table, (key,)) for table, key in self._writes])

    @property
    def record(self) -> CallRecord:
        """The call as a trajectory keeps it."""
        return CallRecord(
            tool=self.tool,
            arguments=self.arguments,
            status=self.status,
            held_by=self.held_by,
            reads=self.reads,
            writes=self.writes,
            fault=self.fault,
            latency_ms=self.latency_ms,
        )

    def with_those_of(self, other: Observation) -> Observation:
        """The same, having touched what another call touched, too."""
        self._reads = other._reads + self._reads
        self._writes = other._writes + self._writes
        return self


def said(problem: str) -> str:
    """A text that is no answer."""
    return orjson.dumps({"error": problem}).decode()


def _touched(seen: Iterable[tuple[str, Collection[tuple[Any, ...]]]]) -> tuple[Touched, ...]:
    keys: dict[str, Collection[tuple[Any, ...]]] = {}
    for table, found in seen:  # no key comes twice in one answer
        keys[table] = {*keys[table], *found} if table in keys else found
    return tuple([Touched(table=table, keys=tuple(sorted(keys[table]))) for table in sorted(keys)])
