"""How well two partitions of the same things agree, corrected for chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from itertools import combinations
from math import comb, exp, lgamma, log

Labels = Sequence[Hashable]
"""One label a thing: the same label, the same part."""


def adjusted_mutual_information(one: Labels, other: Labels) -> float:
    """Mutual information above chance, as a share of what there could be: 1 for equal partitions.

    0 is what random labels of the same part sizes give; below it is worse than chance.
    Source: Vinh, Epps and Bailey 2010 (JMLR 11), equations 8 and 24a, arithmetic mean.
    """
    found, entropies = _mutual_information(one, other), (_entropy(one), _entropy(other))
    by_chance = _expected_information(one, other)
    room = sum(entropies) / 2 - by_chance
    return 1.0 if abs(room) < 1e-12 else (found - by_chance) / room


def adjusted_rand_index(one: Labels, other: Labels) -> float:
    """The share of pairs that both put together, above chance: 1 for equal partitions, 0 by chance.

    Source: Hubert and Arabie 1985, equation 5.
    """
    both = _pairs(list(zip(one, other, strict=True)))
    mine, theirs, every = _pairs(one), _pairs(other), comb(len(one), 2)
    by_chance = mine * theirs / every if every else 0.0
    room = (mine + theirs) / 2 - by_chance
    return 1.0 if room == 0 else (both - by_chance) / room


def homogeneity(parts: Labels, labels: Labels) -> float:
    """How far each part holds one label only: 1 where all do, 0 where parts tell nothing.

    Not corrected for chance: it grows with the number of parts.
    Source: Rosenberg and Hirschberg 2007, equation 1.
    """
    entropy = _entropy(labels)
    return 1.0 if entropy == 0 else _mutual_information(parts, labels) / entropy


def stability(partitions: Sequence[Labels]) -> float:
    """The mean adjusted mutual information of every two partitions; 1 for a single one."""
    found = [adjusted_mutual_information(one, other) for one, other in combinations(partitions, 2)]
    return sum(found) / len(found) if found else 1.0


def _pairs(labels: Labels) -> int:
    return sum(comb(count, 2) for count in Counter(labels).values())


def _entropy(labels: Labels) -> float:
    return -sum(count / len(labels) * log(count / len(labels)) for count in Counter(labels).values())


def _mutual_information(one: Labels, other: Labels) -> float:
    return _entropy(one) + _entropy(other) - _entropy(list(zip(one, other, strict=True)))


def _expected_information(one: Labels, other: Labels) -> float:
    """The mean mutual information of partitions with these part sizes: parts of a size count once."""
    total = len(one)
    sizes, others = (Counter(Counter(labels).values()) for labels in (one, other))
    return sum(
        times * also * part
        for size, times in sorted(sizes.items())
        for width, also in sorted(others.items())
        for part in _shares(size, width, total)
    )


def _shares(size: int, width: int, total: int) -> Iterator[float]:
    """Of two parts: what each possible overlap gives, times its hypergeometric chance."""
    fixed = sum(lgamma(n + 1) for n in (size, width, total - size, total - width)) - lgamma(total + 1)
    for both in range(max(1, size + width - total), min(size, width) + 1):
        left = (both, size - both, width - both, total - size - width + both)
        chance = exp(fixed - sum(lgamma(n + 1) for n in left))
        if chance < 1e-18 and both * total > size * width:
            return  # beyond the mean it only falls
        yield both / total * log(total * both / (size * width)) * chance
