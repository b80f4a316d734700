"""Pre-conditions, and effects beyond one row, end to end."""

import pytest
from scaleenv_materializer_rules import Rules

from scaleenv_core.engine import Environment, load_domain, write_domain
from scaleenv_core.types import DomainDraft, Tool

TEXT, WHOLE, AMOUNT = {"type": "string"}, {"type": "integer"}, {"type": "number"}
STATES = {"type": "string", "enum": ["pending", "shipped", "delivered", "cancelled"]}


def record(**properties):
    """An object schema that requires all its properties."""
    return {"type": "object", "properties": properties, "required": list(properties)}


ORDER = record(order_id=TEXT, status=STATES, address=record(street=TEXT, city=TEXT))
ROOM = record(room_id=TEXT, available=WHOLE, booking_count=WHOLE)
ACCOUNT = record(account_id=TEXT, balance=AMOUNT)


def tool(name, description, returns=None, **properties):
    """A tool whose parameters are all required."""
    return Tool(id=name, name=name, description=description, parameters=record(**properties), returns=returns)


TOOLS = (
    tool("get_order", "Get an order.", ORDER, order_id=TEXT),
    tool("list_orders", "List orders.", {"type": "array", "items": ORDER}),
    tool("cancel_pending_order", "Cancel a pending order.", ORDER, order_id=TEXT),
    tool("update_order_address", "Change the address.", ORDER, order_id=TEXT, street=TEXT, city=TEXT),
    tool("list_rooms", "List rooms.", {"type": "array", "items": ROOM}),
    tool("get_room", "Get a room.", ROOM, room_id=TEXT),
    tool(
        "create_booking",
        "Create a booking.",
        None,
        room_id=TEXT,
        start_date={"type": "string", "format": "date"},
        end_date={"type": "string", "format": "date"},
        quantity=WHOLE,
    ),
    tool("list_accounts", "List accounts.", {"type": "array", "items": ACCOUNT}),
    tool("get_account", "Get an account.", ACCOUNT, account_id=TEXT),
    tool("withdraw_from_account", "Withdraw money.", ACCOUNT, account_id=TEXT, amount=AMOUNT),
    tool("toggle_wifi", "Toggles the wifi radio on or off."),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The domain of these tools, live."""
    folder = tmp_path_factory.mktemp("made") / "home"
    draft = DomainDraft(slug="home", title="Home", tools=tuple(sorted(TOOLS, key=lambda t: t.id)))
    source = Rules(rows=20).materialize_domain(draft, 7)
    assert source.quarantined == ()
    write_domain(folder, draft, source, seed=7, made_by="test")
    with Environment(load_domain(folder)) as environment:
        yield environment


@pytest.fixture
def live(home):
    """The domain with its seed rows."""
    home.reset()
    return home


def called(environment, name, /, **arguments):
    """A call that must be answered."""
    seen = environment.call(name, arguments)
    assert seen.status == "answered", seen.content
    return seen.content


def refused(environment, name, /, **arguments):
    """The text of a call that must be refused, and change nothing."""
    seen = environment.call(name, arguments)
    assert (seen.status, environment.changes) == ("refused", ())
    return seen.content


def test_a_name_says_the_state_that_it_needs(live):
    """``cancel_pending_order`` cancels pending orders only, and only once."""
    orders = called(live, "list_orders")
    key = next(o["order_id"] for o in orders if o["status"] == "pending")
    sent = next(o["order_id"] for o in orders if o["status"] == "shipped")

    assert "has status 'shipped'; needed: pending" in refused(live, "cancel_pending_order", order_id=sent)
    assert called(live, "cancel_pending_order", order_id=key)["status"] == "cancelled"


def test_a_part_of_a_record(live):
    """``update_order_address`` changes the address inside the order."""
    key = next(o["order_id"] for o in called(live, "list_orders") if o["status"] == "pending")

    called(live, "update_order_address", order_id=key, street="Elm 1", city="Bern")

    assert called(live, "get_order", order_id=key)["address"] == {"street": "Elm 1", "city": "Bern"}


def test_stock_and_dates(live):
    """A booking takes from what is available; too much, nothing, and dates in disorder are refused."""
    room = next(r for r in called(live, "list_rooms") if r["available"] >= 2)
    days = {"start_date": "2026-02-01", "end_date": "2026-02-03"}
    key, left = room["room_id"], room["available"]

    assert "has only" in refused(live, "create_booking", room_id=key, quantity=left + 1, **days)
    assert "must be more than 0" in refused(live, "create_booking", room_id=key, quantity=0, **days)
    late = {"start_date": "2026-02-09", "end_date": "2026-02-03"}
    assert "is after" in refused(live, "create_booking", room_id=key, quantity=1, **late)
    called(live, "create_booking", room_id=key, quantity=2, **days)
    assert called(live, "get_room", room_id=key)["available"] == left - 2


def test_balances(live):
    """A withdrawal lowers the balance, and stops at zero."""
    account = next(a for a in called(live, "list_accounts") if a["balance"] > 10)
    key, balance = account["account_id"], account["balance"]

    after = called(live, "withdraw_from_account", account_id=key, amount=4)

    assert after["balance"] == pytest.approx(balance - 4)
    refusal = live.call("withdraw_from_account", {"account_id": key, "amount": balance})
    assert (refusal.status, "has only" in refusal.content) == ("refused", True)


def test_the_one_thing_there_is(live):
    """A tool without a parameter flips the only row."""
    first = called(live, "toggle_wifi")

    assert called(live, "toggle_wifi") != first
    assert live.changes == ()


def test_rules_are_told(home):
    """The policy names each of these rules."""
    policy = home.domain.policy

    for rule in (
        "is allowed only while `status` is `pending`",
        "in this order",
        "refused where that is too little",
    ):
        assert rule in policy
