"""What a model is asked about domains, where a run wants it: their names, and their data flow."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from attrs import frozen

from scaleenv_core.answers import Unusable, json_object, record, usable
from scaleenv_core.errors import EndpointError
from scaleenv_core.interfaces import Endpoint
from scaleenv_core.names import singular, words
from scaleenv_core.prompting import prompt
from scaleenv_core.types import FoundDomain, Message, Tool

ROLE = "graph"
ATTEMPTS = 2
"""Answers to one question, the first included."""

_TITLE, _SUMMARY = 60, 240
"""Most characters."""

_LINKS = 30
"""Most links asked about at once."""

_TOLD = 160
"""Characters of a tool's description that are shown."""

_JOINING = frozenset("and or of for the a an in on to with from by via per".split())
_TERM = re.compile(r"[^\W_]+")

S = TypeVar("S")
T = TypeVar("T")
Flow = tuple[str, str, str]
"""Source tool, target tool and reason of an edge."""


@frozen
class _Name:
    title: str
    summary: str


@frozen
class _Verdicts:
    right: tuple[int, ...] = ()
    wrong: tuple[int, ...] = ()


def asked_names(
    domains: Sequence[FoundDomain], tools: Mapping[str, Tool], endpoint: Endpoint, seed: int, at_once: int
) -> tuple[list[tuple[str, str]], Counter[str]]:
    """Title and summary of each domain by a model, and why some keep their own.

    A name is taken only if its words stand in the tools, and no other domain is called so.
    """

    def ask(domain: FoundDomain) -> _Name:
        inside = [tools[tool] for tool in domain.tools]
        question = prompt(__package__ or "", "name_domain", tools="\n".join(map(_line, inside)))
        said = _said(inside)
        return _answer(endpoint, question, lambda text: _name(text, said, len(inside)), seed)

    kept: Counter[str] = Counter()
    taken = {domain.title.lower() for domain in domains}
    names = []
    for domain, found in zip(domains, _all(ask, domains, at_once), strict=True):
        own = (domain.title, domain.summary)
        if isinstance(found, _Name) and found.title.lower() in taken - {domain.title.lower()}:
            found = "taken"
        if isinstance(found, str):
            kept[found] += 1
        else:
            taken.add(found.title.lower())
            own = (found.title, found.summary)
        names.append(own)
    return names, kept


def wrong_flows(
    groups: Sequence[Sequence[Flow]], tools: Mapping[str, Tool], endpoint: Endpoint, seed: int, at_once: int
) -> tuple[list[Flow], Counter[str]]:
    """The edges that a model finds wrong, of each domain's, and how many it gave no verdict on, by reason."""
    parts = [group[i : i + _LINKS] for group in groups for i in range(0, len(group), _LINKS)]

    def ask(part: Sequence[Flow]) -> list[Flow]:
        told = sorted({tool for source, target, _ in part for tool in (source, target)})
        question = prompt(
            __package__ or "",
            "check_flows",
            tools="\n".join(_line(tools[tool]) for tool in told),
            links="\n".join(_link(number, flow, tools) for number, flow in enumerate(part, start=1)),
        )
        return _answer(endpoint, question, lambda text: _wrong(text, part), seed)

    wrong: list[Flow] = []
    unsaid: Counter[str] = Counter()
    for part, found in zip(parts, _all(ask, parts, at_once), strict=True):
        if isinstance(found, str):
            unsaid[found] += len(part)
        else:
            wrong += found
    return wrong, unsaid


def _answer(endpoint: Endpoint, question: str, read: Callable[[str], T], seed: int) -> T:
    return usable(endpoint, [Message(role="user", content=question)], read, seed=seed, attempts=ATTEMPTS)


def _all(ask: Callable[[S], T], every: Sequence[S], at_once: int) -> Iterator[T | str]:
    """What each becomes, in order; where no answer can be used, why."""

    def one(given: S) -> T | str:
        try:
            return ask(given)
        except Unusable:
            return "unusable answer"
        except EndpointError:
            return "no answer"

    with ThreadPoolExecutor(at_once) as pool:
        yield from pool.map(one, every)


def _name(answer: str, said: frozenset[str], size: int) -> _Name:
    name = record(json_object(answer), _Name)
    for part, most in ((name.title, _TITLE), (name.summary, _SUMMARY)):
        if not part.strip() or len(part) > most or "\n" in part:
            raise Unusable(f"expected one line of 1 to {most} characters, got {part[: 2 * most]!r}")
    unknown = [term for term in _TERM.findall(name.title) if not _stands(term, said)]
    # A summary may use words of its own, but no names and figures.
    later = _TERM.findall(name.summary)[1:]
    unknown += [
        term
        for term in later
        if (term != term.lower() or term.isdigit()) and term != str(size) and not _stands(term, said)
    ]
    if unknown:
        raise Unusable(f"the tools do not say: {', '.join(dict.fromkeys(unknown))}")
    return name


def _stands(term: str, said: frozenset[str]) -> bool:
    low = term.lower()
    return low in _JOINING or singular(low) in said or all(stem in said for stem in _stems(term))


def _stems(text: str) -> list[str]:
    """Words of identifiers and of any script, singular."""
    return [singular(word) for term in _TERM.findall(text) for word in words(term) or [term.lower()]]


def _said(tools: Sequence[Tool]) -> frozenset[str]:
    """What stands in the tools, as words and whole."""
    texts = [
        text
        for tool in tools
        for text in (
            tool.name,
            tool.description,
            tool.service,
            *tool.tags,
            tool.http.path if tool.http else "",
            *tool.parameters.get("properties", {}),
        )
    ]
    whole = (singular(term.lower()) for text in texts for term in _TERM.findall(text))
    return frozenset(whole) | {stem for text in texts for stem in _stems(text)}


def _wrong(answer: str, part: Sequence[Flow]) -> list[Flow]:
    said = record(json_object(answer), _Verdicts)
    if sorted((*said.right, *said.wrong)) != list(range(1, len(part) + 1)):
        raise Unusable(f"each of the numbers 1 to {len(part)} has to be in one of the lists, once")
    return [part[number - 1] for number in sorted(said.wrong)]


def _line(tool: Tool) -> str:
    return f"- {tool.name}: {' '.join(tool.description.split())[:_TOLD]}"


def _link(number: int, flow: Flow, tools: Mapping[str, Tool]) -> str:
    source, target, reason = flow
    field, _, parameter = reason.partition(" → ")
    return f"{number}. {field} of {tools[source].name} → {parameter} of {tools[target].name}"
