"""One dialogue by script: the calls as given, then the reply; nobody decides anything."""

from __future__ import annotations

from itertools import groupby
from typing import Literal

from attrs import define, field, frozen

from scaleenv_core.engine import Environment
from scaleenv_core.types import STOP, Action, CallRecord, Holder, Message, Task, ToolCall, Trajectory


@frozen(kw_only=True)
class Variant:
    """What is done instead of the gold actions, and what is said."""

    kind: str
    planned: Literal["mutant", "equivalent"]
    change: str
    """What differs from gold, for a person."""

    actions: tuple[Action, ...]
    reply: str


@frozen(kw_only=True)
class Played:
    """A variant's trajectory, and the text of each call's answer."""

    variant: Variant
    trajectory: Trajectory
    answers: tuple[str, ...]


def play(environment: Environment, task: Task, variant: Variant) -> Played:
    """Carry a variant out on the task's start; raises what the environment raises."""
    environment.reset(task.start, planned=task.faults)
    script = _Script(environment, [Message(role="system", content=environment.domain.policy), *task.history])
    script.messages.append(Message(role="user", content=task.instruction))
    for held_by, actions in groupby(variant.actions, lambda action: action.held_by):
        if held_by == "agent":
            for action in actions:
                script.act((action,), "agent")
        else:
            script.messages.append(Message(role="assistant", content="Could you please do your part now?"))
            script.act(tuple(actions), "user")
            script.messages.append(Message(role="user", content="I have done that."))
    script.messages += [Message(role="assistant", content=variant.reply), Message(role="user", content=STOP)]
    trajectory = Trajectory(
        id=f"{task.id}/{variant.kind}",
        task=task.id,
        domain=task.domain,
        agent="audit",
        user="audit",
        trial=0,
        seed=0,
        messages=tuple(script.messages),
        calls=tuple(script.calls),
        changes=environment.changes,
        ended="user_stop",
        checks=tuple(environment.holds(check) for check in task.checks),
    )
    return Played(variant=variant, trajectory=trajectory, answers=tuple(script.answers))


@define
class _Script:
    environment: Environment
    messages: list[Message]
    calls: list[CallRecord] = field(factory=list)
    answers: list[str] = field(factory=list)

    def act(self, actions: tuple[Action, ...], held_by: Holder) -> None:
        """One message with calls, and their answers."""
        private = held_by == "user"
        calls = tuple(
            ToolCall(id=f"call_{len(self.calls) + number}", tool=action.tool, arguments=action.arguments)
            for number, action in enumerate(actions, start=1)
        )
        role: Literal["user", "assistant"] = "user" if private else "assistant"
        self.messages.append(Message(role=role, tool_calls=calls, private=private))
        for call in calls:
            seen = self.environment.call(call.tool, call.arguments, held_by)
            self.calls.append(seen.record)
            self.answers.append(seen.text)
            self.messages.append(
                Message(role="tool", content=seen.text, tool_call_id=call.id, private=private)
            )
