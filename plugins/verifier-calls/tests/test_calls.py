"""Layer 3 touches tasks that only read; a write task with detours survives."""

import pytest
from attrs import evolve
from scaleenv_verifier_calls import Calls

from scaleenv_core.testing.verifier import VerifierContract, clean_trajectory, sample_task
from scaleenv_core.types import Action, CallRecord

LOOK = {"order_id": "o1"}
READ_TASK = evolve(sample_task(), changes=(), actions=(Action(tool="get_order", arguments=LOOK),))


class TestContract(VerifierContract):
    @pytest.fixture
    def plugin(self):
        return Calls()


def seen(tool="get_order", arguments=LOOK, status="answered"):
    return CallRecord(tool=tool, arguments=arguments, status=status)


@pytest.mark.parametrize(
    ("calls", "passed"),
    [
        pytest.param((seen(),), True, id="gold"),
        pytest.param(
            (seen(arguments={"order_id": "?"}, status="refused"), seen()), True, id="a corrected mistake"
        ),
        pytest.param((), False, id="nothing"),
        pytest.param((seen(), seen("list_orders", {})), False, id="one too many"),
        pytest.param((seen(arguments={"order_id": "o2"}),), False, id="wrong argument"),
        pytest.param((seen("list_orders"),), False, id="wrong tool"),
    ],
)
def test_read_task(calls, passed):
    """A task that only reads wants the gold calls exactly."""
    assert Calls().verify_trajectory(evolve(clean_trajectory(), calls=calls), READ_TASK).passed is passed


def test_write_task_is_not_judged():
    """A write task with an extra read and a failed call passes, and says that it was not judged."""
    calls = (seen("list_orders", {}), seen(status="refused"), seen("cancel_order"))

    verdict = Calls().verify_trajectory(evolve(clean_trajectory(), calls=calls), sample_task())

    assert verdict.passed
    assert not verdict.applies
