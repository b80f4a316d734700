"""The contract of a clusterer: ``class TestMine(ClustererContract)``."""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable, Mapping, Sequence

import pytest
from attrs import evolve

from scaleenv_core.agreement import adjusted_mutual_information
from scaleenv_core.errors import ScaleEnvError
from scaleenv_core.interfaces import Clusterer
from scaleenv_core.testing.calling import call_hook
from scaleenv_core.types import Community, Edge, Tool, ToolGraph


def planted_graph(
    domains: int = 24, size: int = 12, *, inside: float = 0.6, outside: float = 0.004, seed: int = 0
) -> tuple[ToolGraph, dict[str, int]]:
    """A graph with known domains, and each tool's domain.

    Two tools of one domain are joined with probability ``inside`` and a score in
    [0.5, 1), two of different domains with ``outside`` and a score in [0.1, 0.6): a
    planted partition with noise. Ids say nothing of the domain.
    """
    rng = random.Random(seed)
    labels = [place // size for place in range(domains * size)]
    rng.shuffle(labels)
    edges = []
    for i, mine in enumerate(labels):
        for j in range(i + 1, len(labels)):
            same = mine == labels[j]
            if rng.random() < (inside if same else outside):
                low = 0.5 if same else 0.1
                edges.append(Edge(i, j, low + 0.5 * rng.random(), "planted"))
    nodes = tuple(f"tool/{place:04}" for place in range(len(labels)))
    graph = ToolGraph.of("planted", directed=False, nodes=nodes, edges=edges)
    return graph, dict(zip(nodes, labels, strict=True))


def cluster(
    plugin: object, graph: ToolGraph, seed: int, labels: Mapping[str, object] | None = None
) -> list[Community]:
    """The plugin's communities, asked for as a run does; ``labels`` become the tools' services."""
    tools = [
        Tool(id=node, name=node, description="", parameters={"type": "object"}, service=_said(labels, node))
        for node in graph.nodes
    ]
    return list(call_hook(plugin, "cluster_tools", graph=graph, seed=seed, tools=tools))


def _said(labels: Mapping[str, object] | None, node: str) -> str:
    return f"service {labels[node]}" if labels else ""


def agreement(communities: Sequence[Community], labels: Mapping[str, Hashable]) -> float:
    """Adjusted mutual information of communities and labels: 1 where they are the same parts."""
    found = {tool: place for place, community in enumerate(communities) for tool in community.tools}
    return adjusted_mutual_information([found[tool] for tool in labels], list(labels.values()))


def shuffled(graph: ToolGraph, seed: int) -> ToolGraph:
    """The same tools and edges, with the nodes in another order."""
    order = list(range(len(graph.nodes)))
    random.Random(seed).shuffle(order)
    place = {old: new for new, old in enumerate(order)}
    edges = (edge._replace(source=place[edge.source], target=place[edge.target]) for edge in graph.edges())
    return ToolGraph.of(
        graph.kind, directed=graph.directed, nodes=[graph.nodes[old] for old in order], edges=edges
    )


class ClustererContract:
    """What every clusterer promises."""

    @pytest.fixture
    def plugin(self) -> Clusterer:
        """Your plugin, with the configuration that is to be judged."""
        raise NotImplementedError("give a fixture 'plugin' that returns your clusterer")

    @pytest.fixture
    def planted(self) -> tuple[ToolGraph, dict[str, int]]:
        """A graph with 24 planted domains of 12 tools."""
        return planted_graph()

    def test_every_tool_is_in_one_community(
        self, plugin: Clusterer, planted: tuple[ToolGraph, dict[str, int]]
    ) -> None:
        """The communities are a partition of the tools, none empty."""
        communities = cluster(plugin, planted[0], 0)

        assert all(community.tools for community in communities)
        assert sorted(planted[0].nodes) == sorted(tool for c in communities for tool in c.tools)

    def test_communities_are_sorted(
        self, plugin: Clusterer, planted: tuple[ToolGraph, dict[str, int]]
    ) -> None:
        """Tools are sorted within a community, communities by their first tool."""
        communities = cluster(plugin, planted[0], 0)

        assert [tuple(sorted(c.tools)) for c in communities] == [c.tools for c in communities]
        assert sorted(communities, key=lambda c: c.tools[0]) == list(communities)

    @pytest.mark.parametrize("seed", [0, 1, 2**62], ids=["0", "1", "63 bits"])
    def test_same_seed_same_communities(
        self, plugin: Clusterer, planted: tuple[ToolGraph, dict[str, int]], seed: int
    ) -> None:
        """The same graph and seed give the same communities, whatever was drawn between."""
        first = cluster(plugin, planted[0], seed)
        random.random()
        cluster(plugin, planted[0], seed + 1)

        assert list(first) == list(cluster(plugin, planted[0], seed))

    def test_leaves_the_global_generator_alone(
        self, plugin: Clusterer, planted: tuple[ToolGraph, dict[str, int]]
    ) -> None:
        """The state of the ``random`` module is the same before and after."""
        before = random.getstate()

        cluster(plugin, planted[0], 0)

        assert before == random.getstate()

    @pytest.mark.parametrize("seed", [0, 1, 2])
    def test_finds_planted_domains(self, plugin: Clusterer, seed: int) -> None:
        """Planted domains are recovered: adjusted mutual information of at least 0.95."""
        graph, labels = planted_graph(seed=seed)

        assert agreement(cluster(plugin, graph, seed, labels), labels) >= 0.95

    def test_order_does_not_matter(
        self, plugin: Clusterer, planted: tuple[ToolGraph, dict[str, int]]
    ) -> None:
        """The same edges between the same ids give the same communities."""
        graph, labels = planted

        assert cluster(plugin, graph, 0, labels) == cluster(plugin, shuffled(graph, 7), 0, labels)

    def test_no_tools(self, plugin: Clusterer) -> None:
        """A graph without tools has no communities."""
        graph = ToolGraph.of("none", directed=False, nodes=(), edges=())

        assert list(cluster(plugin, graph, 0)) == []

    def test_isolated_tools(self, plugin: Clusterer) -> None:
        """Tools without any edge are still in exactly one community each."""
        nodes = ("a", "b", "c", "d")
        graph = ToolGraph.of("apart", directed=False, nodes=nodes, edges=[Edge(1, 2, 0.9, "planted")])

        communities = cluster(plugin, graph, 0)

        assert sorted(nodes) == sorted(tool for c in communities for tool in c.tools)
        assert {("a",), ("d",)} <= {c.tools for c in communities}

    def test_refuses_a_directed_graph(
        self, plugin: Clusterer, planted: tuple[ToolGraph, dict[str, int]]
    ) -> None:
        """A directed graph is refused with one line that names it."""
        with pytest.raises(ScaleEnvError, match="directed") as caught:
            cluster(plugin, evolve(planted[0], directed=True, kind="flow"), 0)

        assert "flow" in str(caught.value)
        assert "\n" not in str(caught.value)


class BoundedClustererContract(ClustererContract):
    """What a clusterer with ``min_tools`` and ``max_tools`` promises besides."""

    @pytest.fixture
    def bounded(self) -> Callable[..., Clusterer]:
        """Your plugin by its bounds: takes ``min_tools`` and ``max_tools``."""
        raise NotImplementedError("give a fixture 'bounded' that returns your clusterer's class")

    @pytest.mark.parametrize(("least", "most"), [(1, 5), (4, 10), (4, 12), (6, 40)])
    def test_no_community_is_too_large(
        self, bounded: Callable[..., Clusterer], least: int, most: int
    ) -> None:
        """Communities above ``max_tools`` are split; the small pieces find a neighbour."""
        graph, labels = planted_graph()
        found = cluster(bounded(min_tools=least, max_tools=most), graph, 0, labels)

        assert max(len(community.tools) for community in found) <= most

    def test_a_crowd_that_nothing_tells_apart_is_cut(self, bounded: Callable[..., Clusterer]) -> None:
        """A hundred tools, all joined alike, become domains within the bounds."""
        nodes = [f"t{place:03}" for place in range(100)]
        edges = [Edge(i, j, 1.0, "same") for i in range(100) for j in range(i + 1, 100)]
        graph = ToolGraph.of("clique", directed=False, nodes=nodes, edges=edges)
        found = cluster(bounded(min_tools=4, max_tools=40), graph, 0, dict.fromkeys(nodes, "one"))
        sizes = [len(community.tools) for community in found]

        assert sum(sizes) == 100
        assert min(sizes) >= 4
        assert max(sizes) <= 40

    def test_small_communities_join_their_closest_neighbour(self, bounded: Callable[..., Clusterer]) -> None:
        """A pair that hangs on one of two groups joins that one."""
        groups = [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]
        edges = [Edge(i, j, 0.9, "") for group in groups for i in group for j in group if i < j]
        edges += [Edge(10, 11, 1.0, ""), Edge(10, 5, 0.5, ""), Edge(10, 0, 0.1, "")]
        nodes = [f"t{i:02}" for i in range(12)]
        graph = ToolGraph.of("pair", directed=False, nodes=nodes, edges=edges)
        labels = {node: place // 5 for place, node in enumerate(nodes)}

        found = cluster(bounded(min_tools=4, max_tools=8), graph, 0, labels)

        assert [community.tools for community in found] == [tuple(nodes[:5]), tuple(nodes[5:])]

    def test_bounds_that_exclude_each_other_are_refused(self, bounded: Callable[..., Clusterer]) -> None:
        """``min_tools`` above ``max_tools`` is an error."""
        with pytest.raises(ValueError, match="above max_tools"):
            bounded(min_tools=9, max_tools=8)
