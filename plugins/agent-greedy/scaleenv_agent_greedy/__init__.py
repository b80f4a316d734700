"""An agent without a model: it reads the user's words and the tools' descriptions, and tries.

An honest baseline: it knows what an agent may know, and nothing of the task. What it
solves needs no model; what a model solves beyond it is the model's merit.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence

from attrs import define, field, frozen
from attrs.validators import ge

from scaleenv_agent_greedy.choosing import Chooser
from scaleenv_agent_greedy.filling import answer_of, fill, spelled
from scaleenv_core import hookimpl
from scaleenv_core.types import JsonObject, Message, Tool, ToolCall

__all__ = ["Greedy"]

_CLAUSE = re.compile(
    r"(?<=[.!?;])\s+(?=[A-Z])|,?\s+(?:and\s+)?(?:then|after that|next|afterwards),?\s+", re.I
)


@frozen
class Greedy:
    """Takes the wish clause by clause: the tool that sounds most like it, with the values that it names."""

    alike: float = field(default=0.15, validator=ge(0.0))
    """Least likeness (cosine) of a clause and a tool for the tool to be tried."""

    @hookimpl
    def start_agent(self, tools: Sequence[Tool]) -> _Session:
        """A session that has heard nothing yet."""
        return _Session(Chooser.of(tools), self.alike)


@define
class _Session:
    chooser: Chooser
    alike: float
    heard: int = 0
    """User messages that were read."""

    clauses: deque[str] = field(factory=deque)
    asked: str = ""
    """The clause that waits for an answer."""

    def act(self, messages: Sequence[Message]) -> Message:
        """The next call, a question, or what came out."""
        self._hear([message.content for message in messages if message.role == "user"])
        answers = [answer_of(message.content) for message in messages if message.role == "tool"]
        done = [(call.tool, call.arguments) for message in messages for call in message.tool_calls]
        while self.clauses:
            clause = self.clauses.popleft()
            call, missing = self._call(clause, answers)
            if call is None and missing and not self.asked:
                self.asked = clause
                return Message(role="assistant", content=f"What is the {' and the '.join(missing)}?")
            self.asked = ""
            if call is not None and call not in done:
                made = ToolCall(id=f"call_{len(done) + 1}", tool=call[0], arguments=call[1])
                return Message(role="assistant", tool_calls=(made,))
        return Message(role="assistant", content=_report(answers))

    def _call(self, clause: str, answers: list[object]) -> tuple[tuple[str, JsonObject] | None, list[str]]:
        """The likeliest call that can be made; else what the likeliest tool lacks."""
        wanted: list[str] = []
        for tool in self.chooser.ranked(clause, self.alike):
            arguments, missing = fill(tool.parameters, clause, answers)
            if not missing:
                return (tool.name, arguments), []
            wanted = wanted or missing
        return None, wanted

    def _hear(self, said: list[str]) -> None:
        """Take in what is new: the answer to a question completes its clause."""
        for text in said[self.heard :]:
            if self.asked:
                self.clauses.appendleft(f"{self.asked} {text}")
            else:
                self.clauses.extend(part for part in _CLAUSE.split(text) if part.strip())
        self.heard = len(said)


def _report(answers: list[object]) -> str:
    """What the tools said, for a user who asked to be told."""
    if not answers:
        return "I am sorry, I found nothing that I can do about that."
    return " ".join(["That is done.", *filter(None, map(spelled, answers))])
