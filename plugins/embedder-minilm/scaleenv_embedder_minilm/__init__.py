"""MiniLM: dense vectors by the sentence model all-MiniLM-L6-v2, on the CPU."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence

from attrs import field, frozen
from attrs.validators import and_, ge, le

from scaleenv_core import hookimpl
from scaleenv_core.types import Vector

__all__ = ["MiniLM"]

_JOINTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_+")


@frozen(kw_only=True)
class MiniLM:
    """A text's meaning in 384 coordinates: the mean of its tokens' last states, of length 1.

    Identifiers are read as words: the model has seen sentences.
    """

    max_tokens: int = field(default=64, validator=and_(ge(4), le(512)))
    """A text is read no further; the time grows with it."""

    @hookimpl
    def embed_texts(self, texts: Sequence[str]) -> list[Vector]:
        """One dense vector a text."""
        from scaleenv_embedder_minilm.model import model

        rows = model().vectors([_JOINTS.sub(" ", text) for text in texts], self.max_tokens)
        return [Vector(array("f", row.tobytes())) for row in rows]
