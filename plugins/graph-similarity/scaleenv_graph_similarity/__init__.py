"""Similarity: an undirected edge between tools whose signatures share distinctive terms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import field, frozen
from attrs.validators import and_, ge, in_, lt

from scaleenv_core import hookimpl
from scaleenv_core.types import Edge, Tool, ToolGraph

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike

__all__ = ["Similarity", "similar_pairs"]


@frozen(kw_only=True)
class Similarity:
    """AgentScaler's tool graph (Eq. 1): an edge where ``cos(φ(i), φ(j)) > threshold``.

    φ is lexical: TF-IDF over the words of a signature, so that what every tool has
    (``id``, ``limit``, ``page``) ties nothing together.
    """

    text: str = field(default="all", validator=in_(("all", "parameters")))
    """What of a tool is read. ``parameters``: names and descriptions of its parameters, and
    the names of its output fields; ``all``: its own name and description too."""

    threshold: float = field(default=0.15, validator=and_(ge(0.0), lt(1.0)))
    """Eq. 1's τ: tools are joined only where their cosine is greater."""

    neighbours: int = field(default=15, validator=ge(0))
    """An edge must also be among the closest so many of one of its ends; 0 sets no bound:
    Eq. 1 to the letter, for small catalogs."""

    common: int = field(default=4000, validator=ge(0))
    """Terms that more tools than this have are left out, as stop words are; this bounds the
    time, which grows with its square. 0 keeps all."""

    @hookimpl
    def build_graph(self, tools: Sequence[Tool]) -> ToolGraph:
        """Join the tools by their signatures; the edge's reason names the terms shared."""
        from scaleenv_graph_similarity.signatures import read_terms
        from scaleenv_graph_similarity.vectors import shared_terms, term_vectors

        nodes = tuple(tool.id for tool in tools)
        # All arithmetic is done in the order of the ids, so that sums and ties come out
        # the same whatever order the tools are given in.
        place = sorted(range(len(tools)), key=lambda i: nodes[i])
        bags, spelling = read_terms([tools[i] for i in place], whole=self.text == "all")
        terms, matrix = term_vectors(bags, common=self.common)
        sources, targets, scores = similar_pairs(matrix, self.threshold, self.neighbours)
        reasons = shared_terms(matrix, sources, targets, terms, spelling)
        edges = (
            # Six digits: the last bits of a sum differ between processors.
            Edge(place[i], place[j], min(1.0, max(1e-6, round(score, 6))), reason)
            for i, j, score, reason in zip(
                sources.tolist(), targets.tolist(), scores.tolist(), reasons, strict=True
            )
        )
        return ToolGraph.of("similarity", directed=False, nodes=nodes, edges=edges)


def similar_pairs(
    vectors: ArrayLike, threshold: float, neighbours: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Eq. 1 for fixed vectors: all pairs ``i < j`` with ``cos > threshold`` (≥ 0), in order.

    ``vectors`` holds one row a tool: a dense array, or a scipy sparse matrix. With
    ``neighbours`` a pair must also be among the closest so many of one of its ends; of
    equally close ones the earlier row is taken. A zero row is similar to nothing.
    Returns the two columns of indices and the cosines.
    """
    from scaleenv_graph_similarity.vectors import pairs_above

    return pairs_above(vectors, threshold, neighbours)
