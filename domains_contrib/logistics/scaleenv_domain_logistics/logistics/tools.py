"""What the service of the parcel carrier can do.

The functions with a decorator are the tools; those whose names begin with ``_`` serve them.
Shippers and agents speak of euros and kilograms, the tables of cents and grams.
"""

from typing import Annotated, Literal, TypedDict

from scaleenv_core.engine import Database, Refusal, days_after, given, read_tool, write_tool

BEFORE_DELIVERY = ("created", "picked_up", "in_transit", "in_customs", "out_for_delivery")
MOVING = ("picked_up", "in_transit", "in_customs", "out_for_delivery")
LONGEST_HOLD_DAYS, DAMAGE_DAYS, LOSS_DAYS = 10, 7, 14
UNINSURED_CENTS, OVERSIZE_CENTIMETRES = 10_000, 120
COURIER_HOURS = 20  # of the first day: by then the courier is back in the depot
S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)

MOVES = {  # event → the statuses it can befall, and the one it leads to
    "picked_up": (("created",), "picked_up"),
    "arrived": (("picked_up", "in_transit"), "in_transit"),
    "departed": (("in_transit",), "in_transit"),
    "stopped_by_customs": (("in_transit",), "in_customs"),
    "cleared": (("in_customs",), "in_transit"),
    "out_for_delivery": (("in_transit",), "out_for_delivery"),
    "not_delivered": (("out_for_delivery",), "in_transit"),
    "left_at_point": (("out_for_delivery",), "at_pickup_point"),
    "delivered": (("out_for_delivery", "at_pickup_point"), "delivered"),
    "returned": (("returning",), "returned"),
    "lost": ((*MOVING, "returning"), "lost"),
}

Service = Literal["standard", "express"]
Status = Literal[
    "created",
    "picked_up",
    "in_transit",
    "in_customs",
    "out_for_delivery",
    "at_pickup_point",
    "delivered",
    "returning",
    "returned",
    "lost",
    "cancelled",
]
DocumentKind = Literal["commercial_invoice", "cn23", "certificate_of_origin"]
Event = Literal[
    "picked_up",
    "arrived",
    "departed",
    "stopped_by_customs",
    "cleared",
    "out_for_delivery",
    "not_delivered",
    "left_at_point",
    "delivered",
    "returned",
    "lost",
]
Reason = Literal["nobody_home", "address_not_found", "refused"]
Euros = Annotated[int, {"minimum": 0, "maximum": 10_000}]


class Parcel(TypedDict):
    """One parcel: its weight, and the longest of its three sides."""

    kilograms: Annotated[float, {"minimum": 0.01, "maximum": 30}]
    longest_side_cm: Annotated[int, {"minimum": 1, "maximum": 200}]


class Recipient(TypedDict):
    """Where a parcel goes; the country as two letters."""

    name: str
    street: str
    postal_code: str
    city: str
    country: Annotated[str, {"minLength": 2, "maxLength": 2}]


class Address(Recipient):
    """An entry of a shipper's address book."""

    address_id: str


class Shipper(TypedDict):
    """A customer who sends parcels, with the balance that pays for them."""

    shipper_id: str
    name: str
    email: str
    status: Literal["active", "suspended"]
    balance: float
    address_book: list[Address]


class WaybillLine(TypedDict):
    """A waybill in a list."""

    tracking_number: str
    status: Status
    service: Service
    recipient: str
    country: str
    created_on: str
    promised_on: str


class Charge(TypedDict):
    """A part of a price in euros; below zero, a refund."""

    code: str
    about: str
    amount: float


class Quote(TypedDict):
    """What sending costs, and when it arrives."""

    charges: list[Charge]
    total: float
    promised_on: str


class Stop(TypedDict):
    """A depot on the planned route."""

    depot: str
    city: str
    planned_on: str


class Scan(TypedDict):
    """What befell a parcel, where and when; a reason where a delivery failed."""

    event: Event
    city: str
    scanned_at: str
    reason: Reason | None


class Request(TypedDict):
    """What the shipper asked for while a parcel was on its way."""

    request_id: str
    kind: Literal["redirect", "pickup", "hold", "return"]
    status: Literal["open", "done", "withdrawn"]
    address: Recipient | None
    pickup_point: str | None
    until: str | None


class Tracking(TypedDict):
    """Where a parcel is, was, and should be."""

    tracking_number: str
    status: Status
    promised_on: str
    route: list[Stop]
    scans: list[Scan]
    requests: list[Request]


class Document(TypedDict):
    """A customs document."""

    document_id: str
    kind: DocumentKind
    hs_code: str
    value: float


class Claim(TypedDict):
    """What a shipper wants for a lost or damaged parcel."""

    claim_id: str
    tracking_number: str
    kind: Literal["loss", "damage"]
    amount: float
    status: Literal["filed", "approved", "rejected"]
    filed_on: str


class Waybill(TypedDict):
    """A waybill with all that belongs to it."""

    tracking_number: str
    shipper_id: str
    status: Status
    service: Service
    sender: Recipient
    recipient: Recipient
    contents: str
    declared_value: float
    insured: bool
    signature: bool
    created_on: str
    promised_on: str
    parcels: list[Parcel]
    charges: list[Charge]
    customs_documents: list[Document]
    missing_documents: list[DocumentKind]
    claim: Claim | None


class Proof(TypedDict):
    """Who has the parcel now."""

    tracking_number: str
    delivered_on: str
    signed_by: str | None
    left_with: Literal["recipient", "neighbour", "mailbox", "pickup_point"]


class PickupPoint(TypedDict):
    """A shop with lockers."""

    point_id: str
    name: str
    street: str
    postal_code: str
    city: str
    most_kilograms: float
    free_lockers: int


# Who sends?


@read_tool()
def find_shipper(db: Database, email: str) -> Shipper:
    """Find a shipper by email address: this is how to identify one.

    Args:
        email: Such as 'post@example.com'; upper and lower case are the same.
    """
    found = db.find("shippers", {"email": email.lower()})
    if not found:
        raise Refusal("no shipper has this email address")
    return _told_shipper(db, found[0])


@read_tool()
def get_shipper(db: Database, shipper_id: str) -> Shipper:
    """Look up a shipper: status, balance and address book.

    Args:
        shipper_id: Such as 'SH-1042'.
    """
    return _told_shipper(db, _row(db, "shippers", shipper_id, "shipper"))


@read_tool()
def list_waybills(db: Database, shipper_id: str, status: Status | None = None) -> list[WaybillLine]:
    """List what a shipper sent, by tracking number.

    Args:
        shipper_id: Such as 'SH-1042'.
        status: Only those that stand so.
    """
    _row(db, "shippers", shipper_id, "shipper")
    waybills = db.find("waybills", given(shipper_id=shipper_id, status=status))
    return [_told_line(db, waybill) for waybill in waybills]


# Where is it?


@read_tool()
def track(db: Database, tracking_number: str) -> Tracking:
    """Follow a parcel: planned route, scans so far, and what was asked for.

    Args:
        tracking_number: Such as 'NP473124829NL'; its ninth digit checks the others.
    """
    waybill = _waybill(db, tracking_number)
    mine = {"tracking_number": tracking_number}
    return {
        "tracking_number": tracking_number,
        "status": waybill["status"],
        "promised_on": waybill["promised_on"],
        "route": [_told_stop(db, stop) for stop in db.find("route_stops", mine)],
        "scans": [_told_scan(db, scan) for scan in db.find("scans", mine)],
        "requests": [_told_request(db, request) for request in db.find("requests", mine)],
    }


@read_tool()
def get_waybill(db: Database, tracking_number: str) -> Waybill:
    """Look up a waybill: addresses, parcels, charges, customs documents, claim.

    Args:
        tracking_number: Such as 'NP473124829NL'.
    """
    return _told_waybill(db, _waybill(db, tracking_number))


@read_tool()
def get_proof_of_delivery(db: Database, tracking_number: str) -> Proof:
    """Look up who took a delivered parcel.

    Args:
        tracking_number: Such as 'NP473124829NL'.
    """
    _waybill(db, tracking_number)
    proof = db.get("proofs_of_delivery", tracking_number)
    if proof is None:
        raise Refusal(f"{tracking_number} was not delivered")
    return _part(proof, Proof)


# What would it take?


@read_tool()
def quote(
    db: Database,
    from_address_id: str,
    country: str,
    postal_code: str,
    service: Service,
    parcels: Annotated[list[Parcel], {"minItems": 1, "maxItems": 10}],
    declared_value: Euros = 0,
    insured: bool = False,
    signature: bool = False,
) -> Quote:
    """Work out what sending costs, surcharges and all, and when it would arrive.

    Args:
        from_address_id: From the shipper's address book.
        country: Where to, such as 'DE'.
        postal_code: Where to, such as '20095'.
        service: Express takes half the time.
        parcels: All that goes with one waybill.
        declared_value: Of all the contents, in euros.
        insured: Whether the declared value is insured.
        signature: Whether the recipient has to sign.
    """
    origin = _row(db, "addresses", from_address_id, "address")
    recipient = {"country": country, "postal_code": postal_code}
    charges = _charges(db, recipient, service, parcels, declared_value if insured else 0, signature)
    stops = _planned_stops(db, origin, recipient, service)
    return {
        "charges": [_told_charge(db, charge) for charge in charges],
        "total": sum(charge["amount_cents"] for charge in charges) / 100,
        "promised_on": _promised(stops),
    }


@read_tool()
def find_pickup_points(db: Database, country: str, postal_code: str) -> list[PickupPoint]:
    """List the pick-up points near a postal code: those that share its first two characters.

    Args:
        country: Such as 'DE'.
        postal_code: Such as '20095'.
    """
    _row(db, "countries", country, "country")
    points = db.find("pickup_points", {"country": country})
    return [_told_point(point) for point in points if point["postal_code"][:2] == postal_code[:2]]


@read_tool()
def list_customs_rules(db: Database, country: str) -> list[DocumentKind]:
    """List the customs documents that a parcel into a country needs.

    Args:
        country: Such as 'CH'.
    """
    _row(db, "countries", country, "country")
    return _rules(db, country)


# Sending


@write_tool()
def create_waybill(
    db: Database,
    shipper_id: str,
    from_address_id: str,
    recipient: Recipient,
    service: Service,
    parcels: Annotated[list[Parcel], {"minItems": 1, "maxItems": 10}],
    contents: Annotated[str, {"minLength": 3}],
    declared_value: Euros,
    insured: bool = False,
    signature: bool = False,
) -> Waybill:
    """Make a waybill and pay it from the shipper's balance. The courier comes today.

    Args:
        shipper_id: Such as 'SH-1042'.
        from_address_id: From the shipper's address book.
        recipient: Where to; a new one comes into the address book.
        service: Express takes half the time.
        parcels: All that goes with this waybill.
        contents: What it is, in a few words.
        declared_value: Of all the contents, in euros.
        insured: Whether the declared value is insured.
        signature: Whether the recipient has to sign.
    """
    _active(db, shipper_id)
    origin = _own_address(db, shipper_id, from_address_id)
    charges = _charges(db, recipient, service, parcels, declared_value if insured else 0, signature)
    stops = _planned_stops(db, origin, recipient, service)
    waybill = {
        "tracking_number": _fresh_number(db),
        "shipper_id": shipper_id,
        "from_address_id": from_address_id,
        "to_address_id": _address_id(db, shipper_id, recipient),
        "service": service,
        "contents": contents,
        "declared_value_cents": 100 * declared_value,
        "insured": insured,
        "signature": signature,
        "status": "created",
        "created_on": _today(db),
        "promised_on": _promised(stops),
    }
    made = db.insert("waybills", waybill)
    _add(db, "parcels", made, [_stored_parcel(parcel) for parcel in parcels])
    _add(db, "route_stops", made, stops)
    for charge in charges:
        _take(db, made, **charge)
    return _told_waybill(db, made)


@write_tool()
def cancel_waybill(db: Database, tracking_number: str) -> Waybill:
    """Cancel a waybill that no courier has picked up yet; all that was paid goes back to the balance.

    Args:
        tracking_number: Such as 'NP473124829NL'.
    """
    waybill = _standing(db, tracking_number, ("created",), "be cancelled")
    if request := _open_request(db, tracking_number):
        raise Refusal(f"withdraw request {request['request_id']} first")
    paid = sum(charge["amount_cents"] for charge in db.find("charges", {"tracking_number": tracking_number}))
    _take(db, waybill, "refund", -paid)
    return _told_waybill(db, _changed(db, waybill, "cancelled"))


@write_tool()
def add_customs_document(
    db: Database,
    tracking_number: str,
    kind: DocumentKind,
    hs_code: Annotated[str, {"pattern": "^[0-9]{6,10}$"}],
    value: Euros,
) -> Waybill:
    """Add a customs document. Customs compare its value with the declared one: both have to be the same.

    Args:
        tracking_number: Such as 'NP473124829NL'.
        kind: One that the country asks for and that is missing.
        hs_code: The number of the goods in the Harmonized System, 6 to 10 digits; the shipper knows it.
        value: In euros.
    """
    waybill = _standing(db, tracking_number, BEFORE_DELIVERY, "get another document")
    if kind not in _missing(db, waybill):
        raise Refusal(f"{tracking_number} needs no {kind}, or has it already")
    if 100 * value != waybill["declared_value_cents"]:
        raise Refusal(f"the declared value is {waybill['declared_value_cents'] / 100} euros, not {value}")
    document = {"document_id": db.new_id("customs_documents", "CD-{:05d}"), "kind": kind, "hs_code": hs_code}
    db.insert(
        "customs_documents", document | {"tracking_number": tracking_number, "value_cents": 100 * value}
    )
    return _told_waybill(db, waybill)


# Changing the way


@write_tool()
def redirect_to_address(db: Database, tracking_number: str, recipient: Recipient) -> Request:
    """Send a parcel on its way to another address of the same country, for a fee from the balance.

    Args:
        tracking_number: Such as 'NP473124829NL'.
        recipient: Where it should go instead.
    """
    waybill = _for_request(db, tracking_number, MOVING)
    former = db.get("addresses", waybill["to_address_id"])
    if recipient["country"] != former["country"]:
        raise Refusal(f"{tracking_number} can only be redirected within {former['country']}")
    _area(db, recipient)
    address_id = _address_id(db, waybill["shipper_id"], recipient)
    if address_id == waybill["to_address_id"]:
        raise Refusal(f"{tracking_number} goes to this address already")
    _take(db, waybill, "redirect", _fee(db, "redirect"))
    return _asked(db, waybill, "redirect", address_id=address_id)


@write_tool()
def redirect_to_pickup_point(db: Database, tracking_number: str, point_id: str) -> Request:
    """Have a parcel left at a pick-up point, in a free locker; a waybill of one parcel only.

    Args:
        tracking_number: Such as 'NP473124829NL'.
        point_id: In the recipient's country, such as 'PP-017'.
    """
    waybill = _for_request(db, tracking_number, MOVING)
    point = _row(db, "pickup_points", point_id, "pick-up point")
    if point["country"] != db.get("addresses", waybill["to_address_id"])["country"]:
        raise Refusal(f"pick-up point {point_id!r} is in another country than the recipient")
    parcels = db.find("parcels", {"tracking_number": tracking_number})
    if len(parcels) > 1:
        raise Refusal("only a waybill of one parcel can go to a pick-up point")
    if parcels[0]["grams"] > point["max_grams"]:
        raise Refusal(f"pick-up point {point_id!r} takes {point['max_grams'] / 1000} kg at most")
    _move_locker(db, point, -1)
    return _asked(db, waybill, "pickup", point_id=point_id)


@write_tool()
def hold_until(db: Database, tracking_number: str, until: str) -> Request:
    """Keep a parcel in the last depot and deliver it on a later day, 10 days from now at most. Free.

    Args:
        tracking_number: Such as 'NP473124829NL'.
        until: The day of delivery, such as '2026-09-18'.
    """
    waybill = _for_request(db, tracking_number, MOVING)
    day, today = days_after(until, 0), _today(db)
    if not today < day <= days_after(today, LONGEST_HOLD_DAYS):
        raise Refusal(f"a hold ends after {today}, and {LONGEST_HOLD_DAYS} days later at most")
    return _asked(db, waybill, "hold", until=day)


@write_tool()
def return_to_sender(db: Database, tracking_number: str) -> Request:
    """Turn a parcel back to where it came from, for a fee from the balance. Nobody can undo this.

    Args:
        tracking_number: Such as 'NP473124829NL'.
    """
    waybill = _for_request(db, tracking_number, (*MOVING, "at_pickup_point"))
    _take(db, waybill, "return", _fee(db, "return"))
    _changed(db, waybill, "returning")
    return _asked(db, waybill, "return")


@write_tool()
def withdraw_request(db: Database, request_id: str) -> Request:
    """Withdraw an open redirect, pick-up or hold: the parcel goes where it went before. Fees come back.

    Args:
        request_id: Such as 'RQ-00012'.
    """
    request = _row(db, "requests", request_id, "request")
    if request["status"] != "open" or request["kind"] == "return":
        raise Refusal(f"request {request_id!r} is {request['status']}, a {request['kind']}: too late")
    waybill = _standing(db, request["tracking_number"], MOVING, "be turned back to its first way")
    if request["kind"] == "redirect":
        _take(db, waybill, "refund", -_fee(db, "redirect"))
    if request["kind"] == "pickup":
        _move_locker(db, db.get("pickup_points", request["point_id"]), 1)
    return _told_request(db, db.update("requests", request_id, {"status": "withdrawn"}))


# When it went wrong


@write_tool()
def file_claim(
    db: Database,
    tracking_number: str,
    kind: Literal["loss", "damage"],
    amount: Annotated[int, {"minimum": 1, "maximum": 10_000}],
) -> Claim:
    """File a claim: for damage within 7 days of delivery, for loss once a parcel is lost or 14 days late.

    Args:
        tracking_number: Such as 'NP473124829NL'; it can have one claim.
        kind: What happened.
        amount: In euros: up to the declared value, and without insurance to 100.
    """
    waybill = _waybill(db, tracking_number)
    _may_claim(db, waybill, kind)
    limit = waybill["declared_value_cents"]
    if not waybill["insured"]:
        limit = min(limit, UNINSURED_CENTS)
    if 100 * amount > limit:
        raise Refusal(f"a claim for {tracking_number} can be {limit / 100} euros at most")
    claim = {
        "claim_id": db.new_id("claims", "CL-{:04d}"),
        "tracking_number": tracking_number,
        "kind": kind,
        "amount_cents": 100 * amount,
        "status": "filed",
        "filed_on": _today(db),
    }
    return _told_claim(db.insert("claims", claim))


@write_tool()
def grant_goodwill(
    db: Database, tracking_number: str, amount: Annotated[int, {"minimum": 1, "maximum": 25}]
) -> Shipper:
    """Put a credit onto a shipper's balance for a waybill, once. Be careful: it is money.

    Args:
        tracking_number: Such as 'NP473124829NL'.
        amount: In euros.
    """
    waybill = _waybill(db, tracking_number)
    if db.get("goodwill", tracking_number):
        raise Refusal(f"{tracking_number} had its credit already")
    credit = {"tracking_number": tracking_number, "amount_cents": 100 * amount, "granted_on": _today(db)}
    db.insert("goodwill", credit)
    shipper = db.get("shippers", waybill["shipper_id"])
    return _told_shipper(db, _paid_in(db, shipper, 100 * amount))


@read_tool()
def transfer_to_human_agents(db: Database, summary: str) -> str:
    """Hand the shipper over to a human agent, where policy and tools cannot help.

    Args:
        summary: What the shipper wants, and what was done so far.
    """
    return "Transfer successful"


# What the network does: events of tasks, that no agent can call


@write_tool(held_by="world")
def record_scan(
    db: Database,
    tracking_number: str,
    event: Event,
    depot_id: str,
    reason: Reason = "nobody_home",
    signed_by: str | None = None,
) -> Tracking:
    """Record what befalls a parcel.

    Args:
        tracking_number: Such as 'NP473124829NL'.
        event: One that can follow on its status.
        depot_id: Such as 'HAM'.
        reason: Why a delivery failed.
        signed_by: Who took a delivery.
    """
    befalls, status = MOVES[event]
    waybill = _standing(db, tracking_number, befalls, f"be {event}")
    _row(db, "depots", depot_id, "depot")
    scan = {"event": event, "depot_id": depot_id, "scanned_at": db.now()}
    number = _add(db, "scans", waybill, [scan])
    if event == "not_delivered":
        attempt = {"tracking_number": tracking_number, "scan": number, "reason": reason}
        db.insert("delivery_attempts", attempt)
    if event == "delivered":
        _prove(db, waybill, signed_by)
    if event in ("delivered", "returned") and (request := _open_request(db, tracking_number)):
        db.update("requests", request["request_id"], {"status": "done"})
    _changed(db, waybill, status)
    return track(db, tracking_number)


# Looking up


def _row(db, table, key, what):
    row = db.get(table, key)
    if row is None:
        raise Refusal(f"{what} {key!r} not found")
    return row


def _today(db):
    return db.now()[:10]


def _waybill(db, tracking_number):
    if not _checks(tracking_number):
        raise Refusal(f"{tracking_number!r} is no tracking number: two letters, nine digits that check, 'NL'")
    return _row(db, "waybills", tracking_number, "waybill")


def _standing(db, tracking_number, statuses, what):
    waybill = _waybill(db, tracking_number)
    if waybill["status"] not in statuses:
        raise Refusal(f"{tracking_number} is {waybill['status']} and cannot {what}")
    return waybill


def _for_request(db, tracking_number, statuses):
    waybill = _standing(db, tracking_number, statuses, "be sent another way")
    if request := _open_request(db, tracking_number):
        raise Refusal(f"{tracking_number} has request {request['request_id']} open; withdraw it first")
    return waybill


def _open_request(db, tracking_number):
    found = db.find("requests", {"tracking_number": tracking_number, "status": "open"})
    return found[0] if found else None


def _active(db, shipper_id):
    if _row(db, "shippers", shipper_id, "shipper")["status"] != "active":
        raise Refusal(f"shipper {shipper_id!r} is suspended and cannot send")


def _own_address(db, shipper_id, address_id):
    address = _row(db, "addresses", address_id, "address")
    if address["shipper_id"] != shipper_id:
        raise Refusal(f"address {address_id!r} is not in the address book of {shipper_id!r}")
    return address


def _address_id(db, shipper_id, recipient):
    """The entry of the shipper's address book; a new one if there is none."""
    entry = _part(recipient, Recipient) | {"shipper_id": shipper_id}
    found = db.find("addresses", entry)
    if found:
        return found[0]["address_id"]
    return db.insert("addresses", entry | {"address_id": db.new_id("addresses", "AD-N{:04d}")})["address_id"]


def _rules(db, country):
    return [rule["kind"] for rule in db.find("customs_rules", {"country": country})]


def _missing(db, waybill):
    country = db.get("addresses", waybill["to_address_id"])["country"]
    documents = db.find("customs_documents", {"tracking_number": waybill["tracking_number"]})
    have = {document["kind"] for document in documents}
    return [kind for kind in _rules(db, country) if kind not in have]


# Tracking numbers: those of the Universal Postal Union's standard S10


def _check_digit(serial):
    rest = 11 - sum(weight * int(digit) for weight, digit in zip(S10_WEIGHTS, serial, strict=True)) % 11
    return {10: "0", 11: "5"}.get(rest, str(rest))


def _checks(number):
    if len(number) != 13 or (number[:2], number[11:]) != ("NP", "NL"):
        return False
    digits = number[2:11]
    return digits.isascii() and digits.isdigit() and digits[8] == _check_digit(digits[:8])


def _fresh_number(db):
    last = db.find("waybills", order_by="-tracking_number", limit=1)[0]["tracking_number"]
    serial = f"{int(last[2:10]) + 1:08d}"
    return f"NP{serial}{_check_digit(serial)}NL"


# Routes


def _area(db, address):
    """Which depot serves an address: the longest prefix of its postal code decides."""
    _row(db, "countries", address["country"], "country")
    areas = db.find("areas", {"country": address["country"]})
    serving = [area for area in areas if address["postal_code"].startswith(area["prefix"])]
    if not serving:
        raise Refusal(f"no depot serves {address['country']} {address['postal_code']}")
    return max(serving, key=lambda area: len(area["prefix"]))


def _way_to_middle(db, depot_id):
    """The depots from this one to the middle of the network."""
    way = [db.get("depots", depot_id)]
    while way[-1]["hub_id"]:
        way.append(db.get("depots", way[-1]["hub_id"]))
    return way


def _planned_stops(db, origin, recipient, service):
    """Depot by depot, up to the first hub that both ends share, and down again."""
    up, down = (_way_to_middle(db, _area(db, end)["depot_id"]) for end in (origin, recipient))
    rise = [depot for depot in up if depot not in down]
    fall = [depot for depot in reversed(down) if depot not in up]
    top = next(depot for depot in up if depot in down)
    legs = [0, *(depot["hours_to_hub"] for depot in (*rise, *fall))]
    hours, stops = COURIER_HOURS, []
    for depot, leg in zip((*rise, top, *fall), legs, strict=True):
        hours += leg if service == "express" else 2 * leg
        stops.append({"depot_id": depot["depot_id"], "planned_on": days_after(_today(db), hours // 24)})
    return stops


def _promised(stops):
    return days_after(stops[-1]["planned_on"], 1)


# Money


def _fee(db, code):
    return db.get("fees", code)["price_cents"]


def _charges(db, recipient, service, parcels, insured_value, signature):
    """What sending costs: freight of each parcel, and surcharges."""
    area = _area(db, recipient)
    zone = db.get("countries", area["country"])["zone"]
    charges = [{"code": "freight", "cents": _freight(db, zone, service, parcel)} for parcel in parcels]
    oversize = sum(parcel["longest_side_cm"] > OVERSIZE_CENTIMETRES for parcel in parcels)
    counts = {
        "oversize": oversize,
        "remote": len(parcels) if area["remote"] else 0,
        "insurance": -(-insured_value // 100),  # for each 100 euros begun
        "signature": int(signature),
    }
    charges += [{"code": code, "cents": times * _fee(db, code)} for code, times in counts.items() if times]
    return [{"code": charge["code"], "amount_cents": charge["cents"]} for charge in charges]


def _freight(db, zone, service, parcel):
    grams = _grams(parcel)
    rates = db.find("rates", {"zone": zone, "service": service}, order_by="up_to_grams")
    return next(rate["price_cents"] for rate in rates if grams <= rate["up_to_grams"])


def _take(db, waybill, code, amount_cents):
    """Take from the shipper's balance; a negative amount goes back onto it."""
    _add(db, "charges", waybill, [{"code": code, "amount_cents": amount_cents}])
    shipper = db.get("shippers", waybill["shipper_id"])
    if shipper["balance_cents"] < amount_cents:
        raise Refusal(
            f"{amount_cents / 100} euros are due, but the balance is {shipper['balance_cents'] / 100}"
        )
    _paid_in(db, shipper, -amount_cents)


def _paid_in(db, shipper, cents):
    balance = shipper["balance_cents"] + cents
    return db.update("shippers", shipper["shipper_id"], {"balance_cents": balance})


# Writing


def _add(db, table, waybill, rows):
    """Add rows to a list that belongs to a waybill, numbered on; the last number."""
    mine = {"tracking_number": waybill["tracking_number"]}
    last = db.count(table, mine)
    for number, row in enumerate(rows, start=last + 1):
        db.insert(table, mine | {"number": number} | row)
    return last + len(rows)


def _changed(db, waybill, status):
    return db.update("waybills", waybill["tracking_number"], {"status": status})


def _asked(db, waybill, kind, **details):
    request = {
        "request_id": db.new_id("requests", "RQ-{:05d}"),
        "tracking_number": waybill["tracking_number"],
        "kind": kind,
        "status": "open",
        "requested_on": _today(db),
    }
    return _told_request(db, db.insert("requests", request | details))


def _move_locker(db, point, more):
    free = point["free_lockers"] + more
    if free < 0:
        raise Refusal(f"pick-up point {point['point_id']!r} has no free locker")
    db.update("pickup_points", point["point_id"], {"free_lockers": free})


def _prove(db, waybill, signed_by):
    proof = {"tracking_number": waybill["tracking_number"], "delivered_on": _today(db)}
    at_point = waybill["status"] == "at_pickup_point"
    left_with = "pickup_point" if at_point else "recipient" if signed_by else "mailbox"
    db.insert("proofs_of_delivery", proof | {"signed_by": signed_by, "left_with": left_with})


def _may_claim(db, waybill, kind):
    number, status = waybill["tracking_number"], waybill["status"]
    if db.find("claims", {"tracking_number": number}):
        raise Refusal(f"{number} has a claim already")
    if kind == "damage":
        proof = db.get("proofs_of_delivery", number)
        if proof is None or _today(db) > days_after(proof["delivered_on"], DAMAGE_DAYS):
            raise Refusal(f"damage can be claimed within {DAMAGE_DAYS} days of delivery")
        return
    late = _today(db) > days_after(waybill["promised_on"], LOSS_DAYS)
    if status != "lost" and not (status in MOVING and late):
        raise Refusal(f"{number} is {status}, promised for {waybill['promised_on']}: not lost")


def _grams(parcel):
    return max(1, round(1000 * parcel["kilograms"]))


def _stored_parcel(parcel):
    return {"grams": _grams(parcel), "longest_side": parcel["longest_side_cm"]}


# Telling


def _part(row, kind):
    """Those values of a row that a kind of answer has."""
    return {name: row[name] for name in kind.__annotations__}


def _told_shipper(db, shipper):
    book = db.find("addresses", {"shipper_id": shipper["shipper_id"]})
    return {
        "shipper_id": shipper["shipper_id"],
        "name": shipper["name"],
        "email": shipper["email"],
        "status": shipper["status"],
        "balance": shipper["balance_cents"] / 100,
        "address_book": [_part(address, Address) for address in book],
    }


def _told_line(db, waybill):
    address = db.get("addresses", waybill["to_address_id"])
    told = {"recipient": address["name"], "country": address["country"]}
    return _part(waybill | told, WaybillLine)


def _told_charge(db, charge):
    about = db.get("fees", charge["code"])["about"]
    return {"code": charge["code"], "about": about, "amount": charge["amount_cents"] / 100}


def _told_stop(db, stop):
    city = db.get("depots", stop["depot_id"])["city"]
    return {"depot": stop["depot_id"], "city": city, "planned_on": stop["planned_on"]}


def _told_scan(db, scan):
    attempt = db.get("delivery_attempts", (scan["tracking_number"], scan["number"]))
    return {
        "event": scan["event"],
        "city": db.get("depots", scan["depot_id"])["city"],
        "scanned_at": scan["scanned_at"],
        "reason": attempt["reason"] if attempt else None,
    }


def _told_request(db, request):
    address = db.get("addresses", request["address_id"]) if request["address_id"] else None
    return {
        "request_id": request["request_id"],
        "kind": request["kind"],
        "status": request["status"],
        "address": _part(address, Recipient) if address else None,
        "pickup_point": request["point_id"],
        "until": request["until"],
    }


def _told_claim(claim):
    return _part(claim | {"amount": claim["amount_cents"] / 100}, Claim)


def _told_point(point):
    return _part(point | {"most_kilograms": point["max_grams"] / 1000}, PickupPoint)


def _told_waybill(db, waybill):
    mine = {"tracking_number": waybill["tracking_number"]}
    claims = db.find("claims", mine)
    return {
        **mine,
        "shipper_id": waybill["shipper_id"],
        "status": waybill["status"],
        "service": waybill["service"],
        "sender": _part(db.get("addresses", waybill["from_address_id"]), Recipient),
        "recipient": _part(db.get("addresses", waybill["to_address_id"]), Recipient),
        "contents": waybill["contents"],
        "declared_value": waybill["declared_value_cents"] / 100,
        "insured": waybill["insured"],
        "signature": waybill["signature"],
        "created_on": waybill["created_on"],
        "promised_on": waybill["promised_on"],
        "parcels": [_told_parcel(parcel) for parcel in db.find("parcels", mine)],
        "charges": [_told_charge(db, charge) for charge in db.find("charges", mine)],
        "customs_documents": [_told_document(paper) for paper in db.find("customs_documents", mine)],
        "missing_documents": _missing(db, waybill),
        "claim": _told_claim(claims[0]) if claims else None,
    }


def _told_parcel(parcel):
    return {"kilograms": parcel["grams"] / 1000, "longest_side_cm": parcel["longest_side"]}


def _told_document(document):
    return _part(document | {"value": document["value_cents"] / 100}, Document)
