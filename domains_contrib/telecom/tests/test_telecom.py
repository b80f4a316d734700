import pytest
from scaleenv_domain_telecom import Telecom

from scaleenv_core.testing.domain import DomainContract


class TestContract(DomainContract):
    @pytest.fixture
    def plugin(self):
        return Telecom()
