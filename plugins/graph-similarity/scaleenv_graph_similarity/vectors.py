"""Unit vectors and their exact nearest neighbours, by blocked products."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import add
from typing import Any

import numpy as np
from scipy import sparse
from sparse_dot_topn import sp_matmul_topn

from scaleenv_core.types import Vector

BLOCK = 512
"""Rows multiplied at a time: bounds the memory, never changes a result."""

DIGITS = 6
"""Of a cosine: the last bits of a sum differ between processors."""

SPARE = 3
"""A sparse product returns so many times the neighbours, so that ties are cut by place and not by it."""

Pairs = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Two columns of rows, and their cosines."""


def matrix(vectors: Sequence[Vector], *, common: int) -> Any:
    """One row a vector: dense ones as an array, sparse ones as a matrix weighed by √IDF.

    Features of a single row are left out: they cannot be shared, and would only make it look
    more different. So are those of more than ``common`` rows (0: none).
    """
    values = np.frombuffer(b"".join(vector.values for vector in vectors), dtype=np.float32)
    width = max((len(vector.values) for vector in vectors if vector.places is None), default=0)
    if width:
        rows = np.zeros((len(vectors), width), dtype=np.float32)
        rows[[len(vector.values) > 0 for vector in vectors]] = values.reshape(-1, width)
        return rows
    places = np.frombuffer(b"".join(vector.places or b"" for vector in vectors), dtype=np.int32)
    starts = np.cumsum([0, *(len(vector.values) for vector in vectors)])
    _, columns, counts = np.unique(places, return_inverse=True, return_counts=True)
    kept = (counts > 1) & ((counts <= common) | (not common))
    weight = np.where(kept, np.sqrt(np.log((len(vectors) + 1) / np.maximum(counts, 1))), 0.0)
    made = sparse.csr_matrix((values * weight[columns], columns, starts), shape=(len(vectors), len(counts)))
    made.eliminate_zeros()
    return made


def unit_rows(vectors: Any) -> Any:
    """The rows, each of length 1; zero rows stay zero."""
    if not sparse.issparse(vectors):
        made = np.asarray(vectors)
        length = np.linalg.norm(made, axis=1, keepdims=True)
        return made / np.where(length == 0, 1, length)
    length = sparse.linalg.norm(vectors, axis=1)
    length[length == 0] = 1.0
    return sparse.csr_matrix(sparse.diags(1 / length) @ vectors)


def pairs_above(vectors: Sequence[Any], threshold: float, neighbours: int) -> Pairs:
    """The pairs whose mean cosine is above the threshold: see ``similar_pairs``.

    ``vectors`` are matrices over the same tools, one an embedder.
    """
    if not threshold >= 0:
        raise ValueError(f"threshold must be at least 0, got {threshold}")
    rows = [unit_rows(one) for one in vectors]
    parts = list(_closest(rows, threshold, neighbours))
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return none, none, np.zeros(0)
    source, target, score = (np.concatenate(column) for column in zip(*parts, strict=True))
    low, high = np.minimum(source, target), np.maximum(source, target)
    # Either end may have chosen the pair, or both.
    _, first = np.unique(low * rows[0].shape[0] + high, return_index=True)
    return low[first], high[first], score[first]


def _closest(rows: Sequence[Any], threshold: float, neighbours: int) -> Iterator[Pairs]:
    turned = [one.T.tocsr() if sparse.issparse(one) else one.T for one in rows]
    for start in range(0, rows[0].shape[0], BLOCK):
        end = start + BLOCK
        parts = [one[start:end] / len(rows) for one in rows]
        if neighbours and len(rows) == 1 and sparse.issparse(rows[0]):
            source, target, score = _topmost(parts[0], turned[0], threshold, neighbours)
        else:
            product = reduce(add, (part @ other for part, other in zip(parts, turned, strict=True)))
            source, target, score = _above(product, threshold, neighbours)
        source = source + start
        # Without a bound each pair is needed once only; with one, each end chooses.
        wanted = target != source if neighbours else target > source
        source, target, score = source[wanted], target[wanted], score[wanted]
        if neighbours:
            # Cosines that differ in the last bits only are equal: the row beside is taken. If it were
            # the first one, a thousand tools that say the same would all hang on twenty.
            order = np.lexsort((target, abs(target - source), -np.round(score, DIGITS), source))
            source, target, score = source[order], target[order], score[order]
            near = np.arange(len(source)) - np.searchsorted(source, source) < neighbours
            source, target, score = source[near], target[near], score[near]
        yield source, target, score


def _topmost(part: Any, turned: Any, threshold: float, neighbours: int) -> Pairs:
    """The entries of a sparse product that may be among the closest, without making all of it."""
    most = SPARE * neighbours + 1  # a row is closest to itself
    product = sp_matmul_topn(part, turned, top_n=most, threshold=threshold, sort=True)
    source, target, score = _above(product, threshold, neighbours)
    ends = product.indptr[1:]
    full = np.flatnonzero(np.diff(product.indptr) == most)
    last, least = product.data[ends[full] - 1], product.data[ends[full] - most + neighbours]
    tied = full[least - last < 2 * 10.0**-DIGITS]
    if not len(tied):
        return source, target, score
    # More tie for the last place than were returned: these rows are looked at whole.
    sure = ~np.isin(source, tied)
    again = _above(part[tied] @ turned, threshold, neighbours)
    return (
        np.concatenate([source[sure], tied[again[0]]]),
        np.concatenate([target[sure], again[1]]),
        np.concatenate([score[sure], again[2]]),
    )


def _above(product: Any, threshold: float, neighbours: int) -> Pairs:
    """The entries above the threshold; of a dense product only those that may be among the closest."""
    if sparse.issparse(product):
        wanted = np.flatnonzero(product.data > threshold)
        source = np.searchsorted(product.indptr, wanted, side="right") - 1
        return source, product.indices[wanted].astype(np.int64), product.data[wanted]
    dense = np.asarray(product)
    least = np.full(len(dense), threshold)
    if neighbours and neighbours + 1 < dense.shape[1]:  # a row is closest to itself
        bound = np.partition(dense, -neighbours - 1, axis=1)[:, -neighbours - 1]
        least = np.maximum(least, bound - 2 * 10.0**-DIGITS)  # ties are cut by place, not here
    source, target = np.nonzero(dense > least[:, None])
    return source, target, dense[source, target]
