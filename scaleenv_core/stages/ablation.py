"""Ablation: what each layer of the funnel is worth, from stored verdicts; runs nothing.

Each verifier says its word on every valid trajectory, whatever the others say. So a funnel of
any of them is a matter of counting: each layer alone, all but one, and the first so many.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import evolve, frozen

from scaleenv_core.artifacts import Summary
from scaleenv_core.errors import StageError
from scaleenv_core.stages.audit import findings
from scaleenv_core.stages.audit.tally import Finding
from scaleenv_core.stages.running import Run
from scaleenv_core.types import Verdict

Verdicts = tuple[Verdict, ...]
"""What all layers say of one trajectory."""


@frozen(kw_only=True)
class Row:
    """One choice of layers, and what it keeps."""

    name: str
    """``all``, ``state alone``, ``without state``, ``up to state``."""

    layers: frozenset[str]

    def keeps(self, verdicts: Verdicts) -> bool:
        """Whether these layers pass a trajectory with such verdicts."""
        return all(verdict.passed for verdict in verdicts if verdict.verifier in self.layers)


def run(run: Run) -> Summary:
    """A row for each choice of layers; nothing is written.

    ``kept`` of the run's valid trajectories. Where an audit tried the same layers, also what
    the truth is: ``let_through`` of its wrong variants, ``rejected`` of those as good as gold.
    """
    slugs = [slug for slug, found in run.world.records(f"verify-{run.name}").items() if found.output_hash]
    judged = [judgement for slug in slugs for judgement in run.world.judgements(run.name, slug)]
    if not judged:
        raise StageError(f"run {run.name!r} has no verdicts: run 'scaleenv verify {run.world.root}' first")
    valid = [judgement.verdicts for judgement in judged if not judgement.invalid]
    return table(valid, audited(run, _layers(valid)))


def table(valid: Sequence[Verdicts], tried: Sequence[Finding]) -> Summary:
    """The rows, from the verdicts on each valid trajectory and what an audit found."""
    wrong = [finding.verdicts for finding in tried if finding.truth == "wrong"]
    equal = [finding.verdicts for finding in tried if finding.truth == "equal"]
    rows: list[Summary] = []
    for row in choices(_layers(valid)):
        made: Summary = {"layers": row.name, "kept": sum(map(row.keeps, valid))}
        if tried:
            made["let_through"] = sum(map(row.keeps, wrong))
            made["rejected"] = len(equal) - sum(map(row.keeps, equal))
        rows.append(made)
    return {"trajectories": len(valid), "wrong": len(wrong), "equal": len(equal), "rows": rows}


def _layers(valid: Iterable[Verdicts]) -> list[str]:
    """The verifiers in the order of the funnel."""
    return list(dict.fromkeys(verdict.verifier for verdicts in valid for verdict in verdicts))


def audited(run: Run, layers: Sequence[str]) -> list[Finding]:
    """What an audit of this run found, or else of the main one: an audit depends on no trajectory."""
    for name in dict.fromkeys([run.name, "main"]):
        found = list(findings(evolve(run, name=name)))
        if found and {*layers} <= {verdict.verifier for one in found for verdict in one.verdicts}:
            return found
    return []


def choices(layers: Sequence[str]) -> Iterator[Row]:
    """None, all, each alone, all but each, and the first so many, without saying one twice."""
    every = frozenset(layers)
    yield Row(name="none", layers=frozenset())
    for layer in layers:
        yield Row(name=f"{layer} alone", layers=frozenset([layer]))
    for number in range(2, len(layers)):
        yield Row(name=f"up to {layers[number - 1]}", layers=frozenset(layers[:number]))
    for layer in layers:
        if len(layers) > 2:
            yield Row(name=f"without {layer}", layers=every - {layer})
    yield Row(name="all", layers=every)
