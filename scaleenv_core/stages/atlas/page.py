"""The page: a list that any browser shows, the data behind it, and what draws the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from math import sqrt
from typing import Any

import orjson
from attrs import frozen

from scaleenv_core.stages.atlas.layout import Island, placed
from scaleenv_core.stages.atlas.links import Link, Links
from scaleenv_core.stages.atlas.regions import neighbours, regions
from scaleenv_core.types import Edge, FoundDomain, Tool

_TEXT = 5_000_000
"""Characters that all descriptions of tools may take together."""

_LONGEST = 160
_REASON = 80
_EACH = 5
"""Links kept out of each domain, and into it, of each graph."""


@frozen
class Atlas:
    """All that the page shows."""

    domains: Sequence[FoundDomain]
    tools: Sequence[Tool]
    links: Sequence[Links]
    islands: Sequence[Island]
    titles: Sequence[str]
    """Of the islands."""

    @classmethod
    def of(cls, domains: Sequence[FoundDomain], tools: Sequence[Tool], links: Sequence[Links]) -> Atlas:
        """Put the domains on a map: those that the undirected graphs tie lie together."""
        sizes = [len(found.tools) for found in domains]
        ties: dict[tuple[int, int], float] = {}
        for one in [graph for graph in links if not graph.directed] or links:
            for link in one.between:
                pair = (min(link.source, link.target), max(link.source, link.target))
                ties[pair] = ties.get(pair, 0.0) + link.strength(sizes)
        groups = regions(len(domains), ties)
        near = neighbours(ties)
        titles = [" · ".join(domains[one].title for one in _central(group, near)) for group in groups]
        return cls(domains, tools, links, placed(groups, ties), titles)


def _central(group: Sequence[int], near: Mapping[int, Mapping[int, float]]) -> list[int]:
    """The two domains of a region that are tied most to its others."""
    inside = set(group)
    pull = {one: sum(tie for other, tie in near.get(one, {}).items() if other in inside) for one in group}
    return sorted(group, key=lambda one: (-round(pull[one], 9), one))[:2]


def page(atlas: Atlas) -> str:
    """The whole page as HTML."""
    parts = {
        "STYLE": _asset("page.css"),
        "SCRIPT": _asset("page.js"),
        "DATA": _embedded(_data(atlas)),
        "LIST": _listed(atlas),
        "COUNTS": f"{len(atlas.domains):,} domains, {sum(len(one.tools) for one in atlas.domains):,} tools",
    }
    text = _asset("page.html")
    for name, part in parts.items():
        text = text.replace(f"<!--{name}-->", part, 1)
    return text


def _asset(name: str) -> str:
    return (files("scaleenv_core.stages.atlas") / name).read_text(encoding="utf-8")


def _embedded(data: Any) -> str:
    """JSON that may stand in a script element, whatever its strings hold."""
    return orjson.dumps(data).decode().replace("<", "\\u003c")


def _listed(atlas: Atlas) -> str:
    """Every domain under its region: what there is without a script, and what a search reads."""
    parts = []
    for island, title in zip(atlas.islands, atlas.titles, strict=True):
        parts.append(f"<section><h2>{escape(title)}</h2><ul>")
        for number in sorted(island.domains, key=lambda number: atlas.domains[number].title.lower()):
            found = atlas.domains[number]
            name = f"d-{found.slug}"
            parts.append(
                f'<li id="{name}" data-n="{number}"><a href="#{name}">{escape(found.title)}</a> '
                f"<small>{len(found.tools)}</small><p>{escape(found.summary)}</p></li>"
            )
        parts.append("</ul></section>")
    return "\n".join(parts)


def _data(atlas: Atlas) -> dict[str, Any]:
    """Tools, places and edges; domains by number, tools by their number in their domain."""
    places = {number: point for island in atlas.islands for number, point in island.places.items()}
    home: dict[str, tuple[int, int]] = {}
    for number, found in enumerate(atlas.domains):
        for rank, key in enumerate(found.tools):
            home[key] = (number, rank)
    inside = [home.get(tool.id, (-1, -1))[1] for tool in atlas.tools]
    largest = max((len(found.tools) for found in atlas.domains), default=1)
    return {
        "domains": [
            {
                "at": [round(axis, 2) for axis in places[number]],
                "r": round(0.46 * sqrt(len(found.tools) / largest), 3),
            }
            for number, found in enumerate(atlas.domains)
        ],
        "tools": _tools(atlas),
        "islands": [
            {"title": title, "at": [round(axis, 2) for axis in island.centre], "r": round(island.radius, 2),
             "domains": list(island.domains)}
            for island, title in zip(atlas.islands, atlas.titles, strict=True)
        ],
        "graphs": [_graph(one, inside) for one in atlas.links],
    }  # fmt: skip


def _tools(atlas: Atlas) -> list[list[list[str]]]:
    by_id = {tool.id: tool for tool in atlas.tools}
    length = min(_LONGEST, _TEXT // max(1, sum(len(found.tools) for found in atlas.domains)))
    return [
        [[by_id[key].name, _cut(by_id[key].description, length)] for key in found.tools]
        for found in atlas.domains
    ]


def _graph(links: Links, inside: Sequence[int]) -> dict[str, Any]:
    return {
        "kind": links.kind,
        "directed": links.directed,
        "between": [_link(link, inside) for link in links.top(_EACH)],
        "within": {
            str(home): [_edge(edge, inside) for edge in edges] for home, edges in links.within.items()
        },
    }


def _link(link: Link, inside: Sequence[int]) -> list[Any]:
    return [link.source, link.target, link.count, *_edge(link.best, inside)]


def _edge(edge: Edge, inside: Sequence[int]) -> list[Any]:
    return [inside[edge.source], inside[edge.target], round(edge.score, 2), _cut(edge.reason, _REASON)]


def _cut(text: str, length: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: max(0, length - 1)].rstrip()}…"
