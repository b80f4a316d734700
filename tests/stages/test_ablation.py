"""What each layer is worth is counted from stored verdicts, beside the truth where an audit gives it."""

import pytest

from scaleenv_core.artifacts import UnitRecord, World
from scaleenv_core.config import parse_config
from scaleenv_core.converters import json_bytes, to_plain
from scaleenv_core.errors import StageError
from scaleenv_core.files import json_lines, write_text
from scaleenv_core.stages import ablation
from scaleenv_core.stages.audit.tally import Finding
from scaleenv_core.stages.running import Run
from scaleenv_core.stages.workers import Workers
from scaleenv_core.types import Failure, Judgement, Verdict


def verdicts(failing):
    """Three layers; those whose letter is given fail."""
    return tuple(
        Verdict(verifier=name, passed=name[0] not in failing) for name in ("first", "second", "third")
    )


def judgement(number, failing, failure=None):
    return Judgement(
        trajectory=f"d/t/{number}", task="d/t", domain="d", verdicts=verdicts(failing), failure=failure
    )


def finding(truth, failing):
    planned = "mutant" if truth == "wrong" else "equivalent"
    return Finding(
        task="d/t", kind="k", planned=planned, change="c", truth=truth, why="", verdicts=verdicts(failing)
    )


@pytest.fixture
def run(tmp_path):
    """A run, and a way to put records into its world."""
    config = parse_config({})
    with Workers(config) as workers:
        yield Run(World(tmp_path), config, workers, name="noisy")


def put(run, stage, path, records):
    write_text(run.world.root / path, json_lines(map(to_plain, records)))
    made = UnitRecord(inputs="i", outputs=(path,), output_hash="h", summary={})
    run.world.finish(stage, "d", made)


def judge(run):
    """Have the run's judgements in its store."""
    with run.world.open_store("noisy") as store:
        store.replace("d", "i", [])
        store.judge("d", enumerate(map(json_bytes, JUDGED)))
    run.world.finish("verify-noisy", "d", UnitRecord(inputs="i", outputs=(), output_hash="h", summary={}))


def rows(found, *columns):
    return {row["layers"]: tuple(row[column] for column in columns) for row in found["rows"]}


JUDGED = [
    *(judgement(number, failing) for number, failing in enumerate(["", "f", "s", "st"])),
    judgement(4, "", Failure(owner="tool", error="crash")),
]


def test_kept(run):
    """Each layer alone, the first so many, all but each; what is invalid is in none of it."""
    judge(run)

    found = ablation.run(run)

    assert found["trajectories"] == 4
    assert rows(found, "kept") == {
        "none": (4,), "first alone": (3,), "second alone": (2,), "third alone": (3,),
        "up to second": (1,), "without first": (2,), "without second": (2,), "without third": (1,),
        "all": (1,),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["noisy", "main"])
def test_truth(run, name):
    """An audit of the run, or of the main one, says what a choice lets through and rejects wrongly."""
    judge(run)
    tried = [finding("wrong", "f"), finding("wrong", ""), finding("equal", "t"), finding("guessed", "")]
    put(run, f"audit-{name}", f"runs/{name}/audit/d.jsonl", tried)

    found = rows(ablation.run(run), "let_through", "rejected")

    assert found["none"] == (2, 0)
    assert found["first alone"] == (1, 0)
    assert found["without third"] == (1, 0)
    assert found["all"] == (1, 1)


def test_audit_of_other_layers_says_nothing(run):
    """An audit that did not try these layers is no truth about them."""
    judge(run)
    other = Finding(
        task="d/t", kind="k", planned="mutant", change="c", truth="wrong", why="", verdicts=verdicts("")[:2]
    )
    put(run, "audit-noisy", "runs/noisy/audit/d.jsonl", [other])

    assert "let_through" not in ablation.run(run)["rows"][0]


def test_nothing_judged(run):
    """Without verdicts it says what to do."""
    with pytest.raises(StageError, match="run 'noisy' has no verdicts: run 'scaleenv verify"):
        ablation.run(run)
