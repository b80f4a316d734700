"""The hashing embedder keeps its contract, and reads identifiers."""

from zlib import crc32

import pytest
from scaleenv_embedder_hashing import Hashing

from scaleenv_core.testing.embedder import EmbedderContract, cosine


class TestContract(EmbedderContract):
    @pytest.fixture
    def plugin(self):
        """The defaults."""
        return Hashing()


class TestContractCharacters(EmbedderContract):
    @pytest.fixture
    def plugin(self):
        """With character n-grams."""
        return Hashing(characters=4)


def _near(one, other, **options):
    return cosine(*Hashing(**options).embed_texts([one, other]))


@pytest.mark.parametrize(
    ("one", "other"),
    [("calendar", "Calendar"), ("list-events", "list-event"), ("event", "Events.")],
)
def test_spellings_are_one(one, other):
    """Case and plural endings make no difference."""
    assert _near(one, other) == pytest.approx(1)


def test_repetition_counts_once():
    """What a text says twice it says once."""
    assert _near("id name id", "id name", pairs=False) == pytest.approx(1)


def test_phrases_are_features():
    """Two tokens side by side bring texts nearer than the same tokens apart, and only in that order."""
    assert _near("the order", "the order now") > _near("the order", "the now order")
    assert _near("order the", "the order") < _near("order the", "the order", pairs=False)


@pytest.mark.parametrize(("one", "other"), [("calendarId", "calendar_id"), ("ListEvents", "list-event")])
def test_joints_make_little_difference(one, other):
    """Identifiers of the same words differ by how they are spelt alone."""
    assert 0.5 < _near(one, other) < 1


def test_ways_of_spelling_bring_together():
    """Two identifiers of one style are nearer than two of different ones."""
    assert _near("listUsers", "getCalendar") > 0
    assert _near("listUsers", "get_calendar") == 0


def test_an_identifier_is_more_than_its_words():
    """``order_id`` is nearer to itself than to the same words apart."""
    assert 0 < _near("order_id", "order id") < 1


def test_other_scripts_have_features():
    """Texts in other scripts are near where they share letter pairs."""
    assert _near("天気予報", "天気") > 0
    assert _near("天気予報", "календарь") == 0


def test_characters_bring_spellings_together():
    """N-grams make ``colour`` and ``color`` neighbours, which are strangers as words."""
    assert _near("colour", "color") == 0
    assert _near("colour", "color", characters=3) > 0.3


@pytest.mark.parametrize("characters", [-1, 9])
def test_wrong_options_are_refused(characters):
    """An option out of its range is refused."""
    with pytest.raises(ValueError):
        Hashing(characters=characters)


def test_same_in_another_process():
    """Coordinates are CRCs, which depend on no process's hash seed."""
    (vector,) = Hashing().embed_texts(["calendarId"])

    assert sorted(crc32(word) >> 1 for word in (b"calendar", b"id", b"calendar_id", b"~aAa")) == list(
        vector.places
    )
