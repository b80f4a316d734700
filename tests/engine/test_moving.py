"""Between states: starts that go in in any order, and calls that go back after they wrote."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scaleenv_core.engine import Environment, load_domain
from scaleenv_core.testing.shop import SCHEMA, TOOLS, write_shop
from scaleenv_core.types import RowChange, Tool

LINKED = SCHEMA.replace(
    'Column("vip", Boolean),',
    'Column("vip", Boolean),\n    Column("guide", String, ForeignKey("customers.customer_id")),'
    '\n    Column("seat", Float, unique=True),',
)
"""Customers refer to each other, and no two sit on one seat."""

STEPS = (
    TOOLS
    + '''

@write_tool("steps")
def steps(db: Database, writes: list, end: str = "") -> dict:
    """Make writes, then end in some way."""
    for kind, key in writes:
        if kind == "drop" and db.get("orders", key):
            db.delete("orders", key)
        if kind == "raise" and db.get("orders", key):
            db.update("orders", key, {"price": db.get("orders", key)["price"] + 1})
        if kind == "add":
            create_order(db, "c1")
    if end == "refuse":
        raise Refusal("no")
    return {"now": db.now()}
'''
)
_STEPS = Tool(
    id="shop/steps",
    name="steps",
    description="Steps.",
    parameters={
        "type": "object",
        "properties": {"writes": {"type": "array"}, "end": {"type": "string"}},
        "required": ["writes"],
    },
)


@pytest.fixture(scope="module")
def linked(tmp_path_factory):
    return load_domain(write_shop(tmp_path_factory.mktemp("domains") / "linked", schema=LINKED))


@pytest.fixture(scope="module")
def stepping(tmp_path_factory):
    folder = write_shop(tmp_path_factory.mktemp("domains") / "steps", tools=STEPS, extra=(_STEPS,))
    return load_domain(folder)


def row(number, guide=None, seat=None):
    return {
        "customer_id": f"c{number}",
        "name": f"N{number}",
        "vip": None,
        "guide": guide,
        "seat": seat,
        "tags": None,
    }


def moved(domain, *rows):
    """A start in which these customers are so."""
    with Environment(domain) as live:
        seeds = {found["customer_id"]: found for found in live.rows()["customers"]}
    return tuple(
        RowChange(
            table="customers",
            key=(made["customer_id"],),
            before=seeds.get(made["customer_id"]),
            after=made,
        )
        for made in rows
    )


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param((row(1, "c2"), row(2, "c1")), id="circle"),
        pytest.param((row(7, "c8"), row(8, "c7")), id="new-circle"),
        pytest.param((row(7, "c9"), row(8, "c7"), row(9)), id="child-first"),
        pytest.param((row(1, seat=-0.0), row(2, seat=2.0)), id="zero"),
    ],
)
def test_starts_in_any_order(linked, rows):
    """Rows of one table may refer to each other, whichever comes first."""
    start = moved(linked, *rows)
    with Environment(linked) as live:
        live.reset(start)
        there = {found["customer_id"]: found for found in live.rows()["customers"]}
        reported = {change.key[0]: change.after for change in live.changes}

    assert (
        {name: there[name] for name in reported} == reported == {made["customer_id"]: made for made in rows}
    )


def test_unique_values_change_places(linked):
    """A start may give two rows each other's value, and so may going back to it."""
    first = moved(linked, row(1, seat=1.0), row(2, seat=2.0))
    swapped = moved(linked, row(1, seat=2.0), row(2, seat=1.0))
    with Environment(linked) as live:
        for start in (first, swapped, first):
            live.reset(start)
            point = live.snapshot()
            live.reset()
            live.restore(point)
            assert [change.after["seat"] for change in live.changes] == [c.after["seat"] for c in start]


def test_one_zero(linked):
    """Databases know one zero: what is read back is what was written."""
    with Environment(linked) as live:
        told = live._database.update("customers", "c1", {"seat": -0.0})
        live._database.insert("customers", row(5, seat=3.0))

        assert str(told["seat"]) == str(live._database.find("customers", {"seat": 0.0})[0]["seat"]) == "0.0"


WRITES = st.lists(
    st.tuples(st.sampled_from(["drop", "raise", "add"]), st.sampled_from(["o1", "o2", "orders-0001"])),
    max_size=5,
)


@settings(max_examples=80, deadline=None)
@given(before=WRITES, refused=WRITES, after=WRITES)
def test_a_refused_call_never_was(stepping, before, refused, after):
    """Whatever a call wrote before it was refused, everything goes on as if it had not been made."""
    with Environment(stepping) as one, Environment(stepping) as other:
        for live in (one, other):
            live.call("steps", {"writes": before})
        assert one.call("steps", {"writes": refused, "end": "refuse"}).status == "refused"

        assert one.rows() == other.rows()
        told = [live.call("steps", {"writes": after}).record for live in (one, other)]
        assert told[0] == told[1]
        assert (one.rows(), one.changes) == (other.rows(), other.changes)
        one.reset()
        with Environment(stepping) as fresh:
            assert one.rows() == fresh.rows()
