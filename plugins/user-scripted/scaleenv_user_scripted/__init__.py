"""A user by rule: says the wish, answers a question with what the task lets it know, and stops."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import field, frozen
from attrs.validators import ge

from scaleenv_core import hookimpl
from scaleenv_core.types import STOP, Message, Task

__all__ = ["Scripted"]


@frozen
class Scripted:
    """Says the whole wish first; repeats it when asked, and stops when told that it is done."""

    patience: int = field(default=2, validator=ge(0))
    """Questions it answers before it gives up."""

    @hookimpl
    def start_user(self, task: Task) -> _Session:
        """A session on this task."""
        return _Session(task.instruction, self.patience)


@frozen
class _Session:
    wish: str
    patience: int

    def speak(self, messages: Sequence[Message]) -> str:
        """The next thing that the user says; all that matters is in the dialogue."""
        said = sum(message.role == "user" for message in messages)
        if said == 0:
            return self.wish
        asked = messages[-1].content.rstrip().endswith("?")
        if asked and said <= self.patience:
            return f"All I can tell you is what I asked for: {self.wish}"
        return STOP
