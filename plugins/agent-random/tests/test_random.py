"""Chance is seeded: the same seed makes the same calls."""

import pytest
from scaleenv_agent_random import Random

from scaleenv_core.testing.agent import AgentContract, converse
from scaleenv_core.testing.verifier import sample_task


class TestContract(AgentContract):
    @pytest.fixture
    def plugin(self):
        return Random()


def test_at_most():
    """It makes at least one call and no more than it may."""
    counts = {
        sum(len(m.tool_calls) for m in converse(Random(calls=3), sample_task(), seed)) for seed in range(20)
    }

    assert counts == {1, 2, 3}
