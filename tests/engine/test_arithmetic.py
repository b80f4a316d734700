"""Tool code can calculate, and nothing else comes of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaleenv_core.engine import arithmetic
from scaleenv_core.errors import Refusal


@pytest.mark.parametrize(
    ("text", "value"),
    [("1+2*3", 7), ("(1+2)*3", 9), ("-2 - -3", 1), (".5/2", 0.25), ("2 * (3.5 + 1)", 9), ("((7))", 7)],
)
def test_values(text, value):
    """The usual rules."""
    assert arithmetic(text) == value


@pytest.mark.parametrize(
    "text", ["", "1+", "(1", "1)", "1 2", "2**3", "a", "1/0", "__import__", "()", "(" * 900]
)
def test_no_value(text):
    """What is no expression is refused."""
    with pytest.raises(Refusal):
        arithmetic(text)


@given(st.text(alphabet="0123456789.+-*/() ", max_size=1200))
def test_never_crashes(text):
    """Any text has a value or is refused."""
    try:
        assert isinstance(arithmetic(text), float)
    except Refusal:
        return
