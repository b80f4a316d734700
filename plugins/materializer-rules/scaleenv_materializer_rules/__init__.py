"""A materializer that compiles tool signatures to tables, rows and readable Python, by rules alone."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve, field, frozen
from attrs.validators import ge, le

from scaleenv_core import hookimpl
from scaleenv_core.types import DomainDraft, DomainSource, Finding

__all__ = ["Rules"]


@frozen(kw_only=True)
class Rules:
    """Reads names, paths, parameters and return schemas; never labels. No model, no network.

    What it cannot understand it quarantines with a reason; it never fakes a tool.
    """

    rows: int = field(default=12, validator=[ge(1), le(10_000)])
    """Seed rows a table."""

    assume: bool = True
    """Give a thing that is only ever looked up, and that no signature describes, the columns that
    its name suggests; without it, its tools are quarantined as ``no-record``."""

    @hookimpl
    def materialize_domain(self, draft: DomainDraft, seed: int) -> DomainSource:
        """Compile a draft; the same draft and seed give the same text in any process."""
        from .bindings import operation
        from .compiler import compile_plan
        from .emit_policy import emit_policy
        from .emit_schema import emit_schema
        from .emit_tools import emit_tools
        from .plan_file import plan_json
        from .rows import seed_rows

        plan, dropped = compile_plan(draft.title, draft.tools, assume=self.assume)
        tools = {tool.name: tool for tool in draft.tools}
        return DomainSource(
            schema=emit_schema(plan),
            tools=emit_tools(plan),
            rows=seed_rows(plan, seed, self.rows),
            policy=emit_policy(plan),
            operations=tuple(operation(plan, step, tools[step.tool]) for step in plan.steps),
            quarantined=dropped,
            extra={"plan.json": plan_json(plan)},
        )

    @hookimpl
    def repair_domain(
        self, draft: DomainDraft, source: DomainSource, findings: Sequence[Finding], seed: int
    ) -> DomainSource:
        """Other rows, and more of them, where tools found none to answer for or to change."""
        if not any(found.failure.startswith(("never-answered", "no-effect")) for found in findings):
            return source
        made = evolve(self, rows=min(3 * self.rows, 10_000)).materialize_domain(draft, seed)
        same = (made.schema, made.tools) == (source.schema, source.tools)
        return evolve(source, rows=made.rows) if same else source
