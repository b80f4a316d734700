"""What the airline's service can do.

The functions with a decorator are the tools; those whose names begin with ``_`` serve them.
The rules of the policy that no tool checks are the agent's to keep.
"""

from itertools import dropwhile, product
from string import ascii_uppercase
from typing import Annotated, Literal, NotRequired, TypedDict

from scaleenv_core.engine import Database, Refusal, arithmetic, days_after, read_tool, write_tool

BAGGAGE_PRICE, INSURANCE_PRICE = 50, 30
FIRST_CODE, FIRST_CERTIFICATE = "HATHAT", 3221322

Cabin = Literal["basic_economy", "economy", "business"]
FlightType = Literal["one_way", "round_trip"]
Count = Annotated[int, {"minimum": 0}]


class Flight(TypedDict):
    """A flight on one date."""

    flight_number: Annotated[str, {"description": "Such as 'HAT001'."}]
    date: Annotated[str, {"description": "Such as '2024-05-01'."}]


class Passenger(TypedDict):
    """A person who flies."""

    first_name: str
    last_name: str
    dob: Annotated[str, {"description": "The date of birth, such as '1990-04-05'."}]


class Share(TypedDict):
    """Dollars that a payment method of the user is to pay."""

    payment_id: str
    amount: Count


class Payment(TypedDict):
    """Dollars that a payment method paid; below zero: that it got back."""

    payment_id: str
    amount: int


class Segment(TypedDict):
    """A booked flight, with the price of one seat at that time."""

    flight_number: str
    origin: str
    destination: str
    date: str
    price: int


class Reservation(TypedDict):
    """A reservation: all passengers fly the same flights in the same cabin."""

    reservation_id: str
    user_id: str
    origin: str
    destination: str
    flight_type: FlightType
    cabin: Cabin
    flights: list[Segment]
    passengers: list[Passenger]
    payment_history: list[Payment]
    created_at: str
    total_baggages: int
    nonfree_baggages: int
    insurance: Literal["yes", "no"]
    status: Literal["cancelled"] | None


class Name(TypedDict):
    """A person's name."""

    first_name: str
    last_name: str


class Address(TypedDict):
    """A postal address."""

    address1: str
    address2: str
    city: str
    state: str
    country: str
    zip: str


class PaymentMethod(TypedDict):
    """A way to pay: a credit card has a brand; a gift card or a certificate holds dollars."""

    source: Literal["credit_card", "gift_card", "certificate"]
    id: str
    brand: NotRequired[str]
    last_four: NotRequired[str]
    amount: NotRequired[int]


class User(TypedDict):
    """A customer."""

    user_id: str
    name: Name
    address: Address
    email: str
    dob: str
    payment_methods: dict[str, PaymentMethod]
    saved_passengers: list[Passenger]
    membership: Literal["regular", "silver", "gold"]
    reservations: list[str]


class Offer(TypedDict):
    """A flight that can be booked; an arrival at ``01:30:00+1`` is on the next day."""

    flight_number: str
    origin: str
    destination: str
    status: Literal["available"]
    scheduled_departure_time_est: str
    scheduled_arrival_time_est: str
    date: NotRequired[str]
    available_seats: dict[str, int]
    prices: dict[str, int]


class Airport(TypedDict):
    """An airport."""

    iata: str
    city: str


# Looking up


@read_tool()
def get_user_details(db: Database, user_id: str) -> User:
    """Look up a customer: membership, payment methods, saved passengers, ids of all reservations.

    Args:
        user_id: Such as 'sara_doe_496'.
    """
    user = _row(db, "users", user_id, f"user {user_id!r}")
    methods = db.find("payment_methods", {"user_id": user_id, "used_up": False})
    reservations = db.find("reservations", {"user_id": user_id}, order_by="number")
    return {
        "user_id": user_id,
        "name": _part(user, Name),
        "address": _part(user, Address),
        "email": user["email"],
        "dob": user["dob"],
        "payment_methods": {method["payment_id"]: _told_method(method) for method in methods},
        "saved_passengers": [
            _part(person, Passenger) for person in db.find("saved_passengers", {"user_id": user_id})
        ],
        "membership": user["membership"],
        "reservations": [reservation["reservation_id"] for reservation in reservations],
    }


@read_tool()
def get_reservation_details(db: Database, reservation_id: str) -> Reservation:
    """Look up a reservation: flights, passengers, payments, baggage.

    Args:
        reservation_id: Such as '8JX2WO'.
    """
    return _told(db, _reservation(db, reservation_id))


@read_tool()
def list_all_airports(db: Database) -> list[Airport]:
    """List the airports that we fly to, with their cities."""
    return db.find("airports")


@read_tool()
def get_flight_status(db: Database, flight_number: str, date: str) -> str:
    """Tell how a flight is doing: available, on time, delayed, flying, landed or cancelled.

    Args:
        flight_number: Such as 'HAT001'.
        date: Such as '2024-05-01'.
    """
    return _operation(db, flight_number, date)["status"]


@read_tool()
def search_direct_flight(db: Database, origin: str, destination: str, date: str) -> list[Offer]:
    """Find direct flights between two airports that can be booked for a date.

    Args:
        origin: IATA code, such as 'JFK'.
        destination: IATA code, such as 'LAX'.
        date: Such as '2024-05-01'.
    """
    flights = db.find("flights", {"origin": origin, "destination": destination})
    return _offers(db, flights, date)


@read_tool()
def search_onestop_flight(db: Database, origin: str, destination: str, date: str) -> list[list[Offer]]:
    """Find pairs of flights with one stop that can be booked for a date.

    The second one may be on the next day, if the first arrives then.

    Args:
        origin: IATA code, such as 'JFK'.
        destination: IATA code, such as 'LAX'.
        date: Such as '2024-05-01'.
    """
    pairs = []
    for flight in db.find("flights", {"origin": origin}):
        for first in _offers(db, [flight], date):
            onward_date = days_after(date, 1) if flight["arrives_next_day"] else date
            onward = db.find("flights", {"origin": flight["destination"], "destination": destination})
            onward = [later for later in onward if later["departure_time"] >= flight["arrival_time"]]
            for second in _offers(db, onward, onward_date):
                pairs.append([first | {"date": date}, second | {"date": onward_date}])
    return pairs


# Reservations


@write_tool()
def book_reservation(
    db: Database,
    user_id: str,
    origin: str,
    destination: str,
    flight_type: FlightType,
    cabin: Cabin,
    flights: Annotated[list[Flight], {"minItems": 1}],
    passengers: Annotated[list[Passenger], {"minItems": 1}],
    payment_methods: list[Share],
    total_baggages: Count,
    nonfree_baggages: Count,
    insurance: Literal["yes", "no"],
) -> Reservation:
    """Book a trip. What is paid has to be the price: seats, extra baggage, insurance.

    Args:
        user_id: Who books, such as 'sara_doe_496'.
        origin: Where the trip begins, an IATA code such as 'SFO'.
        destination: Where it leads, such as 'JFK'; not the way back.
        flight_type: Whether the way back is part of it.
        cabin: For all flights.
        flights: Every flight of the trip, in their order.
        passengers: Everybody who flies.
        payment_methods: From the user's profile, with what each of them pays.
        total_baggages: All checked bags.
        nonfree_baggages: Those beyond the free allowance, 50 dollars each.
        insurance: 'yes' for travel insurance, 30 dollars a passenger.
    """
    _row(db, "users", user_id, f"user {user_id!r}")
    for code in (origin, destination):
        _row(db, "airports", code, f"airport {code!r}")
    count, insured = len(passengers), insurance == "yes"
    segments = [_booked(db, flight, cabin, count) for flight in flights]
    each = sum(segment["price"] for segment in segments) + INSURANCE_PRICE * insured
    reservation = {
        "reservation_id": _free_code(db),
        "user_id": user_id,
        "number": db.count("reservations", {"user_id": user_id}) + 1,
        "origin": origin,
        "destination": destination,
        "flight_type": flight_type,
        "cabin": cabin,
        "created_at": db.now().removesuffix("Z"),
        "total_baggages": total_baggages,
        "nonfree_baggages": nonfree_baggages,
        "insured": insured,
        "cancelled": False,
    }
    db.insert("reservations", reservation)
    _add(db, "segments", reservation["reservation_id"], segments)
    _add(db, "passengers", reservation["reservation_id"], [_part(who, Passenger) for who in passengers])
    _pay_all(db, reservation, payment_methods, count * each + BAGGAGE_PRICE * nonfree_baggages)
    for segment in segments:
        _take_seats(db, segment, cabin, count)
    return _told(db, reservation)


@write_tool()
def cancel_reservation(db: Database, reservation_id: str) -> Reservation:
    """Cancel a whole reservation and refund all that was paid for it, in 5 to 7 business days.

    Args:
        reservation_id: Such as 'ZFA04Y'.
    """
    reservation = _standing(db, reservation_id)
    history = db.find("payments", {"reservation_id": reservation_id})
    refunds = [{"payment_id": paid["payment_id"], "amount": -paid["amount"]} for paid in history]
    _add(db, "payments", reservation_id, refunds)
    return _changed(db, reservation, cancelled=True)


@write_tool()
def update_reservation_flights(
    db: Database,
    reservation_id: str,
    cabin: Cabin,
    flights: Annotated[list[Flight], {"minItems": 1}],
    payment_id: str,
) -> Reservation:
    """Change the flights of a reservation, their cabin, or both. Kept flights keep their price.

    Args:
        reservation_id: Such as 'ZFA04Y'.
        cabin: For all flights from now on.
        flights: Every flight of the changed trip, in their order: the unchanged ones too.
        payment_id: Credit card or gift card of the user that pays the difference, or gets it back.
    """
    reservation = _standing(db, reservation_id)
    before = db.find("segments", {"reservation_id": reservation_id})
    kept = {(old["flight_number"], old["date"]): old["price"] for old in before}
    if cabin != reservation["cabin"]:
        kept = {}
    count = db.count("passengers", {"reservation_id": reservation_id})
    segments = [_kept(flight, kept) or _booked(db, flight, cabin, count) for flight in flights]
    difference = sum(new["price"] for new in segments) - sum(old["price"] for old in before)
    _settle(db, reservation, payment_id, count * difference)
    for old in before:
        db.delete("segments", (reservation_id, old["number"]))
    _add(db, "segments", reservation_id, segments)
    return _changed(db, reservation, cabin=cabin)


@write_tool()
def update_reservation_passengers(
    db: Database, reservation_id: str, passengers: list[Passenger]
) -> Reservation:
    """Change who flies; not how many.

    Args:
        reservation_id: Such as 'ZFA04Y'.
        passengers: Everybody who flies from now on: the unchanged ones too.
    """
    reservation = _standing(db, reservation_id)
    if len(passengers) != db.count("passengers", {"reservation_id": reservation_id}):
        raise Refusal("the number of passengers cannot be changed")
    for number, passenger in enumerate(passengers, start=1):
        db.update("passengers", (reservation_id, number), _part(passenger, Passenger))
    return _told(db, reservation)


@write_tool()
def update_reservation_baggages(
    db: Database, reservation_id: str, total_baggages: Count, nonfree_baggages: Count, payment_id: str
) -> Reservation:
    """Change the number of checked bags; each further non-free one costs 50 dollars.

    Args:
        reservation_id: Such as 'ZFA04Y'.
        total_baggages: All checked bags from now on.
        nonfree_baggages: Those of them beyond the free allowance.
        payment_id: Credit card or gift card of the user that pays.
    """
    reservation = _standing(db, reservation_id)
    more = max(0, nonfree_baggages - reservation["nonfree_baggages"])
    _settle(db, reservation, payment_id, BAGGAGE_PRICE * more)
    return _changed(db, reservation, total_baggages=total_baggages, nonfree_baggages=nonfree_baggages)


# All the rest


@write_tool()
def send_certificate(db: Database, user_id: str, amount: Annotated[int, {"minimum": 1}]) -> str:
    """Give a user a travel certificate. Be careful: it is money.

    Args:
        user_id: Such as 'sara_doe_496'.
        amount: Dollars.
    """
    _row(db, "users", user_id, f"user {user_id!r}")
    number = FIRST_CERTIFICATE
    while db.get("payment_methods", f"certificate_{number}"):
        number += 1
    certificate = {"payment_id": f"certificate_{number}", "user_id": user_id, "source": "certificate"}
    db.insert("payment_methods", certificate | {"balance": amount, "used_up": False})
    return f"Certificate certificate_{number} added to user {user_id} with amount {amount}."


@read_tool()
def calculate(db: Database, expression: Annotated[str, {"maxLength": 200}]) -> str:
    """Work out an arithmetic expression, to two decimals.

    Args:
        expression: Numbers, + - * / and parentheses, such as '2 * (3.5 + 1)'.
    """
    return str(round(arithmetic(expression), 2))


@read_tool()
def transfer_to_human_agents(db: Database, summary: str) -> str:
    """Hand the user over to a human agent: on their wish, or where policy and tools cannot help.

    Args:
        summary: What the user wants, and what was done so far.
    """
    return "Transfer successful"


# Rows


def _row(db, table, key, what):
    row = db.get(table, key)
    if row is None:
        raise Refusal(f"{what} not found")
    return row


def _reservation(db, reservation_id):
    return _row(db, "reservations", reservation_id, f"reservation {reservation_id!r}")


def _standing(db, reservation_id):
    reservation = _reservation(db, reservation_id)
    if reservation["cancelled"]:
        raise Refusal(f"reservation {reservation_id!r} is cancelled")
    return reservation


def _operation(db, flight_number, date):
    _row(db, "flights", flight_number, f"flight {flight_number!r}")
    return _row(db, "operations", (flight_number, date), f"flight {flight_number} on {date}")


def _add(db, table, reservation_id, rows):
    """Add rows to a list that belongs to a reservation, numbered on."""
    last = db.count(table, {"reservation_id": reservation_id})
    for number, row in enumerate(rows, start=last + 1):
        db.insert(table, {"reservation_id": reservation_id, "number": number} | row)


def _free_code(db):
    """The first reservation code that nobody has: HATHAT, HATHAU, …, HATHZZ."""
    codes = ("HATH" + "".join(letters) for letters in product(ascii_uppercase, repeat=2))
    for code in dropwhile(FIRST_CODE.__gt__, codes):
        if db.get("reservations", code) is None:
            return code
    raise Refusal("there are no free reservation codes left")


# Seats


def _booked(db, flight, cabin, count):
    """A flight as a segment, if that many seats can be booked."""
    number, date = flight["flight_number"], flight["date"]
    if _operation(db, number, date)["status"] != "available":
        raise Refusal(f"flight {number} cannot be booked for {date}")
    seats = db.get("seats", (number, date, cabin))
    _needs_seats(seats, count)
    return {"flight_number": number, "date": date, "price": seats["price"]}


def _kept(flight, prices):
    """A flight as a segment at the price that was paid for it, if it was."""
    price = prices.get((flight["flight_number"], flight["date"]))
    return None if price is None else _part(flight, Flight) | {"price": price}


def _take_seats(db, segment, cabin, count):
    key = (segment["flight_number"], segment["date"], cabin)
    seats = db.get("seats", key)
    _needs_seats(seats, count)  # again: one trip may have a flight twice
    db.update("seats", key, {"available": seats["available"] - count})


def _needs_seats(seats, count):
    if seats["available"] < count:
        raise Refusal(f"there are not enough {seats['cabin']} seats on flight {seats['flight_number']}")


def _offers(db, flights, date):
    """Those of the flights that can be booked for a date."""
    offers = []
    for flight in flights:
        operation = db.get("operations", (flight["flight_number"], date))
        if operation is None or operation["status"] != "available":
            continue
        seats = db.find("seats", {"flight_number": flight["flight_number"], "date": date})
        offer = {
            "flight_number": flight["flight_number"],
            "origin": flight["origin"],
            "destination": flight["destination"],
            "status": "available",
            "scheduled_departure_time_est": flight["departure_time"],
            "scheduled_arrival_time_est": flight["arrival_time"] + "+1" * flight["arrives_next_day"],
            "available_seats": {seat["cabin"]: seat["available"] for seat in seats},
            "prices": {seat["cabin"]: seat["price"] for seat in seats},
        }
        offers.append(offer)
    return offers


# Money


def _method(db, user_id, payment_id):
    method = db.get("payment_methods", payment_id)
    if method is None or method["user_id"] != user_id or method["used_up"]:
        raise Refusal(f"payment method {payment_id!r} not found for this user")
    return method


def _pay_all(db, reservation, parts, price):
    """Pay a booking: a certificate is used up by it, whatever it is worth."""
    for part in parts:
        method = _method(db, reservation["user_id"], part["payment_id"])
        _take(db, method, part["amount"])
        if method["source"] == "certificate":
            db.update("payment_methods", part["payment_id"], {"used_up": True})
    paid = sum(part["amount"] for part in parts)
    if paid != price:
        raise Refusal(f"the total price is {price}, but {paid} would be paid")
    _add(db, "payments", reservation["reservation_id"], [_part(part, Payment) for part in parts])


def _settle(db, reservation, payment_id, amount):
    """Pay a change, or be paid where the amount is below zero."""
    method = _method(db, reservation["user_id"], payment_id)
    if method["source"] == "certificate":
        raise Refusal("a certificate cannot pay for a change of a reservation")
    _take(db, method, amount)
    if amount:
        _add(db, "payments", reservation["reservation_id"], [{"payment_id": payment_id, "amount": amount}])


def _take(db, method, amount):
    """Take from what has a balance; a negative amount goes onto it."""
    if method["balance"] is None:
        return
    if method["balance"] < amount:
        raise Refusal(f"there is not enough on payment method {method['payment_id']!r}")
    db.update("payment_methods", method["payment_id"], {"balance": method["balance"] - amount})


# Telling


def _part(row, kind):
    """Those values of a row that a kind of answer has."""
    return {name: row[name] for name in kind.__annotations__}


def _changed(db, reservation, **changes):
    return _told(db, db.update("reservations", reservation["reservation_id"], changes))


def _told(db, reservation):
    mine = {"reservation_id": reservation["reservation_id"]}
    return {
        "reservation_id": reservation["reservation_id"],
        "user_id": reservation["user_id"],
        "origin": reservation["origin"],
        "destination": reservation["destination"],
        "flight_type": reservation["flight_type"],
        "cabin": reservation["cabin"],
        "flights": [_told_segment(db, segment) for segment in db.find("segments", mine)],
        "passengers": [_part(person, Passenger) for person in db.find("passengers", mine)],
        "payment_history": [_part(payment, Payment) for payment in db.find("payments", mine)],
        "created_at": reservation["created_at"],
        "total_baggages": reservation["total_baggages"],
        "nonfree_baggages": reservation["nonfree_baggages"],
        "insurance": "yes" if reservation["insured"] else "no",
        "status": "cancelled" if reservation["cancelled"] else None,
    }


def _told_segment(db, segment):
    flight = db.get("flights", segment["flight_number"])
    return {
        "flight_number": segment["flight_number"],
        "origin": flight["origin"],
        "destination": flight["destination"],
        "date": segment["date"],
        "price": segment["price"],
    }


def _told_method(method):
    told = {"source": method["source"], "id": method["payment_id"]}
    if method["source"] == "credit_card":
        return told | {"brand": method["brand"], "last_four": method["last_four"]}
    return told | {"amount": method["balance"]}
