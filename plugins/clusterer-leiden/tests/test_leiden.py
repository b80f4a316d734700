"""The Leiden clusterer keeps its contract and its bounds."""

import pytest
from scaleenv_clusterer_leiden import Leiden

from scaleenv_core.testing.clusterer import (
    BoundedClustererContract,
    ClustererContract,
    cluster,
    planted_graph,
)
from scaleenv_core.types import Edge, ToolGraph


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


@pytest.mark.parametrize(("tie", "communities"), [(0.05, 2), (0.5, 1)], ids=["loose", "close"])
def test_small_communities_join_only_where_it_is_dense(tie, communities):
    """A pair joins a group where that is as dense as a domain has to be, and else stays alone."""
    edges = [Edge(i, j, 0.9, "") for i in range(5) for j in range(i + 1, 5)]
    edges += [Edge(5, 6, 1.0, ""), Edge(4, 5, tie, "")]
    graph = ToolGraph.of("pair", directed=False, nodes=[f"t{i}" for i in range(7)], edges=edges)

    assert len(cluster(Leiden(), graph, 0)) == communities


def test_a_large_community_is_in_no_more_pieces_than_it_has_to_be():
    """Six loosely joined groups of 20 are two domains of at most 60, not six."""
    edges = [
        Edge(i, j, 0.9 if i // 20 == j // 20 else 0.05, "") for i in range(120) for j in range(i + 1, 120)
    ]
    graph = ToolGraph.of("six", directed=False, nodes=[f"t{i:03}" for i in range(120)], edges=edges)

    assert [len(domain.tools) for domain in cluster(Leiden(), graph, 0)] == [60, 60]
