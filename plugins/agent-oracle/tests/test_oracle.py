"""The oracle replays gold and reports what it found."""

import pytest
from scaleenv_agent_oracle import Oracle

from scaleenv_core.testing.agent import AgentContract, converse
from scaleenv_core.testing.verifier import sample_task


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
