"""The trial of a domain's tools, in the process that holds their code: calls, and what is found."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from attrs import define, field, frozen

from scaleenv_core.converters import to_plain
from scaleenv_core.engine import Environment, Observation, ToolFunction, describe_change, load_domain
from scaleenv_core.engine.folder import read_expected
from scaleenv_core.errors import ToolCrash, ToolLied
from scaleenv_core.files import json_lines
from scaleenv_core.names import subseed
from scaleenv_core.stages.arguments import ArgumentMaker
from scaleenv_core.stages.workers import Seat
from scaleenv_core.types import Case, Effect, Finding, JsonObject, Operation, RowChange, Tool, ToolReport

WRITTEN = ("cases.jsonl", "report.jsonl", "test_tools.py")
"""The files of a domain's ``tests/``."""

_PYTEST = (files("scaleenv_core.stages") / "texts" / "test_tools.py.txt").read_text(encoding="utf-8")
"""The same in every domain: what differs is in the two other files."""

_MOST_SAID = 400


@frozen(kw_only=True)
class Tested:
    """What came of testing a domain."""

    reports: tuple[ToolReport, ...] = ()
    findings: tuple[Finding, ...] = ()
    broken: str = ""
    """Why the domain as a whole does not load."""

    tokens: int = 0
    """Spent on repairs, where a model makes them."""

    @property
    def sound(self) -> set[str]:
        """The tools that behaved."""
        return {report.tool for report in self.reports if not report.failure}


def tried(seat: Seat, slug: str, path: str, dead: dict[str, str], only: list[str]) -> Tested:
    """Test a domain and write its ``tests/``; of tools that are ``dead`` nothing but why is known.

    ``only`` these tools are called, if any are named, and nothing is written.
    """
    folder = Path(path)
    domain = load_domain(folder, quarantined=True)
    with seat.environment(domain) as environment:
        seed, cases = subseed(seat.config.seed, "test", slug), seat.config.test.cases
        trials = _trials(environment, cases, seed, read_expected(folder), dead, only)
    reports = tuple(trial.report() for trial in trials)
    found = [_finding(trial, report) for trial, report in zip(trials, reports, strict=True) if report.failure]
    if not only:
        calls = [call for trial in trials for call in trial.told()]
        texts = (json_lines(calls), json_lines(map(to_plain, reports)), _PYTEST)
        for name, text in zip(WRITTEN, texts, strict=True):
            seat.write(folder / "tests" / name, text)
    return Tested(reports=reports, findings=tuple(found))


def examine(environment: Environment, cases: int, seed: int) -> tuple[list[ToolReport], list[JsonObject]]:
    """Test every tool of the environment's domain; one report a tool, and the calls made."""
    trials = _trials(environment, cases, seed)
    return [trial.report() for trial in trials], [call for trial in trials for call in trial.told()]


def _trials(
    environment: Environment,
    cases: int,
    seed: int,
    expected: Sequence[Case] = (),
    dead: Mapping[str, str] = {},
    only: Sequence[str] = (),
) -> list[_Trial]:
    domain = environment.domain
    maker, trials = ArgumentMaker(domain), []
    operations = {operation.tool: operation for operation in domain.manifest.operations}
    for name, tool in domain.tools.items():
        if only and name not in only:
            continue
        trial = _Trial(environment, tool, operations.get(name))
        trials.append(trial)
        trial.failure = f"killed: {dead[name]}" if name in dead else ""
        for case in expected:
            if case.tool == name and not trial.failure:
                trial.call(case.arguments, case)
        rng = random.Random(subseed(seed, name))
        # Cases that are refused before any answered are tried on, up to three times as many.
        for number in range(3 * cases):
            if trial.failure or (number >= cases and trial.complete):
                break
            trial.call(maker.make(tool, rng))
    return trials


def _finding(trial: _Trial, report: ToolReport) -> Finding:
    calls = tuple(trial.calls)
    return Finding(tool=report.tool, failure=report.failure, tables=report.tables, calls=calls)


@define
class _Trial:
    """One tool under test: counts, and the first unexpected failure."""

    environment: Environment
    tool: Tool
    operation: Operation | None
    answered: int = 0
    refused: int = 0
    writes: int = 0
    tables: set[str] = field(factory=set)
    failure: str = ""
    calls: list[JsonObject] = field(factory=list)

    @property
    def code(self) -> ToolFunction:
        return self.environment.domain.functions[self.tool.name]

    @property
    def complete(self) -> bool:
        """Seen to answer, and to write if it should."""
        return bool(self.writes if self.code.writes else self.answered)

    def call(self, arguments: JsonObject, case: Case | None = None) -> None:
        """Make a call on the seed rows, and note what came of it."""
        self.environment.reset()
        outcome, said = self._outcome(arguments, case)
        self.calls.append({"arguments": arguments, "outcome": outcome, "said": said[:_MOST_SAID]})

    def told(self) -> list[JsonObject]:
        """The calls made, as ``cases.jsonl`` keeps them."""
        return [
            {"tool": self.tool.name, "arguments": call["arguments"], "outcome": call["outcome"]}
            for call in self.calls
        ]

    def _outcome(self, arguments: JsonObject, case: Case | None) -> tuple[str, str]:
        seen = self._seen(arguments)
        if seen is None:
            return "lied" if self.failure.startswith("read-writes") else "crashed", self.failure
        self.tables.update(seen.record.tables)
        changes, mark = self.environment.changes, self.environment.fingerprint
        promised = self.operation.tables if self.operation else ()
        others = sorted(self.tables - {*promised})
        if case is not None:
            self.failure = self._unexpected(case, seen, changes)
        if promised and others and not self.failure:
            self.failure = f"other-tables: it touched {', '.join(others)}, and promised {', '.join(promised)}"
        if seen.status != "answered":
            self.refused += 1
            return seen.status, seen.text
        problem = self.environment.check(self.tool.name).answer_problem(seen.content)
        if problem:
            self.failure = self.failure or f"wrong-shape: {problem[:300]}"
            return seen.status, seen.text
        self.answered += 1
        self.writes += bool(changes)
        if self.answered == 1 and not self.failure:
            self.environment.reset()
            again = self._seen(arguments)
            if again is None or (again.text, self.environment.fingerprint) != (seen.text, mark):
                self.failure = "not-deterministic: the same call on the same rows differs"
        return seen.status, seen.text

    def _seen(self, arguments: JsonObject) -> Observation | None:
        """The call's answer or refusal; where it fails, why."""
        try:
            return self.environment.call(self.tool.name, arguments, self.code.held_by)
        except ToolLied as exc:
            self.failure = f"read-writes: {exc}"
        except ToolCrash as exc:
            self.failure = f"crash: {exc}"
        return None

    def _unexpected(self, case: Case, seen: Observation, changes: Sequence[RowChange]) -> str:
        """How a call came out otherwise than its author said."""
        if seen.status != case.outcome:
            return f"unexpected: a case was {seen.status}, and was to be {case.outcome}"
        if case.effects is None or as_expected(
            case.effects, changes, self.environment.domain.manifest.compare
        ):
            return ""
        told = "; ".join(line for change in changes for line in describe_change(change)) or "nothing"
        return f"unexpected: a case was to change other rows; it changed {told[:300]}"

    def report(self) -> ToolReport:
        if not self.failure and not self.answered:
            self.failure = "never-answered: no generated case was answered"
        if not self.failure and self.code.writes and not self.writes:
            self.failure = "no-effect: it is declared as writing and changed nothing"
        return ToolReport(
            tool=self.tool.name,
            cases=len(self.calls),
            answered=self.answered,
            refused=self.refused,
            writes=self.writes,
            tables=tuple(sorted(self.tables)),
            failure=self.failure,
        )


def as_expected(effects: Sequence[Effect], changes: Sequence[RowChange], compare: Mapping[str, str]) -> bool:
    """Whether the rows that changed are those expected, one for one."""
    left = list(effects)
    for change in changes:
        values = _changed(change, compare)
        if values == {} and change.before is not None:
            continue  # in exempt columns alone
        same = next((effect for effect in left if _matches(effect, change, values)), None)
        if same is None:
            return False
        left.remove(same)
    return not left


def _changed(change: RowChange, compare: Mapping[str, str]) -> JsonObject | None:
    """The columns of a row that are another than before, without exempt ones; ``None``: it is gone."""
    if change.after is None:
        return None
    before = change.before or {}
    return {
        name: value
        for name, value in change.after.items()
        if compare.get(f"{change.table}.{name}") != "exempt" and (not before or before[name] != value)
    }


def _matches(effect: Effect, change: RowChange, values: JsonObject | None) -> bool:
    if effect.table != change.table or ((effect.key or change.before) and effect.key != change.key):
        return False
    if change.before is not None or effect.values is None or values is None:
        return effect.values == values
    # Of a new row its author says what matters; exempt columns are not among the values.
    return all(values.get(name, value) == value for name, value in effect.values.items())
