"""The built-in database keeps the contract that others are measured by."""

import pytest

from scaleenv_core import hookimpl
from scaleenv_core.engine import SqliteStore
from scaleenv_core.testing.database import DatabaseContract


class TestBuiltIn(DatabaseContract):
    @pytest.fixture
    def plugin(self):
        class BuiltIn:
            @hookimpl
            def open_store(self, domain):
                return SqliteStore(domain)

        return BuiltIn()
