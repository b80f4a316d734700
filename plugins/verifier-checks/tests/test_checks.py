"""Checks that do not hold fail; tasks without any are not judged."""

import pytest
from attrs import evolve
from scaleenv_verifier_checks import Checks

from scaleenv_core.testing.verifier import VerifierContract, clean_trajectory, sample_task
from scaleenv_core.types import Check

TASK = evolve(
    sample_task(), checks=(Check(tool="is_on", arguments={"device": "tv"}), Check(tool="speed", arguments={}))
)


class TestContract(VerifierContract):
    @pytest.fixture
    def plugin(self):
        return Checks()


@pytest.mark.parametrize(
    ("held", "passed"), [((True, True), True), ((True, False), False), ((False, True), False)], ids=str
)
def test_all_have_to_hold(held, passed):
    """One that does not hold fails, and is named."""
    verdict = Checks().verify_trajectory(evolve(clean_trajectory(), checks=held), TASK)

    assert (verdict.passed, verdict.applies) == (passed, True)
    assert passed or TASK.checks[held.index(False)].tool in verdict.reason


def test_none():
    """Without checks it has nothing to say."""
    assert not Checks().verify_trajectory(clean_trajectory(), sample_task()).applies


def test_unasked_checks_are_broken_machinery():
    """A record without the answers cannot be judged."""
    with pytest.raises(ValueError, match="shorter"):
        Checks().verify_trajectory(clean_trajectory(), TASK)
