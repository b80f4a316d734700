"""One rollout: agent × user × environment → a trajectory, complete enough to judge again.

A dialogue is a generator. It never waits itself: it yields what it needs next, of a room or of
a role, and goes on with the answer; so one loop plays many (:mod:`.ensemble`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Literal

from attrs import define, evolve, field, frozen

from scaleenv_core.engine import machinery
from scaleenv_core.errors import DomainError, EndpointError, MachineryError
from scaleenv_core.names import subseed
from scaleenv_core.prompting import prompt
from scaleenv_core.stages.remote import Tools
from scaleenv_core.types import (
    STOP,
    CallRecord,
    DomainManifest,
    Failure,
    Holder,
    Message,
    RowChange,
    Task,
    Trajectory,
)

Role = Literal["agent", "user"]


@define  # not frozen, as the next: made several times a rollout
class OfRoom:
    """Something to ask of the dialogue's room: see :class:`~.remote.Rooms`."""

    method: str
    given: Mapping[str, Any]


@define
class OfRole:
    """Something that the agent or the user has to do and that may wait for a model."""

    act: Callable[[], Any]


Asking = Generator[OfRoom | OfRole, Any, Any]
Play = Generator[OfRoom | OfRole, Any, Trajectory]


@frozen
class Cast:
    """Who plays with whom, the same in all dialogues of a run."""

    names: Mapping[Role, str]
    """The chosen plugins."""

    starts: Mapping[Role, Callable[..., Any]]
    """What begins a role's session: its hook."""

    asking: frozenset[Role]
    """The roles that may ask an endpoint, and wait for it."""


@frozen(slots=False)
class Scene:
    """What all rollouts of a domain share."""

    manifest: DomainManifest
    policy: str
    tools: Tools

    @cached_property
    def system(self) -> str:
        """The first message."""
        about, policy = self.manifest, self.policy.strip()
        return prompt("scaleenv_core.stages", "system", title=about.title, now=about.now, policy=policy)


@frozen
class Part:
    """One rollout to be played."""

    task: Task
    trial: int
    seed: int
    """Of this rollout."""

    place: int = 0
    """Among all of its domain."""


@define
class Dialogue:
    """One rollout under way."""

    scene: Scene
    part: Part
    cast: Cast
    max_turns: int
    messages: list[Message] = field(factory=list)
    calls: list[CallRecord] = field(factory=list)
    _agent_heard: list[Message] = field(factory=list)
    _user_heard: list[Message] = field(factory=list)
    _owner: str = "environment"

    def play(self) -> Play:
        """From reset to the last word; ends with the trajectory."""
        task, seed = self.part.task, self.part.seed
        ended, failure = "failure", None
        checks: tuple[bool, ...] = ()
        changes: tuple[RowChange, ...] | None = None
        try:
            given = {"start": task.start, "planned": task.faults, "fault_seed": subseed(seed, "faults")}
            yield OfRoom("reset", given)
            ended = yield from self._converse()
            self._owner = "environment"
            end = yield OfRoom("end", {"checks": task.checks})
            checks, changes = end.checks, end.changes
        except (MachineryError, DomainError) as exc:
            failure = self._failed(exc)
        if changes is None:
            try:
                changes = (yield OfRoom("end", {"checks": ()})).changes
            except (MachineryError, DomainError):
                changes = ()  # its cell is broken: nothing is known of them
        return record(
            self.part,
            self.cast.names,
            messages=tuple(self.messages),
            calls=tuple(self.calls),
            changes=changes,
            ended=ended,
            checks=checks,
            failure=failure,
        )

    def _failed(self, exc: MachineryError | DomainError) -> Failure:
        owner = "endpoint" if isinstance(exc, EndpointError) else self._owner
        return Failure(owner=owner, error=str(exc))  # type: ignore[arg-type]

    def _converse(self) -> Asking:
        task, seed = self.part.task, self.part.seed
        self._note(Message(role="system", content=self.scene.system), *task.history)
        offered = self.scene.tools["agent"]
        users = tuple(self.scene.tools["user"].values())
        user = yield from self._does(
            "user", self.cast.starts["user"], task=task, tools=users, seed=subseed(seed, "user")
        )
        agent = yield from self._does(
            "agent",
            self.cast.starts["agent"],
            tools=tuple(offered[name] for name in task.tools if name in offered),
            policy=self.scene.policy,
            seed=subseed(seed, "agent"),
            task=task,
        )
        if (yield from self._user_speaks(user)):
            return "user_stop"
        for _ in range(self.max_turns):
            message: Message = yield from self._does(
                "agent", agent.act, tuple(self._agent_heard), waits=_waits(agent)
            )
            self._note(message)
            if message.tool_calls:
                yield from self._call(message, "agent")
            elif STOP in message.content:
                return "agent_stop"
            elif (yield from self._user_speaks(user)):
                return "user_stop"
        return "max_turns"

    def _does(
        self, role: Role, what: Callable[..., Any], *heard: Any, waits: bool = False, **given: Any
    ) -> Asking:
        """Have a role do something: here, or where it may wait by whoever plays this dialogue."""
        self._owner = role

        def act() -> Any:
            with machinery(role):
                return what(*heard, **given)

        return (yield OfRole(act)) if waits or role in self.cast.asking else act()

    def _note(self, *messages: Message) -> None:
        """More of the dialogue, and who hears it."""
        self.messages += messages
        self._agent_heard += [message for message in messages if not message.private]
        self._user_heard += heard_by_user(messages)

    def _user_speaks(self, user: Any) -> Asking:
        """The user's next words, after as many calls of its own as it likes to make."""
        for _ in range(self.max_turns):
            message: Message = yield from self._does(
                "user", user.speak, tuple(self._user_heard), waits=_waits(user)
            )
            if not message.tool_calls:
                self._note(message)
                return STOP in message.content
            self._note(evolve(message, private=True))
            yield from self._call(message, "user")
        raise MachineryError("the user only calls tools, and never says a word")

    def _call(self, message: Message, held_by: Holder) -> Asking:
        self._owner = "tool"
        for call in message.tool_calls:
            # Tools that were not offered are unknown to this dialogue.
            known = held_by == "user" or call.tool in self.part.task.tools
            tool = call.tool if known else f"{call.tool} (not offered)"
            given = {"tool": tool, "arguments": call.arguments, "held_by": held_by}
            answer = yield OfRoom("call", given)
            self.calls.append(answer.record)
            private = held_by == "user"
            self._note(Message(role="tool", content=answer.text, tool_call_id=call.id, private=private))


def _waits(session: Any) -> bool:
    """Whether a session says that it waits for a model."""
    return bool(getattr(session, "waits", False))


def record(part: Part, names: Mapping[Role, str], **played: Any) -> Trajectory:
    """A rollout's trajectory, with what was played of it."""
    return Trajectory(
        id=f"{part.task.id}/{names['agent']}/{part.trial}",
        task=part.task.id,
        domain=part.task.domain,
        agent=names["agent"],
        user=names["user"],
        trial=part.trial,
        seed=part.seed,
        **played,
    )


def unplayed(part: Part, names: Mapping[Role, str], failure: Failure) -> Trajectory:
    """A rollout that could not be played."""
    return record(part, names, messages=(), calls=(), changes=(), ended="failure", failure=failure)


def heard_by_user(messages: Iterable[Message]) -> Iterator[Message]:
    """What a user hears of a dialogue: its own part, and the agent's words."""
    for message in messages:
        if message.role == "user" or message.private or (message.role == "assistant" and message.content):
            calls_unheard = message.tool_calls and message.role == "assistant"
            yield evolve(message, tool_calls=()) if calls_unheard else message
