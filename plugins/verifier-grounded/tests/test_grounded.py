"""What is told has to have been seen before, where gold sees it or in the same rows."""

import pytest
from attrs import evolve
from scaleenv_verifier_grounded import Grounded

from scaleenv_core.testing.verifier import VerifierContract, clean_trajectory, sample_task
from scaleenv_core.types import Action, CallRecord, Evidence, Message, ToolCall, Touched

O1, O2 = Touched(table="orders", keys=(("o1",),)), Touched(table="orders", keys=(("o2",),))
TASK = evolve(
    sample_task(),
    actions=(Action(tool="get_order", arguments={"order_id": "o1"}),),
    outputs=("12.5",),
    evidence=(Evidence(actions=(0,), rows=(O1,)),),
)
GET = ("get_order", {"order_id": "o1"}, "answered", '{"price":12.5}', ())


class TestContract(VerifierContract):
    @pytest.fixture
    def plugin(self):
        return Grounded()


def dialogue(*turns):
    """A trajectory of calls (tool, arguments, status, answer, reads) and words of the agent."""
    messages, calls = [Message(role="user", content="What does o1 cost?")], []
    for number, turn in enumerate(turns):
        if isinstance(turn, str):
            messages.append(Message(role="assistant", content=turn))
            continue
        tool, arguments, status, answer, reads = turn
        call = ToolCall(id=f"c{number}", tool=tool, arguments=arguments)
        messages += [
            Message(role="assistant", tool_calls=(call,)),
            Message(role="tool", content=answer, tool_call_id=call.id),
        ]
        calls.append(CallRecord(tool=tool, arguments=arguments, status=status, reads=reads))
    return evolve(clean_trajectory(), messages=tuple(messages), calls=tuple(calls))


@pytest.mark.parametrize(
    ("turns", "passed"),
    [
        pytest.param((GET, "It costs $12.50."), True, id="gold's call"),
        pytest.param(("It costs $12.50.",), False, id="no call"),
        pytest.param(("It costs $12.50.", GET), False, id="told before"),
        pytest.param(("It costs $12.50.", GET, "As I said, 12.50."), True, id="told before and after"),
        pytest.param(
            (("list_orders", {}, "answered", '[{"price":12.5}]', (O1,)), "It costs 12.50."),
            True,
            id="the same row by another tool",
        ),
        pytest.param(
            (("list_orders", {}, "answered", '[{"price":12.5}]', (O2,)), "It costs 12.50."),
            False,
            id="the same number of another row",
        ),
        pytest.param(
            (("get_status", {}, "answered", '{"status":"open"}', (O1,)), "It costs 12.50."),
            False,
            id="the row, and not the number",
        ),
        pytest.param((GET, "It costs a lot."), True, id="not told at all"),
    ],
)
def test_grounded(turns, passed):
    """A fact counts when an answer that can know it came before it."""
    verdict = Grounded().verify_trajectory(dialogue(*turns), TASK)

    assert verdict.passed is passed
    assert passed or "'12.5' was told and not looked up" in verdict.reason


def test_looked_first():
    """What gold learns from being refused may be told by who saw the row instead, and by nobody else."""
    attempt = Action(tool="cancel_order", arguments={"order_id": "o1"}, expect="refused")
    task = evolve(TASK, actions=(attempt,), outputs=("shipped",))
    look = ("get_order", {"order_id": "o1"}, "answered", '{"sent_on":"2026-01-02"}', (O1,))

    assert Grounded().verify_trajectory(dialogue(look, "It is shipped already."), task).passed
    assert not Grounded().verify_trajectory(dialogue("It is shipped already."), task).passed


def test_computed_facts_are_not_judged():
    """A fact that no gold answer holds is nobody's to look up."""
    task = evolve(TASK, evidence=(Evidence(actions=()),))

    assert not Grounded().verify_trajectory(dialogue("It costs 12.5."), task).applies
