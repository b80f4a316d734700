"""The contract of a graph builder: ``class TestMine(GraphBuilderContract)``."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from attrs import evolve

from scaleenv_core.interfaces import GraphBuilder
from scaleenv_core.testing.calling import call_hook
from scaleenv_core.testing.embedder import word_vectors
from scaleenv_core.testing.samples import sample_tools
from scaleenv_core.types import Edge, Tool, ToolGraph


def named_edges(graph: ToolGraph) -> list[tuple[str, str, float, str]]:
    """A graph's edges by tool id, sorted: what is left when positions do not matter."""
    return sorted(
        (*_ends(graph, edge.source, edge.target), edge.score, edge.reason) for edge in graph.edges()
    )


def build(plugin: object, tools: Sequence[Tool], seed: int = 0) -> ToolGraph:
    """The plugin's graph of some tools, asked for as a run does, with vectors of words."""
    graph: ToolGraph = call_hook(plugin, "build_graph", tools=tools, seed=seed, embed=word_vectors)
    return graph


def _ends(graph: ToolGraph, source: int, target: int) -> tuple[str, str]:
    one, other = graph.nodes[source], graph.nodes[target]
    return (one, other) if graph.directed or one < other else (other, one)


class GraphBuilderContract:
    """What every graph builder promises. Override ``tools`` to judge it on your own catalog."""

    @pytest.fixture
    def plugin(self) -> GraphBuilder:
        """Your plugin, with the configuration that is to be judged."""
        raise NotImplementedError("give a fixture 'plugin' that returns your graph builder")

    @pytest.fixture
    def tools(self) -> Sequence[Tool]:
        """A catalog, sorted by id, in which the builder must find edges."""
        return sample_tools()

    @pytest.fixture
    def graph(self, plugin: GraphBuilder, tools: Sequence[Tool]) -> ToolGraph:
        """The graph of the catalog with seed 0."""
        return build(plugin, tools)

    def test_nodes_are_the_tools_in_order(self, graph: ToolGraph, tools: Sequence[Tool]) -> None:
        """The nodes are the tools' ids in the order given."""
        assert tuple(tool.id for tool in tools) == graph.nodes

    def test_finds_edges(self, graph: ToolGraph) -> None:
        """A catalog of related tools has edges."""
        assert len(graph) > 0

    def test_columns_are_equally_long(self, graph: ToolGraph) -> None:
        """Every edge has a source, a target, a score and a reason."""
        count = len(graph.sources)

        assert [count] * 3 == [len(graph.targets), len(graph.scores), len(graph.reasons)]

    def test_ends_are_tools(self, graph: ToolGraph) -> None:
        """Both ends of every edge are positions of nodes."""
        outside = [e for e in graph.edges() if not (0 <= e.source < len(graph.nodes) > e.target >= 0)]

        assert outside == []

    def test_no_self_edge(self, graph: ToolGraph) -> None:
        """No edge joins a tool to itself."""
        assert [edge for edge in graph.edges() if edge.source == edge.target] == []

    def test_scores_are_in_range(self, graph: ToolGraph) -> None:
        """Every score is in (0, 1]."""
        assert [edge for edge in graph.edges() if not 0 < edge.score <= 1] == []

    def test_every_edge_has_a_reason(self, graph: ToolGraph) -> None:
        """Every reason is one line that is not blank."""
        assert [r for r in graph.reasons if not r.strip() or "\n" in r] == []

    def test_edges_are_sorted(self, graph: ToolGraph) -> None:
        """Edges are sorted by source and target, so that equal graphs are equal bytes."""
        pairs = list(zip(graph.sources, graph.targets, strict=True))

        assert sorted(pairs) == pairs

    def test_undirected_edges_stand_once(self, graph: ToolGraph) -> None:
        """An undirected graph holds each pair once, the lower position first."""
        pairs = list(zip(graph.sources, graph.targets, strict=True))

        assert graph.directed or pairs == sorted({pair for pair in pairs if pair[0] < pair[1]})

    def test_same_tools_same_graph(
        self, plugin: GraphBuilder, tools: Sequence[Tool], graph: ToolGraph
    ) -> None:
        """A second run with the same tools and seed gives an equal graph."""
        assert graph == build(plugin, tools)

    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_order_does_not_matter(
        self, plugin: GraphBuilder, tools: Sequence[Tool], graph: ToolGraph, seed: int
    ) -> None:
        """Shuffled tools have the same edges with the same scores and reasons."""
        shuffled = list(tools)
        random.Random(seed).shuffle(shuffled)

        again = build(plugin, shuffled)

        assert tuple(tool.id for tool in shuffled) == again.nodes
        assert named_edges(graph) == named_edges(again)

    def test_labels_are_ignored(self, plugin: GraphBuilder, tools: Sequence[Tool], graph: ToolGraph) -> None:
        """Other service and provider labels give the same graph."""
        relabelled = [
            evolve(tool, service=f"service {place % 7}", provider=f"provider {place % 3}")
            for place, tool in enumerate(tools)
        ]

        assert graph == build(plugin, relabelled)

    def test_tools_are_not_changed(self, plugin: GraphBuilder, tools: Sequence[Tool]) -> None:
        """The builder leaves the schemas that it reads as they are."""
        before = repr(tools)

        build(plugin, tools)

        assert before == repr(tools)

    @pytest.mark.parametrize("count", [0, 1], ids=["no tool", "one tool"])
    def test_tiny_catalogs(self, plugin: GraphBuilder, tools: Sequence[Tool], count: int) -> None:
        """No tool and a single tool give a graph without edges."""
        graph = build(plugin, tools[:count])

        assert (count, []) == (len(graph.nodes), list(graph.edges()))

    def test_tools_that_say_nothing(self, plugin: GraphBuilder) -> None:
        """Tools without names, texts, parameters and answers are joined by nothing."""
        blank = [
            Tool(id=f"blank/{place}", name="", description="", parameters={"type": "object"})
            for place in range(3)
        ]

        assert list(build(plugin, blank).edges()) == []


def edge_between(graph: ToolGraph, source: str, target: str) -> list[Edge]:
    """The edges from one tool id to another, in order."""
    ends = (graph.nodes.index(source), graph.nodes.index(target))
    return [edge for edge in graph.edges() if (edge.source, edge.target) == ends]
