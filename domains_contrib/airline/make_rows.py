"""Writes the airline's seed rows: ``python make_rows.py``. The same seed gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import count, permutations, product
from pathlib import Path
from random import Random
from string import ascii_uppercase, digits
from typing import Any

from scaleenv_core.files import json_lines, write_text

ROWS = Path(__file__).parent / "scaleenv_domain_airline" / "airline" / "rows.jsonl"
SEED = 20260515
TODAY = date(2026, 5, 15)
DAYS = [TODAY + timedelta(days) for days in range(-4, 12)]
USERS, MOST_TRIPS = 24, 3

Row = tuple[str, dict[str, Any]]

AIRPORTS = {  # city, state, and hours of flight to the hub in the middle
    "ATL": ("Atlanta", "GA", 3),
    "AUS": ("Austin", "TX", 2),
    "BOS": ("Boston", "MA", 4),
    "DEN": ("Denver", "CO", 0),
    "MSP": ("Minneapolis", "MN", 2),
    "PDX": ("Portland", "OR", 3),
    "SEA": ("Seattle", "WA", 3),
    "SLC": ("Salt Lake City", "UT", 1),
}
HUB = "DEN"
DIRECT = (("ATL", "BOS"), ("PDX", "SEA"), ("AUS", "ATL"), ("MSP", "BOS"), ("SEA", "SLC"))
CABINS = {"basic_economy": 70, "economy": 130, "business": 360}

FIRST_NAMES = "Aiko Bram Carla Diego Elif Finn Greta Hugo Ines Jonas Kaya Luca Maja Noor Otto Paula".split()
LAST_NAMES = "Adler Bauer Conti Dogan Evans Fischer Garcia Hansen Ivanov Jensen Kowalski Lopez".split()


def rows(rng: Random) -> Iterator[Row]:
    """All rows, parents before children."""
    for iata, (city, _, _) in AIRPORTS.items():
        yield "airports", {"iata": iata, "city": city}
    flights = list(flight_rows(rng))
    for flight in flights:
        yield "flights", flight
        yield from operation_rows(flight, rng)
    people = rng.sample(list(product(FIRST_NAMES, LAST_NAMES)), USERS)
    codes = ("".join(rng.choices(ascii_uppercase + digits, k=6)) for _ in count())
    for first, last in people:
        user = user_row(first, last, rng)
        yield "users", user
        others = [other for other in people if other != (first, last)]
        friends = [person_row(*name, rng) for name in rng.sample(others, rng.randint(0, 2))]
        for number, friend in enumerate(friends, start=1):
            yield "saved_passengers", {"user_id": user["user_id"], "number": number} | friend
        methods = list(method_rows(user["user_id"], rng))
        for method in methods:
            yield "payment_methods", method
        for number in range(1, rng.randint(1, MOST_TRIPS) + 1):
            yield from trip_rows(next(codes), number, user, friends, methods, flights, rng)


def flight_rows(rng: Random) -> Iterator[dict[str, Any]]:
    """Twice a day between the hub and every other airport, once between some others."""
    spokes = [(iata, HUB) for iata in AIRPORTS if iata != HUB]
    ways = [way for pair in (*spokes, *spokes, *DIRECT) for way in permutations(pair)]
    for number, (origin, destination) in enumerate(ways, start=101):
        hours = max(1, AIRPORTS[origin][2], AIRPORTS[destination][2])
        departure = datetime(2026, 1, 1, rng.randint(6, 22), rng.choice((0, 15, 30, 45)))
        arrival = departure + timedelta(hours=hours, minutes=rng.choice((10, 25, 40)))
        yield {
            "flight_number": f"SE{number}",
            "origin": origin,
            "destination": destination,
            "departure_time": departure.time().isoformat(),
            "arrival_time": arrival.time().isoformat(),
            "arrives_next_day": arrival.date() > departure.date(),
        }


def operation_rows(flight: dict[str, Any], rng: Random) -> Iterator[Row]:
    """The flight on each day, with seats where it can still be booked."""
    for day in DAYS:
        key = {"flight_number": flight["flight_number"], "date": day.isoformat()}
        yield "operations", key | status(flight, day, rng)
        if day > TODAY:
            for cabin, base in CABINS.items():
                price = base + rng.randrange(0, base)
                yield "seats", key | {"cabin": cabin, "available": rng.randint(0, 12), "price": price}


def status(flight: dict[str, Any], day: date, rng: Random) -> dict[str, Any]:
    """How it went, or goes: bookable from tomorrow on."""
    if day > TODAY:
        return {"status": "available"}
    if rng.random() < 0.15:
        return {"status": "cancelled"}
    late = timedelta(minutes=rng.choice((-5, 0, 10, 95, 140)))
    leaves = datetime.combine(day, datetime.strptime(flight["departure_time"], "%H:%M:%S").time()) + late
    next_day = timedelta(days=int(flight["arrives_next_day"]))
    lands = datetime.combine(day, datetime.strptime(flight["arrival_time"], "%H:%M:%S").time())
    lands += late + next_day
    now = datetime.combine(TODAY, datetime.min.time()) + timedelta(hours=15)
    waiting = "delayed" if late > timedelta(hours=1) else "on time"
    kind = "landed" if lands <= now else "flying" if leaves <= now else waiting
    return {"status": kind, "departs_at": leaves.isoformat(), "arrives_at": lands.isoformat()}


def person_row(first: str, last: str, rng: Random) -> dict[str, str]:
    """A person."""
    born = date(1950, 1, 1) + timedelta(days=rng.randrange(19000))
    return {"first_name": first, "last_name": last, "dob": born.isoformat()}


def user_row(first: str, last: str, rng: Random) -> dict[str, Any]:
    """A customer."""
    number = rng.randint(1000, 9999)
    city, state, _ = AIRPORTS[rng.choice(sorted(AIRPORTS))]
    return {
        "user_id": f"{first}_{last}_{number}".lower(),
        **person_row(first, last, rng),
        "email": f"{first}.{last}{number}@example.com".lower(),
        "membership": rng.choice(("regular", "regular", "silver", "gold")),
        "address1": f"{rng.randint(1, 990)} {rng.choice(('Lake', 'Hill', 'Mill', 'Park'))} Road",
        "address2": "",
        "city": city,
        "state": state,
        "country": "USA",
        "zip": f"{rng.randint(10000, 99999)}",
    }


def method_rows(user_id: str, rng: Random) -> Iterator[dict[str, Any]]:
    """A credit card, and perhaps gift cards and a certificate."""
    for source in ("credit_card", *rng.sample(("gift_card", "gift_card", "certificate"), rng.randint(0, 3))):
        method: dict[str, Any] = {
            "payment_id": f"{source}_{rng.randint(10**6, 10**7 - 1)}",
            "user_id": user_id,
            "source": source,
            "used_up": False,
        }
        if source == "credit_card":
            brand = rng.choice(("visa", "mastercard"))
            yield method | {"brand": brand, "last_four": f"{rng.randint(0, 9999):04}"}
        else:
            yield method | {"balance": rng.choice((50, 80, 100, 150, 200, 250, 320))}


def trip_rows(
    code: str,
    number: int,
    user: dict[str, Any],
    friends: Sequence[dict[str, str]],
    methods: Sequence[dict[str, Any]],
    flights: Sequence[dict[str, Any]],
    rng: Random,
) -> Iterator[Row]:
    """A reservation: there on one day, and perhaps back on a later one."""
    there = rng.choice(flights)
    days = sorted(rng.sample(DAYS, 2))
    back = [f for f in flights if (f["destination"], f["origin"]) == (there["origin"], there["destination"])]
    legs = [(there, days[0])] + ([(rng.choice(back), days[1])] if rng.random() < 0.6 else [])
    cabin = rng.choice(sorted(CABINS))
    flyers = [{part: user[part] for part in ("first_name", "last_name", "dob")}, *friends]
    flyers = flyers[: rng.randint(1, len(flyers))]
    prices = [CABINS[cabin] + rng.randrange(0, CABINS[cabin]) for _ in legs]
    insured = rng.random() < 0.4
    booked = datetime.combine(min(TODAY, days[0]), datetime.min.time()) - timedelta(
        hours=rng.randint(10, 200), minutes=rng.randint(0, 59)
    )
    yield (
        "reservations",
        {
            "reservation_id": code,
            "user_id": user["user_id"],
            "number": number,
            "origin": there["origin"],
            "destination": there["destination"],
            "flight_type": "round_trip" if len(legs) == 2 else "one_way",
            "cabin": cabin,
            "created_at": booked.isoformat(),
            "total_baggages": rng.randint(0, 1) * (cabin != "basic_economy"),
            "nonfree_baggages": 0,
            "insured": insured,
            "cancelled": False,
        },
    )
    mine = {"reservation_id": code}
    for place, flyer in enumerate(flyers, start=1):
        yield "passengers", mine | {"number": place} | flyer
    for place, ((flight, day), price) in enumerate(zip(legs, prices, strict=True), start=1):
        segment = {"flight_number": flight["flight_number"], "date": day.isoformat(), "price": price}
        yield "segments", mine | {"number": place} | segment
    paid = len(flyers) * (sum(prices) + 30 * insured)
    yield "payments", mine | {"number": 1, "payment_id": methods[0]["payment_id"], "amount": paid}


if __name__ == "__main__":
    write_text(ROWS, json_lines({"table": table, "row": row} for table, row in rows(Random(SEED))))
