"""The user's own tools: which of them an agent asks to be used."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scaleenv_core.names import words
from scaleenv_core.types import Action, JsonObject, Task, Tool
from scaleenv_user_scripted.hearing import asks_for_part, terms

_LOOKS = frozenset(
    {"check", "see", "look", "show", "what", "which", "is", "run", "try", "test", "list", "does"}
)
_SAME = (
    frozenset({"toggle", "turn", "switch", "enable", "disable", "activate", "deactivate"}),
    frozenset({"reboot", "restart"}),
    frozenset({"reseat", "reinsert", "remove", "take"}),
    frozenset({"make", "pay"}),
    frozenset({"grant", "allow", "give"}),
    frozenset({"set", "change", "choose", "select"}),
    frozenset({"reset", "restore"}),
    frozenset({"connect"}),
    frozenset({"disconnect", "turn", "switch"}),
    _LOOKS,
    frozenset({"can", *_LOOKS}),
)
"""Words that ask for the same: a tool's first word, and what agents say for it."""

_LEAST = 0.5
"""Share of the words of a tool's name, its verb apart, that have to be said."""


def chosen(tools: Sequence[Tool], task: Task, text: str, done: Sequence[str]) -> list[tuple[str, JsonObject]]:
    """The calls that a request asks for, in the order of the gold actions where it does not matter.

    ``done`` are the user's calls so far. Only asked to do their part, whatever that is, the
    user does the next of the gold actions that are theirs.
    """
    stretches = _stretches(task.actions)
    if asks_for_part(text):
        left = [stretch for stretch in stretches if any(action.tool not in done for action in stretch)]
        return [(action.tool, action.arguments) for action in left[0]] if left else []
    named = [tool for tool in tools if _named(tool.name, text)] or _looks(tools, text)
    calls = []
    for tool in named:
        covered = any(_rest(tool) < _rest(other) for other in named)  # "data", where "data saver" is meant
        arguments = None if covered else _arguments(tool, task, text)
        calls += [(tool.name, given) for given in arguments or ()]
    order = [action.tool for action in task.actions]
    return sorted(calls, key=lambda call: order.index(call[0]) if call[0] in order else -1)


def _stretches(actions: Sequence[Action]) -> list[list[Action]]:
    made: list[list[Action]] = []
    previous = "agent"
    for action in actions:
        if action.held_by == "user":
            if previous != "user":
                made.append([])
            made[-1].append(action)
        previous = action.held_by
    return made


def _rest(tool: Tool) -> set[str]:
    return set(words(tool.name)[1:])


def _named(tool: str, text: str) -> bool:
    """Whether a sentence of the text has the tool's verb, or one like it, and most of its other words."""
    verb, *rest = words(tool)
    verbs = {verb}.union(*(same for same in _SAME if verb in same))
    for sentence in re.split(r"(?<=[.!?;])\s+|\n", text):
        said = set(words(sentence)) | set(words(sentence.replace("-", "")))
        share = sum(word in said for word in rest) / len(rest) if rest else 1.0
        if said & verbs and (share == 1.0 or (share >= _LEAST and rest[0] in said)):
            return True
    return False


def _looks(tools: Sequence[Tool], text: str) -> list[Tool]:
    """Of the tools that only look, the one whose description has most of what is asked about."""
    if not set(words(text)) & _LOOKS:
        return []
    question = terms(text)
    scored = [
        (len(question & terms(tool.description)), tool) for tool in tools if words(tool.name)[0] in _LOOKS
    ]
    best = max((score for score, _ in scored), default=0)
    return [tool for score, tool in scored if score == best >= 2][:1]


def _arguments(tool: Tool, task: Task, text: str) -> list[JsonObject] | None:
    """What it is called with: nothing, what the task says, or a choice that is named."""
    gold = [action.arguments for action in task.actions if action.tool == tool.name]
    if gold:
        return gold
    found: JsonObject = {}
    for name in tool.parameters.get("required", []):
        choices = tool.parameters["properties"][name].get("enum", ())
        named = [choice for choice in choices if str(choice).lower() in text.lower()]
        if not named:
            return None
        found[name] = max(named, key=lambda choice: len(str(choice)))
    return [found]
