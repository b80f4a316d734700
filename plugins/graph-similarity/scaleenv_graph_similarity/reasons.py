"""Why two tools are near one another, for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from functools import cached_property

from scaleenv_core.names import words
from scaleenv_graph_similarity.signatures import Signature

MOST = 3


class Reasons:
    """``shares calendarId, eventId``: what two tools have in common, the rarest first."""

    def __init__(self, signatures: Sequence[Signature]) -> None:
        self._signatures = signatures
        self._names = _Ranked([signature.names for signature in signatures])

    def between(self, one: int, other: int) -> str:
        """One line: names of parameters and output fields, else words; the tools by their positions."""
        if names := self._names.shared(one, other):
            return f"shares {names}"
        said = self._words.shared(one, other)
        return f"both say {said}" if said else "reads alike"

    @cached_property
    def _words(self) -> _Ranked:
        texts = (signature.text for signature in self._signatures)
        return _Ranked([{word for word in words(text) if len(word) > 2} for text in texts])


class _Ranked:
    """Sets of names as sets of numbers, the rarest name 0."""

    def __init__(self, sets: Sequence[Collection[str]]) -> None:
        count = Counter(name for some in sets for name in some)
        self._names = sorted(count, key=lambda name: (count[name], name))
        rank = {name: place for place, name in enumerate(self._names)}
        self._ranks = [frozenset(rank[name] for name in some) for some in sets]

    def shared(self, one: int, other: int) -> str:
        """The rarest names of both sets, on one line."""
        ranks = sorted(self._ranks[one] & self._ranks[other])[:MOST]
        return ", ".join(" ".join(self._names[rank].split()) for rank in ranks)
