"""Gold actions have to occur; what else occurs does not matter."""

import pytest
from attrs import evolve
from scaleenv_verifier_actions import Actions

from scaleenv_core.testing.verifier import VerifierContract, clean_trajectory, sample_task
from scaleenv_core.types import Action, CallRecord


class TestContract(VerifierContract):
    @pytest.fixture
    def plugin(self):
        return Actions()


def call(tool="pay", held_by="agent", **arguments):
    return CallRecord(tool=tool, arguments=arguments, status="answered", held_by=held_by)


@pytest.mark.parametrize(
    ("compare", "left_out", "made", "passed"),
    [
        pytest.param(None, False, call(to="a", note="x"), True, id="all arguments"),
        pytest.param(None, False, call(to="a"), False, id="one left out"),
        pytest.param(None, True, call(to="a"), True, id="one left out, which does not count"),
        pytest.param(None, True, call(to="b"), False, id="wrong, and counts"),
        pytest.param(("to",), False, call(to="a", note="y"), True, id="only one counts"),
        pytest.param(("to",), False, call(to="b", note="x"), False, id="the one that counts is wrong"),
        pytest.param((), False, call(to="b"), True, id="none counts"),
        pytest.param(None, False, call("send", to="a", note="x"), False, id="another tool"),
        pytest.param(None, False, call(to="a", note="x", held_by="user"), False, id="another holder"),
    ],
)
def test_what_counts(compare, left_out, made, passed):
    """An action is made when the arguments that count are equal."""
    task = evolve(
        sample_task(), actions=(Action(tool="pay", arguments={"to": "a", "note": "x"}, compare=compare),)
    )
    trajectory = evolve(clean_trajectory(), calls=(call("look"), made, made))

    verdict = Actions(left_out).verify_trajectory(trajectory, task)

    assert verdict.passed is passed
    assert passed or "gold action 0 was not made: pay" in verdict.reason
