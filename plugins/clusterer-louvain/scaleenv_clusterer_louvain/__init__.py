"""Louvain communities, the clustering of the AgentScaler paper, by networkx."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import field, frozen
from attrs.validators import gt

from scaleenv_core import hookimpl
from scaleenv_core.errors import StageError
from scaleenv_core.types import Community, ToolGraph

__all__ = ["Louvain"]


@frozen(kw_only=True)
class Louvain:
    """Blondel et al. 2008; weights are the edges' scores. Domain sizes are as they come."""

    resolution: float = field(default=1.0, validator=gt(0.0))
    """Higher gives more and smaller domains."""

    @hookimpl
    def cluster_tools(self, graph: ToolGraph, seed: int) -> Sequence[Community]:
        """The communities, sorted by their first tool."""
        if graph.directed:
            raise StageError(f"louvain clusters undirected graphs, and {graph.kind!r} is directed")
        if not graph.nodes:
            return []
        import networkx as nx

        weighted = nx.Graph()
        weighted.add_nodes_from(range(len(graph.nodes)))
        weighted.add_weighted_edges_from(zip(graph.sources, graph.targets, graph.scores, strict=True))
        groups = nx.community.louvain_communities(weighted, resolution=self.resolution, seed=seed % 2**32)
        found = [Community(tools=tuple(sorted(graph.nodes[i] for i in group))) for group in groups]
        return sorted(found, key=lambda community: community.tools)
