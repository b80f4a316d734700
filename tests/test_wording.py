"""Texts are compared by what they say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaleenv_core.wording import alike, tells, words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("on 15 May 2024.", ("on", "2024-05-15"), id="day first"),
        pytest.param("May 15th, 2024", ("2024-05-15",), id="month first"),
        pytest.param("the 15th of May 2024", ("the", "2024-05-15"), id="with of"),
        pytest.param("Sept. 3, 2024", ("2024-09-03",), id="short month"),
        pytest.param("2026-01-24T00:45:00Z", ("2026-01-24", "00:45"), id="a moment"),
        pytest.param("12:45 AM, 9:05 p.m. and 7 pm", ("00:45", "21:05", "and", "19:00"), id="clocks"),
        pytest.param("2024年5月15日", ("2024-05-15",), id="a Chinese date"),
        pytest.param("$1,602.10", ("=1602.1", "usd"), id="dollars"),
        pytest.param("12 euros, EUR 12, €12.00", ("=12", "eur") * 3, id="euros"),
        pytest.param("-5, 3-5, eu-west-1", ("=-5", "3", "5", "eu", "west", "1"), id="signs and hyphens"),
        pytest.param('{"low":-5.50,"all":[1,-2]}', ("low", "=-5.5", "all", "=1", "=-2"), id="signs in JSON"),
        pytest.param("05401 and 10.6.135.71", ("05401", "and", "10.6.135.71"), id="no numbers"),
        pytest.param("May I see 5 of 12?", ("may", "i", "see", "=5", "of", "=12"), id="a month's name"),
        pytest.param("in_transit", ("in", "transit"), id="a name of a value"),
        pytest.param("共12.5元", ("共", "=12.5", "cny"), id="no spaces"),
    ],
)
def test_words(text, said):
    """Numbers, dates, times and money have one form each."""
    assert words(text) == said


@pytest.mark.parametrize(
    ("text", "fact", "told"),
    [
        pytest.param("It leaves on May 15, 2024 at 9:05 AM.", "2024-05-15T09:05:00Z", True, id="a moment"),
        pytest.param("It leaves on May 16, 2024.", "2024-05-15", False, id="another day"),
        pytest.param("It costs $12.50.", "12.5", True, id="an amount"),
        pytest.param("It costs 112.50.", "12.5", False, id="inside another amount"),
        pytest.param("It is inactive.", "active", False, id="inside a word"),
        pytest.param("It is not active.", "active", False, id="denied"),
        pytest.param("It isn't active.", "active", False, id="denied shortly"),
        pytest.param("It is: simple not, active.", "active", True, id="after a not of its own"),
        pytest.param("It is not late, but active.", "active", True, id="another thing denied"),
        pytest.param("It is in transit.", "in_transit", True, id="spoken"),
        pytest.param("It is in bay 4-2.", "bay 4", False, id="a longer number"),
        pytest.param("☺", "☺", True, id="no word at all"),
    ],
)
def test_tells(text, fact, told):
    """A fact is told by its words in a row, unless they are denied."""
    assert tells(text, fact) is told


@given(st.text())
def test_any_text_tells_itself(text):
    """Whatever it is, a text that is nothing but a fact tells it, and is alike itself."""
    assert text.casefold().strip().startswith(("not", "never")) or tells(text, text)
    assert alike(text, text)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("Broken, please refund.", "please refund: BROKEN", True, id="order and case"),
        pytest.param("The lamp came with a broken shade", "Lamp came, shade broken", True, id="small words"),
        pytest.param("Two of 3 lamps are broken", "Two of 4 lamps are broken", False, id="another number"),
        pytest.param("Due on May 5, 2024", "due on 2024-05-05", True, id="a date otherwise"),
        pytest.param("The lamp is broken", "The lamp is not broken", False, id="denied"),
        pytest.param("The lamp is broken", "The order is late", False, id="something else"),
        pytest.param("", "something", False, id="nothing"),
    ],
)
def test_alike(one, other, same):
    """Paraphrases that share their words pass, contradictions in numbers and denials do not."""
    assert alike(one, other) is same
    assert alike(other, one) is same
