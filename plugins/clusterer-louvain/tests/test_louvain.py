"""The Louvain clusterer keeps its contract and its bounds."""

import random

import pytest
from scaleenv_clusterer_louvain import Louvain

from scaleenv_core.testing.clusterer import ClustererContract, cluster, planted_graph
from scaleenv_core.types import Edge, ToolGraph


class TestContract(ClustererContract):
    @pytest.fixture
    def plugin(self):
        """The defaults."""
        return Louvain()


@pytest.mark.parametrize(("least", "most"), [(1, 5), (4, 10), (4, 12), (6, 40)])
def test_no_community_is_too_large(least, most):
    """Communities above ``max_tools`` are split; the small pieces find a neighbour."""
    found = cluster(Louvain(min_tools=least, max_tools=most), planted_graph()[0], 0)

    assert max(len(community.tools) for community in found) <= most


def test_a_crowd_that_nothing_tells_apart_is_cut():
    """A hundred tools, all joined alike, become domains within the bounds."""
    nodes = [f"t{place:03}" for place in range(100)]
    edges = [Edge(i, j, 1.0, "same") for i in range(100) for j in range(i + 1, 100)]
    graph = ToolGraph.of("clique", directed=False, nodes=nodes, edges=edges)
    sizes = [len(community.tools) for community in cluster(Louvain(), graph, 0)]

    assert sum(sizes) == 100
    assert min(sizes) >= 4
    assert max(sizes) <= 40


def test_small_communities_join_their_closest_neighbour():
    """A pair that hangs on one of two groups joins that one."""
    groups = [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]
    edges = [Edge(i, j, 0.9, "") for group in groups for i in group for j in group if i < j]
    edges += [Edge(10, 11, 1.0, ""), Edge(10, 5, 0.05, ""), Edge(10, 0, 0.01, "")]
    graph = ToolGraph.of("pair", directed=False, nodes=[f"t{i:02}" for i in range(12)], edges=edges)

    found = cluster(Louvain(min_tools=4, max_tools=8), graph, 0)

    assert [community.tools for community in found] == [
        ("t00", "t01", "t02", "t03", "t04"),
        ("t05", "t06", "t07", "t08", "t09", "t10", "t11"),
    ]


def test_order_of_the_nodes_does_not_matter():
    """The same edges between the same ids give the same communities."""
    graph, _ = planted_graph()
    order = list(range(len(graph.nodes)))
    random.Random(7).shuffle(order)
    place = {old: new for new, old in enumerate(order)}
    shuffled = ToolGraph.of(
        graph.kind,
        directed=False,
        nodes=[graph.nodes[old] for old in order],
        edges=[Edge(place[e.source], place[e.target], e.score, e.reason) for e in graph.edges()],
    )

    assert cluster(Louvain(), graph, 0) == cluster(Louvain(), shuffled, 0)


def test_bounds_that_exclude_each_other_are_refused():
    """``min_tools`` above ``max_tools`` is an error."""
    with pytest.raises(ValueError, match="above max_tools"):
        Louvain(min_tools=9, max_tools=8)


@pytest.mark.parametrize("options", [{"resolution": 0.0}, {"max_tools": 0}, {"min_tools": 0}], ids=str)
def test_wrong_options_are_refused(options):
    """An option out of its range is refused."""
    with pytest.raises(ValueError):
        Louvain(**options)
