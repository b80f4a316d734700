"""A domain from nothing but its tools' signatures: plan, rows, functions."""

from __future__ import annotations

from scaleenv_core.answers import Unusable
from scaleenv_core.catalogs import one_line
from scaleenv_core.converters import to_plain
from scaleenv_core.files import json_text
from scaleenv_core.interfaces import Endpoint
from scaleenv_core.types import Case, DomainDraft, DomainSource, Dropped, Operation

from . import LLM, PLAN
from .emit import policy_text, schema_text, tools_text
from .functions import Function, function_names
from .plan import Conduct
from .questions import Questions

Written = tuple[Function, tuple[Case, ...]]


def build(how: LLM, draft: DomainDraft, seed: int, endpoint: Endpoint) -> DomainSource:
    """The domain; where plan or rows cannot be had, every tool is quarantined."""
    names = function_names(tool.name for tool in draft.tools)
    questions = Questions(draft, names, endpoint, seed, how.attempts)
    asked = "plan"
    try:
        plan = questions.plan()
        asked = "rows"
        rows = questions.rows(plan, how.rows) if plan.tools else {}
    except Unusable as exc:
        return _nothing(draft, f"no-{asked}", str(exc))

    def write(conduct: Conduct) -> Written | Dropped:
        try:
            return questions.tool(plan, conduct, rows)
        except Unusable as exc:
            return _dropped(conduct.tool, "no-code", str(exc))

    made = dict(zip([c.tool for c in plan.tools], how.side_by_side(write, plan.tools), strict=True))
    dropped = {given.tool: _dropped(given.tool, "impossible", given.reason) for given in plan.impossible}
    dropped |= {tool: found for tool, found in made.items() if isinstance(found, Dropped)}
    written = {tool: found for tool, found in made.items() if not isinstance(found, Dropped)}
    functions = {tool: function for tool, (function, _) in written.items()}
    return DomainSource(
        schema=schema_text(draft.title, plan),
        tools=tools_text(draft.title, plan.tools, functions),
        rows={table: given for table, given in rows.items() if given},
        policy=policy_text(draft.title, plan),
        operations=tuple(operation(conduct) for conduct in plan.tools if conduct.tool in functions),
        quarantined=tuple(dropped[tool.name] for tool in draft.tools if tool.name in dropped),
        cases=tuple(case for _, cases in written.values() for case in cases),
        extra={PLAN: json_text(to_plain(plan))},
    )


def operation(conduct: Conduct) -> Operation:
    """What the manifest says of a tool."""
    return Operation(
        tool=conduct.tool,
        writes=conduct.writes,
        tables=tuple(sorted(conduct.tables)),
        selects=dict(conduct.selects),
        stores=dict(conduct.stores),
    )


def _nothing(draft: DomainDraft, reason: str, detail: str) -> DomainSource:
    return DomainSource(
        schema="",
        tools="",
        rows={},
        policy="",
        operations=(),
        quarantined=tuple(_dropped(tool.name, reason, detail) for tool in draft.tools),
    )


def _dropped(tool: str, reason: str, detail: str) -> Dropped:
    return Dropped(origin=tool, reason=reason, detail=one_line(f"{tool}: {detail}"))
