"""How well domains agree with labels that the clustering never sees; prints a Markdown table.

``python experiments/graph_quality.py [--tools N] [--catalog FILE] [--minilm] [--only NAME]``: a catalog
of the form of ``shared/catalogs/README.md``. Tools get opaque ids: what is left to cluster by is names,
descriptions, schemas, tags and paths. A sample holds whole providers.
"""

from __future__ import annotations

import argparse
import gzip
import os
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from math import isnan, nan
from pathlib import Path
from typing import Any

import orjson
from attrs import evolve, field, frozen

from scaleenv_core.agreement import (
    adjusted_mutual_information,
    adjusted_rand_index,
    homogeneity,
    stability,
)
from scaleenv_core.names import digest
from scaleenv_core.plugins import configure, find
from scaleenv_core.settings import CollectSettings
from scaleenv_core.stages.embedding import cached
from scaleenv_core.stages.sifting import sift
from scaleenv_core.testing.calling import call_hook
from scaleenv_core.types import Community, Http, Tool, ToolGraph, Vector
from scaleenv_core.vectorcache import VectorCache, cache_folder

SHARED = Path(os.environ.get("SCALEENV_SHARED", str(Path(__file__).parents[2] / "shared")))
DEV = SHARED / "catalogs" / "catalog-dev.jsonl.gz"
TRIES = 10
"""Steps towards a number of domains."""
COUNTED = 5
"""Smaller communities are no domains."""


@frozen(kw_only=True)
class Method:
    """One line of the table: a graph and a clusterer."""

    name: str
    embedders: tuple[str, ...] = ("hashing",)
    features: dict[str, Any] = field(factory=dict)
    """Options of the embedders."""
    graph: dict[str, Any] = field(factory=dict)
    clusterer: str = "leiden"
    options: dict[str, Any] = field(factory=dict)
    beside: bool = False
    """Followed by our default with the same ``max_tools``, at the same number of domains."""


BOUND, UNBOUND = 60, 1_000_000
"""The paper's method bounds no size; ours is to make domains of at most 60 tools."""


def paper(threshold: float, bound: int, embedder: str = "hashing") -> Method:
    """Louvain on plain Eq. 1 over the parameters."""
    read = "" if embedder == "hashing" else f" by {embedder}"
    most = f"at most {bound}" if bound < UNBOUND else "any size"
    return Method(
        name=f"paper: Louvain, plain Eq. 1, parameters{read}, τ = {threshold}, {most}",
        embedders=(embedder,),
        features={"pairs": False} if embedder == "hashing" else {},
        graph={"text": "parameters", "neighbours": 0, "common": 0, "threshold": threshold},
        clusterer="louvain",
        options={"min_tools": 1, "max_tools": bound},
        beside=True,
    )


METHODS = (
    Method(name="default: hashing, all text, Leiden CPM"),
    *(paper(threshold, bound) for threshold in (0.3, 0.5, 0.7) for bound in (BOUND, UNBOUND)),
    Method(name="default with the text of parameters only", graph={"text": "parameters"}),
    Method(name="default with Leiden modularity", options={"objective": "modularity", "resolution": 1.0}),
    Method(name="default with Louvain", clusterer="louvain"),
)
# Cosines of dense vectors lie closer together: another density would be another number of domains.
DENSE = {"resolution": 0.0, "mean_tools": 24}
MINILM = (
    Method(name="MiniLM, all text, Leiden CPM", embedders=("minilm",), options=DENSE),
    Method(name="hashing and MiniLM, all text, Leiden CPM", embedders=("hashing", "minilm"), options=DENSE),
    paper(0.7, BOUND, "minilm"),
)


def kept_tools(path: Path, count: int) -> tuple[list[Tool], dict[str, tuple[str, str | None]]]:
    """Kept tools with opaque ids, and each id's labels (service, domain); whole providers up to ``count``."""
    sizes = Counter(row["provider"] for row in _rows(path))
    chosen: set[str] = set()
    for provider in sorted(sizes, key=digest):
        if count and sum(sizes[one] for one in chosen) >= count:
            break
        chosen.add(provider)
    tools, labels = [], {}
    for row in _rows(path):
        if row["provider"] in chosen:
            key = digest(row["id"])[:16]
            tools.append(_tool(key, row))
            labels[key] = (f"{row['provider']} {row['service']}", row["domain"])
    return sift(tools, CollectSettings(), 0)[0], labels


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path) as lines:
        yield from map(orjson.loads, lines)


def _tool(key: str, row: dict[str, Any]) -> Tool:
    http = row["http"]
    return Tool(
        id=key,
        name=row["name"],
        description=row["description"] or "",
        parameters=row["parameters"],
        returns=row["returns"],
        http=Http(method=http["method"], path=http["path"] or "") if http else None,
        tags=tuple(row["tags"]),
    )


def embed_with(
    names: Sequence[str], options: dict[str, Any]
) -> Callable[[Sequence[str]], list[list[Vector]]]:
    """The named embedders, behind a cache of this script's own."""

    def embed(texts: Sequence[str]) -> list[list[Vector]]:
        made = []
        for name in names:
            info = find("embedder", name)
            plugin = configure(info, options)
            kept = VectorCache(cache_folder() / f"experiment-{digest(f'{info} {options}')[:16]}.sqlite")
            made.append(
                cached(
                    lambda texts, plugin=plugin: [call_hook(plugin, "embed_texts", texts=texts)],
                    texts,
                    kept,
                    name=name,
                )
            )
        return made

    return embed


def build(method: Method, tools: Sequence[Tool]) -> ToolGraph:
    """The method's graph."""
    plugin = configure(find("graph", "similarity"), method.graph)
    return call_hook(
        plugin, "build_graph", tools=tools, seed=0, embed=embed_with(method.embedders, method.features)
    )


def cluster(method: Method, graph: ToolGraph, seed: int) -> list[Community]:
    """The method's communities; no tool goes with the graph, so that no label can be read."""
    plugin = configure(find("clusterer", method.clusterer), method.options)
    return list(call_hook(plugin, "cluster_tools", graph=graph, seed=seed, tools=()))


def domains(communities: Sequence[Community]) -> list[Community]:
    """Those that count."""
    return [community for community in communities if len(community.tools) >= COUNTED]


def at_number(method: Method, graph: ToolGraph, wanted: int) -> Method:
    """The method with the resolution at which its number of domains comes closest to the wanted one."""
    low, high = 0.0002, 0.5
    best = (wanted + 1, low)
    for _ in range(TRIES):
        middle = (low * high) ** 0.5
        tried = evolve(method, options={**method.options, "resolution": middle})
        found = len(domains(cluster(tried, graph, 0)))
        best = min(best, (abs(found - wanted), middle))
        low, high = (low, middle) if found > wanted else (middle, high)
    return evolve(method, options={**method.options, "resolution": best[1]})


def scores(communities: Sequence[Community], labels: dict[str, tuple[str, str | None]]) -> dict[str, float]:
    """What the table shows of one partition."""
    found = domains(communities)
    tools = [(number, tool) for number, domain in enumerate(found) for tool in domain.tools]
    every = [(number, tool) for number, part in enumerate(communities) for tool in part.tools]
    made: dict[str, float] = {
        "domains": len(found),
        "largest": max((len(domain.tools) for domain in found), default=0),
        "in domains": len(tools) / len(every),
    }
    for place, name in enumerate(("service", "domain")):
        known = [(number, labels[tool][place]) for number, tool in tools if labels[tool][place]]
        parts, truth = [number for number, _ in known], [label for _, label in known]
        made[f"AMI {name}"] = adjusted_mutual_information(parts, truth)
        made[f"ARI {name}"] = adjusted_rand_index(parts, truth)
        made[f"hom. {name}"] = homogeneity(parts, truth)
    made["AMI service, every tool"] = adjusted_mutual_information(
        [number for number, _ in every], [labels[tool][0] for _, tool in every]
    )
    return made


def partition(communities: Sequence[Community]) -> list[int]:
    """Each tool's community, in the order of the tools' ids."""
    return [number for _, number in sorted((t, n) for n, part in enumerate(communities) for t in part.tools)]


def measure(
    method: Method,
    graph: ToolGraph,
    labels: dict[str, tuple[str, str | None]],
    seeds: int,
    among: Collection[str] = (),
) -> dict[str, float]:
    """One line of the table; means over the seeds. ``among``: tools for an AMI over those alone."""
    start = time.process_time()
    found = [cluster(method, graph, seed) for seed in range(seeds)]
    took = (time.process_time() - start) / seeds
    rows = [scores(communities, labels) for communities in found]
    made = {key: sum(row[key] for row in rows) / len(rows) for key in rows[0]}
    shared = [agreement(communities, labels, among) for communities in found] if among else [nan]
    made["AMI service, the same tools"] = sum(shared) / len(shared)
    made["stability"] = stability([partition(communities) for communities in found]) if seeds > 1 else nan
    return {**made, "cluster CPU s": took}


def agreement(
    communities: Sequence[Community], labels: dict[str, tuple[str, str | None]], among: Collection[str]
) -> float:
    """AMI with the services over these tools, in whatever communities they are."""
    rows = [
        (n, labels[tool][0]) for n, part in enumerate(communities) for tool in part.tools if tool in among
    ]
    return adjusted_mutual_information([number for number, _ in rows], [label for _, label in rows])


def line(name: str, row: dict[str, float]) -> None:
    """Print one line of the table."""
    shown = ("" if isnan(v) else f"{v:,.0f}" if v >= 10 else f"{v:.3f}" for v in row.values())
    print(f"| {name} | {' | '.join(shown)} |", flush=True)


def main() -> None:
    """Print the table, a line as soon as it is measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tools", type=int, default=10_000, help="whole providers up to so many; 0: all")
    parser.add_argument("--catalog", type=Path, default=DEV)
    parser.add_argument("--minilm", action="store_true", help="measure MiniLM too: an hour for 87,000 tools")
    parser.add_argument("--only", default="", help="beside the default, methods whose names begin so")
    parser.add_argument("--seeds", type=int, default=5, help="each clusterer's")
    asked = parser.parse_args()
    if not asked.catalog.is_file():
        raise SystemExit(f"no catalog at {asked.catalog}; give --catalog, or set SCALEENV_SHARED")
    tools, labels = kept_tools(asked.catalog, asked.tools)
    print(
        f"{len(tools):,} tools of {asked.catalog.name}, {len({s for s, _ in labels.values()}):,} services\n"
    )
    others = (*METHODS[1:], *(MINILM if asked.minilm else ()))
    ours, last = None, None
    for method in (METHODS[0], *(one for one in others if one.name.startswith(asked.only))):
        if last != (method.graph, method.embedders, method.features):
            start = time.process_time()
            graph = build(method, tools)
            last, took = (method.graph, method.embedders, method.features), time.process_time() - start
        theirs: frozenset[str] = frozenset()
        if method.beside:
            theirs = frozenset(tool for one in domains(cluster(method, graph, 0)) for tool in one.tools)
        row = {**measure(method, graph, labels, asked.seeds, theirs), "graph CPU s": took}
        if ours is None:
            ours = graph
            print(f"| method | {' | '.join(row)} |\n|---|{'---|' * len(row)}")
        line(method.name, row)
        if method.beside:
            same = evolve(METHODS[0], options={"max_tools": method.options["max_tools"]})
            same = at_number(same, ours, round(row["domains"]))
            row = {**measure(same, ours, labels, asked.seeds, theirs), "graph CPU s": nan}
            line("– the default at that number", row)


if __name__ == "__main__":
    main()
