"""From a gold sequence to what a user would say: every value that only the user knows is in it."""

from __future__ import annotations

import random
import re
from collections.abc import Container, Iterator, Sequence
from typing import Any

import orjson
from attrs import frozen

from scaleenv_core.names import words
from scaleenv_core.stages.walk import Step, values_at
from scaleenv_core.stages.wish import Wish, plain
from scaleenv_core.types import Binding, Withheld

_INDEX = re.compile(r"\[(\d+)\]")
OPENINGS = (
    "Hello, I need some help.",
    "Hi there.",
    "Good morning.",
    "Hi, could you do something for me?",
    "",
)
JOINTS = ("Then", "After that,", "Next,", "Once that is done,")
_LABELS = ("name", "title", "summary", "displayname", "subject", "label", "email", "description")
# fmt: off
_VERBS = (
    "list", "get", "create", "insert", "add", "update", "patch", "modify", "delete", "remove",
    "cancel", "search", "find", "describe", "put", "set", "send", "start", "stop", "enable",
    "disable", "approve", "close", "open", "archive", "publish", "move", "copy", "count", "check",
    "complete", "register", "tag", "untag", "attach", "detach", "associate", "disassociate",
    "query", "batch", "reset", "accept", "reject",
)
# fmt: on


def instruction(steps: Sequence[Step], rng: random.Random) -> str:
    """The user's request for these steps, in order."""
    return texts(plain(steps), rng).instruction


@frozen
class Texts:
    """All that a user says of a wish."""

    instruction: str
    withheld: tuple[Withheld, ...] = ()
    later: tuple[str, ...] = ()


def texts(wish: Wish, rng: random.Random) -> Texts:
    """A wish in the user's words."""
    steps, later = list(wish.asked), []
    if wish.first:
        at, before = wish.first
        later = [f"Sorry, I have changed my mind. Please {clause(at, steps)} instead."]
        steps[at] = before
    sentences = [rng.choice(OPENINGS)]
    for number, step in enumerate(steps):
        withheld = [name for place, name in wish.withheld if place == number]
        begin = rng.choice(JOINTS) if number else "Please"
        if number and steps[number - 1].action.expect == "refused":
            begin = "If that cannot be done, instead"
        sentences.append(f"{begin} {clause(number, steps, withheld)}.")
        if wish.kind == "impossible" and step.action.expect == "refused":
            sentences.append("If that cannot be done, tell me why.")
        elif step.told:
            names = [" ".join(words(name)) or name for name, _ in step.told]
            sentences.append(f"Tell me the {listed(names)}{whose(step)}.")
    return Texts(
        " ".join(sentence for sentence in sentences if sentence), tuple(_withheld(wish)), tuple(later)
    )


def _withheld(wish: Wish) -> Iterator[Withheld]:
    for number, argument in wish.withheld:
        action, name = wish.asked[number].action, " ".join(words(argument)) or argument
        about = f'the {name} for "{phrase(action.tool)}"'
        yield Withheld(about=about, says=f"The {name} is {spoken(action.arguments[argument])}.")
    if wish.consent:
        yield Withheld(
            about=f'whether I may go ahead with "{phrase(wish.consent)}"', says="Yes, please go ahead."
        )


def whose(step: Step) -> str:
    """Of which entry the facts are that are asked for."""
    several = isinstance(step.content, list) or (
        isinstance(step.content, dict) and any(isinstance(value, list) for value in step.content.values())
    )
    return " of the first entry" if several else ""


def phrase(tool: str) -> str:
    """A tool's name as a verb and what it acts on: ``calendar_events_list`` → list calendar events."""
    found = words(tool)
    verb = next((word for word in found if word in _VERBS), None)
    if verb is None:
        return f"run {' '.join(found)}"
    rest = list(found)
    rest.remove(verb)
    return " ".join([verb, *rest])


def clause(number: int, steps: Sequence[Step], withheld: Container[str] = ()) -> str:
    """What one step does, with what, without arguments that are withheld."""
    step = steps[number]
    said, taken = [], []
    for binding in step.action.bindings:
        name = " ".join(words(binding.argument)) or binding.argument
        if binding.argument in withheld:
            continue
        if binding.origin == "user":
            said.append(f"{name} {spoken(step.action.arguments[binding.argument])}")
        else:
            taken.append(f"the {name} of {_where(binding, steps, number)}")
    clause = phrase(step.action.tool)
    if taken:
        clause += f", using {listed(taken)}"
    if said:
        clause += f", with {listed(said)}"
    return clause


def _where(binding: Binding, steps: Sequence[Step], number: int) -> str:
    """The entry that a value comes from, by what a person sees of it."""
    source = int(binding.origin.split()[1])
    record, inside, leaf = binding.path.rpartition(".")
    if not inside:
        record, leaf = ("", binding.path) if not binding.path.endswith("]") else (binding.path, "")
    content = steps[source].content
    answer = "that result" if source == number - 1 else _answer(source, steps)
    if not record.endswith("]"):
        return answer
    entry = next((value for _, value in values_at(content, record)), None)
    peers = [value for _, value in values_at(content, _INDEX.sub("[]", record))]
    label = _label(entry, leaf, peers)
    if label:
        return f"the one whose {label[0]} is {label[1]} in {answer}"
    places = [str(int(index) + 1) for index in _INDEX.findall(record)]
    return f"number {' of number '.join(reversed(places))} in {answer}"


def _answer(source: int, steps: Sequence[Step]) -> str:
    """An earlier answer, told from those of the same tool."""
    tool = steps[source].action.tool
    same = [number for number, step in enumerate(steps) if step.action.tool == tool]
    which = f", time {same.index(source) + 1}" if len(same) > 1 else ""
    return f'the result of "{phrase(tool)}"{which}'


def _label(entry: Any, leaf: str, peers: Sequence[Any]) -> tuple[str, str] | None:
    """What tells an entry from its peers."""
    if not isinstance(entry, dict):
        return None
    for name, value in entry.items():
        alike = sum(isinstance(peer, dict) and peer.get(name) == value for peer in peers)
        if (
            name != leaf
            and alike == 1
            and "".join(words(name)) in _LABELS
            and isinstance(value, str)
            and 0 < len(value) < 80
        ):
            return " ".join(words(name)), spoken(value)
    return None


def spoken(value: Any) -> str:
    """A value as it is said."""
    return f'"{value}"' if isinstance(value, str) else orjson.dumps(value).decode()


def listed(parts: Sequence[str]) -> str:
    """``a, b and c``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
