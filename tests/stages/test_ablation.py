"""What each layer is worth is counted from stored verdicts, beside the truth where an audit gives it."""

import pytest

from scaleenv_core.artifacts import UnitRecord, World
from scaleenv_core.config import parse_config
from scaleenv_core.converters import to_plain
from scaleenv_core.errors import StageError
from scaleenv_core.files import json_lines, write_text
from scaleenv_core.stages import ablation
from scaleenv_core.stages.audit.tally import Finding
from scaleenv_core.stages.running import Run
from scaleenv_core.stages.workers import Workers
from scaleenv_core.types import Verdict


def verdicts(failing):
    """Three layers; those whose letter is given fail."""
    return tuple(
        Verdict(verifier=name, passed=name[0] not in failing) for name in ("first", "second", "third")
    )


def finding(truth, failing):
    planned = "mutant" if truth == "wrong" else "equivalent"
    return Finding(
        task="d/t", kind="k", planned=planned, change="c", truth=truth, why="", verdicts=verdicts(failing)
    )


def rows(found, *columns):
    return {row["layers"]: tuple(row[column] for column in columns) for row in found["rows"]}


JUDGED = [verdicts(failing) for failing in ("", "f", "s", "st")]


def test_kept():
    """Each layer alone, the first so many, all but each."""
    found = ablation.table(JUDGED, [])

    assert found["trajectories"] == 4
    assert rows(found, "kept") == {
        "none": (4,), "first alone": (3,), "second alone": (2,), "third alone": (3,),
        "up to second": (1,), "without first": (2,), "without second": (2,), "without third": (1,),
        "all": (1,),
    }  # fmt: skip


def test_truth():
    """What an audit knows says what a choice lets through and rejects wrongly."""
    tried = [finding("wrong", "f"), finding("wrong", ""), finding("equal", "t"), finding("guessed", "")]

    found = rows(ablation.table(JUDGED, tried), "let_through", "rejected")

    assert found["none"] == (2, 0)
    assert found["first alone"] == (1, 0)
    assert found["without third"] == (1, 0)
    assert found["all"] == (1, 1)


@pytest.mark.parametrize("audited", ["noisy", "main", "other"])
def test_audit_is_looked_for(tmp_path, audited):
    """The audit of the run or of the main one is taken, and only if it tried the same layers."""
    made = [finding("wrong", "")]
    with Workers(parse_config({})) as workers:
        run = Run(World(tmp_path), parse_config({}), workers, name="noisy")
        path = f"runs/{audited}/audit/d.jsonl"
        write_text(tmp_path / path, json_lines(map(to_plain, made)))
        record = UnitRecord(inputs="i", outputs=(path,), output_hash="h", summary={})
        run.world.finish(f"audit-{audited}", "d", record)

        same = ablation.audited(run, ["first", "second", "third"])
        others = ablation.audited(run, ["first", "fourth"])

    assert same == (made if audited != "other" else [])
    assert others == []


def test_nothing_judged(tmp_path):
    """Without verdicts it says what to do."""
    with Workers(parse_config({})) as workers:
        run = Run(World(tmp_path), parse_config({}), workers, name="noisy")
        with pytest.raises(StageError, match="run 'noisy' has no verdicts: run 'scaleenv verify"):
            ablation.run(run)
