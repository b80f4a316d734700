"""What the user knows, and which of it a question is after."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files

import orjson
from attrs import frozen

from scaleenv_core.names import words
from scaleenv_core.types import Message, Task, Withheld
from scaleenv_user_scripted.hearing import terms

_GENERIC = frozenset(
    "address amount code date id key name number size state status time title type value".split()
)
"""Words that alone do not say which fact is meant."""

_LINK = r"[\s_-]*(?:is|as|to|of|:|=|number|#)?\s*"


@frozen
class Fact:
    """Something that the user can tell when asked."""

    label: str
    values: tuple[tuple[str, str], ...]
    """What for (a tool's words, or nothing), and the value as it is said."""

    cue: str = ""
    """A pattern of what asks for it, where its label's words do not do."""

    @property
    def terms(self) -> set[str]:
        """The words that ask for it."""
        return terms(self.label)

    def spelled(self, question: set[str]) -> str:
        """Its value; of several those that the question names, each with what it is for."""
        distinct = list(dict.fromkeys(value for _, value in self.values))
        if len(distinct) == 1:
            return distinct[0]
        meant = [(what, value) for what, value in self.values if terms(what) and terms(what) <= question]
        parts = list(dict.fromkeys(f"{value} ({what})" for what, value in meant or self.values))
        return ", ".join(parts)

    def contradicted_by(self, text: str) -> bool:
        """Whether a text names it with another value."""
        name = r"[\s_-]+".join(map(re.escape, words(self.label)))
        for found in re.finditer(rf"\b{name}\b{_LINK}(\"[^\"]*\"|[\w#@.+:/-]*\d[\w@.+:/-]*)", text, re.I):
            said = found[1].strip('"').rstrip(".:").lower()
            if said and not any(said == value.strip('"').lower() for _, value in self.values):
                return True
        return False


def known(task: Task, said: str) -> tuple[Fact, ...]:
    """What a task's own words hold: what the gold actions take from the user; else who calls, what about."""
    found: dict[str, dict[tuple[str, str], None]] = {}
    heard = "\n".join([said, task.instruction, *_own(task.history)])
    for action in task.actions:
        for binding in action.bindings:
            value = action.arguments.get(binding.argument)
            if binding.origin == "user" and value is not None and _spelled(value) in heard:
                label = " ".join(words(binding.argument)) or binding.argument
                found.setdefault(label, {})[" ".join(words(action.tool)), _spelled(value)] = None
    bound = tuple(Fact(label, tuple(values)) for label, values in found.items())
    return bound or tuple(_person(heard))


def _person(heard: str) -> Iterator[Fact]:
    for entry in _entries():
        said = dict.fromkeys(re.findall(entry["pattern"], heard))
        if said:
            yield Fact(entry["label"], tuple(("", value) for value in said), entry["cue"])


@cache
def _entries() -> Sequence[dict[str, str]]:
    text = files("scaleenv_user_scripted").joinpath("person.toml").read_text(encoding="utf-8")
    entries: Sequence[dict[str, str]] = tomllib.loads(text)["fact"]
    return entries


def asked_for(facts: Iterable[Fact], text: str) -> list[Fact]:
    """The facts that a question names; else those that it names best."""
    question = terms(text)
    cued = [fact for fact in facts if fact.cue and re.search(fact.cue, text, re.I)]
    labelled = [fact for fact in facts if not fact.cue and fact.terms]
    full = [fact for fact in labelled if fact.terms <= question]
    if cued or full:
        return cued + [fact for fact in full if not any(fact.terms < other.terms for other in full)]
    shares = [
        (len(fact.terms & question) / len(fact.terms), fact)
        for fact in labelled
        if fact.terms & question - _GENERIC
    ]
    best = max((share for share, _ in shares), default=0.0)
    return [fact for share, fact in shares if share == best >= 0.5]


def held_back(withheld: Sequence[Withheld], text: str) -> Withheld | None:
    """Which of the things held back a question is after: the one it names, else the first it touches."""
    question = terms(text)
    named = [(terms(re.sub(r'"[^"]*"', "", fact.about)), fact) for fact in withheld]
    full = [fact for name, fact in named if name and name <= question]
    near = [fact for _, fact in named if (terms(fact.about) & question) - _GENERIC]
    return next(iter(full or near), None)


def sentences_about(said: str, text: str) -> str:
    """The clause of the wish that has most words with a question in common; empty for none."""
    question = terms(text)
    parts = [part for part in re.split(r"(?<=[.!?;])\s+", said) if part]
    scored = [(len(terms(part) & question), -at) for at, part in enumerate(parts)]
    score, place = max(scored, default=(0, 0))
    return parts[-place] if score else ""


def _own(history: Sequence[Message]) -> Iterator[str]:
    return (message.content for message in history if message.role == "user")


def _spelled(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else orjson.dumps(value).decode()
