"""A user by rule: says the wish, answers a question with what the task lets it know, and stops."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from attrs import field, frozen
from attrs.validators import ge

from scaleenv_core import hookimpl
from scaleenv_core.types import STOP, Action, Message, Task, ToolCall

__all__ = ["Scripted"]


@frozen
class Scripted:
    """Says the whole wish first; repeats it when asked, and stops when told that it is done.

    Where the gold actions have the user use tools of their own, it does so when asked, one
    stretch of them a question.
    """

    patience: int = field(default=2, validator=ge(0))
    """Questions it answers with words before it gives up."""

    @hookimpl
    def start_user(self, task: Task) -> _Session:
        """A session on this task."""
        stretches = [
            tuple(actions)
            for held_by, actions in groupby(task.actions, lambda a: a.held_by)
            if held_by == "user"
        ]
        before = sum(message.role == "user" for message in task.history)
        return _Session(task.instruction, self.patience, tuple(stretches), before)


@frozen
class _Session:
    wish: str
    patience: int
    stretches: tuple[tuple[Action, ...], ...]
    before: int
    """Messages of the user's that the task begins with."""

    def speak(self, messages: Sequence[Message]) -> Message:
        """The next thing that the user says or does; all that matters is in the dialogue."""
        own = [message for message in messages if message.role == "user"][self.before :]
        acted = sum(bool(message.tool_calls) for message in own)
        said = len(own) - acted
        if not said:
            return _words(self.wish)
        if messages[-1].role == "tool":
            return _words("I have done that.")
        asked = messages[-1].content.rstrip().endswith("?")
        if asked and acted < len(self.stretches):
            calls = tuple(
                ToolCall(id=f"user_{acted + 1}_{number}", tool=action.tool, arguments=action.arguments)
                for number, action in enumerate(self.stretches[acted], start=1)
            )
            return Message(role="user", tool_calls=calls)
        if asked and said - acted <= self.patience:
            return _words(f"All I can tell you is what I asked for: {self.wish}")
        return _words(STOP)


def _words(content: str) -> Message:
    return Message(role="user", content=content)
