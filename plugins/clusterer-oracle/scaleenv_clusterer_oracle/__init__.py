"""Oracle: domains by a label that the tools have, to compare found domains with."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import field, frozen
from attrs.validators import ge, in_

from scaleenv_core import hookimpl
from scaleenv_core.partition import WeightedGraph, bounded_communities, check_bounds
from scaleenv_core.types import Community, Tool, ToolGraph

__all__ = ["Oracle"]


@frozen(kw_only=True)
class Oracle:
    """Tools of one label are one domain, cut and merged to between two sizes.

    A tool without the label stands alone. This is no way to find domains: it reads what
    finding them must not.
    """

    label: str = field(default="service", validator=in_(("service", "provider", "source")))
    """The field of a tool to group by."""

    max_tools: int = field(default=60, validator=ge(1))
    """A larger group is cut evenly, in the order of its ids."""

    min_tools: int = field(default=1, validator=ge(1))
    """A smaller group joins the one that the graph puts closest."""

    def __attrs_post_init__(self) -> None:
        check_bounds(self.min_tools, self.max_tools)

    @hookimpl
    def cluster_tools(self, graph: ToolGraph, tools: Sequence[Tool]) -> Sequence[Community]:
        """Group the graph's tools by their label."""
        labels = [getattr(tool, self.label) for tool in sorted(tools, key=lambda tool: tool.id)]
        numbers = {label: number for number, label in enumerate(sorted({*labels}))}

        def split(part: WeightedGraph, level: int) -> Sequence[int]:
            if level:
                return [0] * part.count
            return [numbers[label] if label else -1 - place for place, label in enumerate(labels)]

        return bounded_communities(graph, split, min_tools=self.min_tools, max_tools=self.max_tools)
