"""Leiden with sizes bounded: split what is too large, join what is too small."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import igraph

from scaleenv_core.types import ToolGraph


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Give igraph a generator of its own; it would draw from the global one."""
    igraph.set_random_number_generator(random.Random(seed))
    try:
        yield
    finally:
        igraph.set_random_number_generator(random)


def partition(
    graph: ToolGraph, objective: str, resolution: float, largest: int, smallest: int, seed: int
) -> list[list[int]]:
    """Groups of node positions; each node is in exactly one."""
    whole = igraph.Graph(n=len(graph.nodes), edges=list(zip(graph.sources, graph.targets, strict=True)))
    whole.es["weight"] = list(graph.scores)
    with seeded(seed):
        groups = _split(whole, list(range(len(graph.nodes))), objective, resolution, largest)
    return _joined(groups, graph, largest, smallest)


def _split(graph: Any, names: list[int], objective: str, resolution: float, largest: int) -> list[list[int]]:
    found = graph.community_leiden(
        objective_function=objective, weights="weight", resolution=resolution, n_iterations=-1
    )
    groups: list[list[int]] = []
    for members in found:
        if len(members) <= largest:
            groups.append([names[i] for i in members])
        elif len(members) < len(names) or resolution < 64:
            inner = [names[i] for i in members]
            groups += _split(graph.induced_subgraph(members), inner, objective, 2 * resolution, largest)
        else:  # nothing tells them apart: cut the row of names
            inner = sorted(names[i] for i in members)
            groups += [inner[at : at + largest] for at in range(0, len(inner), largest)]
    return groups


def _joined(groups: list[list[int]], graph: ToolGraph, largest: int, smallest: int) -> list[list[int]]:
    home = {node: number for number, group in enumerate(groups) for node in group}
    sizes = [len(group) for group in groups]
    ties: dict[int, dict[int, float]] = {}
    for source, target, score, _ in graph.edges():
        one, other = home[source], home[target]
        if one != other:
            ties.setdefault(one, {})[other] = ties.get(one, {}).get(other, 0.0) + score
            ties.setdefault(other, {})[one] = ties.get(other, {}).get(one, 0.0) + score
    moved: dict[int, int] = {}

    def now(number: int) -> int:
        while number in moved:
            number = moved[number]
        return number

    # The smallest first, so that two halves of a domain meet before either is too large.
    for number in sorted(range(len(groups)), key=lambda n: (sizes[n], n)):
        if number in moved or sizes[number] >= smallest:
            continue
        pull: dict[int, float] = {}
        for other, score in ties.get(number, {}).items():
            target = now(other)
            if target != number and sizes[target] + sizes[number] <= largest:
                pull[target] = pull.get(target, 0.0) + score
        if pull:
            best = min(pull, key=lambda target: (-pull[target], target))
            moved[number] = best
            sizes[best] += sizes[number]
            for other, score in ties.get(number, {}).items():
                if now(other) != best:
                    ties.setdefault(best, {})[other] = ties.get(best, {}).get(other, 0.0) + score
    made: dict[int, list[int]] = {}
    for number, group in enumerate(groups):
        made.setdefault(now(number), []).extend(group)
    return [sorted(group) for group in made.values()]
