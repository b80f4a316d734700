"""What procedural testing found, put to the model that wrote the domain."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from attrs import evolve

from scaleenv_core.answers import Unusable
from scaleenv_core.catalogs import one_line
from scaleenv_core.converters import from_plain, to_plain
from scaleenv_core.files import json_text
from scaleenv_core.interfaces import Endpoint
from scaleenv_core.types import DomainDraft, DomainSource, Dropped, Finding

from . import LLM, PLAN
from .building import operation
from .emit import tools_text
from .functions import tools_in
from .plan import Plan
from .questions import Cure, Questions
from .rows import Rows, with_rows


def mend(
    how: LLM,
    draft: DomainDraft,
    source: DomainSource,
    findings: Sequence[Finding],
    seed: int,
    endpoint: Endpoint,
) -> DomainSource:
    """The source, with what the model would have otherwise about each finding.

    Where a tool touches more tables than were promised, the promise is put right unasked.
    """
    if PLAN not in source.extra:
        return source
    plan = from_plain(orjson.loads(source.extra[PLAN]), Plan)
    functions = tools_in(source.tools)
    cases = {tool: tuple(case for case in source.cases if case.tool == tool) for tool in functions}
    conducts = {conduct.tool: conduct for conduct in plan.tools if conduct.tool in functions}
    names = {tool: function.name for tool, function in functions.items()}
    questions = Questions(draft, names, endpoint, seed, how.attempts)

    def ask(found: Finding) -> Cure:
        tool = found.tool
        try:
            return questions.cure(plan, conducts[tool], source.rows, functions[tool], cases[tool], found)
        except Unusable:
            return Cure()  # the finding stays, and is counted

    promised = [found for found in findings if found.failure.startswith("other-tables")]
    others = [found for found in findings if found.tool in conducts and found not in promised]
    rows, quarantined = source.rows, list(source.quarantined)
    for found in promised:
        known = conducts[found.tool]
        conducts[found.tool] = evolve(known, tables=tuple(sorted({*known.tables, *found.tables})))
    for found, cure in zip(others, how.side_by_side(ask, others), strict=True):
        rows = _with(rows, cure, plan)
        functions[found.tool] = cure.function or functions[found.tool]
        cases[found.tool] = cure.cases or cases[found.tool]
        if cure.give_up:
            del functions[found.tool]
            detail = one_line(f"{found.tool}: {cure.give_up}")
            quarantined.append(Dropped(origin=found.tool, reason="given-up", detail=detail))
    kept = [conduct for tool, conduct in conducts.items() if tool in functions]
    return evolve(
        source,
        tools=tools_text(draft.title, kept, functions),
        rows=rows,
        operations=tuple(map(operation, kept)),
        quarantined=tuple(quarantined),
        cases=tuple(case for tool, given in cases.items() if tool in functions for case in given),
        extra={**source.extra, PLAN: json_text(to_plain(evolve(plan, tools=tuple(conducts.values()))))},
    )


def _with(rows: Rows, cure: Cure, plan: Plan) -> Rows:
    try:
        changed = with_rows(rows, cure.rows, plan)
    except Unusable:
        return rows  # another cure was before it; the next attempt sees the rows as they are then
    return {table: given for table, given in changed.items() if given}
