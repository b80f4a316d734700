"""Edges that APIs' authors declare are found among the candidates."""

import gzip
import json
import os
from pathlib import Path

import pytest
from scaleenv_graph_dataflow import DataFlow

from scaleenv_core.testing.graph import build
from scaleenv_core.types import Http, Tool


def _lines(name):
    shared = os.environ.get("SCALEENV_SHARED", str(Path(__file__).parents[3].parent / "shared"))
    path = Path(shared) / "catalogs" / name
    if not path.is_file():
        pytest.skip(f"needs the shared catalog {name}; set SCALEENV_SHARED")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _tool(row):
    http = row["http"]
    return Tool(
        id=row["id"],
        name=row["name"],
        description=row["description"] or "",
        parameters=row["parameters"],
        returns=row["returns"],
        http=Http(method=http["method"].upper(), path=http["path"] or "") if http else None,
    )


def test_recall_of_declared_edges():
    """Over half of the declared parameters of a small mixed catalog have a declared source.

    The whole catalog is measured by ``experiments/dataflow.py``.
    """
    tools = [_tool(row) for row in _lines("catalog-dev-small.jsonl.gz")]
    known = {tool.id for tool in tools}
    declared: dict[tuple[str, str], set[str]] = {}
    for edge in _lines("edges-dev.jsonl.gz"):
        if {edge["to"], edge["from"]} <= known:
            declared.setdefault((edge["to"], edge["param"]), set()).add(edge["from"])

    graph = build(DataFlow(), tools)
    found: dict[tuple[str, str], set[str]] = {}
    for edge in graph.edges():
        key = (graph.nodes[edge.target], edge.reason.split(" → ")[1])
        found.setdefault(key, set()).add(graph.nodes[edge.source])
    hits = sum(bool(sources & found.get(key, set())) for key, sources in declared.items())
    candidates = sum(len(found.get(key, ())) for key in declared)

    assert candidates <= 3 * len(declared)
    assert hits >= 0.55 * len(declared)
