"""Bags of features as sparse vectors: many texts at once, each distinct token read once."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, pairwise
from zlib import crc32

import numpy as np

from scaleenv_core.types import Vector

Features = Callable[[str], Iterable[tuple[str, float]]]
"""A token's features, and what each counts."""

BITS = 31
"""Of a coordinate, which is a signed 32-bit integer."""

FACTOR = np.uint64(0x9E3779B1)
"""Odd, near 2³² over the golden ratio (Knuth): ``a b`` and ``b a`` are two pairs."""


def bags(tokens: Sequence[Sequence[str]], features: Features, *, pairs: bool) -> list[Vector]:
    """One vector a text: every feature of its tokens once; with ``pairs`` those of neighbours too."""
    numbers = {token: number for number, token in enumerate(dict.fromkeys(chain.from_iterable(tokens)))}
    said = np.fromiter(map(numbers.__getitem__, chain.from_iterable(tokens)), np.int64)
    texts = np.repeat(np.arange(len(tokens)), [len(one) for one in tokens])
    spans, places, values = _read(numbers, features)
    width = (spans[1:] - spans[:-1])[said]
    at = np.arange(width.sum()) + np.repeat(spans[said] - np.cumsum(width) + width, width)
    keys, counts = np.repeat(texts, width) << BITS | places[at], values[at]
    if pairs:
        beside = _beside(numbers, said, texts)
        keys, counts = np.concatenate([keys, beside]), np.concatenate([counts, np.ones(len(beside), "f")])
    keys, first = np.unique(keys, return_index=True)
    columns, counts = (keys & (1 << BITS) - 1).astype("i"), counts[first]
    ends = np.searchsorted(keys, np.arange(len(tokens) + 1) << BITS).tolist()
    return [
        Vector(array("f", counts[start:end].tobytes()), array("i", columns[start:end].tobytes()))
        for start, end in pairwise(ends)
    ]


def _read(tokens: Iterable[str], features: Features) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where each token's features begin, their coordinates, and what they count."""
    spans, places, values = array("q", [0]), array("q"), array("f")  # no objects for the collector to visit
    for token in tokens:
        for name, value in features(token):
            places.append(_crc(name) >> 1)
            values.append(value)
        spans.append(len(places))
    return np.asarray(spans), np.asarray(places), np.asarray(values)


def _beside(tokens: Iterable[str], said: np.ndarray, texts: np.ndarray) -> np.ndarray:
    """The keys of the pairs of tokens that stand side by side in a text."""
    marks = np.array([_crc(token) for token in tokens], np.uint64)[said]
    pairs = (marks[:-1] * FACTOR + marks[1:]) & np.uint64((1 << BITS) - 1)
    within = texts[1:] == texts[:-1]
    found: np.ndarray = texts[1:][within] << BITS | pairs[within].astype(np.int64)
    return found


def _crc(text: str) -> int:
    return crc32(text.encode("utf-8", "surrogatepass"))
