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


def verdict(changes, compare=None, **options):
    domain = evolve(sample_domain(), compare=compare or {})
    return State(**options).verify_trajectory(
        evolve(clean_trajectory(), changes=changes), sample_task(), domain
    )


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


WISH = "The lamp came with a broken shade."


@pytest.mark.parametrize(
    ("said", "passed"),
    [
        pytest.param("the lamp came, with a broken shade", True, id="case and punctuation"),
        pytest.param("A broken shade came with the lamp", True, id="order"),
        pytest.param("The lamp came with no broken shade.", False, id="denied"),
        pytest.param("The lamp came with 2 broken shades.", False, id="a number"),
        pytest.param("The mirror came late.", False, id="something else"),
    ],
)
def test_semantic(said, passed):
    """A semantic column passes when it says the same as far as words can tell."""
    (change,) = sample_task().changes
    task = evolve(sample_task(), changes=(evolve(change, after={**change.after, "note": WISH}),))
    domain = evolve(sample_domain(), compare={"orders.note": "semantic"})
    trajectory = evolve(clean_trajectory(), changes=(changed(note=said),))

    assert State().verify_trajectory(trajectory, task, domain).passed is passed


def test_semantic_left_to_a_judge():
    """Without semantic columns their texts do not count, and all others do."""
    compare = {"orders.note": "semantic"}

    assert verdict((changed(note="something else"),), compare, semantic=False).passed
    assert not verdict((changed(note="n", status="closed"),), compare, semantic=False).passed
    assert verdict((changed(note="n n"),), compare, overlap=0.0).passed
