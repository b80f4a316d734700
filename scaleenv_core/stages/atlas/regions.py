"""Regions: domains that are alike, joined until a person can look over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import heapify, heappop, heappush
from math import ceil, sqrt

Ties = Mapping[tuple[int, int], float]
"""Two domains, the lower first → how much ties them."""


def regions(count: int, ties: Ties) -> list[list[int]]:
    """``count`` domains in about the square root of so many regions, largest first.

    Average linkage: the two groups are joined whose domains are tied most on average, as long
    as the result is at most three times a region's mean size. Domains that nothing ties to any
    other are the last region.
    """
    wanted = max(1, round(sqrt(count)))
    most = max(3, ceil(3 * count / wanted))
    groups: dict[int, list[int]] = {number: [number] for number in range(count)}
    near: dict[int, dict[int, float]] = {number: {} for number in range(count)}
    for (one, other), weight in ties.items():
        near[one][other] = near[other][one] = weight
    heap = [(-weight, one, other) for (one, other), weight in ties.items()]
    heapify(heap)
    fresh = count
    while heap and len(groups) > wanted:
        weight, one, other = heappop(heap)
        if one not in groups or other not in groups or len(groups[one]) + len(groups[other]) > most:
            continue
        groups[fresh] = groups.pop(one) + groups.pop(other)
        near[fresh] = _joined(near, one, other, fresh)
        for third, tie in near[fresh].items():
            size = len(groups[fresh]) * len(groups[third])
            heappush(heap, (-tie / size, third, fresh))
        fresh += 1
    return _tidied(list(groups.values()), ties)


def _joined(near: dict[int, dict[int, float]], one: int, other: int, fresh: int) -> dict[int, float]:
    """The ties of two groups as those of one; the two are gone from all others'."""
    made: dict[int, float] = {}
    for gone in (one, other):
        for third, tie in near.pop(gone).items():
            if third in (one, other):
                continue
            made[third] = made.get(third, 0.0) + tie
            near[third].pop(gone)
    for third, tie in made.items():
        near[third][fresh] = tie
    return made


def _tidied(groups: Sequence[Sequence[int]], ties: Ties) -> list[list[int]]:
    tied = {number for pair in ties for number in pair}
    made = [sorted(group) for group in groups if tied & set(group)]
    made.sort(key=lambda group: (-len(group), group))
    apart = sorted(number for group in groups for number in group if number not in tied)
    return [*made, *([apart] if apart else [])]
