"""From a reading to a step: what each parameter means for the tool's table."""

from __future__ import annotations

import re

from attrs import evolve

from scaleenv_core.names import snake

from . import lexicon as lx
from .answers import answer_shape
from .changing import read_keyed
from .creating import read_create
from .drafting import Draft, Unclear, python_parameters
from .entities import Drafted, Reading, selector
from .labels import read_labels
from .limits import limit_of
from .listing import read_list
from .members import read_link, take_linked
from .plan import READS, Paging, Shape, Step
from .plan_terms import Check
from .shapes import properties
from .signature import Parameter
from .transfers import read_transfer


def plan_step(reading: Reading, drafted: dict[str, Drafted], links: dict[str, Drafted]) -> Step:
    """The step of one tool; adds to its table, or to the link's, what its parameters name.

    Raises :class:`Unclear` where the signature does not say enough.
    """
    made = drafted[reading.entity]
    if reading.verb == "upsert" and selector(reading.signature, made.noun, made.others) is None:
        reading = evolve(reading, verb="create")
    draft = Draft(reading=reading, made=made, left={p.name: p for p in reading.signature.parameters})
    if reading.tagged is None:
        _ignore(draft)
    if reading.tagged is not None:
        read_labels(draft)
    elif reading.verb == "transfer":
        read_transfer(draft)
    elif reading.verb in ("link", "unlink"):
        read_link(draft, drafted, links)
    elif reading.verb in ("list", "count", "aggregate"):
        take_linked(draft, drafted, links)
        read_list(draft)
    elif reading.verb == "create":
        read_create(draft)
    else:
        read_keyed(draft)
    shape = (
        Shape() if draft.labels and not draft.labels.parameter else answer_shape(reading, made, draft.unclear)
    )
    tool = reading.signature.tool
    return Step(
        tool=tool.name,
        verb=reading.verb,  # type: ignore[arg-type]
        entity=made.name,
        function=snake(tool.name),
        description=tool.description,
        parameters=python_parameters(draft),
        key=tuple(draft.key),
        scope=tuple(draft.scope),
        sets=tuple(draft.sets),
        payload=draft.payload,
        filters=tuple(draft.filters),
        paging=Paging(**draft.paging) if draft.paging else None,
        sort=draft.sort,
        state=draft.state,
        shape=shape,
        ignored=tuple(draft.ignored),
        word=reading.signature.verb,
        demands=reading.demands,
        nested=draft.nested,
        moves=tuple(draft.moves),
        checks=_limits(draft),
        link=draft.link,
        labels=draft.labels,
        figure=reading.figure,
        transfer=draft.transfer,
    )


def _limits(draft: Draft) -> tuple[Check, ...]:
    """Bounds that descriptions tell of what is stored."""
    if draft.reading.verb not in ("create", "update", "upsert", "transition"):
        return ()
    stored = {value.parameter for value in (*draft.sets, *draft.key)} | {
        move.parameter for move in draft.moves
    }
    told = (limit_of(p) for p in draft.reading.signature.parameters if p.python in stored)
    return tuple(check for check in told if check is not None)


def _ignore(draft: Draft) -> None:
    for parameter in list(draft.left.values()):
        if parameter.name in draft.reading.signature.path:
            continue
        column = draft.made.columns.get(parameter.folded)
        if column and not (column.enum and parameter.constant and not column.shown):
            continue
        flag = (
            parameter.kind == "boolean"
            and parameter.words[:1]
            and set(parameter.words[:2]) & (lx.PRESENTATION_FIRST - {"no", "x", "force"})
            | (set(parameter.words[:1]) & lx.PRESENTATION_FIRST)
        )
        empty = (
            parameter.folded in lx.PAYLOADS and parameter.kind == "json" and not properties(parameter.schema)
        )
        empty = (
            empty
            and draft.reading.verb in (*READS, "delete", "transition")
            and parameter.schema.get("type") != "array"
        )
        always = parameter.constant and draft.reading.verb not in ("create", "upsert")
        if (
            (not parameter.required and (parameter.folded in lx.PRESENTATION or flag or empty))
            or _constant(parameter)
            or always
        ):
            draft.ignored.append(draft.take(parameter.name).name)


def _constant(parameter: Parameter) -> bool:
    """Credentials and headers say nothing about rows, required or not."""
    header = re.fullmatch(r"[A-Z][A-Za-z]*(-[A-Z][A-Za-z]*)+", parameter.name)
    return (
        parameter.name.lower().startswith("x-")
        or header is not None
        or (
            parameter.folded in lx.CREDENTIALS
            and parameter.name not in ("Key", "Token")
            and not (parameter.folded in ("key", "token") and parameter.required)
        )
    )


def require_evidence(step: Step, others: list[Step], named: bool) -> None:
    """A POST under a name without a verb creates only what some tool reads back."""
    if (
        step.verb == "create"
        and not named
        and not any(o.entity == step.entity and not o.writes for o in others)
    ):
        raise Unclear(
            "no-verb", f"{step.tool}: nothing says that it creates {step.entity!r}, and no tool reads one"
        )
