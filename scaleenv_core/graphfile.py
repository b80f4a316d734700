"""A tool graph on disk: a file that ``numpy.load`` reads, written and read without numpy.

An ``.npz`` archive: ``sources``, ``targets`` and ``scores`` as arrays, ``reasons.txt`` with one
line an edge, and ``graph.json`` with the rest. Equal graphs are equal bytes.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from array import array
from collections.abc import Sequence
from typing import Any

import orjson

from scaleenv_core.errors import WorldError
from scaleenv_core.types import ToolGraph

_KINDS = {"sources": ("i", "<i4"), "targets": ("i", "<i4"), "scores": ("d", "<f8")}
"""Column → its array's type code, and numpy's name of it."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The archive holds no time: it would change the bytes."""


def graph_bytes(graph: ToolGraph) -> bytes:
    """The file of a graph; edges name tools by their line in the catalog."""
    head = {"kind": graph.kind, "directed": graph.directed, "nodes": len(graph.nodes)}
    members = {
        "graph.json": orjson.dumps(head, option=orjson.OPT_APPEND_NEWLINE),
        "reasons.txt": "".join(f"{reason}\n" for reason in graph.reasons).encode(),
    }
    for name, (_, spelt) in _KINDS.items():
        members[f"{name}.npy"] = _npy_head(spelt, len(graph)) + getattr(graph, name).tobytes()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in sorted(members.items()):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED, compresslevel=1)
    return made.getvalue()


def graph_of(data: bytes, nodes: Sequence[str]) -> ToolGraph:
    """The graph of a file, over the catalog's tool ids; raises :class:`WorldError` where it is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        head = orjson.loads(members["graph.json"])
        columns: dict[str, Any] = {
            name: _column(members[f"{name}.npy"], code) for name, (code, _) in _KINDS.items()
        }
        reasons = tuple(members["reasons.txt"].decode().split("\n")[:-1])
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError) as exc:
        raise WorldError(f"no graph: {exc}; delete it, and 'scaleenv graph' makes it anew") from exc
    if head["nodes"] != len(nodes):
        raise WorldError(f"a graph over {head['nodes']} tools, and the catalog has {len(nodes)}")
    return ToolGraph(
        kind=head["kind"], directed=head["directed"], nodes=tuple(nodes), reasons=reasons, **columns
    )


def _npy_head(kind: str, count: int) -> bytes:
    """The head of a one-dimensional array, by the published description of the format, version 1.0."""
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': ({count},), }}"
    text += " " * (-(len(text) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


def _column(data: bytes, code: str) -> array[Any]:
    start = 10 + int.from_bytes(data[8:10], "little")
    return array(code, data[start:])
