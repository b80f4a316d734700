"""The tools that a task puts before its agent: those of the gold actions, and what could follow them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping

from scaleenv_core.stages.walk import Flow
from scaleenv_core.types import Tool


def expanded(
    gold: Iterable[str], tools: Mapping[str, Tool], flow: Flow, most: int, rng: random.Random
) -> tuple[str, ...]:
    """The gold tools and others, ``most`` of them together if there are as many; sorted.

    A tool joins when those that are there give all that it needs (ScaleEnv's
    dependency-aware expansion); where none does, any other fills up.
    """
    scope = set(gold)
    while len(scope) < min(most, len(tools)):
        left = sorted(tools.keys() - scope)
        ready = [name for name in left if satisfied(tools[name], flow, scope)]
        scope.add(rng.choice(ready or left))
    return tuple(sorted(scope))


def satisfied(tool: Tool, flow: Flow, scope: Iterable[str]) -> bool:
    """Whether each required parameter that some tool gives is given by one of the scope."""
    into = flow.into.get(tool.name, {})
    return all(any(link.source in scope for link in into[name]) for name in flow.needs(tool))


def complexity(scope: Iterable[str], flow: Flow) -> float:
    """c(H) = (|V| + 0.5·|E|) / 50 of ScaleEnv (arXiv 2602.06820), E the pairs that data flows between."""
    inside = set(scope)
    pairs = {
        (link.source, name)
        for name in inside
        for links in flow.into.get(name, {}).values()
        for link in links
        if link.source in inside
    }
    return (len(inside) + 0.5 * len(pairs)) / 50
