"""Similarity: an undirected edge between tools whose signatures have near vectors."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import field, frozen
from attrs.validators import and_, ge, in_, lt

from scaleenv_core import hookimpl
from scaleenv_core.interfaces import Embed
from scaleenv_core.types import Edge, Tool, ToolGraph

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike

__all__ = ["Similarity", "similar_pairs"]


@frozen(kw_only=True)
class Similarity:
    """AgentScaler's tool graph (Eq. 1): an edge where ``cos(φ(i), φ(j)) > threshold``.

    φ is the chosen embedder's vector of the signature; with several embedders the cosine
    is the mean of theirs. Features of sparse vectors are weighed by the root of their IDF
    in this catalog, so that what every tool has (``id``, ``limit``, ``page``) ties nothing
    together: the cosine of two bags of features is then the IDF that they share, over the
    geometric mean of what each has.
    """

    text: str = field(default="all", validator=in_(("all", "parameters")))
    """What of a tool is read. ``parameters``: names and descriptions of its parameters, and
    the names of its output fields; ``all``: its own name, description, tags and HTTP path too."""

    threshold: float = field(default=0.1, validator=and_(ge(0.0), lt(1.0)))
    """Eq. 1's τ: tools are joined only where their cosine is greater."""

    neighbours: int = field(default=20, validator=ge(0))
    """An edge must also be among the closest so many of one of its ends; 0 sets no bound:
    Eq. 1 to the letter, for small catalogs."""

    common: int = field(default=2000, validator=ge(0))
    """Features that more tools than this have are left out, as stop words are; this bounds the
    time, which grows with its square. 0 keeps all."""

    @hookimpl
    def build_graph(self, tools: Sequence[Tool], embed: Embed) -> ToolGraph:
        """Join the tools by their signatures; the edge's reason names what they share."""
        with _uncollected():
            return self._graph(tools, embed)

    def _graph(self, tools: Sequence[Tool], embed: Embed) -> ToolGraph:
        from scaleenv_graph_similarity.reasons import Reasons
        from scaleenv_graph_similarity.signatures import read_signature
        from scaleenv_graph_similarity.vectors import DIGITS, matrix, pairs_above

        nodes = tuple(tool.id for tool in tools)
        # All arithmetic is done in the order of the ids, so that sums and ties come out
        # the same whatever order the tools are given in.
        place = sorted(range(len(tools)), key=lambda i: nodes[i])
        signatures = [read_signature(tools[i], whole=self.text == "all") for i in place]
        vectors = embed([signature.text for signature in signatures])
        rows = [matrix(one, common=self.common) for one in vectors]
        sources, targets, scores = pairs_above(rows, self.threshold, self.neighbours)
        said = Reasons(signatures)
        edges = (
            Edge(place[i], place[j], min(1.0, max(1e-6, round(score, DIGITS))), said.between(i, j))
            for i, j, score in zip(sources.tolist(), targets.tolist(), scores.tolist(), strict=True)
        )
        return ToolGraph.of("similarity", directed=False, nodes=nodes, edges=edges)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Hold the garbage collector back: nothing here makes cycles, and each pass visits the catalog."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def similar_pairs(
    vectors: ArrayLike, threshold: float, neighbours: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Eq. 1 for fixed vectors: all pairs ``i < j`` with ``cos > threshold`` (≥ 0), in order.

    ``vectors`` holds one row a tool: a dense array, or a scipy sparse matrix. With
    ``neighbours`` a pair must also be among the closest so many of one of its ends; of
    equally close ones the row beside is taken. A zero row is similar to nothing.
    Returns the two columns of indices and the cosines.
    """
    from scaleenv_graph_similarity.vectors import pairs_above

    return pairs_above([vectors], threshold, neighbours)
