"""What a dialogue shows: which tools follow each other, where arguments came from, and what went wrong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from attrs import define, field, frozen

from scaleenv_core.stages.replay import recorded_calls
from scaleenv_core.stages.walk import Link
from scaleenv_core.types import STOP, RecordedDialogue

_ERROR = re.compile(r"\s*(?:\W?error\b|exception\b|traceback\b|failed to\b)", re.I)
_REFUSAL = re.compile(
    r"\b(?:I (?:am|was|'m) (?:unable|not able)|I (?:cannot|can't|could not|couldn't)|not possible|"
    r"transfer(?:red|ring)? (?:you )?to a human)\b|无法|不能|办不到",
    re.I,
)
_SHORTEST = 3
"""Values of fewer letters are met by chance."""


@frozen
class Pattern:
    """Calls that dialogues of one domain made in this order."""

    chain: tuple[str, ...]
    """The domain's call names."""

    dialogues: tuple[str, ...]
    """Ids, those that failed first."""

    reasons: Mapping[str, int]
    """Why dialogues failed; empty where none did."""

    links: tuple[tuple[str, str, str, str], ...]
    """Arguments that were taken from earlier answers: each a :class:`Link`."""


def faults_of(dialogue: RecordedDialogue) -> list[str]:
    """What went wrong in a dialogue, as it says itself; nothing where nothing did."""
    found = []
    if dialogue.succeeded is False:
        found.append("judged-failed")
    if any(answer is not None and is_error(answer) for _, _, answer in recorded_calls(dialogue.messages)):
        found.append("error-answer")
    if dialogue.ended in ("max_turns", "failure"):
        found.append("not-finished")
    said = [m.content for m in dialogue.messages if m.role == "assistant" and m.content]
    if said and _REFUSAL.search(said[-1]):
        found.append("refused")
    return found


def is_error(answer: str) -> bool:
    """Whether a tool's recorded answer is an error."""
    data = _data(answer)
    if isinstance(data, dict):
        return bool(data.get("error") or data.get("errors") or data.get("isError"))
    return bool(_ERROR.match(answer))


def goal_of(dialogue: RecordedDialogue) -> str:
    """What the user first asked for."""
    said = (m.content for m in dialogue.messages if m.role == "user" and m.content)
    return " ".join(next(said, "").replace(STOP, "").split())


def chain_of(dialogue: RecordedDialogue, tools: Mapping[str, str]) -> tuple[str, ...]:
    """The domain's tools that the agent called, in order; a call made twice alike counts once."""
    made: list[str] = []
    chain = []
    for call, holder, _ in recorded_calls(dialogue.messages):
        key = f"{call.tool} {call.arguments}"
        if holder == "agent" and call.tool in tools and key not in made:
            made.append(key)
            chain.append(tools[call.tool])
    return tuple(chain)


def links_of(dialogue: RecordedDialogue, tools: Mapping[str, str]) -> Iterator[Link]:
    """Which answer an argument's value stood in, and where."""
    seen: list[tuple[str, str, str]] = []
    for call, holder, answer in recorded_calls(dialogue.messages):
        if holder != "agent" or call.tool not in tools:
            continue
        target = tools[call.tool]
        for name, value in call.arguments.items() if isinstance(call.arguments, dict) else ():
            for source, path, found in seen:
                if found == str(value) and source != target:
                    yield Link(source, target, path, name)
        if answer is not None and not is_error(answer):
            seen += [(target, path, text) for path, text in _leaves(_data(answer), "")]


def _leaves(data: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _leaves(value, f"{path}.{key}" if path else key)
    elif isinstance(data, list):
        for value in data:
            yield from _leaves(value, f"{path}[]")
    elif isinstance(data, (str, int)) and not isinstance(data, bool) and len(str(data)) >= _SHORTEST:
        yield path, str(data)


def _data(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


@define
class Mine:
    """The patterns of one domain, as dialogues come in."""

    chains: dict[tuple[str, ...], list[tuple[bool, str]]] = field(factory=dict)
    reasons: dict[tuple[str, ...], Counter[str]] = field(factory=dict)
    links: Counter[Link] = field(factory=Counter)

    def take(self, dialogue: RecordedDialogue, tools: Mapping[str, str], most: int) -> bool:
        """Learn from a dialogue; whether it called anything."""
        chain = chain_of(dialogue, tools)[:most]
        if not chain:
            return False
        faults = faults_of(dialogue)
        self.chains.setdefault(chain, []).append((not faults, dialogue.id))
        self.reasons.setdefault(chain, Counter()).update(faults)
        self.links.update(set(links_of(dialogue, tools)))
        return True

    def patterns(self) -> Sequence[Pattern]:
        """All patterns, those that failed most often first."""
        links = tuple(sorted(self.links))
        found = [
            Pattern(
                chain,
                tuple(name for _, name in sorted(dialogues)),
                dict(sorted(self.reasons[chain].items())),
                tuple((*link,) for link in links if link.target in chain and link.source in chain),
            )
            for chain, dialogues in self.chains.items()
        ]
        failed = {chain: sum(not good for good, _ in dialogues) for chain, dialogues in self.chains.items()}
        return sorted(found, key=lambda p: (-failed[p.chain], -len(p.dialogues), p.chain))
