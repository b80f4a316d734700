"""What a variant really is, found by executing it and not by asking a verifier."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

from attrs import define, field

from scaleenv_core.engine import fingerprint
from scaleenv_core.stages.audit.playing import Played
from scaleenv_core.types import Action, Task

Truth = Literal["wrong", "equal", "guessed", "broken"]
"""``equal``: the same end and the same facts told, each having been looked up where gold does. ``guessed``:
that, too, but it rests on something unseen: an argument that gold learns from an answer, answers that
a fact may be computed from, or a fact that only another call of the same tool gave. ``broken``: a tool
or a verifier broke."""

_TOKEN = re.compile(r"\d+(?:\.\d+)?(?![^\W_])|[^\W_]+")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d)")


@define
class Judge:
    """Compares what was played with one task's gold."""

    task: Task
    gold: Played
    compare: dict[str, str]
    _sources: dict[str, set[tuple[str, str]]] = field(init=False)
    """Fact → the gold calls whose answers hold it."""

    _learnt: set[str] = field(init=False)
    """Words of gold arguments that gold has from an earlier answer, and not from the user."""

    def __attrs_post_init__(self) -> None:
        answers = self.gold.answers
        self._sources = {fact: _sources(self.gold, fact) for fact in self.task.outputs}
        said = {*_tokens(self.task.instruction)}.union(*(_tokens(m.content) for m in self.task.history))
        self._learnt = {
            word for word, seen in _words(self.gold.variant.actions, answers) if seen and word not in said
        }

    def truth(self, played: Played) -> tuple[Truth, str]:
        """What it is, and why."""
        mine, gold = played.trajectory, self.gold.trajectory
        if self.gold.variant.actions and not played.variant.actions:
            return "wrong", "nothing was done"
        if fingerprint(mine.changes, self.compare) != fingerprint(gold.changes, self.compare):
            return "wrong", "another end"
        if mine.checks != gold.checks:
            return "wrong", "another check holds"
        for fact in self.task.outputs:
            if not tells(played.variant.reply, fact):
                return "wrong", f"{fact!r} was not told"
        unfounded = list(self._unfounded(played))
        for word, seen in _words(played.variant.actions, played.answers):
            if word in self._learnt and not seen:
                unfounded.append(("guessed", f"{word!r} was not seen before it was used"))
        if unfounded:
            return max(unfounded)  # wrong before guessed
        return "equal", "" if mine.changes == gold.changes else "only exempt columns differ"

    def _unfounded(self, played: Played) -> Iterator[tuple[Truth, str]]:
        """The facts told that were not looked up where gold does."""
        for fact, wanted in self._sources.items():
            found = _sources(played, fact)
            if not wanted and not {*self.gold.answers} <= {*played.answers}:
                yield "guessed", f"{fact!r} was told, and not all seen that it may be computed from"
            elif wanted and not wanted & found:
                alike = {tool for tool, _ in wanted} & {tool for tool, _ in found}
                yield "guessed" if alike else "wrong", f"{fact!r} was told and not looked up"


def _sources(played: Played, fact: str) -> set[tuple[str, str]]:
    return {
        (call.tool, str(call.arguments))
        for call, text in zip(played.trajectory.calls, played.answers, strict=True)
        if call.status == "answered" and tells(text, fact)
    }


def tells(text: str, fact: str) -> bool:
    """Whether a text has a fact's words in a row; numbers are compared as numbers, case is not."""
    wanted, found = _tokens(fact), _tokens(text)
    if not wanted:
        return fact in text
    return any(found[at : at + len(wanted)] == wanted for at in range(len(found) - len(wanted) + 1))


@lru_cache(maxsize=4096)
def _tokens(text: str) -> tuple[str, ...]:
    words = _TOKEN.findall(_THOUSANDS.sub("", text.casefold()))
    return tuple(
        str(Decimal(word).normalize()) if word.replace(".", "", 1).isdecimal() else word for word in words
    )


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """The scalars of JSON data, with the way to each."""
    if isinstance(value, dict):
        for name in sorted(value):
            yield from leaves(value[name], (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, (*path, number))
    else:
        yield path, value


def _words(actions: Sequence[Action], answers: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Each word and number among the arguments, and whether an answer before its call has it."""
    before: set[str] = set()
    for action, answer in zip(actions, answers, strict=True):
        for _, value in leaves(action.arguments):
            if not isinstance(value, bool) and value is not None:
                yield from ((word, word in before) for word in _tokens(str(value)))
        before.update(_tokens(answer))
