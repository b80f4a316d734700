"""One idea → tools: asked for in batches, each answer checked, twice the same counted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from attrs import field, frozen

from scaleenv_core.answers import Unusable, json_object, record, usable
from scaleenv_core.catalogs import one_line
from scaleenv_core.interfaces import Endpoint
from scaleenv_core.names import slug, subseed, words
from scaleenv_core.prompting import prompt
from scaleenv_core.schemas import as_parameters, own_lookup, standalone
from scaleenv_core.types import Dropped, JsonObject, JsonSchema, Message, Tool

from . import LLM

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


@frozen(kw_only=True)
class _Told:
    name: str
    description: str
    parameters: JsonObject
    returns: JsonObject
    requires: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()


@frozen
class _Batch:
    tools: list[Tool] = field(factory=list)
    dropped: list[Dropped] = field(factory=list)


def invented(how: LLM, idea: str, endpoint: Endpoint) -> Iterator[Tool | Dropped]:
    """The tools of one idea, until there are enough or a batch brings none."""
    known: list[Tool] = []
    while len(known) < how.tools:
        try:
            batch = _asked(how, idea, known, endpoint)
        except Unusable as exc:
            yield Dropped(origin=f"llm {idea!r}", reason="unusable-answer", detail=one_line(str(exc)))
            return
        fresh = batch.tools[: how.tools - len(known)]
        yield from fresh
        yield from batch.dropped
        if not fresh:
            return
        known += fresh


def _asked(how: LLM, idea: str, known: Sequence[Tool], endpoint: Endpoint) -> _Batch:
    latest: list[_Batch] = []

    def read(answer: str) -> _Batch:
        latest.append(_read(json_object(answer), idea, known))
        problems = [dropped.detail for dropped in latest[-1].dropped]
        if problems:
            raise Unusable("; ".join(problems[:20]))
        return latest[-1]

    there = "\n".join(f"- {tool.name}: {one_line(tool.description)}" for tool in known)
    question = [
        Message(role="system", content=prompt(__package__, "system")),
        Message(
            role="user",
            content=prompt(
                __package__,
                "tools",
                idea=idea,
                known=there or "none yet",
                count=str(min(how.batch, how.tools - len(known))),
            ),
        ),
    ]
    seed = subseed(how.seed, idea, len(known))
    try:
        return usable(endpoint, question, read, seed=seed, attempts=how.attempts)
    except Unusable:
        # The tools that are right in the last answer that could be read have to do.
        if not latest or not latest[-1].tools:
            raise
        return latest[-1]


def _read(data: JsonObject, idea: str, known: Sequence[Tool]) -> _Batch:
    told = data.get("tools")
    if not isinstance(told, list):
        raise Unusable("expected an object with a list of 'tools'")
    made = _Batch()
    taken = {_spelt(tool.name) for tool in known}
    for number, one in enumerate(told, start=1):
        where = f"tool {number} of {idea!r}"
        try:
            tool = _tool(one, idea)
        except Unusable as exc:
            made.dropped.append(
                Dropped(origin=where, reason="not-a-tool", detail=one_line(f"{where}: {exc}"))
            )
            continue
        if _spelt(tool.name) in taken:
            detail = f"{where}: there is a tool {tool.name!r} already"
            made.dropped.append(Dropped(origin=where, reason="duplicate", detail=one_line(detail)))
        else:
            taken.add(_spelt(tool.name))
            made.tools.append(tool)
    return made


def _tool(told: object, idea: str) -> Tool:
    if not isinstance(told, dict):
        raise Unusable("expected an object")
    one = record(told, _Told)
    if not _NAME.fullmatch(one.name):
        raise Unusable(f"{one.name!r} is no name such as cancel_order")
    if not one.description.strip():
        raise Unusable(f"{one.name} has no description")
    service = slug(idea)
    return Tool(
        id=f"llm/{service}/{one.name}",
        name=one.name,
        description=_described(one),
        parameters=as_parameters(_alone(one.parameters)),
        returns=_alone(one.returns),
        service=service,
        source="llm",
    )


def _alone(schema: JsonObject) -> JsonSchema:
    return standalone(schema, own_lookup(schema))


def _described(one: _Told) -> str:
    """The description with the conditions, for whoever writes the tool's code."""
    parts = [" ".join(one.description.split())]
    if one.requires:
        parts.append(f"Requires: {'; '.join(map(one_line, one.requires))}.")
    if one.effects:
        parts.append(f"Effects: {'; '.join(map(one_line, one.effects))}.")
    return "\n".join(parts)


def _spelt(name: str) -> tuple[str, ...]:
    """What makes a name the same: ``getOrder`` and ``get_order``."""
    return tuple(words(name))
