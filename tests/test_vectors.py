"""Vectors are kept on disk by content: no text is embedded twice, and nothing else changes."""

from array import array

import pytest

from scaleenv_core.errors import StageError, WorldError
from scaleenv_core.names import digest
from scaleenv_core.stages.embedding import cached
from scaleenv_core.testing.embedder import word_vectors
from scaleenv_core.types import Vector
from scaleenv_core.vectorcache import VectorCache, cache_folder


class Asked:
    """An embedder that counts."""

    def __init__(self, answer=word_vectors):
        self.texts = []
        self.answer = answer

    def __call__(self, texts):
        self.texts.extend(texts)
        return self.answer(texts)


@pytest.fixture
def kept(tmp_path):
    return VectorCache(tmp_path / "deep" / "vectors.sqlite")


def test_no_text_is_embedded_twice(kept):
    """Neither a repeated one, nor one of an earlier run; the vectors are the same."""
    first, second = Asked(), Asked()
    fresh = cached(first, ["one two", "three", "one two"], kept, name="words")
    again = cached(second, ["three", "four", "one two"], kept, name="words")

    assert sorted(first.texts) == ["one two", "three"]
    assert second.texts == ["four"]
    assert again == [fresh[1], *word_vectors(["four"])[0], fresh[0]]


def test_blank_texts_are_not_asked_for(kept):
    """A blank text has a vector without values."""
    ask = Asked()

    assert cached(ask, [" ", ""], kept, name="words") == [Vector(array("f"), array("i"))] * 2
    assert ask.texts == []


def test_again_asks_anew(kept):
    """``--again`` trusts no cache."""
    ask = Asked()
    cached(ask, ["one"], kept, name="words")
    cached(ask, ["one"], kept, name="words", again=True)

    assert ask.texts == ["one", "one"]


def test_what_was_embedded_before_a_failure_is_kept(kept, monkeypatch):
    """An embedder that breaks down midway goes on there in the next run."""
    monkeypatch.setattr("scaleenv_core.stages.embedding.CHUNK", 2)

    def breaks(texts):
        if len(ask.texts) > 2:
            raise StageError("gone")
        return word_vectors(texts)

    ask, rest = Asked(breaks), Asked()
    with pytest.raises(StageError, match="gone"):
        cached(ask, ["a", "b", "c", "d", "e"], kept, name="words")
    cached(rest, ["a", "b", "c", "d", "e"], kept, name="words")

    assert len(rest.texts) == 3


def test_too_few_vectors_are_an_error(kept):
    """An embedder that leaves texts out is named."""
    with pytest.raises(StageError, match=r"'short' gave 1 vectors for 2 texts"):
        cached(lambda texts: [word_vectors(texts)[0][:1]], ["a", "b"], kept, name="short")


def test_vectors_of_different_lengths_are_an_error(kept):
    """An endpoint whose model was exchanged does not mix with what was kept."""
    kept.write({digest("a"): Vector(array("f", [1.0]))})

    with pytest.raises(StageError, match="'dense' gave vectors of different lengths"):
        cached(lambda texts: [[Vector(array("f", [1.0, 2.0]))]], ["a", "b"], kept, name="dense")


def test_dense_and_sparse_vectors_come_back(kept):
    """Both forms are read as they were written."""
    dense, sparse = Vector(array("f", [0.25, -1.5])), Vector(array("f", [1.0]), array("i", [7]))
    kept.write({"d": dense, "s": sparse})

    assert kept.read(["s", "d", "x"]) == {"d": dense, "s": sparse}


def test_many_keys(kept):
    """More keys than one statement of SQLite takes."""
    vectors = {f"{number}": Vector(array("f", [number])) for number in range(1203)}
    kept.write(vectors)

    assert kept.read(vectors) == vectors


def test_a_broken_cache_is_one_clear_line(kept):
    """A file that is no cache is named, with what to do."""
    kept.path.parent.mkdir()
    kept.path.write_bytes(b"no database" * 100)

    with pytest.raises(WorldError, match=r"vectors\.sqlite cannot be used.*delete it"):
        kept.read(["a"])


def test_cache_folder(monkeypatch, tmp_path):
    """``SCALEENV_CACHE`` comes before the user's cache folder."""
    monkeypatch.delenv("SCALEENV_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    before = cache_folder()
    monkeypatch.setenv("SCALEENV_CACHE", str(tmp_path / "own"))

    assert (before, cache_folder()) == (tmp_path / "scaleenv", tmp_path / "own")
