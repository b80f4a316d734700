"""The built-in executor keeps the contract of an executor."""

import pytest

from scaleenv_core.stages.processes import Processes
from scaleenv_core.testing.executor import ExecutorContract


class BuiltIn:
    """The built-in executor, opened as a plugin is."""

    def open_executor(self, start, count):
        return Processes(start, count)


class TestContract(ExecutorContract):
    @pytest.fixture
    def plugin(self):
        return BuiltIn()
