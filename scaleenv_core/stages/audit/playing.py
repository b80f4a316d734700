"""One dialogue by script: the calls as given, then the reply; nobody decides anything."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Literal

from attrs import define, field, frozen

from scaleenv_core.engine import Environment
from scaleenv_core.stages.audit.spelling import tells
from scaleenv_core.types import (
    STOP,
    Action,
    CallRecord,
    Holder,
    Message,
    PlannedFault,
    Task,
    ToolCall,
    Trajectory,
    Withheld,
)


@frozen(kw_only=True)
class Reply:
    """What is said at the end, and what that means, whatever its words."""

    text: str
    tells: tuple[str, ...] = ()
    """The facts that it tells, as the task spells them."""

    denies: tuple[str, ...] = ()
    """Facts that it names, and says are not so."""

    admits: tuple[str, ...] = ()
    """Tools of which it says that they failed."""

    def says(self, fact: str) -> bool:
        """Whether it tells a fact, meaning to or not."""
        return fact in self.tells or (fact not in self.denies and tells(self.text, fact))

    @classmethod
    def plain(cls, facts: Sequence[str], failed: Sequence[str] = ()) -> Reply:
        """A closing report."""
        text = f"This is what I found: {', '.join(facts)}." if facts else "That is done."
        if failed:
            text = f"{text} I am sorry, but I could not carry out {' and '.join(failed)}: the service failed."
        return cls(text=text, tells=tuple(facts), admits=tuple(failed))


@frozen(kw_only=True)
class Variant:
    """What is done instead of the gold actions, and what is said."""

    kind: str = "gold"
    planned: Literal["mutant", "equivalent"] = "equivalent"
    change: str = "nothing"
    """What differs from gold, for a person."""

    actions: tuple[Action, ...]
    asked: tuple[Withheld, ...]
    """What the agent asks the user for, before it acts."""

    opening: str = ""
    """What the agent says before anything else."""

    reply: Reply
    faults: tuple[PlannedFault, ...] = ()
    """Beside those of the task."""


@frozen(kw_only=True)
class Played:
    """A variant's trajectory, and the text of each call's answer."""

    variant: Variant
    trajectory: Trajectory
    answers: tuple[str, ...]


def play(environment: Environment, task: Task, variant: Variant) -> Played:
    """Carry a variant out on the task's start; raises what the environment raises."""
    environment.reset(task.start, planned=(*task.faults, *variant.faults))
    script = _Script(environment, [Message(role="system", content=environment.domain.policy), *task.history])
    script.messages.append(Message(role="user", content=task.instruction))
    if variant.opening:
        script.say(variant.opening, "I see. Go on, please.")
    for later in task.later:
        script.say("I will see to it.", later)
    for withheld in variant.asked:
        script.say(f"Could you tell me {withheld.about}?", withheld.says)
    for held_by, actions in groupby(variant.actions, lambda action: action.held_by):
        if held_by == "agent":
            for action in actions:
                script.act((action,), "agent")
        else:
            script.messages.append(Message(role="assistant", content="Could you please do your part now?"))
            script.act(tuple(actions), "user")
            script.messages.append(Message(role="user", content="I have done that."))
    script.say(variant.reply.text, STOP)
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

    def say(self, agent: str, user: str) -> None:
        """Something that the agent says, and the user's answer."""
        self.messages += [Message(role="assistant", content=agent), Message(role="user", content=user)]

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
