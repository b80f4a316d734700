"""Test: every tool is called with generated cases; what does not behave is quarantined.

Three outcomes a call (ScaleEnv, phase 1 step 5): an answer valid against the declared
return schema, an anticipated rejection, or an unexpected failure.
"""

from __future__ import annotations

import random
from collections import Counter
from importlib.resources import files
from pathlib import Path

from attrs import define, field

from scaleenv_core.artifacts import Summary, UnitRecord, inputs_hash
from scaleenv_core.converters import to_plain
from scaleenv_core.engine import (
    Environment,
    Observation,
    ToolFunction,
    content_hash,
    load_domain,
    read_manifest,
)
from scaleenv_core.errors import DomainError, ToolCrash, ToolLied
from scaleenv_core.files import json_lines
from scaleenv_core.names import digest, subseed
from scaleenv_core.stages.adopt import adopted
from scaleenv_core.stages.arguments import ArgumentMaker
from scaleenv_core.stages.running import Run, totals
from scaleenv_core.stages.workers import Job, Seat
from scaleenv_core.types import JsonObject, Tool, ToolReport

_WRITTEN = ("cases.jsonl", "report.jsonl", "test_tools.py")
_PYTEST = (files("scaleenv_core.stages") / "texts" / "test_tools.py.txt").read_text(encoding="utf-8")
"""The same in every domain: what differs is in the two other files."""


def run(run: Run) -> Summary:
    """Write ``domains/<slug>/tests/`` for every domain that was materialised."""
    jobs, inputs = [], {}
    for slug in sorted({*run.world.domains()} - {*adopted(run)}):
        folder = run.world.domain(slug)
        inputs[slug] = inputs_hash("test", run.config.seed, to_plain(run.config.test), content_hash(folder))
        writes = tuple(str(folder / "tests" / name) for name in _WRITTEN)
        jobs.append(Job(slug, (slug, str(folder), inputs[slug]), str(folder), writes=writes))

    def failed(unit: str, error: str) -> UnitRecord:
        return UnitRecord(
            inputs=inputs[unit],
            outputs=(),
            output_hash="",
            summary={"domains_broken": 1, "failures": {error: 1}},
        )

    return totals(record.summary for record in run.units("test", make, jobs, inputs, failed))


def make(seat: Seat, slug: str, path: str, inputs: str) -> UnitRecord:
    """One domain, in a worker."""
    folder = Path(path)
    try:
        domain = load_domain(folder, quarantined=True)
        with seat.environment(domain) as environment:
            reports, cases = examine(
                environment, seat.config.test.cases, subseed(seat.config.seed, "test", slug)
            )
    except DomainError as exc:
        summary: Summary = {
            "domains_broken": 1,
            "tools_untested": len(read_manifest(folder).operations),
            "failures": {str(exc).replace(path, slug): 1},
        }
        return UnitRecord(inputs=inputs, outputs=(), output_hash="", summary=summary)
    text = json_lines(map(to_plain, reports))
    for name, content in zip(_WRITTEN, (json_lines(cases), text, _PYTEST), strict=True):
        seat.write(folder / "tests" / name, content)
    reasons = Counter(report.failure.partition(":")[0] for report in reports if report.failure)
    return UnitRecord(
        inputs=inputs,
        outputs=tuple(f"domains/{slug}/tests/{name}" for name in _WRITTEN),
        output_hash=digest(text),
        summary={
            "tools_tested": len(reports),
            "tools_sound": sum(not report.failure for report in reports),
            "tools_quarantined": dict(sorted(reasons.items())),
            "calls": len(cases),
        },
    )


def examine(environment: Environment, cases: int, seed: int) -> tuple[list[ToolReport], list[JsonObject]]:
    """Test every tool of the environment's domain; one report a tool, and the calls made."""
    domain = environment.domain
    maker, reports, made = ArgumentMaker(domain), [], []
    for name, tool in domain.tools.items():
        trial = _Trial(environment, tool)
        rng = random.Random(subseed(seed, name))
        # Cases that are refused before any answered are tried on, up to three times as many.
        for number in range(3 * cases):
            if trial.failure or (number >= cases and trial.complete):
                break
            arguments = maker.make(tool, rng)
            made.append({"tool": name, "arguments": arguments, "outcome": trial.call(arguments)})
        reports.append(trial.report())
    return reports, made


@define
class _Trial:
    """One tool under test: counts, and the first unexpected failure."""

    environment: Environment
    tool: Tool
    cases: int = 0
    answered: int = 0
    refused: int = 0
    writes: int = 0
    tables: set[str] = field(factory=set)
    failure: str = ""

    @property
    def code(self) -> ToolFunction:
        return self.environment.domain.functions[self.tool.name]

    @property
    def complete(self) -> bool:
        """Seen to answer, and to write if it should."""
        return bool(self.writes if self.code.writes else self.answered)

    def call(self, arguments: JsonObject) -> str:
        """One case on the seed rows; its outcome as a word."""
        self.cases += 1
        self.environment.reset()
        try:
            seen = self.environment.call(self.tool.name, arguments, self.code.held_by)
        except ToolLied as exc:
            self.failure = f"read-writes: {exc}"
            return "lied"
        except ToolCrash as exc:
            self.failure = f"crash: {exc}"
            return "crashed"
        self.tables.update(seen.record.tables)
        if seen.status == "answered":
            self._answer(seen, arguments)
        else:
            self.refused += 1
        return seen.status

    def _answer(self, seen: Observation, arguments: JsonObject) -> None:
        problem = self.environment.check(self.tool.name).answer_problem(seen.content)
        if problem:
            self.failure = f"wrong-shape: {problem[:300]}"
            return
        self.answered += 1
        mark = self.environment.fingerprint
        self.writes += bool(self.environment.changes)
        if self.answered == 1:
            self.environment.reset()
            again = self.environment.call(self.tool.name, arguments, self.code.held_by)
            if (again.text, self.environment.fingerprint) != (seen.text, mark):
                self.failure = "not-deterministic: the same call on the same rows differs"

    def report(self) -> ToolReport:
        if not self.failure and not self.answered:
            self.failure = "never-answered: no generated case was answered"
        if not self.failure and self.code.writes and not self.writes:
            self.failure = "no-effect: it is declared as writing and changed nothing"
        return ToolReport(
            tool=self.tool.name,
            cases=self.cases,
            answered=self.answered,
            refused=self.refused,
            writes=self.writes,
            tables=tuple(sorted(self.tables)),
            failure=self.failure,
        )
