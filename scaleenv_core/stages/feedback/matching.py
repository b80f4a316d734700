"""Which of a world's tools a log's tools are: by name, and by what they take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

from attrs import frozen

from scaleenv_core.stages.arguments import name_key
from scaleenv_core.types import RecordedDialogue, Tool

NAME_WEIGHT = 0.6
"""How much of the likeness is the name's; the rest is the parameters'."""


@frozen
class Match:
    """A domain for a dialogue, and what its tools are called there."""

    domain: str
    tools: Mapping[str, str]
    """Log's name → the domain's; what the dialogue called and the domain has not is left out."""


def likeness(one: Tool, other: Tool) -> float:
    """How alike two tools are, from 0 to 1: the same words in the name, the same parameters."""
    named = _share(set(name_key(one.name)), set(name_key(other.name)))
    taken = [{name_key(name) for name in tool.parameters.get("properties", {})} for tool in (one, other)]
    return NAME_WEIGHT * named + (1 - NAME_WEIGHT) * _share(*taken)


def _share(one: Set[Any], other: Set[Any]) -> float:
    return len(one & other) / len(one | other) if one or other else 1.0


def shown_tools(dialogue: RecordedDialogue) -> dict[str, Tool]:
    """The tools that an agent called, as the log describes them, or else as they were called."""
    offered = {tool.name: tool for tool in dialogue.tools}
    taken: dict[str, set[str]] = {}
    for message in dialogue.messages:
        for call in message.tool_calls if message.role == "assistant" else ():
            names = taken.setdefault(call.tool, set())
            names |= set(call.arguments) if isinstance(call.arguments, dict) else set()
    return {name: offered.get(name) or _seen(name, names) for name, names in sorted(taken.items())}


def _seen(name: str, taken: Iterable[str]) -> Tool:
    parameters = {"type": "object", "properties": {one: {} for one in sorted(taken)}}
    return Tool(id=f"log/{name}", name=name, description="", parameters=parameters)


class Matcher:
    """Finds the domain of a dialogue; remembers what it compared."""

    def __init__(self, domains: Mapping[str, Sequence[Tool]], least: float) -> None:
        self._domains = domains
        self._least = least
        self._found: dict[tuple[str, str, tuple[str, ...]], tuple[float, str]] = {}

    def match(self, dialogue: RecordedDialogue) -> Match | None:
        """The domain that has most of what was called; ``None`` where none has half of it."""
        shown = shown_tools(dialogue)
        best: tuple[float, str, dict[str, str]] = (0.0, "", {})
        for slug in [dialogue.domain] if dialogue.domain in self._domains else sorted(self._domains):
            found = {name: self._nearest(slug, tool) for name, tool in shown.items()}
            tools = {name: near for name, (score, near) in found.items() if score >= self._least}
            total = sum(found[name][0] for name in tools)
            if total > best[0]:
                best = total, slug, tools
        _, slug, tools = best
        return Match(slug, tools) if tools and 2 * len(tools) >= len(shown) else None

    def _nearest(self, slug: str, tool: Tool) -> tuple[float, str]:
        key = (slug, tool.name, tuple(sorted(tool.parameters.get("properties", {}))))
        if key not in self._found:
            scored = ((likeness(tool, other), other.name) for other in self._domains[slug])
            self._found[key] = max(
                scored, key=lambda pair: (pair[0], pair[1] == tool.name), default=(0.0, "")
            )
        return self._found[key]
