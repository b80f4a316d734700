"""The dialogue as the model sees it, with the roles changed round."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator, Sequence
from importlib.resources import files

from attrs import evolve, frozen

from scaleenv_core.errors import MachineryError
from scaleenv_core.interfaces import Endpoint
from scaleenv_core.names import subseed
from scaleenv_core.prompting import prompt
from scaleenv_core.types import STOP, Message, Sampling, Task, Tool
from scaleenv_user_llm.checking import problem

_PACKAGE = "scaleenv_user_llm"


@frozen
class Session:
    """One user in one dialogue; all that matters is in the dialogue."""

    task: Task
    tools: tuple[Tool, ...]
    seed: int
    endpoint: Endpoint
    attempts: int
    system: str

    @classmethod
    def of(
        cls, task: Task, tools: Sequence[Tool], seed: int, endpoint: Endpoint, attempts: int, persona: str
    ) -> Session:
        """A session with its instructions."""
        spoken = persona or random.Random(subseed(seed, "persona")).choice(_personas())
        parts = [task.instruction, *_told(task)]
        system = prompt(_PACKAGE, "system", instruction="\n\n".join(parts), persona=spoken, stop=STOP)
        return cls(task, tuple(tools), seed, endpoint, attempts, system)

    def speak(self, messages: Sequence[Message]) -> Message:
        """The user's next turn, the first that passes the check."""
        asked = [Message(role="system", content=self.system), *_turned(messages)]
        wrong = ""
        for attempt in range(self.attempts):
            sampling = Sampling(seed=subseed(self.seed, "turn", len(messages), attempt))
            made = self.endpoint.complete(asked, self.tools, sampling)
            turn = Message(role="user", content=made.text.strip(), tool_calls=made.tool_calls)
            wrong = problem(turn, messages, self.task, self.tools)
            if not wrong:
                return _numbered(turn, messages)
            # Calls that are not made have no answer, so they are not shown again either.
            again = prompt(_PACKAGE, "again", problem=wrong)
            asked += [
                Message(role="assistant", content=turn.content or "…"),
                Message(role="user", content=again),
            ]
        raise MachineryError(
            f"the simulated user's turn was refused {self.attempts} times; at last it {wrong}"
        )


def _told(task: Task) -> Iterator[str]:
    """What is to be said later, or only when asked."""
    if task.withheld:
        facts = "\n".join(f"- Asked for {fact.about}, you say: {fact.says}" for fact in task.withheld)
        yield prompt(_PACKAGE, "withheld", facts=facts)
    if task.later:
        yield prompt(_PACKAGE, "later", texts="\n".join(f"- {text}" for text in task.later))


def _turned(messages: Sequence[Message]) -> Iterator[Message]:
    """What was said, as the model that plays the user sees it: its own part is the assistant's."""
    yield Message(role="user", content=prompt(_PACKAGE, "opening"))
    for message in messages:
        if message.role == "user":
            yield Message(role="assistant", content=message.content, tool_calls=message.tool_calls)
        elif message.role == "assistant":
            yield Message(role="user", content=message.content)
        elif message.role == "tool":
            yield evolve(message, private=False)


def _numbered(turn: Message, messages: Sequence[Message]) -> Message:
    """Its calls with ids that no other call of the dialogue has."""
    first = 1 + sum(len(message.tool_calls) for message in messages)
    calls = tuple(evolve(call, id=f"user_{n}") for n, call in enumerate(turn.tool_calls, start=first))
    return evolve(turn, tool_calls=calls)


def _personas() -> Sequence[str]:
    text = files(_PACKAGE).joinpath("personas.toml").read_text(encoding="utf-8")
    found: Sequence[str] = tomllib.loads(text)["personas"]
    return found
