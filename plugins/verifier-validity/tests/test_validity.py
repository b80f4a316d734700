"""Layer 1 rejects malformed turns and planted loops, and accepts clean dialogues."""

import pytest
from attrs import evolve
from scaleenv_verifier_validity import Validity

from scaleenv_core.testing.verifier import VerifierContract, clean_trajectory
from scaleenv_core.types import Message, ToolCall


class TestContract(VerifierContract):
    @pytest.fixture
    def plugin(self):
        return Validity()


def call(tool="get_order", arguments=None, number=1):
    return Message(
        role="assistant",
        tool_calls=(ToolCall(id=f"c{number}", tool=tool, arguments={} if arguments is None else arguments),),
    )


def answer(number=1, content="{}"):
    return Message(role="tool", content=content, tool_call_id=f"c{number}")


HEAD = (Message(role="system", content="s"), Message(role="user", content="Please."))
TAIL = (Message(role="assistant", content="Done."), Message(role="user", content="###STOP###"))


@pytest.mark.parametrize(
    ("middle", "part"),
    [
        pytest.param((call(),), "before the answer", id="call without answer"),
        pytest.param((answer(),), "answers no open call", id="answer without call"),
        pytest.param((call(arguments="{not json"), answer()), "not a JSON object", id="unparseable"),
        pytest.param((Message(role="user", content="again"),), "out of turn", id="user twice"),
        pytest.param((Message(role="assistant"),), "empty", id="empty reply"),
        pytest.param(
            tuple(m for n in range(3) for m in (call(number=n), answer(n))), "3 times in a row", id="loop"
        ),
        pytest.param(
            (Message(role="assistant", content="la " * 80), Message(role="user", content="?")),
            "repeats itself",
            id="ngram",
        ),
    ],
)
def test_malformed(middle, part):
    """Each kind of malformed dialogue is rejected with its reason."""
    trajectory = evolve(clean_trajectory(), messages=(*HEAD, *middle, *TAIL))

    verdict = Validity().verify_trajectory(trajectory)

    assert not verdict.passed
    assert part in verdict.reason


def test_clean():
    """A dialogue of two different calls, each answered, passes."""
    middle = (call(number=1), answer(1), call("cancel_order", number=2), answer(2))

    verdict = Validity().verify_trajectory(evolve(clean_trajectory(), messages=(*HEAD, *middle, *TAIL)))

    assert verdict.passed, verdict.reason


def test_trying_again_is_no_loop():
    """The same call a third time passes where the answers before were others."""
    middle = tuple(m for n in range(3) for m in (call(number=n), answer(n, str(min(n, 1)))))

    verdict = Validity().verify_trajectory(evolve(clean_trajectory(), messages=(*HEAD, *middle, *TAIL)))

    assert verdict.passed, verdict.reason


def test_unfinished():
    """A dialogue that ran out of turns is rejected."""
    verdict = Validity().verify_trajectory(evolve(clean_trajectory(), ended="max_turns"))

    assert "max_turns" in verdict.reason
