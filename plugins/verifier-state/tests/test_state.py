"""Layer 2 rejects one wrong cell and ignores row order and exempt columns."""

import pytest
from attrs import evolve
from scaleenv_verifier_state import State

from scaleenv_core.testing.verifier import VerifierContract, clean_trajectory, sample_domain, sample_task
from scaleenv_core.types import RowChange


class TestContract(VerifierContract):
    @pytest.fixture
    def plugin(self):
        return State()


def verdict(changes, compare=None):
    domain = evolve(sample_domain(), compare=compare or {})
    return State().verify_trajectory(evolve(clean_trajectory(), changes=changes), sample_task(), domain)


def changed(**columns):
    (change,) = sample_task().changes
    return evolve(change, after={**change.after, **columns})


OTHER = RowChange(table="orders", key=("o2",), before=None, after={"order_id": "o2", "status": "open"})


def test_gold_passes():
    """The gold end itself passes."""
    assert verdict(sample_task().changes).passed


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        pytest.param((), "'open', gold 'cancelled'", id="nothing done"),
        pytest.param((changed(status="closed"),), "'closed', gold 'cancelled'", id="wrong cell"),
        pytest.param((changed(), OTHER), "is there, gold: is gone", id="extra row"),
    ],
)
def test_differences(changes, part):
    """Each difference fails, and the reason says which cell."""
    found = verdict(changes)

    assert not found.passed
    assert part in found.reason


@pytest.mark.parametrize(("policy", "passed"), [("exempt", True), ("semantic", False), ("hard", False)])
def test_exempt(policy, passed):
    """A change of an exempt column passes, of any other fails."""
    assert verdict((changed(note="x"),), {"orders.note": policy}).passed is passed


def test_semantic():
    """A semantic column may differ in case, punctuation and white space."""
    assert verdict((changed(status="Cancelled."),), {"orders.status": "semantic"}).passed
