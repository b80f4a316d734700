"""The airline keeps the contract of domains, and its own rules."""

from pathlib import Path

import pytest
import scaleenv_domain_airline
from scaleenv_domain_airline import Airline

from scaleenv_core.engine import Environment, load_domain, read_tasks
from scaleenv_core.testing.domain import DomainContract

FOLDER = Path(scaleenv_domain_airline.__file__).parent / "airline"
CARLA, CERTIFICATE, GIFT_CARD = "carla_kowalski_3102", "certificate_4645953", "gift_card_7735730"


class TestContract(DomainContract):
    script = Path(__file__).parents[1] / "make_rows.py"

    @pytest.fixture
    def plugin(self):
        return Airline()


@pytest.fixture
def airline():
    with Environment(load_domain(FOLDER)) as environment:
        yield environment


def gold(task, tool):
    """The arguments of a gold action."""
    tasks = {made.id: made for made in read_tasks(FOLDER)}
    return next(action.arguments for action in tasks[f"airline/{task}"].actions if action.tool == tool)


def book(airline, **changes):
    return airline.call("book_reservation", gold("certificate-first", "book_reservation") | changes)


def methods(airline, user_id):
    return airline.call("get_user_details", {"user_id": user_id}).content["payment_methods"]


def seats(airline):
    day = {"origin": "DEN", "destination": "AUS", "date": "2026-05-20"}
    first, _ = airline.call("search_direct_flight", day).content
    return first["available_seats"]["economy"]


def test_booking_takes_seats_and_money(airline):
    """The certificate is gone, the gift card poorer, the last seat taken, the code a fresh one."""
    before = seats(airline)
    made = book(airline).content

    assert (made["reservation_id"], made["created_at"]) == ("HATHAT", "2026-05-15T15:00:00")
    assert made["flights"][0]["price"] == 187
    left = methods(airline, CARLA)
    assert CERTIFICATE not in left
    assert left[GIFT_CARD]["amount"] == 200 - 37
    assert (before, seats(airline)) == (1, 0)
    assert "not enough economy seats" in book(airline).text
    assert "HATHAT" in airline.call("get_user_details", {"user_id": CARLA}).content["reservations"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"insurance": "yes"}, "the total price is 217, but 187", id="insurance"),
        pytest.param({"nonfree_baggages": 2}, "the total price is 287", id="bags"),
        pytest.param({"cabin": "business"}, "the total price is 468", id="cabin"),
        pytest.param(
            {"payment_methods": [{"payment_id": GIFT_CARD, "amount": 201}]},
            "not enough on payment",
            id="balance",
        ),
        pytest.param(
            {"payment_methods": [{"payment_id": "gift_card_8275137", "amount": 187}]},
            "not found",
            id="not hers",
        ),
        pytest.param(
            {"payment_methods": [{"payment_id": CERTIFICATE, "amount": 90}] * 2}, "not found", id="used twice"
        ),
        pytest.param(
            {"flights": [{"flight_number": "SE104", "date": "2026-05-15"}]}, "cannot be booked", id="today"
        ),
        pytest.param(
            {"flights": [{"flight_number": "SE104", "date": "2026-06-15"}]}, "not found", id="in a month"
        ),
        pytest.param({"origin": "XXX"}, "airport 'XXX' not found", id="airport"),
        pytest.param({"user_id": "nobody"}, "user 'nobody' not found", id="user"),
    ],
)
def test_a_booking_that_does_not_add_up(airline, changes, said):
    """It is refused, and leaves nothing behind."""
    seen = book(airline, **changes)

    assert seen.status == "refused"
    assert said in seen.text
    assert airline.changes == ()


def test_one_trip_cannot_take_a_seat_twice(airline):
    """Where a flight stands twice in a trip, it needs twice the seats."""
    twice = [{"flight_number": "SE104", "date": "2026-05-20"}] * 2
    seen = book(
        airline, flights=twice, payment_methods=[{"payment_id": "credit_card_6832736", "amount": 374}]
    )

    assert "not enough economy seats" in seen.text


def test_kept_flights_keep_their_price(airline):
    """A changed trip pays the new price of new flights only; a new cabin is new for all flights."""
    change = gold("a-day-longer", "update_reservation_flights")
    longer = airline.call("update_reservation_flights", change).content

    assert [flight["price"] for flight in longer["flights"]] == [213, 191]
    assert longer["payment_history"][-1] == {"payment_id": "gift_card_9891257", "amount": 191 - 154}
    assert methods(airline, "aiko_hansen_2208")["gift_card_9891257"]["amount"] == 100 - 37
    business = airline.call("update_reservation_flights", change | {"cabin": "business"})
    assert "not enough on payment method" in business.text


def test_a_refund_goes_onto_the_gift_card(airline):
    """A cheaper trip pays back; a certificate neither pays nor gets."""
    change = gold("a-day-longer", "update_reservation_flights") | {"cabin": "basic_economy"}
    cheaper = airline.call("update_reservation_flights", change).content

    assert cheaper["payment_history"][-1]["amount"] < 0
    paid_back = -cheaper["payment_history"][-1]["amount"]
    assert methods(airline, "aiko_hansen_2208")["gift_card_9891257"]["amount"] == 100 + paid_back
    refused = airline.call("update_reservation_flights", change | {"payment_id": "certificate_9117185"})
    assert "a certificate cannot pay" in refused.text


def test_cancelling_refunds_all_that_was_paid(airline):
    """Each payment is turned round, and nothing can be done to the reservation any more."""
    for tool in ("update_reservation_flights", "cancel_reservation"):
        made = airline.call(tool, gold("upgrade-then-cancel", tool)).content

    assert [payment["amount"] for payment in made["payment_history"]] == [138, 240, -138, -240]
    assert made["status"] == "cancelled"
    assert "is cancelled" in airline.call("cancel_reservation", {"reservation_id": "14PQ36"}).text


def test_a_stop_over_night(airline):
    """A first flight that lands after midnight goes on with the next day's flights."""
    trip = {"origin": "SEA", "destination": "BOS", "date": "2026-05-19"}
    pairs = airline.call("search_onestop_flight", trip).content

    assert pairs
    assert {(first["date"], second["date"]) for first, second in pairs} == {("2026-05-19", "2026-05-20")}


def test_each_certificate_is_another(airline):
    """Certificates have numbers of their own, and the user has them at once."""
    for amount in (50, 70):
        airline.call("send_certificate", {"user_id": "finn_evans_8937", "amount": amount})

    held = methods(airline, "finn_evans_8937")
    assert [held[f"certificate_{number}"]["amount"] for number in (3221322, 3221323)] == [50, 70]
