"""Procedural testing: planted tools give each outcome, and no write leaves a reference to nothing."""

import pytest
from attrs import evolve

from scaleenv_core.engine import Environment, load_domain
from scaleenv_core.stages.trial import examine
from scaleenv_core.testing.shop import TOOLS, write_shop
from scaleenv_core.types import Operation, Tool

PLANTED = (
    TOOLS
    + '''

@read_tool("crashes")
def crashes(db: Database) -> dict:
    return {}["nothing"]


@read_tool("lies")
def lies(db: Database) -> dict:
    db.delete("orders", "o1")
    return {}


@read_tool("misshapen")
def misshapen(db: Database) -> dict:
    return {"order_id": 1}


@write_tool("idle")
def idle(db: Database) -> dict:
    return {"order_id": "o1"}


@read_tool("refuses")
def refuses(db: Database) -> dict:
    raise Refusal("not today")


_SEEN = []


@read_tool("remembers")
def remembers(db: Database) -> dict:
    _SEEN.append(1)
    return {"order_id": str(len(_SEEN))}


@write_tool("orphans")
def orphans(db: Database) -> dict:
    """Refers to a customer that is not there."""
    return db.update("orders", "o1", {"customer_id": "nobody"})


@write_tool("orphans_later")
def orphans_later(db: Database) -> dict:
    """Takes away a customer whose orders stay."""
    db.delete("customers", "c1")
    return {"order_id": "o1"}
'''
)

FAILURES = {
    "crashes": "crash: tool 'crashes': KeyError: 'nothing'",
    "lies": "read-writes: tool 'lies' is declared as reading and wrote orders",
    "misshapen": "wrong-shape: answer 'order_id': 1 is not of type",
    "idle": "no-effect: it is declared as writing",
    "refuses": "never-answered",
    "remembers": "not-deterministic",
    "orphans": "never-answered",
    "orphans_later": "never-answered",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    returns = {"type": "object", "properties": {"order_id": {"type": "string"}}}
    planted = tuple(
        Tool(
            id=name,
            name=name,
            description=name,
            parameters={"type": "object", "properties": {}},
            returns=returns,
        )
        for name in FAILURES
    )
    return load_domain(write_shop(tmp_path_factory.mktemp("shop") / "shop", tools=PLANTED, extra=planted))


def test_outcomes(shop):
    """Each defect is found under its name, and the shop's own tools are sound."""
    with Environment(shop) as live:
        reports, cases = examine(live, 6, 7)

    failures = {report.tool: report.failure for report in reports if report.failure}
    assert failures.keys() == FAILURES.keys()
    for tool, failure in FAILURES.items():
        assert failures[tool].startswith(failure)
    assert sum(report.cases for report in reports) == len(cases)
    assert {case["outcome"] for case in cases} == {"answered", "refused", "crashed", "lied"}


@pytest.mark.parametrize("tool", ["orphans", "orphans_later"])
def test_references_stay_whole(shop, tool):
    """A write after which a reference leads to nothing is refused, and nothing of it stays."""
    with Environment(shop) as live:
        before = live.rows()
        seen = live.call(tool, {})

        assert (seen.status, "FOREIGN KEY" in seen.text) == ("refused", True)
        assert live.rows() == before


def test_table_map(shop):
    """A tool that touches a table which its operation does not name is found, where it names any."""
    named = {"get_order": ("customers",), "cancel_order": ("orders",)}
    operations = tuple(
        Operation(tool=one.tool, writes=one.writes, tables=named.get(one.tool, ()))
        for one in shop.manifest.operations
    )
    mapped = evolve(shop, manifest=evolve(shop.manifest, operations=operations))

    with Environment(mapped) as live:
        reports = {report.tool: report.failure for report in examine(live, 6, 7)[0]}

    assert reports["get_order"] == "other-tables: it touched orders, and promised customers"
    assert reports["cancel_order"] == reports["list_orders"] == ""
