"""Doing nothing is one message, whatever is asked."""

import pytest
from scaleenv_agent_noop import Noop

from scaleenv_core.testing.agent import AgentContract, converse
from scaleenv_core.testing.verifier import sample_task


class TestContract(AgentContract):
    @pytest.fixture
    def plugin(self):
        return Noop()


def test_calls_nothing():
    """It makes no call."""
    assert not any(message.tool_calls for message in converse(Noop(), sample_task()))
