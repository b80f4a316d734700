"""Texts of patterns, and values of schemas."""

from random import Random

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaleenv_core.patterns import text_of_pattern
from scaleenv_core.sampling import sample_value

PATTERNS = [
    r"^[A-Z]{3}-\d{4}$",
    r"^(a|b)c+$",
    r"\w{2,5}",
    r"^[^0-9]x$",
    r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+",
    r"arn:aws.*:kinesis:.*:\d{12}:stream/\S+",
    r"[\s\S]*",
    r"^(?<year>\d{4})-\k<year>$",
    r"^(?![^:]*/action/)[a-z]{4,}$",
    r"(.)\1",
]


@pytest.mark.parametrize("pattern", PATTERNS[:7] + PATTERNS[8:])
@pytest.mark.parametrize("seed", range(5))
def test_a_text_matches_its_pattern(pattern, seed):
    """What is made is what the validator takes."""
    made = text_of_pattern(pattern, Random(seed))

    assert made is not None
    assert jsonschema_rs.is_valid({"pattern": pattern}, made)


@pytest.mark.parametrize("bounds", [(20, None), (3, 4), (0, 3), (16, 18)])
def test_lengths(bounds):
    """Open repetitions stretch and shrink to the lengths asked for."""
    least, most = bounds

    made = text_of_pattern(r"[a-z0-9_]+", Random(3), least, most)

    assert made is not None
    assert least <= len(made) <= (most or 99)


@pytest.mark.parametrize("pattern", [r"(?=a)b", "[", r"^(?<=x)y$"], ids=["never", "broken", "behind"])
def test_what_cannot_be_solved_is_none(pattern):
    """Nothing is made up."""
    assert text_of_pattern(pattern, Random(1)) is None


def test_same_seed_same_text():
    """A generator in the same state draws the same."""
    assert text_of_pattern(r"\w+", Random(4)) == text_of_pattern(r"\w+", Random(4))


SCHEMAS = st.one_of(
    st.builds(lambda p: {"type": "string", "pattern": p}, st.sampled_from([*PATTERNS[:7], PATTERNS[8]])),
    st.builds(
        lambda low, more: {"type": "string", "minLength": low, "maxLength": low + more},
        st.integers(0, 40),
        st.integers(0, 9),
    ),
    st.builds(
        lambda low, more: {"type": "integer", "minimum": low, "maximum": low + more},
        st.integers(-50, 50),
        st.integers(0, 9),
    ),
    st.builds(lambda f: {"type": "string", "format": f}, st.sampled_from(["date", "uuid", "email", "int64"])),
)


@given(SCHEMAS, st.integers(0, 2**32))
def test_values_are_valid(schema, seed):
    """Any value drawn for a schema is valid against it."""
    assert jsonschema_rs.is_valid(schema, sample_value(schema, Random(seed)))
