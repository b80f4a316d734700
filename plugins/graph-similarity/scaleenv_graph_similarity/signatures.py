"""From a tool's signature to a bag of terms."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from scaleenv_core.fields import fields_of
from scaleenv_core.names import singular, words
from scaleenv_core.types import Tool

# A term is a word ("calendar") or, for an identifier of several words, "=calendar_id".
IDENTIFIER = "="


def read_terms(tools: Sequence[Tool], *, whole: bool) -> tuple[list[Counter[str]], Mapping[str, str]]:
    """Each tool's terms with their counts, and how to spell each identifier for a person.

    A word of a description counts once, however often it stands there: length is not
    relevance. ``whole`` reads the tool's own name and description too.
    """
    spellings: dict[str, Counter[str]] = {}
    bags = [_terms(tool, whole, spellings) for tool in tools]
    # The commonest spelling, the first in the alphabet among equals.
    shown = {term: min(seen, key=lambda s: (-seen[s], s)) for term, seen in spellings.items()}
    return bags, shown


def _terms(tool: Tool, whole: bool, spellings: dict[str, Counter[str]]) -> Counter[str]:
    bag: Counter[str] = Counter()

    def name(text: str) -> None:
        stems = _stems(text)
        bag.update(stems)
        if len(stems) > 1:
            term = IDENTIFIER + "_".join(stems)
            bag[term] += 1
            spellings.setdefault(term, Counter())[text] += 1

    for found in fields_of(tool.parameters):
        if not found.path.endswith("[]"):
            name(found.name)
            bag.update(_prose(found.schema.get("description")))
    for found in fields_of(tool.returns):
        if not found.path.endswith("[]"):
            name(found.name)
    if whole:
        name(tool.name)
        bag.update(_prose(tool.description))
    return bag


@cache
def _stems(text: str) -> tuple[str, ...]:
    return tuple(singular(word) for word in words(text))


_MARKUP = re.compile(r"<[^>]*>|https?://\S+")


def _prose(text: object) -> Iterable[str]:
    if not isinstance(text, str):
        return ()
    return {singular(word) for word in words(_MARKUP.sub(" ", text)) if len(word) > 1}
