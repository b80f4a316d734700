"""Each kind of rule, kept and broken."""

import pytest
from attrs import evolve
from scaleenv_verifier_policy import Policy

from scaleenv_core.testing.verifier import VerifierContract, clean_trajectory, sample_domain, sample_task
from scaleenv_core.types import Message, Rule, Touched

CONFIRM = Rule(id="ask", kind="confirm", tools=("cancel_order",), says="Ask before you cancel.")
LIMIT = Rule(id="few", kind="limit", tools=("cancel_order",), says="Cancel none.", most=0)
BARRED = Rule(
    id="leave",
    kind="barred",
    tools=("cancel_order",),
    says="Leave open orders alone.",
    table="orders",
    column="status",
    values=("open",),
)


class TestContract(VerifierContract):
    @pytest.fixture
    def plugin(self):
        return Policy()


def judged(trajectory, *rules, task=None):
    domain = evolve(sample_domain(), rules=rules)
    return Policy().verify_trajectory(trajectory, task or sample_task(), domain)


def asking(question, answer):
    """The clean trajectory, with a question and its answer before the call."""
    made = clean_trajectory()
    asked = (Message(role="assistant", content=question), Message(role="user", content=answer))
    return evolve(made, messages=(*made.messages[:2], *asked, *made.messages[2:]))


@pytest.mark.parametrize(
    ("question", "answer", "kept"),
    [
        pytest.param("Shall I cancel o1?", "Yes, please go ahead.", True, id="asked"),
        pytest.param("我可以取消吗？", "可以，请继续。", True, id="asked in Chinese"),
        pytest.param("Shall I cancel o1?", "No.", False, id="declined"),
        pytest.param("I shall cancel o1.", "Yes, fine.", False, id="no question"),
    ],
)
def test_confirm(question, answer, kept):
    """A call that needs leave has to have it."""
    assert judged(asking(question, answer), CONFIRM).passed is kept
    assert not judged(clean_trajectory(), CONFIRM).passed


def test_leave_comes_before():
    """A yes after the call is too late."""
    made = asking("Was that right?", "Yes.")
    late = (*made.messages[:2], *made.messages[4:6], *made.messages[2:4], *made.messages[6:])

    assert "without the user's yes" in judged(evolve(made, messages=late), CONFIRM).reason


def test_limit():
    """More answered calls than a rule allows break it."""
    assert "1 calls, at most 0" in judged(clean_trajectory(), LIMIT).reason
    assert judged(clean_trajectory(), evolve(LIMIT, most=1)).passed


def wrote():
    """The clean trajectory, with what its call wrote."""
    made = clean_trajectory()
    (call,) = made.calls
    return evolve(made, calls=(evolve(call, writes=(Touched(table="orders", keys=(("o1",),)),)),))


def test_barred():
    """A row is left alone that had a barred value when the task began."""
    (change,) = sample_task().changes
    closed = evolve(sample_task(), start=(evolve(change, after={**change.before, "status": "closed"}),))

    assert "status of orders['o1'] is 'open'" in judged(wrote(), BARRED).reason
    assert judged(wrote(), evolve(BARRED, values=("closed",))).passed
    assert judged(wrote(), BARRED, task=closed).passed


def test_refused_calls_break_nothing():
    """A call that was not answered did no harm."""
    made = wrote()
    refused = evolve(made, calls=(evolve(made.calls[0], status="refused", writes=()),))

    assert judged(refused, CONFIRM, LIMIT, BARRED).passed


def test_no_rules():
    """A domain without rules is not judged."""
    assert not judged(clean_trajectory()).applies
