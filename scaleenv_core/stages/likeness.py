"""Near-duplicates among tasks: two that make mostly the same calls, or say mostly the same.

SynWorld drops a scenario whose likeness to a kept one exceeds ε (arXiv 2504.03561; 0.6, metric
open). Here the likeness is Jaccard's, of what the calls do and of the words' trigrams, whichever
is greater.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from heapq import nsmallest
from itertools import pairwise
from math import ceil
from zlib import crc32

from attrs import define, field

from scaleenv_core.engine.journal import canonical
from scaleenv_core.types import Action, Task

_WORD = re.compile(r"[\u4e00-\u9fff]|[^\W_]+")

_SKETCH = 64
"""So many trigrams stand for a text: alike texts have alike sketches (bottom-k, Broder 1997)."""

Features = frozenset[str]


def call_features(actions: Sequence[Action]) -> Features:
    """What calls do: each argument with its value, each tool, and which follows which."""
    made = {f"0 {a.tool}.{name}={canonical(value)}" for a in actions for name, value in a.arguments.items()}
    made |= {f"1 {one.tool} {other.tool}" for one, other in pairwise(actions)}
    return frozenset(made | {f"2 {action.tool}" for action in actions})


def text_features(text: str) -> Features:
    """The trigrams of a text's words, in Chinese of its characters: of a long text those of least hash."""
    words = _WORD.findall(text.lower())
    found = {" ".join(words[at : at + 3]) for at in range(max(1, len(words) - 2))}
    return frozenset(nsmallest(_SKETCH, found, key=lambda trigram: (crc32(trigram.encode()), trigram)))


def jaccard(one: Features, other: Features) -> float:
    """The share that two sets have in common; 1 for two empty ones."""
    return len(one & other) / len(one | other) if one or other else 1.0


@define
class Kept:
    """Sets that were kept; finds one that is near another without comparing all.

    Two sets with a likeness above ε share one of the first ``n − ⌈ε·n⌉ + 1`` of their features
    in any order that is the same for both: only those are looked up (prefix filter), the long
    ones first, which few sets have.
    """

    epsilon: float
    sets: list[Features] = field(factory=list)
    _places: dict[str, list[int]] = field(factory=dict)

    def near(self, features: Features) -> bool:
        """Whether a kept set is more alike than ε."""
        found = {place for feature in self._prefix(features) for place in self._places.get(feature, ())}
        least, most = self.epsilon * len(features), len(features) / self.epsilon
        near = (self.sets[place] for place in found)
        return any(least <= len(kept) <= most and jaccard(features, kept) > self.epsilon for kept in near)

    def keep(self, features: Features) -> None:
        """Keep a set."""
        for feature in self._prefix(features):
            self._places.setdefault(feature, []).append(len(self.sets))
        self.sets.append(features)

    def _prefix(self, features: Features) -> Iterable[str]:
        return sorted(features, key=lambda feature: (-len(feature), feature))[
            : len(features) - ceil(self.epsilon * len(features)) + 1
        ]


@define
class Unlike:
    """Tasks that are unlike each other."""

    epsilon: float
    """Greatest likeness of two of them; 1 lets all pass."""

    _calls: Kept = field(init=False)
    _texts: Kept = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._calls, self._texts = Kept(self.epsilon), Kept(self.epsilon)

    def admits(self, task: Task) -> bool:
        """Whether no kept task is too near; then it is kept, too."""
        calls, text = call_features(task.actions), text_features(task.instruction)
        if self._calls.near(calls) or self._texts.near(text):
            return False
        self._calls.keep(calls)
        self._texts.keep(text)
        return True
