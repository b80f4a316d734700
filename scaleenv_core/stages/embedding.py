"""The chosen embedders behind a cache on disk: no text is embedded twice."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence

from scaleenv_core.artifacts import inputs_hash
from scaleenv_core.errors import StageError
from scaleenv_core.names import digest
from scaleenv_core.stages.running import Run
from scaleenv_core.types import Vector
from scaleenv_core.vectorcache import VectorCache, cache_folder

CHUNK = 6000
"""Texts embedded before they are written down: what a kill may cost."""

BLANK = Vector(array("f"), array("i"))
"""What a text without a word has."""


def embed(run: Run, texts: Sequence[str]) -> list[list[Vector]]:
    """For each of the run's embedders one vector a text, in order; see ``interfaces.Embed``."""
    plugins = run.plugins("embedder")
    if not plugins.names("embedder"):
        raise StageError("a graph builder asks for vectors: choose an [embedder] use, such as 'hashing'")
    made = []
    for identity in run.component("embedder"):
        ask = plugins.only("embedder", identity[0])
        kept = VectorCache(cache_folder() / f"vectors-{inputs_hash(identity)[:16]}.sqlite")
        made.append(cached(ask, texts, kept, name=identity[0], again=run.again))
    return made


def cached(
    ask: Callable[..., Sequence[Sequence[Vector]]],
    texts: Sequence[str],
    kept: VectorCache,
    *,
    name: str,
    again: bool = False,
) -> list[Vector]:
    """One vector a text, in order: those that the cache lacks are asked for, and kept."""
    wanted = {digest(text): text for text in texts if text.strip()}
    known = {} if again else kept.read(wanted)
    missing = sorted(wanted.keys() - known.keys())
    for start in range(0, len(missing), CHUNK):
        keys = missing[start : start + CHUNK]
        (vectors,) = ask(texts=[wanted[key] for key in keys])
        if len(vectors) != len(keys):
            raise StageError(f"embedder {name!r} gave {len(vectors)} vectors for {len(keys)} texts")
        fresh = dict(zip(keys, vectors, strict=True))
        kept.write(fresh)
        known.update(fresh)
    if len({len(vector.values) for vector in known.values() if vector.places is None}) > 1:
        raise StageError(f"embedder {name!r} gave vectors of different lengths; 'scaleenv graph --again'")
    return [known.get(digest(text), BLANK) for text in texts]
