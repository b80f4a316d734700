"""The contract of an embedder: ``class TestMine(EmbedderContract)``."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from math import isfinite, sqrt
from zlib import crc32

import pytest

from scaleenv_core.interfaces import Embedder
from scaleenv_core.names import words
from scaleenv_core.testing.calling import call_hook
from scaleenv_core.types import Vector

CALENDAR = "list_calendar_events\nList the events of a calendar, by date.\ncalendarId timeMin pageSize"
MEETING = "create_calendar_event\nCreate an event in a calendar, with its guests.\ncalendarId summary"
WEATHER = "get_forecast\nThe weather forecast of a city: rain, wind, temperature.\ncity units"


def word_vectors(texts: Sequence[str]) -> list[list[Vector]]:
    """An ``Embed`` for tests, in which texts are near one another as far as they share words."""
    made = []
    for text in texts:
        places = sorted({crc32(word.encode()) >> 1 for word in words(text)})
        made.append(Vector(array("f", [1.0] * len(places)), array("i", places)))
    return [made]


def cosine(one: Vector, other: Vector) -> float:
    """How near two vectors of one embedder are, in [-1, 1]; 0 where one of them has no direction."""
    a, b = _coordinates(one), _coordinates(other)
    lengths = sqrt(sum(x * x for x in a.values())) * sqrt(sum(x * x for x in b.values()))
    return sum(x * b.get(place, 0.0) for place, x in a.items()) / lengths if lengths else 0.0


def _coordinates(vector: Vector) -> dict[int, float]:
    places = range(len(vector.values)) if vector.places is None else vector.places
    return dict(zip(places, vector.values, strict=True))


class EmbedderContract:
    """What every embedder promises."""

    @pytest.fixture
    def plugin(self) -> Embedder:
        """Your plugin, with the configuration that is to be judged."""
        raise NotImplementedError("give a fixture 'plugin' that returns your embedder")

    def embed(self, plugin: Embedder, *texts: str) -> list[Vector]:
        """The vectors of some texts, asked for as a run does."""
        return list(call_hook(plugin, "embed_texts", texts=list(texts)))

    def test_one_vector_a_text(self, plugin: Embedder) -> None:
        """There are as many vectors as texts; none for none."""
        assert (len(self.embed(plugin, CALENDAR, MEETING, WEATHER)), len(self.embed(plugin))) == (3, 0)

    def test_vectors_are_alike_in_form(self, plugin: Embedder) -> None:
        """All are dense and of one length, or all are sparse with ascending places."""
        made = self.embed(plugin, CALENDAR, "id", WEATHER)

        assert len({None if v.places is not None else len(v.values) for v in made}) == 1
        assert len({v.places is None for v in made}) == 1
        assert all(sorted(set(v.places)) == list(v.places) for v in made if v.places is not None)
        assert all(len(v.places) == len(v.values) for v in made if v.places is not None)

    def test_values_are_numbers(self, plugin: Embedder) -> None:
        """Every value is finite, and a text of words has a direction."""
        made = self.embed(plugin, CALENDAR, "id", WEATHER)

        assert all(isfinite(value) for vector in made for value in vector.values)
        assert all(any(vector.values) for vector in made)

    def test_a_vector_depends_on_its_text_alone(self, plugin: Embedder) -> None:
        """Other texts beside it, before it or none change no vector."""
        together = self.embed(plugin, CALENDAR, WEATHER, MEETING)
        turned = self.embed(plugin, MEETING, "id", CALENDAR)

        assert self.embed(plugin, CALENDAR) == together[:1] == turned[2:]
        assert together[2] == turned[0]

    def test_near_texts_are_near(self, plugin: Embedder) -> None:
        """Two texts about calendars are nearer to each other than to one about the weather."""
        calendar, meeting, weather = self.embed(plugin, CALENDAR, MEETING, WEATHER)

        assert cosine(calendar, meeting) > max(cosine(calendar, weather), cosine(meeting, weather))

    @pytest.mark.parametrize(
        "text",
        ["x", "日本語の天気", "a" * 5000, "word " * 5000, "\x00\n\t-", "🙂"],
        ids=lambda text: repr(text[:8]),
    )
    def test_any_text_is_taken(self, plugin: Embedder, text: str) -> None:
        """Short, foreign, endless and wordless texts have a vector too."""
        assert len(self.embed(plugin, text)) == 1
