"""Layer 3 touches tasks that only read; a write task with detours survives."""

import pytest
from attrs import evolve
from scaleenv_verifier_calls import Calls

from scaleenv_core.testing.verifier import VerifierContract, clean_trajectory, sample_task
from scaleenv_core.types import Action, CallRecord, Evidence

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
        pytest.param((seen(), seen("list_orders", {})), True, id="one more look-up"),
        pytest.param((seen(), seen()), True, id="looked twice"),
        pytest.param((seen(arguments={"order_id": "o2"}),), False, id="wrong argument"),
        pytest.param((seen("list_orders"),), False, id="wrong tool"),
    ],
)
def test_read_task(calls, passed):
    """A task that only reads wants the gold calls, whatever else was looked up."""
    assert Calls().verify_trajectory(evolve(clean_trajectory(), calls=calls), READ_TASK).passed is passed


@pytest.mark.parametrize(
    ("facts", "source", "judged"),
    [
        pytest.param(False, (0,), False, id="a fact that was looked up"),
        pytest.param(False, (), True, id="a fact that gold computes"),
        pytest.param(True, (0,), True, id="every task that only reads"),
    ],
)
def test_facts(facts, source, judged):
    """What can be traced to an answer is left to grounded, unless the option says otherwise."""
    task = evolve(READ_TASK, outputs=("5",), evidence=(Evidence(actions=source),))

    verdict = Calls(facts=facts).verify_trajectory(evolve(clean_trajectory(), calls=()), task)

    assert (verdict.applies, verdict.passed) == (judged, not judged)


def test_attempts_are_not_wanted():
    """A gold call that the world refuses is not missed."""
    attempt = Action(tool="cancel_order", arguments=LOOK, expect="refused")
    task = evolve(READ_TASK, actions=(*READ_TASK.actions, attempt))

    assert Calls().verify_trajectory(evolve(clean_trajectory(), calls=(seen(),)), task).passed


def test_write_task_is_not_judged():
    """A write task with an extra read and a failed call passes, and says that it was not judged."""
    calls = (seen("list_orders", {}), seen(status="refused"), seen("cancel_order"))

    verdict = Calls().verify_trajectory(evolve(clean_trajectory(), calls=calls), sample_task())

    assert verdict.passed
    assert not verdict.applies


LIST, LOOK_AT = Action(tool="list_orders", arguments={}), Action(tool="get_order", arguments=LOOK)
ASK = Action(tool="get_customer", arguments={"id": "c1"})


@pytest.mark.parametrize(
    ("calls", "after", "passed"),
    [
        pytest.param((LIST, LOOK_AT, ASK), ((), (0,), ()), True, id="as given"),
        pytest.param((ASK, LIST, LOOK_AT), ((), (0,), ()), True, id="equivalent order"),
        pytest.param((LOOK_AT, LIST, ASK), ((), (0,), ()), False, id="before what feeds it"),
        pytest.param((LIST, ASK, LIST), ((), (0,), ()), False, id="doubled, and one missing"),
        pytest.param((ASK, LIST, LOOK_AT), (), False, id="no order is told"),
    ],
)
def test_orders(calls, after, passed):
    """Any order passes that keeps each call behind those it depends on; untold, only the given one."""
    task = evolve(READ_TASK, actions=(LIST, LOOK_AT, ASK), after=after)
    made = tuple(seen(action.tool, action.arguments) for action in calls)

    assert Calls().verify_trajectory(evolve(clean_trajectory(), calls=made), task).passed is passed
