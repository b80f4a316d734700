"""Leiden: domains as communities of a bounded size, with igraph's own Leiden algorithm."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import field, frozen
from attrs.validators import ge, gt, in_

from scaleenv_core import hookimpl
from scaleenv_core.names import subseed
from scaleenv_core.partition import WeightedGraph, bounded_communities, check_bounds, own_generator
from scaleenv_core.types import Community, ToolGraph

__all__ = ["Leiden"]

STEP = 1.5
"""From one level's resolution to the next: 2 cuts more often than the bound asks for."""

TRIES = 14
"""Steps of the bisection: they narrow a range of six powers of ten to a thousandth."""


@frozen(kw_only=True)
class Leiden:
    """Leiden communities (Traag et al. 2019), cut and merged to between two sizes.

    A community that is too large is clustered again by itself at one and a half times the
    resolution, until it fits; so loose regions of the graph are cut coarsely and dense ones finely.
    """

    objective: str = field(default="CPM", validator=in_(("CPM", "modularity")))
    """``CPM`` (constant Potts model) has no resolution limit: it finds small domains in a
    large catalog. ``modularity`` does have one."""

    resolution: float = field(default=0.012, validator=ge(0.0))
    """For CPM the least density of a domain, in units of edge score: tools of a domain are
    joined by more than this on average. For modularity its γ, usually 1. 0 chooses it by
    bisection so that the communities have ``mean_tools`` on average."""

    mean_tools: int = field(default=16, validator=ge(2))
    """Only with ``resolution = 0``: the wanted mean size, over the tools that have an edge."""

    max_tools: int = field(default=60, validator=ge(1))
    """No domain is larger: each is to become one relational schema."""

    min_tools: int = field(default=5, validator=ge(1))
    """Smaller communities join their closest neighbour, where that stays within ``max_tools``
    and, with CPM, is as dense as a domain has to be; others are no domains."""

    iterations: int = field(default=5, validator=gt(0))
    """Of the Leiden algorithm; it stops earlier where nothing improves."""

    def __attrs_post_init__(self) -> None:
        check_bounds(self.min_tools, self.max_tools)

    @hookimpl
    def cluster_tools(self, graph: ToolGraph, seed: int) -> Sequence[Community]:
        """Find the communities of an undirected graph; edge scores are the weights."""
        chosen = [self.resolution]

        def split(part: WeightedGraph, level: int) -> Sequence[int]:
            draws = subseed(seed, "leiden", level, part.count)
            if not chosen[0]:
                chosen[0] = self._bisect(part, draws)
            return self._communities(part, chosen[0] * STEP**level, draws)

        return bounded_communities(
            graph,
            split,
            min_tools=self.min_tools,
            max_tools=self.max_tools,
            closeness=self.resolution if self.objective == "CPM" else 0.0,
        )

    def _communities(self, part: WeightedGraph, resolution: float, seed: int) -> list[int]:
        import igraph

        if not part.edges:
            return list(range(part.count))
        made = igraph.Graph(n=part.count, edges=part.edges)
        with own_generator(igraph.set_random_number_generator, seed):
            found = made.community_leiden(
                objective_function=self.objective,
                weights=list(part.weights),
                resolution=resolution,
                n_iterations=self.iterations,
            )
        membership: list[int] = found.membership
        return membership

    def _bisect(self, part: WeightedGraph, seed: int) -> float:
        """The resolution at which the mean size comes closest to the wanted one."""
        joined = {node for edge in part.edges for node in edge}
        if not joined:
            return 1.0
        wanted = len(joined) / self.mean_tools
        low, high = 1e-5, 10.0
        best = (float("inf"), low)
        for _ in range(TRIES):
            middle = (low * high) ** 0.5
            membership = self._communities(part, middle, seed)
            found = len({membership[node] for node in joined})
            best = min(best, (abs(found - wanted), middle))
            low, high = (low, middle) if found > wanted else (middle, high)
        return best[1]
