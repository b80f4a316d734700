"""From a gold sequence to what a user would say: every value that only the user knows is in it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import orjson

from scaleenv_core.names import words
from scaleenv_core.stages.walk import Step, values_at
from scaleenv_core.types import Binding

_OPENINGS = (
    "Hello, I need some help.",
    "Hi there.",
    "Good morning.",
    "Hi, could you do something for me?",
    "",
)
_JOINTS = ("Then", "After that,", "Next,", "Once that is done,")
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
    sentences = [rng.choice(_OPENINGS)]
    for number, step in enumerate(steps):
        clause = _clause(step, steps)
        begin = rng.choice(_JOINTS) if number else "Please"
        sentences.append(f"{begin} {clause}.")
        if step.told:
            sentences.append("Tell me what you find.")
    return " ".join(sentence for sentence in sentences if sentence)


def phrase(tool: str) -> str:
    """A tool's name as a verb and what it acts on: ``calendar_events_list`` → list calendar events."""
    found = words(tool)
    verb = next((word for word in found if word in _VERBS), None)
    if verb is None:
        return f"run {' '.join(found)}"
    rest = list(found)
    rest.remove(verb)
    return " ".join([verb, *rest])


def _clause(step: Step, steps: Sequence[Step]) -> str:
    said, taken = [], []
    for binding in step.action.bindings:
        name = " ".join(words(binding.argument)) or binding.argument
        if binding.origin == "user":
            said.append(f"{name} {_spoken(step.action.arguments[binding.argument])}")
        else:
            taken.append(f"the {name} of {_where(binding, steps)}")
    clause = phrase(step.action.tool)
    if taken:
        clause += f", using {_listed(taken)}"
    if said:
        clause += f", with {_listed(said)}"
    return clause


def _where(binding: Binding, steps: Sequence[Step]) -> str:
    """The entry that a value comes from, by what a person sees of it."""
    source = steps[int(binding.origin.split()[1])]
    record, inside, leaf = binding.path.rpartition(".")
    if not inside:
        record, leaf = "", binding.path
    content = source.content
    entry = next((value for _, value in values_at(content, record)), content) if record else content
    label = _label(entry, leaf)
    if label:
        return f"the one whose {label[0]} is {label[1]}"
    if record.endswith("]"):
        place = int(record.rpartition("[")[2].rstrip("]")) + 1
        return f"number {place} in that list"
    return "that result"


def _label(entry: Any, leaf: str) -> tuple[str, str] | None:
    if not isinstance(entry, dict):
        return None
    for name, value in entry.items():
        if (
            name != leaf
            and "".join(words(name)) in _LABELS
            and isinstance(value, str)
            and 0 < len(value) < 80
        ):
            return " ".join(words(name)), _spoken(value)
    return None


def _spoken(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else orjson.dumps(value).decode()


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
