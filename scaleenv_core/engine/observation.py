"""What a caller gets back from one call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import orjson
from attrs import define, field

from scaleenv_core.types import CallRecord, Holder, JsonObject, Touched

Seen = dict[str, set[tuple[Any, ...]]]
"""Table → keys of the rows."""

_NOTHING: Mapping[str, set[tuple[Any, ...]]] = {}


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

    reads: Mapping[str, set[tuple[Any, ...]]] = field(default=_NOTHING)
    writes: Mapping[str, set[tuple[Any, ...]]] = field(default=_NOTHING)
    fault: str = ""
    latency_ms: int = 0

    @property
    def content(self) -> Any:
        """The tool's answer as data, or the text of the error."""
        said = orjson.loads(self.text)
        return said if self.status == "answered" else said["error"]

    @property
    def record(self) -> CallRecord:
        """The call as a trajectory keeps it."""
        return CallRecord(
            tool=self.tool,
            arguments=self.arguments,
            status=self.status,
            held_by=self.held_by,
            reads=_touched(self.reads),
            writes=_touched(self.writes),
            fault=self.fault,
            latency_ms=self.latency_ms,
        )


def said(problem: str) -> str:
    """A text that is no answer."""
    return orjson.dumps({"error": problem}).decode()


def _touched(seen: Mapping[str, set[tuple[Any, ...]]]) -> tuple[Touched, ...]:
    return tuple(Touched(table=table, keys=tuple(sorted(seen[table]))) for table in sorted(seen))
