"""The collect stage: a finished catalog stays until what it was read from changes."""

import json

from scaleenv_core.artifacts import World
from scaleenv_core.config import parse_config
from scaleenv_core.stages import collect
from scaleenv_core.stages.running import Run
from scaleenv_core.stages.workers import Workers


def collected(folder, catalog):
    config = parse_config({"source": {"use": ["functions"], "functions": {"paths": [str(catalog)]}}})
    with Workers(config) as workers:
        return collect.run(Run(world=World(folder), config=config, workers=workers))


def test_an_edited_catalog_is_collected_anew(tmp_path):
    """A finished catalog stays while its files do, and is read again once one of them changed."""
    catalog = tmp_path / "tools.json"
    function = {
        "name": "weather",
        "description": "Tell the weather.",
        "parameters": {"properties": {"city": {"type": "string"}}},
    }
    catalog.write_text(json.dumps([function]))
    assert collected(tmp_path / "world", catalog)["tools"] == 1
    (tmp_path / "world" / "catalog.jsonl").write_text("kept as it is\n")

    collected(tmp_path / "world", catalog)
    assert (tmp_path / "world" / "catalog.jsonl").read_text() == "kept as it is\n"

    catalog.write_text(json.dumps([function, {**function, "name": "tide"}]))
    assert collected(tmp_path / "world", catalog)["tools"] == 2
