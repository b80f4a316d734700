"""The rules keep the contract of every materializer."""

import pytest
from scaleenv_materializer_rules import Rules

from scaleenv_core.testing.materializer import MaterializerContract


class TestRules(MaterializerContract):
    @pytest.fixture
    def plugin(self):
        """The plugin under test, as a run makes it."""
        return Rules()
