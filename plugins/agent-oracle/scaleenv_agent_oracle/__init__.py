"""An agent that replays gold: what a perfect agent would do, for data and for checks."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from scaleenv_core import hookimpl
from scaleenv_core.types import Message, Task, ToolCall

__all__ = ["Oracle"]


@frozen
class Oracle:
    """Makes the gold calls one by one, then reports what a task that only reads asks for.

    Where the next gold calls are the user's own, it asks the user to make them.
    """

    @hookimpl
    def start_agent(self, task: Task) -> _Session:
        """A session on this task."""
        return _Session(task)


@frozen
class _Session:
    task: Task

    def act(self, messages: Sequence[Message]) -> Message:
        """The next gold call, a question to the user, or the closing report."""
        said = [message for message in messages if message.role == "assistant"]
        said = said[sum(message.role == "assistant" for message in self.task.history) :]
        calls = sum(len(message.tool_calls) for message in said)
        questions = sum(not message.tool_calls for message in said)
        previous = "agent"
        for action in self.task.actions:
            if action.held_by == "agent":
                if calls == 0:
                    number = sum(len(message.tool_calls) for message in said) + 1
                    call = ToolCall(id=f"call_{number}", tool=action.tool, arguments=action.arguments)
                    return Message(role="assistant", tool_calls=(call,))
                calls -= 1
            elif previous == "agent":
                if questions == 0:
                    return Message(role="assistant", content="Could you please do your part of it now?")
                questions -= 1
            previous = action.held_by
        if self.task.outputs:
            return Message(role="assistant", content=f"This is what I found: {', '.join(self.task.outputs)}.")
        return Message(role="assistant", content="That is done.")
