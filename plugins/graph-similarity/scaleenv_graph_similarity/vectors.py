"""TF-IDF vectors and their exact nearest neighbours, by blocked sparse products."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from scipy import sparse

BLOCK = 512
"""Rows multiplied at a time: bounds the memory, never changes a result."""


def term_vectors(bags: Sequence[Mapping[str, int]], *, common: int) -> tuple[list[str], Any]:
    """The terms, and one unit row a bag: ``log(1 + count) · log((n + 1) / df)``.

    Terms of a single bag are left out: they cannot be shared, and would only make its row
    look more different. So are those of more than ``common`` bags (0: none).
    """
    df: dict[str, int] = {}
    for bag in bags:
        for term in bag:
            df[term] = df.get(term, 0) + 1
    terms = sorted(term for term, count in df.items() if count > 1 and (not common or count <= common))
    column = {term: place for place, term in enumerate(terms)}
    idf = np.log((len(bags) + 1) / np.array([df[term] for term in terms], dtype=float))
    starts, columns, counts = [0], [], []
    for bag in bags:
        here = sorted((column[term], count) for term, count in bag.items() if term in column)
        columns.extend(place for place, _ in here)
        counts.extend(count for _, count in here)
        starts.append(len(columns))
    places = np.array(columns, dtype=np.int32)
    data = np.log1p(np.array(counts, dtype=float)) * idf[places]
    made = sparse.csr_matrix((data, places, np.array(starts)), shape=(len(bags), len(terms)))
    return terms, unit_rows(made)


def unit_rows(vectors: Any) -> Any:
    """The rows as a sparse matrix, each of length 1; zero rows stay zero."""
    made = sparse.csr_matrix(vectors, dtype=float)
    length = np.sqrt(np.asarray(made.multiply(made).sum(axis=1)).ravel())
    length[length == 0] = 1.0
    return sparse.csr_matrix(sparse.diags(1 / length) @ made)


def pairs_above(vectors: Any, threshold: float, neighbours: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """See :func:`scaleenv_graph_similarity.similar_pairs`."""
    if not threshold >= 0:
        raise ValueError(f"threshold must be at least 0, got {threshold}")
    rows = unit_rows(vectors)
    parts = list(_closest(rows, threshold, neighbours))
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return none, none, np.zeros(0)
    source, target, score = (np.concatenate(column) for column in zip(*parts, strict=True))
    low, high = np.minimum(source, target), np.maximum(source, target)
    # Either end may have chosen the pair, or both.
    _, first = np.unique(low * rows.shape[0] + high, return_index=True)
    return low[first], high[first], score[first]


def _closest(
    rows: Any, threshold: float, neighbours: int
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    columns = sparse.csr_matrix(rows.T)
    for start in range(0, rows.shape[0], BLOCK):
        product = rows[start : start + BLOCK] @ columns
        source = np.repeat(np.arange(product.shape[0]), np.diff(product.indptr)) + start
        target = product.indices.astype(np.int64)
        # Without a bound each pair is needed once only; with one, each end chooses.
        wanted = (product.data > threshold) & (target != source if neighbours else target > source)
        source, target, score = source[wanted], target[wanted], product.data[wanted]
        if neighbours:
            # Cosines that differ in the last bits only are equal: the earlier row is taken.
            order = np.lexsort((target, -np.round(score, 9), source))
            source, target, score = source[order], target[order], score[order]
            rank = np.arange(len(source)) - np.searchsorted(source, source)
            near = rank < neighbours
            source, target, score = source[near], target[near], score[near]
        yield source, target, score


def shared_terms(
    rows: Any,
    sources: np.ndarray,
    targets: np.ndarray,
    terms: Sequence[str],
    spelling: Mapping[str, str],
    most: int = 3,
) -> list[str]:
    """``shares calendarId, eventId``: for each pair the terms that make most of its cosine.

    Identifiers come before the words that they are made of.
    """
    # An identifier says more to a person than its words, and weighs about as much as one.
    weight = np.array([4.0 if term in spelling else 1.0 for term in terms])
    said: list[str] = []
    for start in range(0, len(sources), 20_000):
        here = slice(start, start + 20_000)
        both = sparse.csr_matrix(rows[sources[here]].multiply(rows[targets[here]]))
        value = np.round(both.data * weight[both.indices], 9)
        row = np.repeat(np.arange(both.shape[0]), np.diff(both.indptr))
        order = np.lexsort((both.indices, -value, row))
        ranked = both.indices[order]
        for first, last in zip(both.indptr[:-1].tolist(), both.indptr[1:].tolist(), strict=True):
            best = ranked[first : min(last, first + 3 * most)].tolist()
            said.append("shares " + ", ".join(_spelt([terms[i] for i in best], spelling, most)))
    return said


def _spelt(ranked: Sequence[str], spelling: Mapping[str, str], most: int) -> list[str]:
    shown: list[str] = []
    covered: set[str] = set()
    for term in ranked:
        if term in covered:
            continue
        shown.append(spelling.get(term, term))
        covered.update(term[1:].split("_") if term in spelling else (term,))
        if len(shown) == most:
            break
    return shown
