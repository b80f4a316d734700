"""Communities of a bounded size, whatever algorithm finds them: what clusterers share."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

from attrs import frozen

from scaleenv_core.errors import StageError
from scaleenv_core.types import Community, ToolGraph


@frozen(kw_only=True)
class WeightedGraph:
    """An undirected graph for a community algorithm: nodes ``0 … count - 1`` and edge columns."""

    count: int
    edges: tuple[tuple[int, int], ...]
    weights: tuple[float, ...]


Split = Callable[[WeightedGraph, int], Sequence[int]]
"""Graph and level → each node's community. Level 0 is the whole graph; a community that is
too large comes back alone with a level one higher, and is to be cut finer each time."""

LEVELS = 24
"""A split that has not come under the bound after so many levels is cut in the order of its ids."""


def bounded_communities(
    graph: ToolGraph, split: Split, *, min_tools: int, max_tools: int, closeness: float = 0.0
) -> list[Community]:
    """Partition the tools by ``split``: oversize communities split again, small ones merged.

    No community has more than ``max_tools``. One that is too large is cut finer and finer; then
    its parts join again, the closest first, as far as they stay within the bound, so that it is
    in no more pieces than it has to be. One of fewer than ``min_tools`` joins the
    neighbour to which its tools are joined most closely on average, where that leaves it
    within the bound and the mean score over all pairs of their tools is at least
    ``closeness``; one without such a neighbour stays as it is. Depends on the tools'
    ids and edges, not on the order of the nodes. Raises
    :class:`~scaleenv_core.errors.StageError` for a directed graph.
    """
    if graph.directed:
        raise StageError(
            f"graph {graph.kind!r} is directed, and domains are found in an undirected one: "
            f"choose a graph builder such as 'similarity'"
        )
    names, near = _adjacency(graph)
    groups = _cut(list(range(len(names))), near, split, 0, max_tools) if names else []
    merged = _merge(groups, near, min_tools, max_tools, closeness)
    made = [Community(tools=tuple(names[i] for i in sorted(group))) for group in merged]
    return sorted(made, key=lambda community: community.tools[0])


def check_bounds(min_tools: int, max_tools: int) -> None:
    """Refuse bounds that exclude each other."""
    if min_tools > max_tools:
        raise ValueError(f"min_tools = {min_tools} is above max_tools = {max_tools}")


@contextmanager
def own_generator(use: Callable[[object], None], seed: int) -> Iterator[None]:
    """Let a library draw from a generator of our own; afterwards from ``random`` again.

    ``use`` is the library's function that sets the generator; ``random`` is the default of
    igraph, which cannot be asked for another one that was set.
    """
    use(random.Random(seed))
    try:
        yield
    finally:
        use(random)


Adjacency = list[list[tuple[int, float]]]


def _adjacency(graph: ToolGraph) -> tuple[list[str], Adjacency]:
    """The ids in their own order, and each one's neighbours by its place in it, with weights."""
    order = sorted(range(len(graph.nodes)), key=lambda i: graph.nodes[i])
    place = {old: new for new, old in enumerate(order)}
    near: Adjacency = [[] for _ in order]
    for source, target, weight in zip(graph.sources, graph.targets, graph.scores, strict=True):
        near[place[source]].append((place[target], weight))
        near[place[target]].append((place[source], weight))
    for row in near:
        row.sort()
    return [graph.nodes[i] for i in order], near


def _cut(members: list[int], near: Adjacency, split: Split, level: int, most: int) -> list[list[int]]:
    """The communities of these tools; of one that is too large the pieces."""
    if level > LEVELS:
        return _chunks(members, most)
    groups: list[list[int]] = []
    for part in _split(members, near, split, level):
        if len(part) > most:
            groups += _rejoined(_cut(part, near, split, level + 1, most), near, most)
        else:
            groups.append(part)
    return groups


def _split(members: list[int], near: Adjacency, split: Split, level: int) -> list[list[int]]:
    inside = {node: place for place, node in enumerate(members)}
    joined = [
        (inside[node], inside[other], weight)
        for node in members
        for other, weight in near[node]
        if node < other and other in inside
    ]
    found = split(
        WeightedGraph(
            count=len(members),
            edges=tuple((i, j) for i, j, _ in joined),
            weights=tuple(weight for _, _, weight in joined),
        ),
        level,
    )
    parts: dict[int, list[int]] = {}
    for node, label in zip(members, found, strict=True):
        parts.setdefault(label, []).append(node)
    return sorted(parts.values())


def _rejoined(parts: list[list[int]], near: Adjacency, most: int) -> list[list[int]]:
    """The pieces of one community, joined within the bound: the closest on average first."""
    groups = list(parts)
    pulls = _pulls(groups, near)

    def joins(label: int) -> Iterator[tuple[float, int, int, int]]:
        for other, pull in pulls[label].items():
            sizes = len(groups[label]), len(groups[other])
            if sum(sizes) <= most:
                yield -pull / (sizes[0] * sizes[1]), min(label, other), max(label, other), sum(sizes)

    queue = sorted({join for label in range(len(groups)) for join in joins(label)})
    while queue:
        _, label, gone, size = heapq.heappop(queue)
        if not groups[label] or not groups[gone] or len(groups[label]) + len(groups[gone]) != size:
            continue  # one of them has grown or gone since it was queued
        groups[label], groups[gone] = groups[label] + groups[gone], []
        for other, pull in pulls[gone].items():
            del pulls[other][gone]
            if other != label:
                pulls[label][other] = pulls[other][label] = pulls[label].get(other, 0.0) + pull
        pulls[gone] = {}
        for join in joins(label):
            heapq.heappush(queue, join)
    return [sorted(group) for group in groups if group]


def _pulls(groups: list[list[int]], near: Adjacency) -> list[dict[int, float]]:
    """Each group's weight of edges to each of the others."""
    home = {node: label for label, group in enumerate(groups) for node in group}
    pulls: list[dict[int, float]] = [{} for _ in groups]
    for node, label in home.items():
        for other, weight in near[node]:
            if other in home and home[other] != label:
                pulls[label][home[other]] = pulls[label].get(home[other], 0.0) + weight
    return pulls


def _chunks(members: list[int], most: int) -> list[list[int]]:
    """Tools that nothing tells apart, cut evenly in the order of their ids."""
    count = -(-len(members) // most)
    cuts = [len(members) * part // count for part in range(count + 1)]
    return [members[start:end] for start, end in pairwise(cuts)]


def _merge(
    groups: list[list[int]], near: Adjacency, least: int, most: int, closeness: float
) -> list[list[int]]:
    """Small groups joined to their closest neighbours, the smallest first."""
    groups = sorted(groups)
    home = {node: label for label, group in enumerate(groups) for node in group}
    queue = [(len(group), label) for label, group in enumerate(groups) if len(group) < least]
    heapq.heapify(queue)
    while queue:
        size, label = heapq.heappop(queue)
        group = groups[label]
        if len(group) != size:  # it has grown or gone since it was queued
            continue
        pull: dict[int, float] = {}
        for node in group:
            for other, weight in near[node]:
                if home[other] != label:
                    pull[home[other]] = pull.get(home[other], 0.0) + weight
        fits = [
            other
            for other in pull
            if len(groups[other]) + size <= most and pull[other] >= closeness * len(groups[other]) * size
        ]
        if not fits:
            continue
        best = min(fits, key=lambda other: (-pull[other] / len(groups[other]), other))
        groups[best] = groups[best] + group
        groups[label] = []
        for node in group:
            home[node] = best
        if len(groups[best]) < least:
            heapq.heappush(queue, (len(groups[best]), best))
    return [group for group in groups if group]
