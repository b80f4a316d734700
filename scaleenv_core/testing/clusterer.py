"""The contract of a clusterer: ``class TestMine(ClustererContract)``."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import pytest
from attrs import evolve

from scaleenv_core.errors import ScaleEnvError
from scaleenv_core.interfaces import Clusterer
from scaleenv_core.testing.calling import call_hook
from scaleenv_core.types import Community, Edge, ToolGraph


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


def nmi(communities: Sequence[Community], labels: Mapping[str, object]) -> float:
    """Normalised mutual information of communities and labels (arithmetic mean), in [0, 1].

    Strehl and Ghosh 2002; two partitions of a single class each agree: 1.
    """
    found = {tool: place for place, community in enumerate(communities) for tool in community.tools}
    pairs = [(found[tool], label) for tool, label in labels.items()]
    joint, one, other = (
        _entropy(column) for column in (pairs, [pair[0] for pair in pairs], [pair[1] for pair in pairs])
    )
    return 1.0 if one + other == 0 else 2 * (one + other - joint) / (one + other)


def cluster(plugin: object, graph: ToolGraph, seed: int) -> list[Community]:
    """The plugin's communities, asked for as a run does."""
    return list(call_hook(plugin, "cluster_tools", graph=graph, seed=seed))


def _entropy(values: Iterable[object]) -> float:
    counts = Counter(values)
    total = sum(counts.values())
    return -sum(count / total * math.log(count / total) for count in counts.values())


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
        """Planted domains are recovered: normalised mutual information of at least 0.95."""
        graph, labels = planted_graph(seed=seed)

        assert nmi(cluster(plugin, graph, seed), labels) >= 0.95

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
