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

    First it asks for what the user holds back, and hears out a user who thinks again. Where
    the next gold calls are the user's own, it asks the user to make them.
    """

    slips: float = field(default=0.0, validator=and_(ge(0.0), le(1.0)))
    """Share of calls that it leaves out, makes twice or with a wrong value, and of facts that it
    does not tell: an agent whose mistakes are known, to try the funnel on."""

    @hookimpl
    def start_agent(self, task: Task, seed: int) -> _Session:
        """A session on this task."""
        return _Session.of(_slipped(task, self.slips, random.Random(seed)) if self.slips else task)


@frozen
class _Session:
    turns: tuple[Message, ...]
    before: int
    """Messages of the agent's that the task begins with."""

    @classmethod
    def of(cls, task: Task) -> _Session:
        """A session that knows all its turns."""
        return cls(tuple(_turns(task)), sum(message.role == "assistant" for message in task.history))

    def act(self, messages: Sequence[Message]) -> Message:
        """The next turn; the closing report again and again."""
        made = [message.role for message in messages].count("assistant") - self.before
        return self.turns[min(made, len(self.turns) - 1)]


def _turns(task: Task) -> Iterator[Message]:
    for fact in task.withheld:
        yield _words(f"Could you tell me {fact.about}?")
    for _ in task.later:
        yield _words("One moment please, I will see to it.")
    number, previous = 0, "agent"
    for action in task.actions:
        if action.held_by == "agent":
            number += 1
            call = ToolCall(id=f"call_{number}", tool=action.tool, arguments=action.arguments)
            yield Message(role="assistant", tool_calls=(call,))
        elif previous == "agent":
            yield _words("Could you please do your part of it now?")
        previous = action.held_by
    facts = ", ".join(task.outputs)
    report = f"This is what I found: {facts}." if facts else "That is done."
    done = {action.tool for action in task.actions if action.expect != "failed"}
    failed = [fault.tool for fault in task.faults if not fault.times]
    failed += [action.tool for action in task.actions if action.expect == "failed"]
    failed = [tool for tool in dict.fromkeys(failed) if tool not in done]
    if failed:
        report += f" I am sorry, but I could not carry out {' and '.join(failed)}: the service failed."
    yield _words(report)


def _words(content: str) -> Message:
    return Message(role="assistant", content=content)


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
