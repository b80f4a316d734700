"""The questions that a model is asked about one domain, and what is made of its answers."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from typing import TypeVar

from attrs import field, frozen

from scaleenv_core import engine
from scaleenv_core.answers import Unusable, fenced, json_object, usable
from scaleenv_core.engine.folder import NOW
from scaleenv_core.engine.toolcode import TOOL_IMPORTS
from scaleenv_core.interfaces import Endpoint
from scaleenv_core.names import subseed
from scaleenv_core.prompting import prompt
from scaleenv_core.types import Case, DomainDraft, Finding, JsonObject, Message, Tool

from .cases import read_cases, told_cases
from .emit import schema_text
from .functions import Function, read_function, signature
from .plan import Conduct, Plan, read_plan
from .rows import Rows, checked_rows, with_rows

T = TypeVar("T")

_CALLS_SHOWN = 6


@frozen(kw_only=True)
class Cure:
    """What a model would have otherwise about one tool; what is empty stays as it is."""

    function: Function | None = None
    cases: tuple[Case, ...] = ()
    rows: JsonObject = field(factory=dict)
    give_up: str = ""


@frozen(slots=False)
class Questions:
    """Asks about one domain; each question stands alone, so that they can be asked side by side."""

    draft: DomainDraft
    names: Mapping[str, str]
    """Each tool's name → that of its function."""

    endpoint: Endpoint
    seed: int
    attempts: int

    def plan(self) -> Plan:
        """The tables, and what each tool does to them."""
        tools = "\n".join(map(_described, self.draft.tools))
        return self._asked("plan", lambda answer: read_plan(answer, self.draft), tools=tools)

    def rows(self, plan: Plan, count: int) -> Rows:
        """Seed rows; of those that are never right only the rest."""
        best: list[Rows] = []

        def read(answer: str) -> Rows:
            made, wrong = checked_rows(json_object(answer), plan)
            best.append(made)
            if wrong or not any(made.values()):
                raise Unusable("; ".join(wrong[:20]) or "there is no row at all")
            return made

        tools = "\n".join(f"- {conduct.tool}: it {_conduct(conduct)}" for conduct in plan.tools)
        about = {"schema": self._schema(plan), "tools": tools, "count": str(count), "now": NOW}
        try:
            return self._asked("rows", read, **about)
        except Unusable:
            kept = [rows for rows in best if any(rows.values())]
            if not kept:
                raise
            return kept[-1]

    def tool(self, plan: Plan, conduct: Conduct, rows: Rows) -> tuple[Function, tuple[Case, ...]]:
        """One tool's function, and its cases."""
        tool, name = self._tools[conduct.tool], self.names[conduct.tool]

        def read(answer: str) -> tuple[Function, tuple[Case, ...]]:
            function = read_function(answer, name, tool)
            return function, read_cases(_json_block(answer), tool, conduct.writes, plan)

        about = self._about(plan, conduct, rows)
        changing = " and changes a row" if conduct.writes else ""
        return self._asked("tool", read, part=conduct.tool, changing=changing, **about)

    def cure(
        self, plan: Plan, conduct: Conduct, rows: Rows, code: Function, cases: Sequence[Case], found: Finding
    ) -> Cure:
        """What to do about a finding."""
        tool, name = self._tools[conduct.tool], self.names[conduct.tool]

        def read(answer: str) -> Cure:
            return _read_cure(answer, name, tool, conduct, plan, rows)

        calls = "\n".join(json.dumps(call, ensure_ascii=False) for call in found.calls[-_CALLS_SHOWN:])
        return self._asked(
            "repair",
            read,
            part=conduct.tool,
            code=code.text,
            cases=json.dumps(told_cases(cases), ensure_ascii=False),
            failure=found.failure,
            calls=calls or "none",
            **self._about(plan, conduct, rows),
        )

    @cached_property
    def _tools(self) -> dict[str, Tool]:
        return {tool.name: tool for tool in self.draft.tools}

    def _about(self, plan: Plan, conduct: Conduct, rows: Rows) -> dict[str, str]:
        tool = self._tools[conduct.tool]
        lines = (
            json.dumps({"table": name, "row": row}, ensure_ascii=False)
            for name in conduct.tables
            for row in rows.get(name, ())
        )
        return {
            "schema": self._schema(plan),
            "tool": _described(tool),
            "conduct": _conduct(conduct),
            "signature": signature(self.names[conduct.tool], tool),
            "rows": "\n".join(lines) or "none",
            "now": NOW,
        }

    def _schema(self, plan: Plan) -> str:
        return schema_text(self.draft.title, plan)

    def _asked(self, name: str, read: Callable[[str], T], part: str = "", **about: str) -> T:
        question = [
            Message(role="system", content=prompt(__package__, "system", **_conventions())),
            Message(role="user", content=prompt(__package__, name, title=self.draft.title, **about)),
        ]
        seed = subseed(self.seed, name, part)
        return usable(self.endpoint, question, read, seed=seed, attempts=self.attempts)


def _read_cure(answer: str, name: str, tool: Tool, conduct: Conduct, plan: Plan, rows: Rows) -> Cure:
    data = json_object(answer) if fenced(answer, "json") is not None else {}
    if data.keys() - {"cases", "rows", "give_up"}:
        raise Unusable("the JSON object may hold 'cases', 'rows' or 'give_up' alone")
    code = read_function(answer, name, tool) if fenced(answer, "python", "py") is not None else None
    cases = read_cases({"cases": data["cases"]}, tool, conduct.writes, plan) if "cases" in data else ()
    patch = data.get("rows", {})
    if not isinstance(patch, dict):
        raise Unusable("'rows' is an object of tables with lists of rows")
    with_rows(rows, patch, plan)
    if not (code or data):
        raise Unusable("there is neither a block of Python nor one of JSON")
    return Cure(function=code, cases=cases, rows=patch, give_up=str(data.get("give_up", "")))


def _json_block(answer: str) -> JsonObject:
    """The cases' object; without a fence of its own it would be looked for in the code."""
    if fenced(answer, "json") is None:
        raise Unusable("there is no block of cases that begins with ```json")
    return json_object(answer)


def _described(tool: Tool) -> str:
    about = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return json.dumps({**about, "returns": tool.returns} if tool.returns else about, ensure_ascii=False)


def _conduct(conduct: Conduct) -> str:
    parts = [f"{'writes' if conduct.writes else 'only reads'} ({', '.join(conduct.tables)})."]
    if conduct.requires:
        parts.append(f"It is refused unless: {'; '.join(conduct.requires)}.")
    if conduct.effects:
        parts.append(f"Afterwards: {'; '.join(conduct.effects)}.")
    return " ".join(parts)


@cache
def _conventions() -> Mapping[str, str]:
    """What the engine gives to tool code, in the engine's own words."""
    methods = [
        _documented(f"db.{name}", method)
        for name, method in vars(engine.Database).items()
        if not name.startswith("_")
    ]
    door = [_documented(name, getattr(engine, name)) for name in engine.DOOR if name not in _MARKS]
    whole = [name for name, names in TOOL_IMPORTS.items() if names is None and name != "__future__"]
    return {
        "methods": "\n".join(methods),
        "door": "\n".join(door),
        "modules": ", ".join(whole),
        "sqlalchemy": ", ".join(sorted(TOOL_IMPORTS["sqlalchemy"] or ())),
    }


_MARKS = ("Database", "Refusal", "read_tool", "write_tool")


def _documented(name: str, what: object) -> str:
    about = " ".join((inspect.getdoc(what) or "").split())
    given = re.sub(r"(: |-> )'([^']*)'", r"\1\2", str(inspect.signature(what))) if callable(what) else ""
    return f"- `{name}{given.replace('(self, ', '(').replace('(self)', '()')}`: {about}"
