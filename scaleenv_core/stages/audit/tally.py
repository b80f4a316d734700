"""What the verifiers said of the variants, counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from attrs import frozen

from scaleenv_core.artifacts import Summary
from scaleenv_core.stages.audit.truth import Truth
from scaleenv_core.types import Verdict


@frozen(kw_only=True)
class Finding:
    """One variant: what it really is, and what each verifier said."""

    task: str
    kind: str
    planned: Literal["mutant", "equivalent"]
    change: str
    truth: Truth
    why: str
    verdicts: tuple[Verdict, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether every verifier passed it."""
        return self.truth != "broken" and all(verdict.passed for verdict in self.verdicts)

    @property
    def survived(self) -> bool:
        """Whether it is wrong and was accepted."""
        return self.truth == "wrong" and self.accepted

    @property
    def misjudged(self) -> bool:
        """Whether it is as good as gold and was rejected."""
        return self.truth == "equal" and not self.accepted


_COUNTS = ("mutants", "killed", "equivalents", "rejected")


def counts(findings: Iterable[Finding]) -> Summary:
    """How many there are of each sort, and how many were rejected."""
    made = dict.fromkeys(
        (*_COUNTS, "turned_equal", "turned_rejected", "guessed", "guessed_rejected", "broken"), 0
    )
    for finding in findings:
        if finding.truth == "wrong":
            made["mutants"] += 1
            made["killed"] += not finding.accepted
        elif finding.truth == "equal":
            made["equivalents"] += 1
            made["rejected"] += not finding.accepted
            made["turned_equal"] += finding.planned == "mutant"
            made["turned_rejected"] += finding.planned == "mutant" and not finding.accepted
        elif finding.truth == "guessed":
            made["guessed"] += 1
            made["guessed_rejected"] += not finding.accepted
        else:
            made["broken"] += 1
    return made


def tally(findings: Sequence[Finding], layers: Sequence[str]) -> Summary:
    """The counts of one domain: all, by kind and by verifier."""
    kinds = {finding.kind: None for finding in findings}
    return {
        **counts(findings),
        "kinds": {kind: counts(f for f in findings if f.kind == kind) for kind in sorted(kinds)},
        "verifiers": {name: _layer(name, findings) for name in layers},
    }


def _layer(name: str, findings: Sequence[Finding]) -> dict[str, int]:
    """What one verifier says where it judges; ``first``: before any other, ``alone``: and no other."""
    made = dict.fromkeys((*_COUNTS, "first", "alone"), 0)
    for finding in findings:
        said = next((verdict for verdict in finding.verdicts if verdict.verifier == name), None)
        if said is None or not said.applies or finding.truth not in ("wrong", "equal"):
            continue
        failing = [verdict.verifier for verdict in finding.verdicts if not verdict.passed]
        if finding.truth == "equal":
            made["equivalents"] += 1
            made["rejected"] += not said.passed
            continue
        made["mutants"] += 1
        made["killed"] += not said.passed
        made["first"] += failing[:1] == [name]
        made["alone"] += failing == [name]
    return made


def with_rates(counted: Mapping[str, Any]) -> Summary:
    """The same with its kill rate and false-negative rate; ``None`` where nothing was judged."""
    rates = {
        "kill_rate": _share(counted["killed"], counted["mutants"]),
        "false_negative_rate": _share(counted["rejected"], counted["equivalents"]),
    }
    inner = {
        name: {key: with_rates(value) for key, value in counted[name].items()}
        for name in ("domains", "kinds", "verifiers")
        if name in counted
    }
    return {**counted, **inner, **rates}


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
