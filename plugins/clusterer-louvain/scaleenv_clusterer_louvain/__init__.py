"""Louvain: AgentScaler's own way to domains, with igraph's multilevel algorithm."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import field, frozen
from attrs.validators import ge, gt

from scaleenv_core import hookimpl
from scaleenv_core.names import subseed
from scaleenv_core.partition import WeightedGraph, bounded_communities, check_bounds, own_generator
from scaleenv_core.types import Community, ToolGraph

__all__ = ["Louvain"]


@frozen(kw_only=True)
class Louvain:
    """Louvain communities (Blondel et al. 2008), cut and merged to between two sizes.

    A community that is too large is clustered again by itself at twice the resolution,
    until it fits.
    """

    resolution: float = field(default=1.0, validator=gt(0.0))
    """Modularity's γ: higher gives more and smaller communities."""

    max_tools: int = field(default=60, validator=ge(1))
    """No domain is larger: each is to become one relational schema."""

    min_tools: int = field(default=5, validator=ge(1))
    """Smaller communities join their closest neighbour, where that stays within
    ``max_tools``."""

    def __attrs_post_init__(self) -> None:
        check_bounds(self.min_tools, self.max_tools)

    @hookimpl
    def cluster_tools(self, graph: ToolGraph, seed: int) -> Sequence[Community]:
        """Find the communities of an undirected graph; edge scores are the weights."""

        def split(part: WeightedGraph, level: int) -> Sequence[int]:
            draws = subseed(seed, "louvain", level, part.count)
            return _communities(part, self.resolution * 2**level, draws)

        return bounded_communities(graph, split, min_tools=self.min_tools, max_tools=self.max_tools)


def _communities(part: WeightedGraph, resolution: float, seed: int) -> list[int]:
    import igraph

    if not part.edges:
        return list(range(part.count))
    made = igraph.Graph(n=part.count, edges=part.edges)
    with own_generator(igraph.set_random_number_generator, seed):
        found = made.community_multilevel(weights=list(part.weights), resolution=resolution)
    membership: list[int] = found.membership
    return membership
