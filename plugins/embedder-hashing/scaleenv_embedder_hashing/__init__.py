"""Hashing: sparse vectors of a text's words and identifiers; fast, and without weights."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from attrs import field, frozen
from attrs.validators import and_, ge, le

from scaleenv_core import hookimpl
from scaleenv_core.names import singular, words
from scaleenv_core.types import Vector

__all__ = ["Hashing"]

_FOREIGN = re.compile(r"[^\W\d_a-zA-Z]+")
"""Letters of other scripts, which may not put blanks between their words."""

_RUN = re.compile(r"[0-9]+|[A-Z]+|[^\W\d_A-Z]+")
"""Digits, capitals or other letters in a row."""

_MARKS = ".,;:!?()[]{}'\"`"
"""No part of any word; without them most tokens are one word, which is read faster."""

_SHAPE = 12
"""So many signs of a spelling are looked at: the rest says only how long a name is."""

_PARTS = 0.5
"""What a character n-gram counts, against a word: there are many to a word."""


@frozen(kw_only=True)
class Hashing:
    """A text's features, each a coordinate by its hash.

    Features are its words without plural endings (``calendar``), the identifiers of several
    words that stand in it (``calendarId`` and ``calendar_id`` are one) and how those are spelt
    (``getCalendar`` as ``listUsers``: an API keeps its ways), tokens side by side, pairs of
    neighbouring letters in scripts other than Latin, and, where asked for, character n-grams.
    Each counts once, however often it stands there: length is not relevance. How rare a feature
    is depends on the catalog; the reader of the vectors weighs them by it.
    """

    characters: int = field(default=0, validator=and_(ge(0), le(8)))
    """Length of character n-grams within words, which bring spellings together; 0: none."""

    pairs: bool = True
    """Whether two tokens side by side are a feature, too: an API repeats its phrases."""

    @hookimpl
    def embed_texts(self, texts: Sequence[str]) -> list[Vector]:
        """One sparse vector a text."""
        from scaleenv_embedder_hashing.bags import bags

        return bags([text.split() for text in texts], self._features, pairs=self.pairs)

    def _features(self, token: str) -> Iterator[tuple[str, float]]:
        """A token's features, and what each counts."""
        stems = [singular(word) for word in words(token.strip(_MARKS))]
        if len(stems) > 1:
            yield "_".join(stems), 1.0
            yield f"~{_shape(token)}", 1.0
        for stem in stems:
            if len(stem) > 1 or len(stems) == 1:
                yield stem, 1.0
            marked = f"<{stem}>"
            for start in range(len(marked) - self.characters + 1 if self.characters else 0):
                yield f"#{marked[start : start + self.characters]}", _PARTS
        for run in () if token.isascii() else _FOREIGN.findall(token):
            for start in range(max(1, len(run) - 1)):
                yield run[start : start + 2], 1.0


def _shape(token: str) -> str:
    """How a token is spelt: ``aA0_a`` is ``listV2_beta``."""
    signs = _RUN.sub(lambda run: "0" if run[0].isdigit() else "A" if run[0].isupper() else "a", token)
    return signs[:_SHAPE]
