"""Collecting keeps each tool once and counts everything else by reason."""

import json

from attrs import evolve

from scaleenv_core.artifacts import World
from scaleenv_core.config import CollectSettings, parse_config
from scaleenv_core.stages import collect
from scaleenv_core.stages.collect import sift
from scaleenv_core.stages.running import Run
from scaleenv_core.stages.workers import Workers
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


def collected(folder, catalog):
    config = parse_config({"source": {"use": ["functions"], "functions": {"paths": [str(catalog)]}}})
    with Workers(config) as workers:
        return collect.run(Run(world=World(folder), config=config, workers=workers))


def test_an_edited_catalog_is_collected_anew(tmp_path):
    """A finished catalog stays while its files do, and is read again once one of them changed."""
    catalog = tmp_path / "tools.json"
    function = {"name": "weather", "description": "Tell the weather.", "parameters": {"properties": {}}}
    catalog.write_text(json.dumps([function]))
    assert collected(tmp_path / "world", catalog)["tools"] == 1
    (tmp_path / "world" / "catalog.jsonl").write_text("kept as it is\n")

    collected(tmp_path / "world", catalog)
    assert (tmp_path / "world" / "catalog.jsonl").read_text() == "kept as it is\n"

    catalog.write_text(json.dumps([function, {**function, "name": "tide"}]))
    assert collected(tmp_path / "world", catalog)["tools"] == 2
