"""What a caller gets back from one call."""

from __future__ import annotations

from typing import Any

import orjson
from attrs import frozen

from scaleenv_core.types import CallRecord


@frozen
class Observation:
    """The answer to one call, and what the engine saw of it."""

    text: str
    """As the caller reads it: JSON, the tool's answer or ``{"error": …}``."""

    record: CallRecord

    @property
    def status(self) -> str:
        """``answered``, ``refused``, ``rejected`` or ``failed``: see :class:`CallRecord`."""
        return self.record.status

    @property
    def content(self) -> Any:
        """The tool's answer as data, or the text of the error."""
        said = orjson.loads(self.text)
        return said if self.status == "answered" else said["error"]


def error(problem: str, record: CallRecord) -> Observation:
    """An observation of anything but an answer."""
    return Observation(orjson.dumps({"error": problem}).decode(), record)
