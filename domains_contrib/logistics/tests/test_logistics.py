"""The carrier keeps the contract of domains, and its own rules."""

from pathlib import Path

import pytest
import scaleenv_domain_logistics
from scaleenv_domain_logistics import Logistics

from scaleenv_core.engine import Environment, load_domain
from scaleenv_core.testing.domain import DomainContract

FOLDER = Path(scaleenv_domain_logistics.__file__).parent / "logistics"
MUNICH, WARSAW, SIGNED, CREATED = "NP422346662NL", "NP444513265NL", "NP472623859NL", "NP459595226NL"
VAN = "NP437998625NL"


class TestContract(DomainContract):
    script = Path(__file__).parents[1] / "make_rows.py"

    @pytest.fixture
    def plugin(self):
        return Logistics()


@pytest.fixture
def carrier():
    with Environment(load_domain(FOLDER)) as environment:
        yield environment


def scan(carrier, number, event, depot="WAW", **more):
    return carrier.call(
        "record_scan", {"tracking_number": number, "event": event, "depot_id": depot} | more, "world"
    )


def balance(carrier, shipper_id):
    return carrier.call("get_shipper", {"shipper_id": shipper_id}).content["balance"]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        pytest.param("NP473124829NL", "not found", id="the standard's own example"),
        pytest.param("NP473124828NL", "is no tracking number", id="wrong check digit"),
        pytest.param("NP422364662NL", "is no tracking number", id="digits swapped"),
        pytest.param("NP42234666²NL", "is no tracking number", id="not ASCII"),
        pytest.param("NP42", "is no tracking number", id="short"),
    ],
)
def test_check_digit(carrier, number, said):
    """A mistyped number is told apart from one that nobody has."""
    seen = carrier.call("track", {"tracking_number": number})

    assert seen.status == "refused"
    assert said in seen.text


def test_every_seeded_number_checks(carrier):
    """The script and the tools count the digit alike."""
    numbers = [row["tracking_number"] for table, row in carrier.domain.rows if table == "waybills"]

    assert {carrier.call("track", {"tracking_number": number}).status for number in numbers} == {"answered"}


def test_seeded_prices_are_the_quoted_ones(carrier):
    """The script and the tools make a price alike."""
    for table, row in carrier.domain.rows:
        if table != "waybills" or row["status"] == "cancelled":
            continue
        waybill = carrier.call("get_waybill", {"tracking_number": row["tracking_number"]}).content
        asked = {
            "from_address_id": row["from_address_id"],
            "country": waybill["recipient"]["country"],
            "postal_code": waybill["recipient"]["postal_code"],
            **{name: waybill[name] for name in ("service", "parcels", "insured", "signature")},
            "declared_value": int(waybill["declared_value"]),
        }
        assert carrier.call("quote", asked).content["charges"] == waybill["charges"]


def test_the_way_of_a_parcel(carrier):
    """From the van back to the depot, out again, to a point, and from there to the recipient."""
    assert scan(carrier, VAN, "not_delivered", reason="refused").content["scans"][-1]["reason"] == "refused"
    carrier.call("redirect_to_pickup_point", {"tracking_number": VAN, "point_id": "PP-021"})
    for event in ("out_for_delivery", "left_at_point", "delivered"):
        seen = scan(carrier, VAN, event, signed_by="Gijs Nowak")

    assert (seen.content["status"], seen.content["requests"][0]["status"]) == ("delivered", "done")
    proof = carrier.call("get_proof_of_delivery", {"tracking_number": VAN}).content
    assert (proof["signed_by"], proof["left_with"]) == ("Gijs Nowak", "pickup_point")
    assert "is delivered and cannot be lost" in scan(carrier, VAN, "lost").text


def test_a_redirect_and_back(carrier):
    """The fee is taken and comes back, and only one request is open at a time."""
    before = balance(carrier, "SH-1040")
    recipient = {"name": "K", "street": "S 1", "postal_code": "20095", "city": "Hamburg", "country": "DE"}
    asked = {"tracking_number": MUNICH, "recipient": recipient}
    request = carrier.call("redirect_to_address", asked).content
    during = balance(carrier, "SH-1040")
    again = carrier.call("hold_until", {"tracking_number": MUNICH, "until": "2026-09-16"})
    carrier.call("withdraw_request", {"request_id": request["request_id"]})

    assert (round(before - during, 2), balance(carrier, "SH-1040")) == (4.9, before)
    assert "withdraw it first" in again.text
    assert "too late" in carrier.call("withdraw_request", {"request_id": request["request_id"]}).text


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        pytest.param("cancel_waybill", {"tracking_number": MUNICH}, "cannot be cancelled", id="gone"),
        pytest.param(
            "hold_until", {"tracking_number": CREATED, "until": "2026-09-15"}, "is created", id="not yet ours"
        ),
        pytest.param(
            "hold_until", {"tracking_number": MUNICH, "until": "2026-09-25"}, "10 days", id="too long"
        ),
        pytest.param(
            "hold_until", {"tracking_number": MUNICH, "until": "2026-09-14"}, "ends after", id="today"
        ),
        pytest.param(
            "hold_until", {"tracking_number": MUNICH, "until": "soon"}, "is not a date", id="no date"
        ),
        pytest.param(
            "redirect_to_pickup_point",
            {"tracking_number": WARSAW, "point_id": "PP-020"},
            "5.0 kg",
            id="heavy",
        ),
        pytest.param(
            "redirect_to_pickup_point",
            {"tracking_number": WARSAW, "point_id": "PP-002"},
            "country",
            id="abroad",
        ),
        pytest.param(
            "redirect_to_pickup_point",
            {"tracking_number": MUNICH, "point_id": "PP-009"},
            "one parcel",
            id="two",
        ),
        pytest.param(
            "file_claim",
            {"tracking_number": MUNICH, "kind": "loss", "amount": 5},
            "not lost",
            id="on its way",
        ),
        pytest.param(
            "file_claim",
            {"tracking_number": MUNICH, "kind": "damage", "amount": 5},
            "7 days",
            id="not there yet",
        ),
        pytest.param(
            "file_claim",
            {"tracking_number": "NP413723621NL", "kind": "damage", "amount": 361},
            "360.0 euros",
            id="more than declared",
        ),
        pytest.param(
            "file_claim",
            {"tracking_number": "NP436820215NL", "kind": "loss", "amount": 5},
            "claim already",
            id="twice",
        ),
        pytest.param(
            "add_customs_document",
            {"tracking_number": "NP403098628NL", "kind": "cn23", "hs_code": "691200", "value": 80},
            "the declared value is 180.0",
            id="another value",
        ),
        pytest.param(
            "add_customs_document",
            {"tracking_number": MUNICH, "kind": "cn23", "hs_code": "691200", "value": 360},
            "needs no cn23",
            id="no customs",
        ),
    ],
)
def test_what_the_tools_refuse(carrier, tool, arguments, said):
    """It is refused, and leaves nothing behind."""
    seen = carrier.call(tool, arguments)

    assert seen.status == "refused"
    assert said in seen.text
    assert carrier.changes == ()


@pytest.mark.parametrize(
    ("shipper_id", "address_id", "said"),
    [
        pytest.param("SH-1159", "AD-7829", "is suspended", id="suspended"),
        pytest.param("SH-1054", "AD-9754", "but the balance is 23.31", id="balance"),
        pytest.param("SH-1040", "AD-9754", "not in the address book", id="not theirs"),
    ],
)
def test_a_waybill_that_cannot_be(carrier, shipper_id, address_id, said):
    """Who may not send or cannot pay gets no waybill, and pays nothing."""
    recipient = {"name": "K", "street": "S 1", "postal_code": "0182", "city": "Oslo", "country": "NO"}
    asked = {
        "shipper_id": shipper_id,
        "from_address_id": address_id,
        "recipient": recipient,
        "service": "express",
        "parcels": [{"kilograms": 30, "longest_side_cm": 130}],
        "contents": "tools",
        "declared_value": 10,
    }

    seen = carrier.call("create_waybill", asked)

    assert seen.status == "refused"
    assert said in seen.text
    assert carrier.changes == ()


def test_routes_meet_at_a_hub(carrier):
    """From Vienna to Zurich it goes by Munich, not by Amsterdam; each waybill has a number of its own."""
    asked = {
        "shipper_id": "SH-1138",
        "from_address_id": "AD-3633",
        "recipient": {"name": "K", "street": "S 1", "postal_code": "8004", "city": "Zurich", "country": "CH"},
        "parcels": [{"kilograms": 1, "longest_side_cm": 20}],
        "contents": "tea",
        "declared_value": 10,
    }
    slow, fast = (
        carrier.call("create_waybill", asked | {"service": service}).content
        for service in ("standard", "express")
    )

    route = carrier.call("track", {"tracking_number": slow["tracking_number"]}).content["route"]
    assert [stop["depot"] for stop in route] == ["VIE", "MUC", "ZRH"]
    assert slow["tracking_number"] != fast["tracking_number"]
    assert slow["missing_documents"] == ["cn23", "commercial_invoice"]


@pytest.mark.parametrize(("service", "day"), [("standard", "2026-09-18"), ("express", "2026-09-16")])
def test_express_takes_half_the_time(carrier, service, day):
    """26 hours from hub to hub, or 52, after the courier's round; delivered the day after."""
    asked = {"from_address_id": "AD-8666", "country": "NO", "postal_code": "0182", "service": service}

    seen = carrier.call("quote", asked | {"parcels": [{"kilograms": 1, "longest_side_cm": 20}]})

    assert seen.content["promised_on"] == day


def test_only_the_world_scans(carrier):
    """No agent can call a parcel delivered."""
    asked = {"tracking_number": VAN, "event": "delivered", "depot_id": "WAW"}

    assert "record_scan" not in carrier.offered()
    assert carrier.call("record_scan", asked).status != "answered"
