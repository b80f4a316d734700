"""The picture of a world's tasks: every task is in each chart once, and shares are right."""

import re

import pytest
from attrs import evolve

from scaleenv_core.stages.census import branching, chart, page
from scaleenv_core.types import Action, RowChange, Task

CALL = Action(tool="get_order", arguments={})
CHANGE = RowChange(table="orders", key=("o1",), before=None, after={"order_id": "o1"})
READ = Task(
    id="shop/0",
    domain="shop",
    instruction="Look it up.",
    actions=(CALL,),
    changes=(),
    fingerprint="",
    tools=("get_order", "list_orders"),
)
WRITE = evolve(READ, id="shop/1", actions=(CALL,) * 30, changes=(CHANGE,), kind="merged", rule="limit-x")


def test_page():
    """Ten charts with all tasks in them; what was dropped is there, too."""
    text = page([READ, READ, WRITE], {"too-long": 7})

    assert "<h1>3 tasks of 1 domains</h1>" in text
    assert text.count("<figure>") == 10
    assert "<tr><td>at least 12 calls<td>1<td>33.3%" in text
    assert "<tr><td>at least one write<td>1<td>33.3%" in text
    assert "merged: 1" in text
    assert "too-long: 7" in text
    assert not re.search(r"(src|href)=|<!--", text)


def test_long_tails_are_one_bar():
    """What is beyond the last bar is counted in it."""
    text = page([evolve(READ, actions=(CALL,) * number) for number in (1, 30, 31)], {})

    assert "<title>1: 1</title>" in text
    assert "<title>24+: 2</title>" in text


def test_no_tasks():
    """A world without tasks has an empty picture."""
    assert "0 tasks of 0 domains" in page([], {})


def test_names_cannot_break_the_page():
    """A name with markup is text."""
    assert "<b>x" not in chart("Dropped", "walks", {"<b>x": 1})


@pytest.mark.parametrize(
    ("after", "widest"),
    [
        pytest.param((), 1, id="the given order"),
        pytest.param(((), (), ()), 3, id="any order"),
        pytest.param(((), (0,), (0,)), 2, id="two after one"),
        pytest.param(((), (0,), (1,)), 1, id="a chain"),
    ],
)
def test_branching(after, widest):
    """How many calls may come next where most may."""
    assert branching(evolve(READ, actions=(CALL,) * 3, after=after)) == widest
