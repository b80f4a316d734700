"""Sft keeps the trainer's contract."""

import pytest
from scaleenv_trainer_sft import Sft

from scaleenv_core.testing.trainer import TrainerContract


class TestSft(TrainerContract):
    @pytest.fixture
    def plugin(self):
        """A model of a few thousand weights."""
        return Sft(
            hidden_size=16, layers=1, heads=2, vocab_size=400, epochs=2, batch_size=4, learning_rate=0.01
        )
