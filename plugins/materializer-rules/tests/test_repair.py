"""Rows that leave tools without anything to do are replaced, and nothing else is."""

import pytest
from attrs import evolve
from scaleenv_materializer_rules import Rules

from scaleenv_core.artifacts import World
from scaleenv_core.config import parse_config
from scaleenv_core.engine import read_manifest, write_domain
from scaleenv_core.stages import test
from scaleenv_core.stages.workers import Seat
from scaleenv_core.testing.materializer import sample_draft
from scaleenv_core.types import Finding


@pytest.fixture
def spoilt():
    """A shop in which every order is cancelled already."""
    source = Rules().materialize_domain(sample_draft("shop"), 7)
    orders = tuple({**row, "status": "cancelled"} for row in source.rows["orders"])
    return evolve(source, rows={**source.rows, "orders": orders})


@pytest.mark.parametrize(("repairs", "quarantined"), [(0, {"never-answered": 2}), (2, {})])
def test_repaired_instance(spoilt, tmp_path, repairs, quarantined):
    """With attempts at repair the tools are sound, and the manifest says that rows were changed."""
    world = World(tmp_path)
    folder = world.domain("shop")
    write_domain(folder, sample_draft("shop"), spoilt, seed=7, made_by="rules (0)")

    found = test.make(Seat(parse_config({"test": {"repairs": repairs}})), "shop", str(tmp_path)).summary

    repaired = [(repair.cured, repair.changed) for repair in read_manifest(folder).repaired]
    assert found["tools_quarantined"] == quarantined
    assert repaired == ([(("cancel_order", "update_order"), ("rows",))] if repairs else [])


def test_what_rows_cannot_cure(spoilt):
    """A finding that is not the rows' changes nothing."""
    found = Finding(tool="cancel_order", failure="crash: TypeError")

    assert Rules().repair_domain(sample_draft("shop"), spoilt, [found], 8) == spoilt
