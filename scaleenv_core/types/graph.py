"""A graph over the tools of a catalog, in columns: thirty thousand tools are one small object."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from attrs import field, frozen


@frozen(kw_only=True)
class FoundDomain:
    """A community of tools with the names that a person knows it by."""

    slug: str
    """Unique in a world; a folder name: lower case, digits and hyphens."""

    title: str
    """Unique in a world, in title case: ``Invoices and Customers``."""

    summary: str = ""
    """One sentence."""

    tools: tuple[str, ...]
    """Tool ids, sorted."""


class Edge(NamedTuple):
    """One edge, by the tools' positions in :attr:`ToolGraph.nodes`."""

    source: int
    target: int
    score: float
    """In (0, 1]; higher is closer (similarity) or surer (data flow)."""
    reason: str
    """Why there is an edge, for a person: ``order.id → order_id``."""


@frozen(kw_only=True)
class ToolGraph:
    """Nodes are tools in catalog order; edges are columns of equal length.

    An undirected graph holds each pair once, with ``source < target``. Edges are
    sorted by (source, target), so that equal graphs are equal bytes.
    """

    kind: str
    """The builder's plugin name: ``similarity``, ``dataflow``, …"""

    directed: bool
    nodes: tuple[str, ...]
    """Tool ids, in catalog order."""

    sources: array[int] = field(eq=list)
    targets: array[int] = field(eq=list)
    scores: array[float] = field(eq=list)
    reasons: tuple[str, ...]

    @classmethod
    def of(cls, kind: str, *, directed: bool, nodes: Iterable[str], edges: Iterable[Edge]) -> ToolGraph:
        """Build a graph from edges in any order; an undirected edge may be given either way."""
        rows = sorted(edges if directed else (_upward(edge) for edge in edges))
        return cls(
            kind=kind,
            directed=directed,
            nodes=tuple(nodes),
            sources=array("i", (row.source for row in rows)),
            targets=array("i", (row.target for row in rows)),
            scores=array("d", (row.score for row in rows)),
            reasons=tuple(row.reason for row in rows),
        )

    def __len__(self) -> int:
        """The number of edges."""
        return len(self.sources)

    def edges(self) -> Iterator[Edge]:
        """All edges in their stored order."""
        return map(Edge._make, zip(self.sources, self.targets, self.scores, self.reasons, strict=True))


def _upward(edge: Edge) -> Edge:
    if edge.source <= edge.target:
        return edge
    return Edge(edge.target, edge.source, edge.score, edge.reason)
