"""The atlas of a world: one HTML page on which a person finds a domain in seconds."""

from __future__ import annotations

from scaleenv_core.artifacts import Summary, read_graph
from scaleenv_core.files import write_text
from scaleenv_core.stages.atlas.links import Links
from scaleenv_core.stages.atlas.page import Atlas, page
from scaleenv_core.stages.running import Run

__all__ = ["write_report"]


def write_report(run: Run) -> Summary:
    """Write ``graph/report.html`` from a world's catalog, graphs and domains.

    The page is whole in itself: it loads nothing, and is a list where no script runs. The
    same world gives the same bytes.
    """
    tools = run.world.read_catalog()
    domains = run.world.found_domains()
    home = {tool: number for number, found in enumerate(domains) for tool in found.tools}
    homes = [home.get(tool.id, -1) for tool in tools]
    sizes = [len(found.tools) for found in domains]
    nodes = [tool.id for tool in tools]
    links = []
    for name in run.plugins("graph").names("graph"):
        graph = read_graph(run.world.need(run.world.graph(name), "graph"), nodes)
        links.append(Links.of(graph, homes, sizes))
    atlas = Atlas.of(domains, tools, links)
    text = page(atlas)
    write_text(run.world.report, text)
    return {
        "report": str(run.world.report),
        "domains": len(domains),
        "regions": len(atlas.islands),
        "bytes": len(text.encode()),
    }
