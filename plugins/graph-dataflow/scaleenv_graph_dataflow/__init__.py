"""DataFlow: a directed edge where an output field of one tool fits a parameter of another."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import field, frozen
from attrs.validators import and_, ge, gt, le, lt

from scaleenv_core import hookimpl
from scaleenv_core.types import Edge, Tool, ToolGraph

__all__ = ["DataFlow"]


@frozen(kw_only=True)
class DataFlow:
    """Typed data-flow edges, for walks: ``items[].id → eventId``.

    An edge's reason is exactly ``<output path> → <parameter>``: the path is relative to
    the answer of the edge's source, dotted, with ``[]`` for the elements of an array; the
    parameter is one of the target's own. Two tools have one edge for each parameter that
    one can fill for the other.
    """

    per_parameter: int = field(default=5, validator=gt(0))
    """Keep at most the best so many sources of each parameter."""

    minimum: float = field(default=0.1, validator=and_(ge(0.0), lt(1.0)))
    """Edges must score more than this."""

    share: float = field(default=0.5, validator=and_(ge(0.0), le(1.0)))
    """Sources that score less than this share of the parameter's best are left out."""

    neighbours: int = field(default=64, validator=gt(0))
    """The sources of a tool are looked for among so many tools with lists nearest to it, and
    a third as many that give a single thing: this bounds the time."""

    @hookimpl
    def build_graph(self, tools: Sequence[Tool]) -> ToolGraph:
        """Join outputs to parameters by name, subject, type, format and allowed values."""
        from scaleenv_graph_dataflow.matching import match

        nodes = tuple(tool.id for tool in tools)
        # Worked out in the order of the ids: ties come out alike in any input order.
        place = sorted(range(len(tools)), key=lambda i: nodes[i])
        found = match(
            [tools[i] for i in place],
            neighbours=self.neighbours,
            most=self.per_parameter,
            minimum=self.minimum,
            share=self.share,
        )
        edges = (
            Edge(place[source], place[target], score, f"{path} → {parameter}")
            for source, target, score, path, parameter in found
        )
        return ToolGraph.of("dataflow", directed=True, nodes=nodes, edges=edges)
