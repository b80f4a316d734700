"""Which tools are of one API, told from their signatures alone.

Tools of one API share spellings that others do not: a path, a parameter's exact name and
text, the frame of an answer. A tool's *surroundings* are the sum of the features of the
tools most like it; a small tool (``listForms``) shares few features with a big one of its
API, but many with what surrounds it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
from scipy import sparse

from scaleenv_core.fields import Field, fields_of
from scaleenv_core.names import singular, words
from scaleenv_core.types import Tool

COMMON = 1000
"""A feature of more tools than this does not tell APIs apart; leaving it out bounds the time."""

ALIKE = 16
"""Tools, itself among them, that make a tool's surroundings."""

KEPT = 64
"""Features of a tool's surroundings that are kept, the heaviest: bounds the time again."""

BLOCK = 1000
"""Rows of one product: bounds the memory, never changes a result."""


def surroundings(tools: Sequence[Tool], answers: Sequence[Sequence[Field]]) -> Any:
    """A sparse matrix with a unit row for each tool (zero where it shares nothing).

    ``answers`` holds the fields of each tool's answer.
    """
    features = _unit(_features(tools, answers))
    columns = features.T.tocsr()
    blocks = []
    for start in range(0, len(tools), BLOCK):
        alike = _heaviest(features[start : start + BLOCK] @ columns, ALIKE)
        blocks.append(_heaviest(alike @ features, KEPT))
    return _unit(sparse.vstack(blocks, format="csr")) if blocks else features


def nearest(rows: Any, among: Sequence[int], most: int) -> Iterator[list[tuple[int, float]]]:
    """For each row, at most ``most`` of the rows ``among`` with their likeness, the nearest first.

    Where there are no more to choose from than ``most``, all of them, however unlike.
    """
    everything = len(among) <= most
    columns = rows[list(among)].T.tocsr()
    places = np.asarray(among, dtype=np.int64)
    for start in range(0, rows.shape[0], BLOCK):
        near = _heaviest(rows[start : start + BLOCK] @ columns, most + 1)
        for row in range(near.shape[0]):
            part = slice(near.indptr[row], near.indptr[row + 1])
            found = dict(zip(places[near.indices[part]].tolist(), near.data[part].tolist(), strict=True))
            found.pop(start + row, None)
            if everything:
                found |= {place: 0.0 for place in among if place not in found and place != start + row}
            yield sorted(found.items(), key=lambda item: (-item[1], item[0]))[:most]


def _features(tools: Sequence[Tool], answers: Sequence[Sequence[Field]]) -> Any:
    """TF-IDF: one row a tool, one column a feature that some tools share, but not too many."""
    column: dict[str, int] = {}
    starts, places = [0], []
    for tool, answer in zip(tools, answers, strict=True):
        places.extend(sorted(column.setdefault(one, len(column)) for one in _features_of(tool, answer)))
        starts.append(len(places))
    indices = np.array(places, dtype=np.int32)
    df = np.bincount(indices, minlength=len(column))
    weight = np.where((df > 1) & (df <= COMMON), np.log((len(tools) + 1) / np.maximum(df, 1)), 0.0)
    made = sparse.csr_matrix((weight[indices], indices, np.array(starts)), shape=(len(tools), len(column)))
    made.eliminate_zeros()
    return made


def _features_of(tool: Tool, answer: Sequence[Field]) -> dict[str, None]:
    made = [*_words(tool.name), *_words(tool.description), *(f"#{tag}" for tag in tool.tags)]
    if tool.http is not None:
        steps = [step for step in tool.http.path.split("/") if step]
        made.extend(f"/{step}" for step in steps)
        made.extend("/".join(steps[: depth + 1]) for depth in range(min(3, len(steps))))
        made.extend(_words(tool.http.path))
    for side, fields in ((">", fields_of(tool.parameters)), ("<", answer)):
        top = []
        for found in fields:
            made.extend(_words(found.name))
            made.append(side + found.path)
            if not found.parents:
                top.append(found.path)
            text = found.schema.get("description")
            if isinstance(text, str) and text:
                made.append(text)
        made.append(side + ",".join(sorted(top)))
    return dict.fromkeys(made)


@cache
def _words(text: str) -> tuple[str, ...]:
    return tuple(singular(word) for word in words(text))


def _unit(matrix: Any) -> Any:
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    length[length == 0] = 1.0
    return sparse.csr_matrix(sparse.diags(1 / length) @ matrix)


def _heaviest(matrix: Any, most: int) -> Any:
    """The matrix with only the ``most`` greatest values of each row; of equal ones the first columns.

    Five digits count: the last bits of a sum differ between processors.
    """
    matrix = matrix.tocsr()
    rank = np.round(matrix.data * 1e5).astype(np.int64) * matrix.shape[1] - matrix.indices
    kept, starts = [], [0]
    for row in range(matrix.shape[0]):
        start, end = matrix.indptr[row], matrix.indptr[row + 1]
        if end - start > most:
            part = start + np.argpartition(-rank[start:end], most)[:most]
            kept.append(np.sort(part))
        else:
            kept.append(np.arange(start, end))
        starts.append(starts[-1] + len(kept[-1]))
    chosen = np.concatenate(kept) if kept else np.empty(0, dtype=np.int64)
    data = np.round(matrix.data[chosen], 5)
    return sparse.csr_matrix((data, matrix.indices[chosen], np.array(starts)), shape=matrix.shape)
