"""One user in one dialogue: what was said so far decides what is said next."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from attrs import define, field

from scaleenv_core.types import STOP, Message, Task, Tool, ToolCall, Withheld
from scaleenv_user_scripted import hearing
from scaleenv_user_scripted.acting import chosen
from scaleenv_user_scripted.brief import Brief, Later
from scaleenv_user_scripted.facts import Fact, asked_for, held_back, known, sentences_about
from scaleenv_user_scripted.phrases import Voice

_ACTS = re.compile(
    r"\b(cancel|return|exchange|delete|remove|close|refund|transfer|suspend|book|buy|purchase|subscribe"
    r"|upgrade|downgrade|terminate|block|pay)(?:l?ing|e?s|l?ed)?\b",
    re.I,
)
_WANTS_FACT = re.compile(
    r"\b(?:what|which|who|when|where|provide|tell me|(?:may|can|could) i have|give me)\b", re.I
)


@define(slots=False)
class Session:
    """What the user wants, knows and has said."""

    task: Task
    tools: tuple[Tool, ...]
    patience: int
    voice: Voice
    wish: str
    later: list[Later]
    withheld: list[Withheld]
    """What it has not been asked for yet."""

    afterthoughts: list[str]
    said: set[str] = field(factory=set)
    acted: list[str] = field(factory=list)
    """The tools that it used."""

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """What it can tell; most users are never asked."""
        return known(self.task, Brief.of(self.task.instruction).opening)

    @classmethod
    def of(
        cls, task: Task, tools: Sequence[Tool], patience: int, persona: str, rng: random.Random
    ) -> Session:
        """A user who has said nothing yet."""
        brief = Brief.of(task.instruction)
        voice = Voice.of(task.instruction, persona, rng)
        return cls(
            task=task,
            tools=tuple(tools),
            patience=patience,
            voice=voice,
            wish=brief.opening,
            later=list(brief.later),
            withheld=list(task.withheld),
            afterthoughts=list(task.later),
        )

    def speak(self, messages: Sequence[Message]) -> Message:
        """The next thing that the user says or does."""
        if not self.said:
            return self._words(self.wish)
        last = messages[-1]
        if last.role == "tool":
            return self._words(self._report(messages))
        heard = hearing.without(last.content, self.task.outputs)
        if hearing.asks(heard) and (calls := chosen(self.tools, self.task, heard, self.acted)):
            return self._calls(calls)
        return self._words(self._answer(heard))

    def _answer(self, heard: str) -> str:
        if hearing.leaves(heard):
            return self._goodbye("goodbye")
        if hearing.asks(heard) and (fact := self._held_back(heard)):
            self.withheld.remove(fact)
            return fact.says
        asked = hearing.asks(heard) and not self._proposes(heard) and asked_for(self.facts, heard)
        if self.afterthoughts and not asked:
            return self.afterthoughts.pop(0)
        if hearing.refuses(heard) and not asked and (more := self._next("refused")):
            return more
        if not hearing.asks(heard) or hearing.offers_more(heard):
            return self._told(heard)
        if self._proposes(heard):
            return self._confirm(heard)
        if hearing.asks_openly(heard):
            return self._again()
        return self._fact(heard)

    def _proposes(self, heard: str) -> bool:
        """Whether a yes or a no is expected, and not a fact."""
        return hearing.confirms(heard) and not _WANTS_FACT.search(heard)

    def _held_back(self, heard: str) -> Withheld | None:
        """What a question brings out of the user: a consent only where one is asked for."""
        consents = [fact for fact in self.withheld if fact.about.startswith("whether")]
        if self._proposes(heard) or hearing.asks_whether(heard):
            wrong = any(fact.contradicted_by(heard) for fact in self.facts)
            return consents[0] if consents and not wrong else None
        facts = [fact for fact in self.withheld if fact not in consents]
        if hearing.asks_openly(heard):
            return next(iter(facts), None)
        return held_back(facts, heard)

    def _told(self, heard: str) -> str:
        """Nothing was asked: it is done, or it is not to be had, or more is to come."""
        if hearing.holds(heard):
            return self._fruitless(self.voice.say("wait"))
        if not hearing.refuses(heard) and (more := self._next("done")):
            return more
        return self._goodbye("resign" if hearing.refuses(heard) else "goodbye")

    def _confirm(self, heard: str) -> str:
        wrong = [fact for fact in self.facts if fact.contradicted_by(heard)]
        if wrong:
            return self.voice.say("wrong", name=wrong[0].label, value=wrong[0].spelled(hearing.terms(heard)))
        asked = asked_for(self.facts, heard)
        if asked and not any(value.strip('"') in heard for fact in asked for _, value in fact.values):
            return self._fact(heard)
        return self.voice.say("yes" if self._wanted(heard) else "no")

    def _wanted(self, heard: str) -> bool:
        """Whether what is proposed is something that the user came for."""
        proposed = {found.lower() for found in _ACTS.findall(heard)}
        own = " ".join([self.task.instruction, *(action.tool for action in self.task.actions)])
        return not proposed or any(act in own.lower() for act in proposed)

    def _fact(self, heard: str) -> str:
        asked = asked_for(self.facts, heard)
        question = hearing.terms(heard)
        if asked:
            parts = [self.voice.say("fact", name=fact.label, value=fact.spelled(question)) for fact in asked]
            told = {f"{fact.label}: {fact.spelled(question)}" for fact in asked}
            again = told <= self.said
            self.said |= told
            return self._fruitless(" ".join(parts)) if again else " ".join(parts)
        clause = sentences_about(self.wish, heard)
        if clause and clause != self.wish:
            return self._fruitless(clause)
        return self._again() if clause else self._fruitless(self.voice.say("unknown"))

    def _again(self) -> str:
        return self._fruitless(self.voice.say("again", wish=self.wish))

    def _fruitless(self, text: str) -> str:
        self.patience -= 1
        return text if self.patience >= 0 else self._goodbye("resign")

    def _next(self, when: str) -> str:
        """What the user has left to say at such a moment."""
        at = next((at for at, later in enumerate(self.later) if later.when == when), None)
        if at is None:
            return ""
        later = self.later.pop(at)
        return later.text or self.voice.say("insist", wish=self.wish)

    def _goodbye(self, how: str) -> str:
        return f"{self.voice.say(how)} {STOP}"

    def _report(self, messages: Sequence[Message]) -> str:
        """What the user saw of its own calls."""
        return self.voice.say("seen", seen="; ".join(reversed(list(_answers(messages)))))

    def _calls(self, calls: Sequence[tuple[str, dict[str, object]]]) -> Message:
        made = tuple(
            ToolCall(id=f"user_{number}", tool=tool, arguments=arguments)
            for number, (tool, arguments) in enumerate(calls, start=len(self.acted) + 1)
        )
        self.acted += [tool for tool, _ in calls]
        return Message(role="user", tool_calls=made)

    def _words(self, content: str) -> Message:
        self.said.add(content)
        return Message(role="user", content=content)


def _answers(messages: Sequence[Message]) -> Iterator[str]:
    """The answers to the last calls, the last first."""
    for message in reversed(messages):
        if message.role != "tool":
            return
        yield message.content
