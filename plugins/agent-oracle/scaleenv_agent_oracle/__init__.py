"""An agent that replays gold: what a perfect agent would do, for data and for checks."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

from attrs import evolve, field, frozen
from attrs.validators import and_, ge, le

from scaleenv_core import hookimpl
from scaleenv_core.types import Action, Message, Task, ToolCall

__all__ = ["Oracle"]


@frozen
class Oracle:
    """Makes the gold calls one by one, then reports what a task that only reads asks for.

    Where the next gold calls are the user's own, it asks the user to make them.
    """

    slips: float = field(default=0.0, validator=and_(ge(0.0), le(1.0)))
    """Share of calls that it leaves out, makes twice or with a wrong value, and of facts that it
    does not tell: an agent whose mistakes are known, to try the funnel on."""

    @hookimpl
    def start_agent(self, task: Task, seed: int) -> _Session:
        """A session on this task."""
        rng = random.Random(seed)
        return _Session(_slipped(task, self.slips, rng) if self.slips else task)


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


def _slipped(task: Task, share: float, rng: random.Random) -> Task:
    """The task as an agent remembers it that makes mistakes."""
    actions = [done for action in task.actions for done in _done(action, share, rng)]
    outputs = [fact for fact in task.outputs if rng.random() >= share]
    return evolve(task, actions=tuple(actions), outputs=tuple(outputs))


def _done(action: Action, share: float, rng: random.Random) -> Iterator[Action]:
    """What becomes of a call: itself, nothing, two of it, or one with a wrong value."""
    if action.held_by != "agent" or rng.random() >= share:
        yield action
        return
    way = rng.choice(("left out", "doubled", "altered"))
    if way == "doubled":
        yield from (action, action)
    elif way == "altered" and action.arguments:
        name = rng.choice(sorted(action.arguments))
        yield evolve(action, arguments={**action.arguments, name: _other(action.arguments[name])})


def _other(value: Any) -> Any:
    """Another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    return f"{value}0" if isinstance(value, str) else value
