"""Where everything is on the map: domains in hexagonal cells, regions as islands, likes beside likes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import cos, hypot, inf, pi, sin, sqrt

from attrs import frozen

from scaleenv_core.stages.atlas.regions import Ties, neighbours

Point = tuple[float, float]

_ANGLES = 16
_GAP = 1.6
"""Between two islands, in cells."""

_WIDE = 1.5
"""Up and down counts so much more than left and right: screens are wide."""

_RING = ((1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1))
"""The six neighbours of a cell, in axial coordinates."""


@frozen
class Island:
    """A region on the map."""

    domains: tuple[int, ...]
    centre: Point
    radius: float
    places: Mapping[int, Point]
    """Domain → the centre of its cell; cells are one wide."""


def placed(regions: Sequence[Sequence[int]], ties: Ties) -> list[Island]:
    """Islands for regions: near the ones they are tied to, and none upon another.

    Greedy, and without chance: the island that is tied most to those that lie already comes
    next, to the free place where its ties are shortest. So do the domains within an island.
    """
    near = neighbours(ties)
    shapes = [_cells(domains, near) for domains in regions]
    radii = [max(hypot(x, y) for x, y in cells.values()) + 0.5 for cells in shapes]
    between = _between(regions, near)
    centres: dict[int, Point] = {}
    for number in _order(range(len(regions)), between, [-len(domains) for domains in regions]):
        centres[number] = _free(number, centres, radii, between.get(number, {}))
    return [
        Island(
            tuple(domains),
            centres[number],
            radii[number],
            {key: (x + centres[number][0], y + centres[number][1]) for key, (x, y) in shapes[number].items()},
        )
        for number, domains in enumerate(regions)
    ]


def _between(
    regions: Sequence[Sequence[int]], near: Mapping[int, Mapping[int, float]]
) -> dict[int, dict[int, float]]:
    home = {domain: number for number, domains in enumerate(regions) for domain in domains}
    made: dict[int, dict[int, float]] = {}
    for one in sorted(near):
        for other, weight in near[one].items():
            a, b = home[one], home[other]
            if a != b:
                made.setdefault(a, {})[b] = made.get(a, {}).get(b, 0.0) + weight
    return made


def _order(
    members: Sequence[int],
    near: Mapping[int, Mapping[int, float]],
    rank: Sequence[float] | Mapping[int, float],
) -> Iterator[int]:
    """The members, each time the one that is tied most to those before it; else the best ranked."""
    left = set(members)
    tie = dict.fromkeys(members, 0.0)
    while left:
        chosen = min(left, key=lambda one: (-round(tie[one], 9), rank[one], one))
        left.remove(chosen)
        for other, weight in near.get(chosen, {}).items():
            if other in left:
                tie[other] += weight
        yield chosen


def _cells(domains: Sequence[int], near: Mapping[int, Mapping[int, float]]) -> dict[int, Point]:
    """A hexagonal cell for each domain, beside those it is tied to; about the origin."""
    inside = set(domains)
    own = {one: {k: w for k, w in near.get(one, {}).items() if k in inside} for one in domains}
    rank = {one: -round(sum(own[one].values()), 9) for one in domains}
    cells: dict[int, Point] = {}
    taken: set[tuple[int, int]] = set()
    frontier = {(0, 0)}
    for one in _order(domains, own, rank):
        kin = [(cells[other], weight) for other, weight in own[one].items() if other in cells]
        cell = min(frontier, key=lambda cell: (_length(_point(cell), kin, hypot(*_point(cell)) / 3), cell))
        cells[one] = _point(cell)
        taken.add(cell)
        frontier.remove(cell)
        frontier |= {(cell[0] + q, cell[1] + r) for q, r in _RING} - taken
    return _centred(cells)


def _point(cell: tuple[int, int]) -> Point:
    return cell[0] + cell[1] / 2, cell[1] * sqrt(3) / 2


def _centred(cells: Mapping[int, Point]) -> dict[int, Point]:
    middle = [sum(point[axis] for point in cells.values()) / len(cells) for axis in (0, 1)]
    return {key: (x - middle[0], y - middle[1]) for key, (x, y) in cells.items()}


def _length(point: Point, kin: Sequence[tuple[Point, float]], out: float) -> float:
    """The mean length of ties to a point, and how far out it is."""
    total = sum(weight for _, weight in kin)
    mean = sum(weight * hypot(x - point[0], y - point[1]) for (x, y), weight in kin) / total if total else 0.0
    return round(mean + out, 9)


def _free(
    number: int, centres: Mapping[int, Point], radii: Sequence[float], ties: Mapping[int, float]
) -> Point:
    """The free place beside an island that lies already where the ties are shortest."""
    if not centres:
        return 0.0, 0.0
    kin = [(centres[other], weight) for other, weight in ties.items() if other in centres]
    east = max(x + radii[other] for other, (x, _) in centres.items())
    best = (inf, (east + radii[number] + _GAP, 0.0))
    for other, (x, y) in centres.items():
        reach = radii[number] + radii[other] + _GAP
        for step in range(_ANGLES):
            angle = 2 * pi * step / _ANGLES
            point = (x + reach * cos(angle), y + reach * sin(angle))
            length = _length(point, kin, hypot(point[0], point[1] * _WIDE))
            if length < best[0] and not _hits(point, number, centres, radii):
                best = (length, point)
    return best[1]


def _hits(point: Point, number: int, centres: Mapping[int, Point], radii: Sequence[float]) -> bool:
    return any(
        hypot(x - point[0], y - point[1]) < radii[number] + radii[other] + _GAP - 1e-6
        for other, (x, y) in centres.items()
    )
