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
        service=f"{row['provider']} {row['service']}",
        http=Http(method=http["method"].upper(), path=http["path"] or "") if http else None,
    )


def test_recall_of_declared_edges():
    """At least 45 % of the declared parameters have a declared source among 3.3 candidates.

    Plain name matching within a service finds 35.6 % at 3.3 candidates each. Here the
    candidates come from all services that declare anything, by signatures alone.
    """
    declared: dict[tuple[str, str], set[str]] = {}
    for edge in _lines("edges-dev.jsonl.gz"):
        declared.setdefault((edge["to"], edge["param"]), set()).add(edge["from"])
    named = {tool for tool, _ in declared} | {tool for found in declared.values() for tool in found}
    tools = [_tool(row) for row in _lines("catalog-dev.jsonl.gz")]
    services = {tool.service for tool in tools if tool.id in named}
    tools = sorted((tool for tool in tools if tool.service in services), key=lambda tool: tool.id)

    graph = build(DataFlow(per_parameter=4), tools)
    found: dict[tuple[str, str], set[str]] = {}
    for edge in graph.edges():
        key = (graph.nodes[edge.target], edge.reason.split(" → ")[1])
        found.setdefault(key, set()).add(graph.nodes[edge.source])
    hits = sum(bool(sources & found.get(key, set())) for key, sources in declared.items())
    candidates = sum(len(found.get(key, ())) for key in declared)

    assert candidates / len(declared) <= 3.3
    assert hits / len(declared) >= 0.45
