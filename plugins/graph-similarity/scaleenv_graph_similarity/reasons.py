"""Why two tools are near one another, for a person."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from functools import cached_property
from itertools import islice

from scaleenv_graph_similarity.signatures import Signature

MOST = 3

_WORD = re.compile(r"[^\W\d_]{3,}")


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
        return _Ranked([set(_WORD.findall(signature.text.lower())) for signature in self._signatures])


class _Ranked:
    """Sets of names, to be compared by the rarest; those of a single set are never shared."""

    def __init__(self, sets: Sequence[Collection[str]]) -> None:
        self._sets = sets
        count = Counter(name for some in sets for name in some)
        self._names = sorted(
            (name for name in count if count[name] > 1), key=lambda name: (count[name], name)
        )
        self._rank = {name: rank for rank, name in enumerate(self._names)}
        self._ranks: dict[int, dict[int, None]] = {}

    def shared(self, one: int, other: int) -> str:
        """The rarest names of both sets, on one line."""
        both = filter(self._of(other).__contains__, self._of(one))
        return ", ".join(" ".join(self._names[rank].split()) for rank in islice(both, MOST))

    def _of(self, place: int) -> dict[int, None]:
        """The ranks of one set's names, in order."""
        if place not in self._ranks:
            ranks = sorted(self._rank[name] for name in self._sets[place] if name in self._rank)
            self._ranks[place] = dict.fromkeys(ranks)
        return self._ranks[place]
