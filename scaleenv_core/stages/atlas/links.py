"""A tool graph seen from afar: what ties one domain to another, with the edge that tells most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import nsmallest
from math import sqrt

from attrs import define, frozen

from scaleenv_core.types import Edge, ToolGraph


@define
class Link:
    """All edges from one domain to another, or within one."""

    source: int
    target: int
    count: int
    weight: float
    """The sum of the edges' scores."""

    best: Edge
    """The surest edge: between tools, by their positions in the catalog."""

    def strength(self, sizes: Sequence[int]) -> float:
        """Weight for the number of tools: what ties two small domains is no less than two large ones."""
        return self.weight / sqrt(sizes[self.source] * sizes[self.target])


@frozen
class Links:
    """The links of one graph, strongest first."""

    kind: str
    directed: bool
    between: tuple[Link, ...]
    within: Mapping[int, tuple[Edge, ...]]
    """Domain → its surest inner edges."""

    @classmethod
    def of(cls, graph: ToolGraph, homes: Sequence[int], sizes: Sequence[int], inner: int = 4) -> Links:
        """Gather a graph's edges by domain; ``homes`` says each node's domain, -1 for none."""
        between: dict[tuple[int, int], Link] = {}
        within: dict[int, list[Edge]] = {}
        for edge in graph.edges():
            one, other = homes[edge.source], homes[edge.target]
            if one < 0 or other < 0:
                continue
            if one == other:
                within.setdefault(one, []).append(edge)
                continue
            if not graph.directed and one > other:
                one, other = other, one
                edge = Edge(edge.target, edge.source, edge.score, edge.reason)
            link = between.get((one, other))
            if link is None:
                between[one, other] = Link(one, other, 1, edge.score, edge)
                continue
            link.count += 1
            link.weight += edge.score
            if _telling(edge) < _telling(link.best):
                link.best = edge
        ranked = sorted(
            between.values(), key=lambda link: (-round(link.strength(sizes), 9), link.source, link.target)
        )
        surest = {
            home: tuple(nsmallest(inner, edges, key=_telling)) for home, edges in sorted(within.items())
        }
        return cls(graph.kind, graph.directed, tuple(ranked), surest)

    def top(self, each: int) -> list[Link]:
        """The links that are among the ``each`` strongest out of their source or into their target."""
        left: dict[tuple[str, int], int] = {}
        kept = []
        for link in self.between:
            ends = (("out", link.source), ("in" if self.directed else "out", link.target))
            if any(left.get(end, 0) < each for end in ends):
                kept.append(link)
                for end in ends:
                    left[end] = left.get(end, 0) + 1
        return kept


def _telling(edge: Edge) -> tuple[float, int, int, str]:
    return -edge.score, edge.source, edge.target, edge.reason
