"""Collecting keeps each tool once and counts everything else by reason."""

from attrs import evolve

from scaleenv_core.config import CollectSettings
from scaleenv_core.stages.collect import sift
from scaleenv_core.testing.samples import sample_tools
from scaleenv_core.types import Dropped


def reasons(entries, **settings):
    tools, dropped = sift(entries, CollectSettings(**settings), seed=1)
    return len(tools), sorted(drop.reason for drop in dropped)


def test_reasons():
    """Each kind of unusable tool is dropped with its own reason."""
    first, second, *_ = sample_tools()
    entries = [
        first,
        evolve(second, id=first.id),
        evolve(first, id="copy"),
        evolve(second, id="silent", description=" "),
        evolve(second, id="odd", name="odd", parameters={"type": "object", "properties": 5}),
        evolve(second, id="list", name="list", parameters={"type": "array"}),
        Dropped(origin="x.json", reason="unreadable", detail="truncated"),
    ]

    expected = [
        "duplicate",
        "duplicate-id",
        "invalid-schema",
        "invalid-schema",
        "no-description",
        "unreadable",
    ]
    assert reasons(entries) == (1, expected)


def test_order_does_not_matter():
    """The catalog is sorted, whatever order the sources yield in."""
    tools = sample_tools()

    assert sift(reversed(tools), CollectSettings(), 1)[0] == sift(tools, CollectSettings(), 1)[0]


def test_limit_is_counted():
    """A limit keeps so many, by seed, and counts the others."""
    count, dropped = reasons(sample_tools(), limit=10)

    assert count == 10
    assert dropped == ["over-limit"] * (len(sample_tools()) - 10)
