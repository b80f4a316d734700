"""The oracle replays gold and reports what it found."""

import pytest
from attrs import evolve
from scaleenv_agent_oracle import Oracle

from scaleenv_core.testing.agent import AgentContract, converse
from scaleenv_core.testing.verifier import sample_task
from scaleenv_core.types import Action, Message, Withheld


class TestContract(AgentContract):
    @pytest.fixture
    def plugin(self):
        return Oracle()


def test_replays_gold():
    """Its calls are the gold actions, and then it speaks."""
    task = sample_task()

    messages = converse(Oracle(), task)

    calls = [(call.tool, call.arguments) for message in messages for call in message.tool_calls]
    assert calls == [(action.tool, action.arguments) for action in task.actions]
    assert messages[-1].content == "That is done."


def test_admits_what_failed():
    """A gold call that fails for good is reported, one that comes right the second time is not."""
    (action,) = sample_task().actions
    failing = evolve(action, expect="failed")
    lost, again = (evolve(sample_task(), actions=gold) for gold in ((failing,), (failing, action)))

    assert "could not carry out cancel_order" in converse(Oracle(), lost)[-1].content
    assert converse(Oracle(), again)[-1].content == "That is done."


def plan(seed, slips):
    """What an agent that slips calls and tells in a task of six calls and two facts."""
    actions = tuple(Action(tool="get_order", arguments={"order_id": f"o{n}"}) for n in range(6))
    session = Oracle(slips=slips).start_agent(
        evolve(sample_task(), actions=actions, outputs=("7", "8")), seed
    )
    said = []
    while not said or said[-1].tool_calls:
        said.append(session.act(tuple(said)))
    return [call.arguments["order_id"] for message in said for call in message.tool_calls], said[-1].content


def test_slips():
    """At a rate it leaves out, doubles, alters and keeps silent; at 0 it never does, and the seed decides."""
    perfect = ([f"o{n}" for n in range(6)], "This is what I found: 7, 8.")
    tried = [plan(seed, 0.3) for seed in range(60)]

    assert all(plan(seed, 0.0) == perfect for seed in range(20))
    assert tried == [plan(seed, 0.3) for seed in range(60)]
    assert sum(made != perfect for made in tried) > 40
    assert any(len(calls) < 6 for calls, _ in tried)
    assert any(len(calls) > 6 for calls, _ in tried)
    assert any(call.endswith("0") and call != "o0" for calls, _ in tried for call in calls)
    assert any("7" not in told for _, told in tried)


def test_asks_and_hears_out():
    """It asks for all that the user holds back, and lets a user think again, before it acts."""
    fact = Withheld(about="the order id", says='The order id is "o1".')
    task = evolve(sample_task(), withheld=(fact,), later=("No, the other one.",))

    session = Oracle().start_agent(task, 0)
    said = [Message(role="user", content="u")]
    while not said[-1].content.startswith("That is done"):
        said.append(session.act(tuple(said)))

    assert [message.content for message in said[1:3]] == [
        "Could you tell me the order id?",
        "One moment please, I will see to it.",
    ]
    assert said[3].tool_calls[0].tool == "cancel_order"
