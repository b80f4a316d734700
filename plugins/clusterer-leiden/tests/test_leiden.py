"""The Leiden clusterer keeps its contract and its bounds."""

import pytest
from scaleenv_clusterer_leiden import Leiden

from scaleenv_core.testing.clusterer import (
    BoundedClustererContract,
    ClustererContract,
    cluster,
    planted_graph,
)


class TestContract(BoundedClustererContract):
    @pytest.fixture
    def plugin(self):
        """The defaults."""
        return Leiden()

    @pytest.fixture
    def bounded(self):
        """Its class."""
        return Leiden


class TestContractModularity(ClustererContract):
    @pytest.fixture
    def plugin(self):
        """Modularity, as Louvain has it."""
        return Leiden(objective="modularity", resolution=1.0)


class TestContractBisection(ClustererContract):
    @pytest.fixture
    def plugin(self):
        """The resolution chosen for a mean size."""
        return Leiden(resolution=0, mean_tools=12)


@pytest.mark.parametrize("wanted", [6, 12])
def test_bisection_finds_the_mean_size(wanted):
    """With ``resolution = 0`` the mean size comes near the wanted one."""
    found = cluster(Leiden(resolution=0, mean_tools=wanted, min_tools=1), planted_graph()[0], 0)

    assert wanted * 0.75 <= 288 / len(found) <= wanted * 1.34


@pytest.mark.parametrize(
    "options", [{"objective": "surprise"}, {"resolution": -1.0}, {"iterations": 0}, {"max_tools": 0}], ids=str
)
def test_wrong_options_are_refused(options):
    """An option out of its range is refused."""
    with pytest.raises(ValueError):
        Leiden(**options)
