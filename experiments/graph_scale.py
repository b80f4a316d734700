"""Time and memory of graph and domains from a thousand tools to two hundred thousand; prints a table.

``python experiments/graph_scale.py [--sizes N,N,…] [--plot FILE.svg] [--minilm]``. Every size runs in a
process of its own, with the default plugins and an empty cache. Beyond the catalog's own size its tools
come again with three words of ten replaced. Each size up to 30,000 is run again in another process with its
tools shuffled: the domains must be the same. ``--minilm`` holds the whole way against one pass of MiniLM.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from math import log
from pathlib import Path
from typing import Any

from attrs import fields
from graph_quality import DEV, METHODS, build, cluster, domains, kept_tools

from scaleenv_core.converters import from_plain, to_plain
from scaleenv_core.fields import fields_of
from scaleenv_core.graphfile import graph_bytes, graph_of
from scaleenv_core.names import digest
from scaleenv_core.plugins import configure, find
from scaleenv_core.stages.embedding import cached
from scaleenv_core.testing.calling import call_hook
from scaleenv_core.testing.samples import sample_tools
from scaleenv_core.types import Community, Tool
from scaleenv_core.vectorcache import VectorCache

SIZES = (1_000, 3_000, 10_000, 30_000, 87_393, 200_000)
TWICE = 30_000
"""Up to this size each is run again in another process."""

KEPT_WORDS = frozenset(
    "type properties required items description title string integer number boolean object array null "
    "enum format default anyOf oneOf allOf additionalProperties minimum maximum pattern true false".split()
) | {one.name for one in fields(Tool)}


def catalog(path: Path, count: int) -> list[Tool]:
    """So many lines of the catalog, as tools that were kept; beyond its size perturbed ones."""
    tools = kept_tools(path, count)[0]
    made, copy = list(tools), 1
    while count > 87_393 and len(made) < count:
        made += [_perturbed(tool, copy) for tool in tools[: count - len(made)]]
        copy += 1
    return made


def _perturbed(tool: Tool, copy: int) -> Tool:
    def other(found: re.Match[str]) -> str:
        word = found[0]
        draw = digest(f"{copy} {word.lower()}")
        return word if word in KEPT_WORDS or int(draw[:4], 16) % 10 > 2 else f"{word[:2]}{_letters(draw)}"

    plain = {**to_plain(tool), "id": "", "http": None}
    changed = json.loads(re.sub(r"(?<!\\)\b[A-Za-z][a-z]{3,}", other, json.dumps(plain, ensure_ascii=False)))
    return from_plain({**changed, "id": f"{tool.id}-{copy}"}, Tool)


def _letters(draw: str) -> str:
    return "".join(chr(97 + int(digit, 16)) for digit in draw[4:10])


def one(path: Path, count: int, shuffle: int) -> dict[str, Any]:
    """Measure one size, in this process."""
    tools = catalog(path, count)
    random.Random(shuffle).shuffle(tools)
    hashing = configure(find("embedder", "hashing"), {})
    cluster(METHODS[0], build(METHODS[0], sample_tools()), 0)  # the imports are not what is measured
    started = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        kept = VectorCache(Path(folder) / "vectors.sqlite")

        def embed(texts: Sequence[str]) -> list[Any]:
            ask = lambda texts: [call_hook(hashing, "embed_texts", texts=texts)]  # noqa: E731
            return [cached(ask, texts, kept, name="hashing")]

        builder = configure(find("graph", "similarity"), {})
        graph = call_hook(builder, "build_graph", tools=tools, seed=0, embed=embed)
    graphed = time.process_time()
    data = graph_bytes(graph)
    graph = graph_of(data, graph.nodes)
    stored = time.process_time()
    found = call_hook(
        configure(find("clusterer", "leiden"), {}), "cluster_tools", graph=graph, seed=0, tools=tools
    )
    clustered = time.process_time()
    big = domains(found)
    return {
        "tools": len(tools),
        "edges": len(graph),
        "file MB": len(data) / 1e6,
        "domains of 5 to 60": len(big),
        "in domains": sum(len(domain.tools) for domain in big) / len(tools),
        "graph CPU s": graphed - started,
        "file CPU s": stored - graphed,
        "cluster CPU s": clustered - stored,
        "all CPU s": clustered - started,
        "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
        "same": digest(json.dumps([domain.tools for domain in found])),
    }


def measured(path: Path, sizes: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Each size in processes of its own; ``same`` becomes whether two agree."""
    for size in sizes:
        rows = []
        for shuffle in (0, 1) if size <= TWICE else (0,):
            command = [sys.executable, __file__, "--catalog", str(path), "--one", str(size)]
            fresh = {**os.environ, "PYTHONHASHSEED": str(shuffle + 1)}
            done = subprocess.run(
                [*command, "--shuffle", str(shuffle)], check=True, stdout=subprocess.PIPE, env=fresh
            )
            rows.append(json.loads(done.stdout))
        agree = "yes" if rows[0]["same"] == rows[-1]["same"] else "NO"
        yield {**rows[0], "same": agree if len(rows) > 1 else "not tried"}


def minilm(path: Path, size: int, sample: int) -> None:
    """Print one pass over the unique strings, and the whole way to domains, with MiniLM and without."""
    tools = catalog(path, size)
    every = sorted({part for tool in tools for part in _strings(tool) if part}, key=digest)
    plugin = configure(find("embedder", "minilm"), {})
    call_hook(plugin, "embed_texts", texts=["the model is loaded once"])
    some = every[:sample] if sample else every
    start = time.process_time()
    call_hook(plugin, "embed_texts", texts=some)
    once = (time.process_time() - start) * len(every) / len(some)
    print(
        f"{len(tools):,} tools, {len(every):,} unique strings; a pass of MiniLM over them {once:,.0f} CPU s"
    )
    print(f"(of which run: {len(some):,})", flush=True)
    cluster(METHODS[0], build(METHODS[0], sample_tools()), 0)  # the imports are not what is measured
    for name in ("hashing", "minilm"):
        found, took = whole_way(tools, name)
        print(
            f"{name}: {len(domains(found)):,} domains, {took:,.1f} CPU s, {took / once:.3f} of the pass",
            flush=True,
        )


def whole_way(tools: Sequence[Tool], embedder: str) -> tuple[list[Community], float]:
    """The domains by one embedder, and the CPU seconds from tools to domains; nothing is cached before."""
    plugin = configure(find("embedder", embedder), {})
    start = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        kept = VectorCache(Path(folder) / "vectors.sqlite")

        def embed(texts: Sequence[str]) -> list[Any]:
            ask = lambda texts: [call_hook(plugin, "embed_texts", texts=texts)]  # noqa: E731
            return [cached(ask, texts, kept, name=embedder)]

        builder = configure(find("graph", "similarity"), {})
        graph = call_hook(builder, "build_graph", tools=tools, seed=0, embed=embed)
    found = cluster(METHODS[0], graph, 0)
    return found, time.process_time() - start


def _strings(tool: Tool) -> Iterator[str]:
    yield from (tool.name, tool.description, *tool.tags)
    for found in (*fields_of(tool.parameters), *fields_of(tool.returns)):
        yield from (found.name, str(found.schema.get("description") or ""))


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """The slope of a straight line through the points' logarithms: time ~ size ** slope."""
    logs = [(log(x), log(y)) for x, y in points]
    mean_x, mean_y = (sum(column) / len(logs) for column in zip(*logs, strict=True))
    return sum((x - mean_x) * (y - mean_y) for x, y in logs) / sum((x - mean_x) ** 2 for x, _ in logs)


def plot(rows: Sequence[dict[str, Any]], slope: float) -> str:
    """An SVG of CPU seconds over tools, both axes logarithmic."""
    points = [(row["tools"], row["all CPU s"]) for row in rows]
    right, top = log(points[-1][0]), log(max(y for _, y in points))
    left, low = log(points[0][0]), log(min(y for _, y in points))

    def at(x: float, y: float) -> tuple[float, float]:
        return 60 + 400 * (log(x) - left) / (right - left), 260 - 220 * (log(y) - low) / (top - low)

    dots = [(*at(x, y), f"{x:,} tools: {y:,.1f} s") for x, y in points]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in dots)
    marks = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"/><text x="{x + 8:.1f}" y="{y + 14:.1f}">{said}</text>'
        for x, y, said in dots
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 300" font-family="sans-serif" '
        f'font-size="12"><rect width="640" height="300" fill="white"/><text x="60" y="20">CPU seconds of '
        f'graph and domains; growth exponent {slope:.2f}</text><polyline points="{line}" fill="none" '
        f'stroke="black"/>{marks}</svg>\n'
    )


def main() -> None:
    """Print the table and the growth exponent."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--catalog", type=Path, default=DEV)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--plot", type=Path, help="write the curve there, as SVG")
    parser.add_argument("--one", type=int, help="measure this size in this process, and print JSON")
    parser.add_argument("--shuffle", type=int, default=0)
    parser.add_argument("--minilm", type=int, metavar="N", help="measure MiniLM on so many tools; 0: all")
    parser.add_argument("--strings", type=int, default=0, help="MiniLM's pass by so many strings; 0: all")
    asked = parser.parse_args()
    if asked.minilm is not None:
        minilm(asked.catalog, asked.minilm, asked.strings)
        return
    if asked.one:
        print(json.dumps(one(asked.catalog, asked.one, asked.shuffle)))
        return
    rows = []
    for row in measured(asked.catalog, [int(size) for size in asked.sizes.split(",")]):
        if not rows:
            print(f"| {' | '.join(row)} |\n|{'---|' * len(row)}")
        shown = (
            v if isinstance(v, str) else f"{v:,}" if isinstance(v, int) else f"{v:.3g}" for v in row.values()
        )
        print(f"| {' | '.join(shown)} |", flush=True)
        rows.append(row)
    if len(rows) > 1:
        slope = exponent([(row["tools"], row["all CPU s"]) for row in rows])
        print(f"\ngrowth exponent over all sizes: {slope:.2f}")
        if asked.plot:
            asked.plot.write_text(plot(rows, slope), encoding="utf-8")


if __name__ == "__main__":
    main()
