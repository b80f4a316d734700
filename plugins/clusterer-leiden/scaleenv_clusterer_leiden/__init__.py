"""Leiden communities: CPM or modularity, with domain sizes bounded on both sides."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import field, frozen
from attrs.validators import ge, in_

from scaleenv_core import hookimpl
from scaleenv_core.errors import StageError
from scaleenv_core.types import Community, ToolGraph

__all__ = ["Leiden"]


@frozen(kw_only=True)
class Leiden:
    """Traag, Waltman and van Eck 2019, as igraph has it; weights are the edges' scores."""

    objective: str = field(default="CPM", validator=in_(("CPM", "modularity")))
    """CPM has no resolution limit: thirty thousand tools become a thousand domains, not two hundred."""

    resolution: float = field(default=0.05, validator=ge(0.0))
    """Higher gives more and smaller domains."""

    max_tools: int = field(default=30, validator=ge(2))
    """Larger communities are split again, at twice the resolution each time."""

    min_tools: int = field(default=4, validator=ge(1))
    """Smaller ones join the community that they are tied to most, where that stays in bounds."""

    @hookimpl
    def cluster_tools(self, graph: ToolGraph, seed: int) -> Sequence[Community]:
        """The communities, sorted by their first tool."""
        if graph.directed:
            raise StageError(f"leiden clusters undirected graphs, and {graph.kind!r} is directed")
        if not graph.nodes:
            return []
        from scaleenv_clusterer_leiden.partition import partition

        groups = partition(graph, self.objective, self.resolution, self.max_tools, self.min_tools, seed)
        found = [Community(tools=tuple(sorted(graph.nodes[i] for i in group))) for group in groups]
        return sorted(found, key=lambda community: community.tools)
