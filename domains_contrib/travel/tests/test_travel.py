"""The agency keeps the contract of domains, and its own rules."""

from pathlib import Path

import pytest
import scaleenv_domain_travel
from scaleenv_domain_travel import Travel

from scaleenv_core.engine import Environment, load_domain
from scaleenv_core.testing.domain import DomainContract

FOLDER = Path(scaleenv_domain_travel.__file__).parent / "travel"
NIGHTS = ("04-28", "04-29", "04-30", "05-01", "05-02")
EMPTY, HALF, FAMILY, CONFIRMED = "TR-2107", "TR-2706", "TR-2625", "TR-2055"


class TestContract(DomainContract):
    script = Path(__file__).parents[1] / "make_rows.py"

    @pytest.fixture
    def plugin(self):
        return Travel()


@pytest.fixture
def agency():
    with Environment(load_domain(FOLDER)) as environment:
        yield environment


def fly(agency, flight_number, date, trip_id=EMPTY, **more):
    return agency.call(
        "book_flight", {"trip_id": trip_id, "flight_number": flight_number, "date": date} | more
    )


def stay(agency, hotel_id, check_in, check_out, room="single", rooms=1, trip_id=EMPTY):
    days = {"check_in": check_in, "check_out": check_out}
    return agency.call(
        "book_stay", {"trip_id": trip_id, "hotel_id": hotel_id, "room": room, "rooms": rooms} | days
    )


def check(agency, trip_id=EMPTY):
    return agency.call("check_trip", {"trip_id": trip_id}).content


def free(agency, hotel_id, check_in, check_out):
    seen = agency.call(
        "search_stays", {"city_id": hotel_id[2:5], "check_in": check_in, "check_out": check_out}
    )
    return {each["room"]: each["free_rooms"] for each in seen.content if each["hotel_id"] == hotel_id}


def test_seeded_trips_keep_their_budget(agency):
    """No trip begins poorer than nothing."""
    trips = [row["trip_id"] for table, row in agency.domain.rows if table == "trips"]
    told = [agency.call("get_trip", {"trip_id": trip_id}).content for trip_id in trips]

    assert [trip["trip_id"] for trip in told if trip["spent"] > trip["budget"]] == []


def test_a_trip_that_fits_together(agency):
    """Problems go away one by one, and only then it can be confirmed."""
    agency.call("set_budget", {"trip_id": EMPTY, "budget": 702})
    assert check(agency) == ["there are no flights"]
    fly(agency, "HA157", "2026-04-28")
    assert check(agency)[0] == "no flight brings them home to VIE"
    assert len(check(agency)) == 1 + 5
    fly(agency, "HA109", "2026-05-03")
    assert check(agency) == [f"no bed in AMS on the night of 2026-{day}" for day in NIGHTS]
    assert "cannot be confirmed: no bed in AMS" in agency.call("confirm_trip", {"trip_id": EMPTY}).text

    stay(agency, "H-AMS-3", "2026-04-28", "2026-05-03")

    assert check(agency) == []
    confirmed = agency.call("confirm_trip", {"trip_id": EMPTY}).content
    assert (confirmed["status"], confirmed["spent"]) == ("confirmed", 702)


def test_what_does_not_meet(agency):
    """A flight from elsewhere, a bed elsewhere and an outing elsewhere are each named."""
    agency.call("set_budget", {"trip_id": EMPTY, "budget": 5000})
    fly(agency, "HA157", "2026-04-28")
    fly(agency, "HA155", "2026-04-29")
    stay(agency, "H-ROM-1", "2026-04-28", "2026-04-29", "double")
    agency.call("book_outing", {"trip_id": EMPTY, "outing_id": "O-ROM-1", "date": "2026-05-02"})

    assert check(agency) == [
        "flight HA155 of 2026-04-29 leaves ROM, not AMS",
        "no bed in AMS on the night of 2026-04-28",
        "a bed in ROM on the night of 2026-04-28, spent in AMS",
        "Museum with guide in Rome on 2026-05-02 is in ROM, where they are not",
    ]


def test_booking_and_cancelling_leaves_the_fee(agency):
    """Seats, rooms and points are taken and given back; what is lost stays in the budget."""
    before = free(agency, "H-AMS-3", "2026-04-28", "2026-04-30")
    flown = fly(agency, "HA157", "2026-04-28", points=800).content
    stayed = stay(agency, "H-AMS-3", "2026-04-28", "2026-04-30").content
    during = free(agency, "H-AMS-3", "2026-04-28", "2026-04-30")
    told = [
        agency.call("cancel_booking", {"booking_id": each["booking_id"]}).content for each in (flown, stayed)
    ]

    assert during.get("single", 0) == before["single"] - 1
    assert free(agency, "H-AMS-3", "2026-04-28", "2026-04-30") == before
    assert told[0] == {
        "booking_id": flown["booking_id"],
        "fee": 118 * 30 // 100 // 2,
        "refund": 118 - 8 - 17,
        "points_back": 800,
    }
    assert told[1]["fee"] == 0
    assert agency.call("get_trip", {"trip_id": EMPTY}).content["spent"] == 17
    traveller = agency.call("get_traveller", {"traveller_id": "T-958"}).content
    assert (traveller["points"], [entry["points"] for entry in traveller["point_entries"]]) == (
        800,
        [800, -800, 800],
    )


def test_moving_a_flight(agency):
    """It costs a fee for each seat and the higher fare, but nothing where the airline cancelled."""
    first = fly(agency, "HA157", "2026-04-28").content
    seats = agency.call("search_flights", {"origin": "VIE", "destination": "AMS", "date": "2026-04-28"})
    moved = agency.call(
        "rebook_flight", {"booking_id": first["booking_id"], "flight_number": "HA157", "date": "2026-04-29"}
    ).content
    agency.call("airline_cancels", {"flight_number": "HA157", "date": "2026-04-29"}, "world")
    back = agency.call(
        "rebook_flight", {"booking_id": first["booking_id"], "flight_number": "HA157", "date": "2026-04-28"}
    ).content

    assert (moved["price"], moved["fee"]) == (118, 40)
    assert (back["starts"], back["price"], back["fee"]) == ("2026-04-28 08:30", 118, 40)
    again = agency.call("search_flights", {"origin": "VIE", "destination": "AMS", "date": "2026-04-28"})
    assert again.content == seats.content


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        pytest.param(
            "book_flight", {"flight_number": "HA157", "date": "2026-05-04"}, "goes from", id="too late"
        ),
        pytest.param(
            "book_flight", {"flight_number": "HA157", "date": "20260428"}, "2026-04-28", id="other form"
        ),
        pytest.param(
            "book_flight", {"flight_number": "HA157", "date": "soon"}, "is not a date", id="no date"
        ),
        pytest.param(
            "book_flight", {"flight_number": "XX1", "date": "2026-04-28"}, "not found", id="no flight"
        ),
        pytest.param(
            "book_flight",
            {"flight_number": "HX414", "date": "2026-05-01"},
            "is cancelled",
            id="cancelled",
        ),
        pytest.param(
            "book_flight",
            {"trip_id": FAMILY, "flight_number": "HA156", "date": "2026-05-01"},
            "1 are left of 3 seats",
            id="seats",
        ),
        pytest.param(
            "book_flight",
            {"flight_number": "HA157", "date": "2026-04-28", "points": 900},
            "has 800 points",
            id="points",
        ),
        pytest.param(
            "book_flight",
            {"trip_id": CONFIRMED, "flight_number": "HA119", "date": "2026-04-27"},
            "is confirmed",
            id="set",
        ),
        pytest.param(
            "book_flight",
            {"trip_id": HALF, "flight_number": "HA159", "date": "2026-04-23"},
            "45 minutes",
            id="twice",
        ),
        pytest.param(
            "book_outing",
            {"trip_id": FAMILY, "outing_id": "O-ROM-2", "date": "2026-04-28"},
            "12 years",
            id="too young",
        ),
        pytest.param("set_budget", {"trip_id": HALF, "budget": 937}, "would cost 938", id="below the spent"),
        pytest.param(
            "cancel_booking", {"booking_id": "B-30166"}, "is confirmed", id="part of a confirmed one"
        ),
        pytest.param(
            "rebook_flight",
            {"booking_id": "B-30844", "flight_number": "HA157", "date": "2026-04-24"},
            "other cities",
            id="elsewhere",
        ),
        pytest.param(
            "change_stay_dates",
            {"booking_id": "B-30844", "check_in": "2026-04-24", "check_out": "2026-04-25"},
            "is no stay",
            id="no stay",
        ),
    ],
)
def test_what_the_tools_refuse(agency, tool, arguments, said):
    """It is refused, and leaves nothing behind."""
    needs_trip = tool in ("book_flight", "book_outing")
    seen = agency.call(tool, {"trip_id": EMPTY} | arguments if needs_trip else arguments)

    assert seen.status == "refused"
    assert said in seen.text
    assert agency.changes == ()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param({"hotel_id": "H-AMS-3"}, "beds for 3 travellers", id="beds"),
        pytest.param(
            {"hotel_id": "H-ROM-1", "room": "double", "rooms": 2}, "a stay from", id="two at a time"
        ),
        pytest.param({"hotel_id": "H-ROM-1", "room": "single"}, "not found", id="no such room"),
    ],
)
def test_a_stay_that_cannot_be(agency, arguments, said):
    """A family needs beds enough, in one hotel at a time."""
    asked = {
        "trip_id": FAMILY,
        "room": "single",
        "rooms": 1,
        "check_in": "2026-04-28",
        "check_out": "2026-04-29",
    }

    seen = agency.call("book_stay", asked | arguments)

    assert seen.status == "refused"
    assert said in seen.text
    assert agency.changes == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({}, "is on trip TR-2107", id="there already"),
        pytest.param({"starts": "2026-04-19"}, "starts today", id="past"),
        pytest.param(
            {"starts": "2026-05-08", "ends": "2026-05-07"}, "are not 1 to 30 nights", id="backwards"
        ),
        pytest.param({"starts": "2026-05-08", "ends": "2026-06-08"}, "are not 1 to 30 nights", id="too long"),
    ],
)
def test_a_trip_that_cannot_be(agency, changes, said):
    """Nobody travels twice at once, nor yesterday, nor for ever."""
    asked = {
        "owner_id": "T-958",
        "title": "Away",
        "home": "VIE",
        "starts": "2026-04-25",
        "ends": "2026-04-28",
    }

    seen = agency.call("create_trip", asked | {"budget": 100, "companion_ids": []} | changes)

    assert seen.status == "refused"
    assert said in seen.text
    assert agency.changes == ()


def test_the_forecast_ends(agency):
    """Nobody knows the weather more than 12 days ahead."""
    seen = agency.call("get_forecast", {"city_id": "ROM", "starts": "2026-05-01", "ends": "2026-05-30"})

    assert [day["date"] for day in seen.content] == ["2026-05-01", "2026-05-02"]


def test_only_the_world_cancels_flights(agency):
    """No agent can call a flight off."""
    asked = {"flight_number": "HA157", "date": "2026-04-28"}

    assert "airline_cancels" not in agency.offered()
    assert agency.call("airline_cancels", asked).status != "answered"
