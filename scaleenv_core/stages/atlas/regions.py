"""Regions: domains that are alike, joined until a person can look over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import heapify, heappop, heappush
from math import ceil, sqrt

Ties = Mapping[tuple[int, int], float]
"""Two domains, the lower first → how much ties them."""


_ISLET = 3
"""Groups of no more domains are no regions of their own."""


def regions(count: int, ties: Ties) -> list[list[int]]:
    """``count`` domains in about the square root of so many regions, largest first.

    Average linkage: the two groups are joined whose domains are tied most on average, as long
    as the result is at most three times a region's mean size. Domains that nothing ties to any
    other are the last region.
    """
    wanted = max(1, round(sqrt(count)))
    most = max(3, ceil(3 * count / wanted))
    groups: dict[int, list[int]] = {number: [number] for number in range(count)}
    near: dict[int, dict[int, float]] = {number: {} for number in range(count)} | neighbours(ties)
    heap = [(-weight, one, other) for (one, other), weight in ties.items()]
    heapify(heap)
    fresh = count
    while heap and len(groups) > wanted:
        _, one, other = heappop(heap)
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
    """Islets joined to what they are tied to most, and what nothing is tied to in one region."""
    near = neighbours(ties)
    made = dict(enumerate(map(list, groups)))
    home = {number: rank for rank, group in made.items() for number in group}
    apart: list[int] = []
    for rank in sorted(made, key=lambda rank: (len(made[rank]), min(made[rank]))):
        if len(made[rank]) > _ISLET or len(made) == 1:
            continue
        sums: dict[int, float] = {}
        for number in made[rank]:
            for other, weight in near.get(number, {}).items():
                sums[home[other]] = sums.get(home[other], 0.0) + weight
        sums.pop(rank, None)
        if not sums:
            apart += made.pop(rank)
            continue
        mainland = min(sums, key=lambda other: (-round(sums[other], 9), other))
        home.update(dict.fromkeys(made[rank], mainland))
        made[mainland] += made.pop(rank)
    rows = sorted((sorted(group) for group in made.values()), key=lambda group: (-len(group), group))
    return [*rows, *([sorted(apart)] if apart else [])]


def neighbours(ties: Ties) -> dict[int, dict[int, float]]:
    """Each domain's ties by the other domain."""
    near: dict[int, dict[int, float]] = {}
    for (one, other), weight in ties.items():
        near.setdefault(one, {})[other] = weight
        near.setdefault(other, {})[one] = weight
    return near
