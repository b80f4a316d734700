"""Names of domains that a person recognises, from distinctive terms, without a model."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from scaleenv_core.names import singular, words
from scaleenv_core.types import Tool

_PLAIN = frozenset(
    "a an and api as at batch be by for from get in is it list of on or set the this to v with your "
    "add all create delete describe find insert modify patch put query remove search update cancel "
    "start stop send new id by associate disassociate enable disable tag untag resource".split()
)


def background(tools: Sequence[Tool]) -> Mapping[str, int]:
    """In how many tools each term stands."""
    return Counter(term for tool in tools for term in set(_terms(tool)))


def title_for(tools: Sequence[Tool], background: Mapping[str, int], total: int) -> str:
    """One to three words: the terms that most of these tools have and few others (tf · idf)."""
    counts = Counter(term for tool in tools for term in set(_terms(tool)))
    if not counts:
        return "Domain"
    idf = {term: math.log((total + 1) / background.get(term, 1)) for term in counts}
    ranked = sorted(counts, key=lambda term: (-counts[term] * idf[term], term))
    best = counts[ranked[0]] * idf[ranked[0]]
    chosen = [term for term in ranked[:3] if counts[term] * idf[term] >= 0.4 * best]
    order = {term: place for tool in reversed(tools) for place, term in enumerate(_terms(tool))}
    return " ".join(sorted(chosen, key=lambda term: (order[term], term))).capitalize()


def _terms(tool: Tool) -> list[str]:
    """The nouns of a tool's name and path, in order."""
    path = " ".join(part for part in (tool.http.path if tool.http else "").split("/") if "{" not in part)
    found = [singular(word) for word in [*words(tool.name), *words(path)]]
    return [term for term in dict.fromkeys(found) if term not in _PLAIN and len(term) > 2 and term.isalpha()]
