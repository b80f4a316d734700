"""An agent that replays gold: what a perfect agent would do, for data and for checks."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from scaleenv_core import hookimpl
from scaleenv_core.types import Message, Task, ToolCall

__all__ = ["Oracle"]


@frozen
class Oracle:
    """Makes the gold calls one by one, then reports what a task that only reads asks for."""

    @hookimpl
    def start_agent(self, task: Task) -> _Session:
        """A session on this task."""
        return _Session(task)


@frozen
class _Session:
    task: Task

    def act(self, messages: Sequence[Message]) -> Message:
        """The next gold call, or the closing report."""
        number = sum(len(message.tool_calls) for message in messages)
        if number < len(self.task.actions):
            action = self.task.actions[number]
            call = ToolCall(id=f"call_{number + 1}", tool=action.tool, arguments=action.arguments)
            return Message(role="assistant", tool_calls=(call,))
        if self.task.outputs:
            return Message(role="assistant", content=f"This is what I found: {', '.join(self.task.outputs)}.")
        return Message(role="assistant", content="That is done.")
