"""Leakage: how much of the held-out tasks stands in the training tasks already.

For each held-out task its nearest training task is found, by three measures: the share of
its instruction's word 5-grams that stand in the other's (containment, as the
contamination checks of language models have it: Brown et al. 2020, appendix C, there over
the whole corpus), the same for pairs of tools that follow each other in the gold
actions, and the cosine of the instructions' vectors.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import nsmallest
from operator import mul

from attrs import define, field

from scaleenv_core.names import digest
from scaleenv_core.types import JsonObject, Task, Vector

NEAR = 0.5
"""Overlap or cosine from which a held-out task is counted as near a training task."""

_WORDS, _TOOLS = 5, 2
_WORST = 20
_TEST = 1000
"""Most held-out tasks compared: more are drawn from by the hash of their ids."""

_EMBEDDED_TEST, _EMBEDDED_TRAIN = 200, 2000
"""Vectors are compared pair by pair, in Python."""

Tasks = Callable[[], Iterable[Task]]
Near = Callable[[Sequence[str]], Sequence[Vector]]


def leakage(train: Tasks, test: Tasks, vectors: Near | None) -> dict[str, JsonObject]:
    """By measure: ``compared`` tasks, ``mean`` and ``near`` share of the best, and the ``worst`` pairs."""
    held = _drawn(test(), _TEST)
    found = {
        "instructions": _overlap(held, train(), instruction_grams),
        "tools": _overlap(held, train(), tool_grams),
    }
    if vectors is not None:
        found["embedding"] = _cosines(
            _drawn(test(), _EMBEDDED_TEST), _drawn(train(), _EMBEDDED_TRAIN), vectors
        )
    return {name: measured.report() for name, measured in found.items()}


def instruction_grams(task: Task) -> set[tuple[str, ...]]:
    """Five words of the instruction in a row."""
    return _grams(re.findall(r"\w+", task.instruction.lower()), _WORDS)


def tool_grams(task: Task) -> set[tuple[str, ...]]:
    """Two tools of the gold actions in a row."""
    return _grams([action.tool for action in task.actions], _TOOLS)


def _grams(parts: Sequence[str], size: int) -> set[tuple[str, ...]]:
    """All runs of that size; a shorter sequence is one run."""
    if not parts:
        return set()
    return {tuple(parts[at : at + size]) for at in range(max(1, len(parts) - size + 1))}


def _drawn(tasks: Iterable[Task], most: int) -> list[Task]:
    return nsmallest(most, tasks, key=lambda task: (digest(task.id), task.id))


@define
class _Nearest:
    """The best training task of each held-out one."""

    held: Sequence[Task]
    best: dict[int, tuple[float, str]] = field(factory=dict)

    def see(self, index: int, value: float, train: str) -> None:
        # The first of several that are as near: the tasks come in one order.
        if value > self.best.get(index, (0.0, ""))[0]:
            self.best[index] = (value, train)

    def report(self) -> JsonObject:
        values = [self.best.get(index, (0.0, ""))[0] for index in range(len(self.held))]
        worst = sorted((-value, self.held[at].id, train) for at, (value, train) in self.best.items())
        return {
            "compared": len(values),
            "mean": round(sum(values) / len(values), 4) if values else 0.0,
            "near": round(sum(value >= NEAR for value in values) / len(values), 4) if values else 0.0,
            "worst": [
                {"test": test, "train": train, "value": round(-value, 4)}
                for value, test, train in worst[:_WORST]
            ],
        }


def _overlap(
    held: Sequence[Task], train: Iterable[Task], grams: Callable[[Task], set[tuple[str, ...]]]
) -> _Nearest:
    index: Mapping[tuple[str, ...], list[int]] = defaultdict(list)
    sizes = []
    for at, task in enumerate(held):
        own = grams(task)
        sizes.append(len(own))
        for gram in own:
            index[gram].append(at)
    nearest = _Nearest(held)
    for task in train:
        shared = Counter(at for gram in grams(task) for at in index.get(gram, ()))
        for at, count in shared.items():
            nearest.see(at, count / sizes[at], task.id)
    return nearest


def _cosines(held: Sequence[Task], train: Sequence[Task], vectors: Near) -> _Nearest:
    given = vectors([task.instruction for task in (*held, *train)])
    unit = [_unit(vector) for vector in given]
    nearest = _Nearest(held)
    for at, own in enumerate(unit[: len(held)]):
        for task, other in zip(train, unit[len(held) :], strict=True):
            nearest.see(at, _product(own, other), task.id)
    return nearest


def _unit(vector: Vector) -> Sequence[float] | dict[int, float]:
    length = math.sqrt(sum(value * value for value in vector.values)) or 1.0
    values = [value / length for value in vector.values]
    return values if vector.places is None else dict(zip(vector.places, values, strict=True))


def _product(a: Sequence[float] | dict[int, float], b: Sequence[float] | dict[int, float]) -> float:
    if isinstance(a, dict) and isinstance(b, dict):
        few, many = (a, b) if len(a) <= len(b) else (b, a)
        return sum(value * many[place] for place, value in few.items() if place in many)
    return math.fsum(map(mul, a, b))
