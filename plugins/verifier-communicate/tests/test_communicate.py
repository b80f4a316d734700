"""What has to be told is looked for in the agent's words, and there alone."""

import pytest
from attrs import evolve
from scaleenv_verifier_communicate import Communicate

from scaleenv_core.testing.verifier import VerifierContract, clean_trajectory, sample_task
from scaleenv_core.types import Message


class TestContract(VerifierContract):
    @pytest.fixture
    def plugin(self):
        return Communicate()


@pytest.mark.parametrize(
    ("role", "said", "passed"),
    [
        pytest.param("assistant", "It costs $1,234.50 in all.", True, id="commas"),
        pytest.param("assistant", "It costs a lot.", False, id="untold"),
        pytest.param("assistant", "It costs 21234.50.", False, id="within a longer number"),
        pytest.param("assistant", "It costs 1234.505.", False, id="the beginning of a longer number"),
        pytest.param("assistant", "It costs 1234.50.", True, id="at the end of a sentence"),
        pytest.param("assistant", "It costs $1234.5 in all.", True, id="the same value"),
        pytest.param("user", "Is it 1234.50?", False, id="the user said it"),
        pytest.param("tool", "1234.50", False, id="a tool said it"),
    ],
)
def test_told(role, said, passed):
    """Only what the agent says counts."""
    task = evolve(sample_task(), outputs=("1234.50",))
    trajectory = evolve(clean_trajectory(), messages=(Message(role=role, content=said),))

    verdict = Communicate().verify_trajectory(trajectory, task)

    assert verdict.passed is passed
    assert passed or "1234.50" in verdict.reason


@pytest.mark.parametrize(
    ("said", "passed"), [("It is active.", True), ("It is inactive.", False), ("Active!", True)], ids=str
)
def test_whole_words(said, passed):
    """A word counts whole, whatever its case."""
    trajectory = evolve(clean_trajectory(), messages=(Message(role="assistant", content=said),))

    assert (
        Communicate().verify_trajectory(trajectory, evolve(sample_task(), outputs=("active",))).passed
        is passed
    )


def test_nothing_to_tell():
    """A task without outputs is not judged."""
    assert not Communicate().verify_trajectory(clean_trajectory(), sample_task()).applies
