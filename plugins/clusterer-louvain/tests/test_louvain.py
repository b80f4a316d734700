"""The Louvain clusterer keeps its contract and its bounds."""

import pytest
from scaleenv_clusterer_louvain import Louvain

from scaleenv_core.testing.clusterer import BoundedClustererContract


class TestContract(BoundedClustererContract):
    @pytest.fixture
    def plugin(self):
        """The defaults."""
        return Louvain()

    @pytest.fixture
    def bounded(self):
        """Its class."""
        return Louvain


@pytest.mark.parametrize("options", [{"resolution": 0.0}, {"max_tools": 0}, {"min_tools": 0}], ids=str)
def test_wrong_options_are_refused(options):
    """An option out of its range is refused."""
    with pytest.raises(ValueError):
        Louvain(**options)
