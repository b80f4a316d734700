"""Layer 1 of the funnel: is the dialogue well formed, and free of loops (AgentScaler)?"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import field, frozen
from attrs.validators import ge

from scaleenv_core import hookimpl
from scaleenv_core.types import Message, Trajectory, Verdict

__all__ = ["Validity"]


@frozen
class Validity:
    """Passes dialogues of alternating turns, with parseable calls, that end by a word of user or agent."""

    repeats: int = field(default=3, validator=ge(2))
    """So many identical calls in a row that got the same answer, or identical replies, make a loop:
    to try again what failed is none."""

    ngram: int = field(default=12, validator=ge(2))
    """Words of a phrase; one that a reply says ``repeats`` times is a loop."""

    turns: bool = True
    """Ask that turns alternate, and that each call has its answer."""

    loops: bool = True
    """Ask that it is free of loops."""

    @hookimpl
    def verify_trajectory(self, trajectory: Trajectory) -> Verdict:
        """The first thing that is wrong, or a pass."""
        problem = next(self._problems(trajectory), "")
        return Verdict(verifier="validity", passed=not problem, reason=problem)

    def _problems(self, trajectory: Trajectory) -> Iterator[str]:
        if trajectory.ended not in ("user_stop", "agent_stop"):
            yield f"the dialogue ended by {trajectory.ended}"
        heard = tuple(message for message in trajectory.messages if not message.private)
        if self.turns:
            yield from _turns(heard)
        if self.loops:
            yield from self._loops(heard)

    def _loops(self, messages: tuple[Message, ...]) -> Iterator[str]:
        acts = [message for message in messages if message.role == "assistant"]
        said = {message.tool_call_id: message.content for message in messages if message.role == "tool"}
        made = [call for act in acts for call in act.tool_calls]
        calls = [(call.tool, call.arguments, said.get(call.id)) for call in made]
        if call := _row_of(self.repeats, calls):
            yield f"{call[0]!r} is called {self.repeats} times in a row with the same arguments and answers"
        if text := _row_of(self.repeats, [act.content for act in acts if not act.tool_calls]):
            yield f"the agent says {self.repeats} times in a row: {text[:80]!r}"
        for act in acts:
            words = act.content.split()
            grams = [tuple(words[at : at + self.ngram]) for at in range(len(words) - self.ngram + 1)]
            if any(grams.count(gram) >= self.repeats for gram in set(grams)):
                yield f"a reply repeats itself: {act.content[:80]!r}"


def _row_of(length: int, things: list) -> object:  # type: ignore[type-arg]
    for at in range(len(things) - length + 1):
        if all(thing == things[at] for thing in things[at + 1 : at + length]):
            return things[at]
    return None


def _turns(messages: tuple[Message, ...]) -> Iterator[str]:
    """User and assistant take turns; each call has its answer, in order, and each answer its call."""
    roles = [message.role for message in messages]
    if roles[:2] != ["system", "user"]:
        yield "the dialogue does not begin with a system and a user message"
        return
    open_calls: list[str] = []
    speaker = "user"
    for number, message in enumerate(messages[2:], start=2):
        if message.role == "tool":
            if not open_calls or open_calls.pop(0) != message.tool_call_id:
                yield f"message {number} answers no open call"
        elif open_calls:
            yield f"message {number} comes before the answer of call {open_calls[0]!r}"
        elif message.role == "system" or (message.role == speaker and not messages[number - 1].tool_call_id):
            yield f"message {number}: {message.role} speaks out of turn"
        if message.role == "assistant":
            yield from _calls(message, number)
            open_calls = [call.id for call in message.tool_calls]
        if message.role in ("user", "assistant"):
            speaker = message.role
    if open_calls:
        yield f"call {open_calls[0]!r} has no answer"


def _calls(message: Message, number: int) -> Iterator[str]:
    if not message.content.strip() and not message.tool_calls:
        yield f"message {number} is empty"
    for call in message.tool_calls:
        if not isinstance(call.arguments, dict):
            yield f"message {number}: the arguments of {call.tool!r} are not a JSON object"
