"""Which tool a clause sounds like: words in common, rare ones counting more (TF-IDF, cosine)."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from scaleenv_core.names import singular, words
from scaleenv_core.types import Tool

_STOP = frozenset(
    "a an and any are as at be by can could do does for from has have hello help hi i if in is it its me my "
    "need of on or please so some something tell than that the their them then there this to us want was we "
    "what when which will with would you your".split()
)
_NAME_WEIGHT = 3.0
"""A word of a tool's name says more than one of its description."""

_NEAR = 0.75
"""A tool with less than this share of the best one's likeness is not meant."""

_QUOTED = re.compile(r'"[^"]*"|\{.*\}')


def terms(text: str) -> list[str]:
    """The words that carry meaning, in one form."""
    return [singular(word) for word in words(text) if word not in _STOP and not word.isdigit()]


@frozen
class Chooser:
    """The offered tools, and how much each of their words says."""

    tools: tuple[Tool, ...]
    weights: Mapping[str, float]
    vectors: tuple[Mapping[str, float], ...]

    @classmethod
    def of(cls, tools: Sequence[Tool]) -> Chooser:
        """Weigh the words of these tools."""
        counts = [_counted(tool) for tool in tools]
        spread = Counter(term for count in counts for term in count)
        weights = {term: math.log(1 + len(tools) / number) for term, number in spread.items()}
        return cls(tuple(tools), weights, tuple(_unit(count, weights) for count in counts))

    def ranked(self, clause: str, least: float) -> list[Tool]:
        """The tools most like a clause, the best first: none below ``least``, nor far behind the best."""
        said = _unit(Counter(terms(_QUOTED.sub(" ", clause))), self.weights)
        scores = {
            tool.name: sum(vector.get(term, 0.0) * weight for term, weight in said.items())
            for tool, vector in zip(self.tools, self.vectors, strict=True)
        }
        floor = max(least, _NEAR * max(scores.values(), default=0.0))
        near = [tool for tool in self.tools if scores[tool.name] > floor]
        return sorted(near, key=lambda tool: (-scores[tool.name], tool.name))


def _counted(tool: Tool) -> Mapping[str, float]:
    counted: Counter[str] = Counter()
    for term in terms(tool.name):
        counted[term] += _NAME_WEIGHT  # type: ignore[assignment]
    counted.update(set(terms(" ".join([tool.description, *tool.parameters.get("properties", {})]))))
    return counted


def _unit(counted: Mapping[str, float], weights: Mapping[str, float]) -> dict[str, float]:
    """A vector of length one, over the words that some tool knows."""
    raw = {term: count * weights[term] for term, count in counted.items() if term in weights}
    length = math.sqrt(_squares(raw.values())) or 1.0
    return {term: value / length for term, value in raw.items()}


def _squares(values: Iterable[float]) -> float:
    return sum(value * value for value in values)
