"""An agent that does nothing: a task that it passes is broken."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from scaleenv_core import hookimpl
from scaleenv_core.types import Message

__all__ = ["Noop"]


@frozen
class Noop:
    """Says that it is done, and calls nothing."""

    @hookimpl
    def start_agent(self) -> _Session:
        """A session that only speaks."""
        return _Session()


class _Session:
    def act(self, messages: Sequence[Message]) -> Message:  # noqa: ARG002 - nothing it hears matters
        """The claim."""
        return Message(role="assistant", content="That is done.")
