"""What the travel agency can do.

The functions with a decorator are the tools; those whose names begin with ``_`` serve them.
A trip is a frame of days and a budget; bookings fill it. Dates are ISO, times those of the clock.
"""

from typing import Annotated, Literal, TypedDict

from scaleenv_core.engine import Database, Refusal, between, days_after, read_tool, write_tool

MOST_NIGHTS, CONNECTION_MINUTES = 30, 45
REBOOKING_FEE = 40  # a seat
POINTS_A_EURO = 100

Kind = Literal["flight", "stay", "outing"]
Room = Literal["single", "double", "family"]
Sky = Literal["sun", "clouds", "rain", "storm", "snow"]
TripStatus = Literal["planned", "confirmed", "cancelled"]
Points = Annotated[int, {"minimum": 0, "maximum": 1_000_000, "multipleOf": POINTS_A_EURO}]
Budget = Annotated[int, {"minimum": 0, "maximum": 1_000_000}]


class TripLine(TypedDict):
    """A trip in a list."""

    trip_id: str
    title: str
    starts: str
    ends: str
    status: TripStatus


class PointEntry(TypedDict):
    """Points that were given, or spent where they are below zero."""

    points: int
    about: str


class Traveller(TypedDict):
    """A traveller, with the trips that they are on; 100 points are worth a euro."""

    traveller_id: str
    first_name: str
    last_name: str
    email: str | None
    born: str
    tier: Literal["blue", "silver", "gold"]
    points: int
    point_entries: list[PointEntry]
    trips: list[TripLine]


class City(TypedDict):
    """A city that the agency serves."""

    city_id: str
    name: str
    country: str


class Flight(TypedDict):
    """A flight on a date; the fare is that of one seat, in euros."""

    flight_number: str
    origin: str
    destination: str
    date: str
    departs: str
    arrives: str
    seats: int
    fare: int


class Stay(TypedDict):
    """A kind of room that is free for all nights; the price is that of one room for all of them."""

    hotel_id: str
    name: str
    stars: int
    breakfast: bool
    pool: bool
    room: Room
    sleeps: int
    free_rooms: int
    price: int


class Outing(TypedDict):
    """Something to do; the price is that of one person."""

    outing_id: str
    name: str
    outdoors: bool
    price: int
    least_age: int


class Forecast(TypedDict):
    """A day's weather, in degrees Celsius."""

    date: str
    sky: Sky
    low: int
    high: int
    rain_percent: int


class Booking(TypedDict):
    """A part of a trip: what, where, when, and what it costs in euros."""

    booking_id: str
    kind: Kind
    status: Literal["booked", "cancelled"]
    what: str
    city_id: str
    starts: str
    ends: str
    count: int
    price: int
    points_used: int
    fee: int


class Trip(TypedDict):
    """A trip; the bookings in order of time."""

    trip_id: str
    owner_id: str
    title: str
    home: str
    starts: str
    ends: str
    status: TripStatus
    travellers: list[str]
    bookings: list[Booking]
    budget: int
    spent: int


class CancellationQuote(TypedDict):
    """What a cancellation costs; a refund below zero is still to be paid."""

    booking_id: str
    fee: int
    refund: int
    points_back: int


# Who travels?


@read_tool()
def find_traveller(db: Database, email: str) -> Traveller:
    """Find a traveller by email address: this is how to identify one.

    Args:
        email: Such as 'ada.doe@example.com'; upper and lower case are the same.
    """
    found = db.find("travellers", {"email": email.lower()})
    if not found:
        raise Refusal("no traveller has this email address")
    return _told_traveller(db, found[0])


@read_tool()
def get_traveller(db: Database, traveller_id: str) -> Traveller:
    """Look up a traveller: age, tier, points and trips.

    Args:
        traveller_id: Such as 'T-103'.
    """
    return _told_traveller(db, _row(db, "travellers", traveller_id, "traveller"))


@read_tool()
def get_trip(db: Database, trip_id: str) -> Trip:
    """Look up a trip with its itinerary, its budget, and what is spent of it.

    Args:
        trip_id: Such as 'TR-2041'.
    """
    return _told_trip(db, _trip(db, trip_id))


@read_tool()
def check_trip(db: Database, trip_id: str) -> list[str]:
    """List what is wrong with a trip: flights that do not meet, nights without a bed, and the like.

    Args:
        trip_id: Such as 'TR-2041'.
    """
    return _problems(db, _trip(db, trip_id))


# What is there?


@read_tool()
def list_cities(db: Database) -> list[City]:
    """List the cities that the agency serves."""
    return db.find("cities")


@read_tool()
def search_flights(db: Database, origin: str, destination: str, date: str) -> list[Flight]:
    """List the direct flights between two cities on a date that still have seats, the first to leave first.

    Args:
        origin: Such as 'VIE'.
        destination: Such as 'LIS'.
        date: Such as '2026-04-28'.
    """
    for city_id in (origin, destination):
        _row(db, "cities", city_id, "city")
    flights = db.find("flights", {"origin": origin, "destination": destination}, order_by="departs")
    days = [(flight, db.get("flight_days", (flight["flight_number"], date))) for flight in flights]
    return [
        _told_flight(flight, day)
        for flight, day in days
        if day and day["status"] == "planned" and day["seats"]
    ]


@read_tool()
def search_stays(db: Database, city_id: str, check_in: str, check_out: str) -> list[Stay]:
    """List the rooms of a city that are free for all nights from check-in to check-out, by hotel.

    Args:
        city_id: Such as 'LIS'.
        check_in: The first day, such as '2026-04-28'.
        check_out: The last day, such as '2026-05-01'.
    """
    _row(db, "cities", city_id, "city")
    nights = _nights(check_in, check_out)
    hotels = db.find("hotels", {"city_id": city_id})
    return [stay for hotel in hotels for stay in _free_stays(db, hotel, nights)]


@read_tool()
def list_outings(db: Database, city_id: str) -> list[Outing]:
    """List what can be done in a city.

    Args:
        city_id: Such as 'LIS'.
    """
    _row(db, "cities", city_id, "city")
    return [_part(outing, Outing) for outing in db.find("outings", {"city_id": city_id})]


@read_tool()
def get_forecast(db: Database, city_id: str, starts: str, ends: str) -> list[Forecast]:
    """Tell the weather of a city day by day, as far ahead as it is known: 12 days.

    Args:
        city_id: Such as 'LIS'.
        starts: The first day, such as '2026-04-28'.
        ends: The last day, such as '2026-04-30'.
    """
    _row(db, "cities", city_id, "city")
    days = {"city_id": city_id, "date": between(days_after(starts, 0), days_after(ends, 0))}
    return [_part(day, Forecast) for day in db.find("forecasts", days)]


@read_tool()
def quote_cancellation(db: Database, booking_id: str) -> CancellationQuote:
    """Work out what cancelling a booking today would cost; nothing is cancelled.

    Args:
        booking_id: Such as 'B-30412'.
    """
    booking = _booked(db, booking_id)
    return _told_cancellation(booking, _cancellation_fee(db, booking))


# Planning


@write_tool()
def create_trip(
    db: Database,
    owner_id: str,
    title: Annotated[str, {"minLength": 3}],
    home: str,
    starts: str,
    ends: str,
    budget: Budget,
    companion_ids: Annotated[list[str], {"maxItems": 8}],
) -> Trip:
    """Make an empty trip. Nobody can be on two trips at once.

    Args:
        owner_id: Who pays, and travels: such as 'T-103'.
        title: Such as 'May in Lisbon'.
        home: The city that the trip starts from and comes back to, such as 'VIE'.
        starts: The first day, such as '2026-04-28'.
        ends: The last day, 30 nights later at most.
        budget: In euros; no booking can exceed it.
        companion_ids: Who else travels.
    """
    _row(db, "cities", home, "city")
    nights = _nights(starts, ends)
    if nights[0] < _today(db):
        raise Refusal(f"a trip starts today, {_today(db)}, or later")
    people = list(dict.fromkeys([owner_id, *companion_ids]))
    for traveller_id in people:
        _row(db, "travellers", traveller_id, "traveller")
        _is_free(db, traveller_id, starts, ends)
    trip = {
        "trip_id": db.new_id("trips", "TR-N{:03d}"),
        "owner_id": owner_id,
        "title": title,
        "home": home,
        "starts": starts,
        "ends": ends,
        "budget": budget,
        "status": "planned",
    }
    made = db.insert("trips", trip)
    for traveller_id in people:
        db.insert("trip_travellers", {"trip_id": made["trip_id"], "traveller_id": traveller_id})
    return _told_trip(db, made)


@write_tool()
def set_budget(db: Database, trip_id: str, budget: Budget) -> Trip:
    """Change the budget of a planned trip; not below what is spent.

    Args:
        trip_id: Such as 'TR-2041'.
        budget: In euros, from now on.
    """
    trip = _planned(db, trip_id)
    made = db.update("trips", trip_id, {"budget": budget})
    _keeps_budget(db, trip)
    return _told_trip(db, made)


@write_tool()
def confirm_trip(db: Database, trip_id: str) -> Trip:
    """Confirm a planned trip in which nothing is wrong. From then on it can only be cancelled as a whole.

    Args:
        trip_id: Such as 'TR-2041'.
    """
    trip = _planned(db, trip_id)
    if problems := _problems(db, trip):
        raise Refusal(f"{trip_id} cannot be confirmed: {'; '.join(problems)}")
    return _told_trip(db, db.update("trips", trip_id, {"status": "confirmed"}))


@write_tool()
def cancel_trip(db: Database, trip_id: str) -> Trip:
    """Cancel a trip and all its bookings, each at its fee.

    Args:
        trip_id: Such as 'TR-2041'.
    """
    trip = _trip(db, trip_id)
    if trip["status"] == "cancelled":
        raise Refusal(f"{trip_id} is cancelled already")
    for booking in _bookings(db, trip_id):
        _cancel(db, booking)
    return _told_trip(db, db.update("trips", trip_id, {"status": "cancelled"}))


# Booking


@write_tool()
def book_flight(db: Database, trip_id: str, flight_number: str, date: str, points: Points = 0) -> Booking:
    """Book a direct flight for all travellers of a planned trip.

    Args:
        trip_id: Such as 'TR-2041'.
        flight_number: Such as 'HA117'.
        date: Within the trip, such as '2026-04-28'.
        points: Of the owner, that pay a part: 100 are a euro.
    """
    trip = _planned(db, trip_id)
    _needs_days(trip, date, date)
    _needs_time(db, trip_id, flight_number, date)
    seats = db.count("trip_travellers", {"trip_id": trip_id})
    fare = _take_seats(db, flight_number, date, seats)
    booking = _book(db, trip, "flight", seats * fare, points)
    return _detailed(db, trip, booking, {"flight_number": flight_number, "date": date, "seats": seats})


@write_tool()
def book_stay(
    db: Database,
    trip_id: str,
    hotel_id: str,
    room: Room,
    rooms: Annotated[int, {"minimum": 1, "maximum": 9}],
    check_in: str,
    check_out: str,
    points: Points = 0,
) -> Booking:
    """Book rooms in a hotel for all travellers of a planned trip; one stay at a time.

    Args:
        trip_id: Such as 'TR-2041'.
        hotel_id: Such as 'H-LIS-1'.
        room: What kind of rooms.
        rooms: How many: all travellers need a bed.
        check_in: The first day, within the trip.
        check_out: The last day, within the trip.
        points: Of the owner, that pay a part: 100 are a euro.
    """
    trip = _planned(db, trip_id)
    _needs_days(trip, check_in, check_out)
    _needs_beds(db, trip_id, (hotel_id, room), rooms)
    _needs_no_stay(db, trip_id, check_in, check_out)
    price = _take_rooms(db, (hotel_id, room), rooms, _nights(check_in, check_out))
    booking = _book(db, trip, "stay", price, points)
    details = {"hotel_id": hotel_id, "room": room, "rooms": rooms}
    return _detailed(db, trip, booking, details | {"check_in": check_in, "check_out": check_out})


@write_tool()
def book_outing(db: Database, trip_id: str, outing_id: str, date: str, points: Points = 0) -> Booking:
    """Book an outing for all travellers of a planned trip; one a day.

    Args:
        trip_id: Such as 'TR-2041'.
        outing_id: Such as 'O-LIS-2'.
        date: Within the trip.
        points: Of the owner, that pay a part: 100 are a euro.
    """
    trip = _planned(db, trip_id)
    _needs_days(trip, date, date)
    outing = _row(db, "outings", outing_id, "outing")
    if any(other["date"] == date for other in _details(db, trip_id, "outing")):
        raise Refusal(f"{trip_id} has an outing on {date} already")
    _needs_age(db, trip_id, outing, date)
    places = db.count("trip_travellers", {"trip_id": trip_id})
    booking = _book(db, trip, "outing", places * outing["price"], points)
    return _detailed(db, trip, booking, {"outing_id": outing_id, "date": date, "places": places})


# Changing


@write_tool()
def rebook_flight(db: Database, booking_id: str, flight_number: str, date: str) -> Booking:
    """Move a flight of a planned trip to another one between the same cities.

    It costs 40 euros a seat and what the new fare is higher; a lower fare gives nothing
    back. Where the airline cancelled the old flight, there is no fee.

    Args:
        booking_id: Of a flight, such as 'B-30412'.
        flight_number: Such as 'HA117'.
        date: Within the trip.
    """
    booking, trip = _changeable(db, booking_id, "flight")
    old = db.get("flight_bookings", booking_id)
    if (flight_number, date) == (old["flight_number"], old["date"]):
        raise Refusal(f"{booking_id} is on this flight already")
    former, flight = (_flight(db, number) for number in (old["flight_number"], flight_number))
    if (former["origin"], former["destination"]) != (flight["origin"], flight["destination"]):
        raise Refusal(f"{flight_number} flies between other cities than {old['flight_number']}")
    _needs_days(trip, date, date)
    _needs_time(db, trip["trip_id"], flight_number, date, instead_of=booking_id)
    was_cancelled = _by_airline(db, old)
    _give_seats(db, old)
    price = max(booking["price"], old["seats"] * _take_seats(db, flight_number, date, old["seats"]))
    db.update("flight_bookings", booking_id, {"flight_number": flight_number, "date": date})
    fee = booking["fee"] + (0 if was_cancelled else REBOOKING_FEE * old["seats"])
    return _repriced(db, trip, booking_id, price=price, fee=fee)


@write_tool()
def change_stay_dates(db: Database, booking_id: str, check_in: str, check_out: str) -> Booking:
    """Move a stay of a planned trip to other days, at their rates; it must begin in 2 days or later.

    Args:
        booking_id: Of a stay, such as 'B-30412'.
        check_in: The first day, within the trip.
        check_out: The last day, within the trip.
    """
    booking, trip = _changeable(db, booking_id, "stay")
    stay = db.get("stay_bookings", booking_id)
    if stay["check_in"] < days_after(_today(db), 2):
        raise Refusal(f"{booking_id} begins too soon to be changed")
    _needs_days(trip, check_in, check_out)
    _needs_no_stay(db, trip["trip_id"], check_in, check_out, instead_of=booking_id)
    _give_rooms(db, stay)
    price = _take_rooms(db, (stay["hotel_id"], stay["room"]), stay["rooms"], _nights(check_in, check_out))
    if POINTS_A_EURO * price < booking["points_used"]:
        raise Refusal(f"the new nights cost {price} euros, less than was paid with points")
    db.update("stay_bookings", booking_id, {"check_in": check_in, "check_out": check_out})
    return _repriced(db, trip, booking_id, price=price)


@write_tool()
def cancel_booking(db: Database, booking_id: str) -> CancellationQuote:
    """Cancel one booking of a planned trip at its fee; points that paid for it come back.

    Args:
        booking_id: Such as 'B-30412'.
    """
    booking = _booked(db, booking_id)
    _planned(db, booking["trip_id"])
    return _told_cancellation(booking, _cancel(db, booking))


@write_tool()
def grant_points(
    db: Database,
    traveller_id: str,
    points: Annotated[int, {"minimum": 100, "maximum": 10_000, "multipleOf": POINTS_A_EURO}],
    reason: Annotated[str, {"minLength": 3}],
) -> Traveller:
    """Give a traveller points. Be careful: they are money.

    Args:
        traveller_id: Such as 'T-103'.
        points: 100 are a euro.
        reason: The booking it is for, such as 'B-30412'.
    """
    _row(db, "travellers", traveller_id, "traveller")
    _enter_points(db, traveller_id, points, reason)
    return get_traveller(db, traveller_id)


@read_tool()
def transfer_to_human_agents(db: Database, summary: str) -> str:
    """Hand the traveller over to a human agent, where policy and tools cannot help.

    Args:
        summary: What the traveller wants, and what was done so far.
    """
    return "Transfer successful"


# What the world does: an event of tasks, that no agent can call


@write_tool(held_by="world")
def airline_cancels(db: Database, flight_number: str, date: str) -> Flight:
    """Cancel a flight on a date; bookings stay, and wait for somebody to care.

    Args:
        flight_number: Such as 'HA117'.
        date: Such as '2026-04-28'.
    """
    _row(db, "flight_days", (flight_number, date), "flight")
    day = db.update("flight_days", (flight_number, date), {"status": "cancelled"})
    return _told_flight(_flight(db, flight_number), day)


# Looking up


def _row(db, table, key, what):
    row = db.get(table, key)
    if row is None:
        raise Refusal(f"{what} {key!r} not found")
    return row


def _today(db):
    return db.now()[:10]


def _trip(db, trip_id):
    return _row(db, "trips", trip_id, "trip")


def _planned(db, trip_id):
    trip = _trip(db, trip_id)
    if trip["status"] != "planned":
        raise Refusal(f"{trip_id} is {trip['status']}: its parts cannot be changed")
    return trip


def _flight(db, flight_number):
    return _row(db, "flights", flight_number, "flight")


def _booked(db, booking_id):
    booking = _row(db, "bookings", booking_id, "booking")
    if booking["status"] != "booked":
        raise Refusal(f"{booking_id} is cancelled already")
    return booking


def _changeable(db, booking_id, kind):
    """A booking of this kind that has not begun, with its planned trip."""
    booking = _booked(db, booking_id)
    if booking["kind"] != kind:
        raise Refusal(f"{booking_id} is no {kind}")
    _needs_future(db, booking)
    return booking, _planned(db, booking["trip_id"])


def _bookings(db, trip_id):
    return db.find("bookings", {"trip_id": trip_id, "status": "booked"})


def _details(db, trip_id, kind):
    """The rows of this kind's own table, of all that is booked for a trip."""
    booked = [booking for booking in _bookings(db, trip_id) if booking["kind"] == kind]
    return [db.get(f"{kind}_bookings", booking["booking_id"]) for booking in booked]


def _starts(db, booking):
    details = db.get(f"{booking['kind']}_bookings", booking["booking_id"])
    return details["check_in"] if booking["kind"] == "stay" else details["date"]


def _by_airline(db, flown):
    return db.get("flight_days", (flown["flight_number"], flown["date"]))["status"] == "cancelled"


# Days


def _date(text):
    if text != days_after(text, 0):
        raise Refusal(f"write {text!r} as {days_after(text, 0)}")
    return text


def _nights(check_in, check_out):
    """The evenings from one day to another."""
    nights = [_date(check_in)]
    while days_after(nights[-1], 1) < _date(check_out) and len(nights) <= MOST_NIGHTS:
        nights.append(days_after(nights[-1], 1))
    if check_out <= check_in or len(nights) > MOST_NIGHTS:
        raise Refusal(f"from {check_in} to {check_out} are not 1 to {MOST_NIGHTS} nights")
    return nights


def _needs_days(trip, first, last):
    if not trip["starts"] <= _date(first) <= _date(last) <= trip["ends"]:
        raise Refusal(f"{trip['trip_id']} goes from {trip['starts']} to {trip['ends']}")


def _needs_future(db, booking):
    if _starts(db, booking) < _today(db):
        raise Refusal(f"{booking['booking_id']} has begun on {_starts(db, booking)}")


def _is_free(db, traveller_id, starts, ends):
    for going in db.find("trip_travellers", {"traveller_id": traveller_id}):
        trip = db.get("trips", going["trip_id"])
        if trip["status"] != "cancelled" and trip["starts"] <= ends and starts <= trip["ends"]:
            raise Refusal(
                f"{traveller_id} is on trip {trip['trip_id']} from {trip['starts']} to {trip['ends']}"
            )


def _needs_time(db, trip_id, flight_number, date, instead_of=""):
    """No other flight of the trip on that day may be too near."""
    flight = _flight(db, flight_number)
    for other in _details(db, trip_id, "flight"):
        if other["date"] != date or other["booking_id"] == instead_of:
            continue
        first, second = sorted(
            (flight, _flight(db, other["flight_number"])), key=lambda each: each["departs"]
        )
        if second["departs"] < first["departs"] + first["minutes"] + CONNECTION_MINUTES:
            numbers = f"{first['flight_number']} and {second['flight_number']}"
            raise Refusal(f"{numbers} on {date} leave less than {CONNECTION_MINUTES} minutes to change")


def _needs_no_stay(db, trip_id, check_in, check_out, instead_of=""):
    for stay in _details(db, trip_id, "stay"):
        overlaps = stay["check_in"] < check_out and check_in < stay["check_out"]
        if overlaps and stay["booking_id"] != instead_of:
            raise Refusal(
                f"{stay['booking_id']} is a stay from {stay['check_in']} to {stay['check_out']} already"
            )


# Seats, rooms, places


def _take_seats(db, flight_number, date, seats):
    """The fare of one."""
    _flight(db, flight_number)
    day = _row(db, "flight_days", (flight_number, date), "flight")
    if day["status"] == "cancelled":
        raise Refusal(f"flight {flight_number} of {date} is cancelled")
    if date < _today(db):
        raise Refusal(f"flight {flight_number} of {date} has left")
    if day["seats"] < seats:
        raise Refusal(f"flight {flight_number} of {date}: {day['seats']} are left of {seats} seats")
    db.update("flight_days", (flight_number, date), {"seats": day["seats"] - seats})
    return day["fare"]


def _give_seats(db, flown):
    key = (flown["flight_number"], flown["date"])
    db.update("flight_days", key, {"seats": db.get("flight_days", key)["seats"] + flown["seats"]})


def _needs_beds(db, trip_id, kind, rooms):
    beds = rooms * _row(db, "room_types", kind, "room")["sleeps"]
    people = db.count("trip_travellers", {"trip_id": trip_id})
    if beds < people:
        raise Refusal(f"{rooms} rooms have {beds} beds for {people} travellers")


def _take_rooms(db, kind, rooms, nights):
    """The price of all of them, for all nights."""
    price = 0
    for night in nights:
        left = db.get("room_nights", (*kind, night))
        if left is None or left["free"] < rooms or night < _today(db):
            raise Refusal(f"{kind[0]} does not have {rooms} {kind[1]} rooms free on {night}")
        db.update("room_nights", (*kind, night), {"free": left["free"] - rooms})
        price += rooms * left["rate"]
    return price


def _give_rooms(db, stay):
    for night in _nights(stay["check_in"], stay["check_out"]):
        key = (stay["hotel_id"], stay["room"], night)
        db.update("room_nights", key, {"free": db.get("room_nights", key)["free"] + stay["rooms"]})


def _free_stays(db, hotel, nights):
    for kind in db.find("room_types", {"hotel_id": hotel["hotel_id"]}):
        of = {"hotel_id": hotel["hotel_id"], "room": kind["room"]}
        days = db.find("room_nights", of | {"date": between(nights[0], nights[-1])})
        free = min((day["free"] for day in days), default=0)
        if free and len(days) == len(nights):
            more = {"free_rooms": free, "price": sum(day["rate"] for day in days)}
            yield _part(hotel | kind | more, Stay)


def _needs_age(db, trip_id, outing, date):
    """All travellers are old enough on that day; ISO dates compare like days."""
    latest = f"{int(date[:4]) - outing['least_age']:04d}{date[4:]}"
    for going in db.find("trip_travellers", {"trip_id": trip_id}):
        if db.get("travellers", going["traveller_id"])["born"] > latest:
            raise Refusal(f"{outing['name']} is for people of {outing['least_age']} years or more")


# Money and points


def _spent(db, trip_id):
    """What a trip costs by now: prices without points of what is booked, and all fees."""
    bookings = db.find("bookings", {"trip_id": trip_id})
    booked = [booking for booking in bookings if booking["status"] == "booked"]
    cash = sum(booking["price"] - booking["points_used"] // POINTS_A_EURO for booking in booked)
    return cash + sum(booking["fee"] for booking in bookings)


def _keeps_budget(db, trip):
    budget, spent = db.get("trips", trip["trip_id"])["budget"], _spent(db, trip["trip_id"])
    if spent > budget:
        raise Refusal(f"{trip['trip_id']} would cost {spent} euros, but its budget is {budget}")


def _book(db, trip, kind, price, points):
    if points > POINTS_A_EURO * price:
        raise Refusal(f"it costs {price} euros, less than {points} points")
    booking = {
        "booking_id": db.new_id("bookings", "B-N{:04d}"),
        "trip_id": trip["trip_id"],
        "kind": kind,
        "status": "booked",
        "price": price,
        "points_used": points,
        "fee": 0,
    }
    made = db.insert("bookings", booking)
    _keeps_budget(db, trip)
    if points:
        _enter_points(db, trip["owner_id"], -points, made["booking_id"])
    return made


def _detailed(db, trip, booking, details):
    db.insert(f"{booking['kind']}_bookings", {"booking_id": booking["booking_id"]} | details)
    return _told_booking(db, booking)


def _repriced(db, trip, booking_id, **changes):
    booking = db.update("bookings", booking_id, changes)
    _keeps_budget(db, trip)
    return _told_booking(db, booking)


def _cancellation_fee(db, booking):
    """By the days that are left; half of it for gold, nothing where the airline cancelled."""
    if booking["kind"] == "flight" and _by_airline(db, db.get("flight_bookings", booking["booking_id"])):
        return 0
    _needs_future(db, booking)
    rules = db.find("cancellation_fees", {"kind": booking["kind"]}, order_by="-days_left")
    starts = _starts(db, booking)
    rule = next(rule for rule in rules if days_after(_today(db), rule["days_left"]) <= starts)
    fee = booking["price"] * rule["percent"] // 100
    owner = db.get("travellers", db.get("trips", booking["trip_id"])["owner_id"])
    return fee // 2 if owner["tier"] == "gold" else fee


def _cancel(db, booking):
    """Cancel it, give back what it held, and return the fee."""
    fee, booking_id = _cancellation_fee(db, booking), booking["booking_id"]
    if booking["kind"] == "flight":
        _give_seats(db, db.get("flight_bookings", booking_id))
    if booking["kind"] == "stay":
        _give_rooms(db, db.get("stay_bookings", booking_id))
    if booking["points_used"]:
        _enter_points(db, db.get("trips", booking["trip_id"])["owner_id"], booking["points_used"], booking_id)
    db.update("bookings", booking_id, {"status": "cancelled", "fee": booking["fee"] + fee})
    return fee


def _enter_points(db, traveller_id, points, about):
    traveller = db.get("travellers", traveller_id)
    if traveller["points"] + points < 0:
        raise Refusal(f"{traveller_id} has {traveller['points']} points, not {-points}")
    number = db.count("point_entries", {"traveller_id": traveller_id}) + 1
    entry = {"traveller_id": traveller_id, "number": number, "points": points, "about": about}
    db.insert("point_entries", entry)
    db.update("travellers", traveller_id, {"points": traveller["points"] + points})


# What is wrong with a trip


def _problems(db, trip):
    flown = _details(db, trip["trip_id"], "flight")
    legs = sorted(
        (_flight(db, each["flight_number"]) | {"date": each["date"]} for each in flown),
        key=lambda leg: (leg["date"], leg["departs"]),
    )
    cancelled = [
        f"flight {each['flight_number']} of {each['date']} is cancelled by the airline"
        for each in flown
        if _by_airline(db, each)
    ]
    beds = _bed_problems(db, trip, legs)
    return [*cancelled, *_leg_problems(trip, legs), *beds, *_outing_problems(db, trip, legs)]


def _leg_problems(trip, legs):
    """Each flight leaves from where the one before arrived; the last one brings them home."""
    here, problems = trip["home"], [] if legs else ["there are no flights"]
    for leg in legs:
        if leg["origin"] != here:
            problems.append(
                f"flight {leg['flight_number']} of {leg['date']} leaves {leg['origin']}, not {here}"
            )
        here = leg["destination"]
    if here != trip["home"]:
        problems.append(f"no flight brings them home to {trip['home']}")
    return problems


def _bed_problems(db, trip, legs):
    """Where they are at night, there is a bed, and nowhere else; at home nobody needs one."""
    stays, problems = _details(db, trip["trip_id"], "stay"), []
    for night in _nights(trip["starts"], trip["ends"]):
        here = _place(trip, legs, night)
        beds = [stay for stay in stays if stay["check_in"] <= night < stay["check_out"]]
        cities = [db.get("hotels", stay["hotel_id"])["city_id"] for stay in beds]
        if here != trip["home"] and here not in cities:
            problems.append(f"no bed in {here} on the night of {night}")
        problems += [
            f"a bed in {city} on the night of {night}, spent in {here}" for city in cities if city != here
        ]
    return problems


def _outing_problems(db, trip, legs):
    problems = []
    for booked in _details(db, trip["trip_id"], "outing"):
        outing, date = db.get("outings", booked["outing_id"]), booked["date"]
        if outing["city_id"] not in (_place(trip, legs, days_after(date, -1)), _place(trip, legs, date)):
            problems.append(f"{outing['name']} on {date} is in {outing['city_id']}, where they are not")
    return problems


def _place(trip, legs, night):
    """Where the flights have brought them by that night."""
    arrived = [leg["destination"] for leg in legs if leg["date"] <= night]
    return arrived[-1] if arrived else trip["home"]


# Telling


def _part(row, kind):
    """Those values of a row that a kind of answer has."""
    return {name: row[name] for name in kind.__annotations__}


def _clock(minutes):
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _told_traveller(db, traveller):
    mine = {"traveller_id": traveller["traveller_id"]}
    trips = [db.get("trips", going["trip_id"]) for going in db.find("trip_travellers", mine)]
    entries = [_part(entry, PointEntry) for entry in db.find("point_entries", mine)]
    more = {"point_entries": entries, "trips": [_part(trip, TripLine) for trip in trips]}
    return _part(traveller | more, Traveller)


def _told_flight(flight, day):
    arrives = flight["departs"] + flight["minutes"]
    return _part(flight | day | {"departs": _clock(flight["departs"]), "arrives": _clock(arrives)}, Flight)


def _told_trip(db, trip):
    of = {"trip_id": trip["trip_id"]}
    bookings = [_told_booking(db, booking) for booking in db.find("bookings", of)]
    more = {
        "travellers": [going["traveller_id"] for going in db.find("trip_travellers", of)],
        "bookings": sorted(bookings, key=lambda booking: (booking["starts"], booking["booking_id"])),
        "spent": _spent(db, trip["trip_id"]),
    }
    return _part(trip | more, Trip)


def _told_booking(db, booking):
    details = db.get(f"{booking['kind']}_bookings", booking["booking_id"])
    told = {"flight": _told_flown, "stay": _told_stay, "outing": _told_outing}[booking["kind"]]
    return _part(booking | told(db, details), Booking)


def _told_flown(db, flown):
    flight, date = _flight(db, flown["flight_number"]), flown["date"]
    arrives = flight["departs"] + flight["minutes"]
    return {
        "what": f"{flown['flight_number']} {flight['origin']}-{flight['destination']}",
        "city_id": flight["destination"],
        "starts": f"{date} {_clock(flight['departs'])}",
        "ends": f"{date} {_clock(arrives)}",
        "count": flown["seats"],
    }


def _told_stay(db, stay):
    hotel = db.get("hotels", stay["hotel_id"])
    return {
        "what": f"{hotel['name']} ({stay['hotel_id']}), {stay['room']}",
        "city_id": hotel["city_id"],
        "starts": stay["check_in"],
        "ends": stay["check_out"],
        "count": stay["rooms"],
    }


def _told_outing(db, booked):
    outing, date = db.get("outings", booked["outing_id"]), booked["date"]
    told = {"what": outing["name"], "city_id": outing["city_id"]}
    return told | {"starts": date, "ends": date, "count": booked["places"]}


def _told_cancellation(booking, fee):
    paid = booking["price"] - booking["points_used"] // POINTS_A_EURO
    return {
        "booking_id": booking["booking_id"],
        "fee": fee,
        "refund": paid - fee,
        "points_back": booking["points_used"],
    }
