"""Writes the agency's seed rows: ``python make_rows.py``. The same seed gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import permutations, product
from pathlib import Path
from random import Random
from typing import Any

from scaleenv_core.files import json_lines, write_text

ROWS = Path(__file__).parent / "scaleenv_domain_travel" / "travel" / "rows.jsonl"
SEED = 20260420
TODAY = date(2026, 4, 20)
DAYS = [TODAY + timedelta(days) for days in range(-2, 23)]
FORECAST_DAYS, OWNERS = 12, 15

Values = dict[str, Any]
Row = tuple[str, Values]

CITIES = {  # name, country, usual degrees by day in April, usual chance of rain
    "AMS": ("Amsterdam", "Netherlands", 13, 55),
    "BCN": ("Barcelona", "Spain", 19, 20),
    "BER": ("Berlin", "Germany", 14, 40),
    "CPH": ("Copenhagen", "Denmark", 11, 45),
    "LIS": ("Lisbon", "Portugal", 20, 30),
    "ROM": ("Rome", "Italy", 18, 35),
    "VIE": ("Vienna", "Austria", 15, 40),
}
HOMES, SIGHTS = ("BER", "CPH", "VIE"), ("AMS", "BCN", "LIS", "ROM")
MINUTES = {  # from west to east and from north to south, roughly
    "AMS": (0, 0),
    "BCN": (0, 100),
    "BER": (60, 10),
    "CPH": (60, -20),
    "LIS": (-60, 120),
    "ROM": (70, 100),
    "VIE": (90, 40),
}
HOTELS = ("{} Garden", "Old Town House {}", "{} Central")
OUTINGS = {  # outdoors, euros, least age
    "Museum with guide": (False, 24, 0),
    "Cooking class": (False, 68, 12),
    "Cycling tour": (True, 35, 10),
    "Boat trip": (True, 42, 0),
}
FEES = {
    "flight": ((0, 100), (3, 60), (7, 30), (21, 10)),
    "stay": ((0, 100), (2, 50), (5, 0)),
    "outing": ((0, 100), (1, 0)),
}
FIRST_NAMES = (
    "Alma Boris Carmen Dario Edda Felix Gita Henk Iris Jaro Klara Leon Mila Nora Oskar Petra".split()
)
LAST_NAMES = "Arendt Blom Cerny Dahl Engel Foss Gruber Holm Iversen Jung Kern Lorenz Maurer".split()
PLANS = "whole whole empty one_night_short cancelled_flight no_way_home confirmed outing".split()


def rows(rng: Random) -> Iterator[Row]:
    """All rows, parents before children."""
    yield from catalog_rows(rng)
    flights = list(flight_rows(rng))
    for flight in flights:
        yield "flights", flight
        yield from day_rows(flight, rng)
    rates: dict[tuple[str, str, date], int] = {}
    yield from hotel_rows(rates, rng)
    people = iter(rng.sample(list(product(FIRST_NAMES, LAST_NAMES)), 60))
    ids = iter(rng.sample(range(100, 1000), 60))
    maker = Trips(flights, rates, rng)
    for number in range(OWNERS):
        owner, *others = family = list(family_rows(people, ids, rng))
        for person in family:
            yield "travellers", person
            if person["points"]:
                entry = {"traveller_id": person["traveller_id"], "number": 1, "points": person["points"]}
                yield "point_entries", entry | {"about": "collected before 2026-04"}
        yield from maker.rows(PLANS[number % len(PLANS)], owner, others)


def catalog_rows(rng: Random) -> Iterator[Row]:
    """Cities, their weather and outings, and what cancelling costs."""
    for kind, rules in FEES.items():
        for days_left, percent in rules:
            yield "cancellation_fees", {"kind": kind, "days_left": days_left, "percent": percent}
    for city_id, (name, country, _, _) in CITIES.items():
        yield "cities", {"city_id": city_id, "name": name, "country": country}
        yield from forecast_rows(city_id, rng)
        for number, (what, (outdoors, price, least_age)) in enumerate(OUTINGS.items(), start=1):
            outing = {"outing_id": f"O-{city_id}-{number}", "city_id": city_id, "name": f"{what} in {name}"}
            dearer = price + rng.randrange(-3, 10)
            yield "outings", outing | {"outdoors": outdoors, "price": dearer, "least_age": least_age}


def forecast_rows(city_id: str, rng: Random) -> Iterator[Row]:
    """The weather from today on, as far as it is known."""
    _, _, degrees, usual = CITIES[city_id]
    for ahead in range(FORECAST_DAYS + 1):
        rain = min(95, max(5, usual + 5 * rng.randrange(-8, 9)))
        sky = "sun" if rain < 25 else "clouds" if rain < 50 else "rain" if rain < 85 else "storm"
        high = degrees + rng.randrange(-3, 5) - rain // 40
        day = {"city_id": city_id, "date": str(TODAY + timedelta(ahead)), "sky": sky}
        yield "forecasts", day | {"low": high - rng.randrange(5, 10), "high": high, "rain_percent": rain}


def flight_rows(rng: Random) -> Iterator[Values]:
    """One flight between any two cities, and a second one from and to the sights."""
    number = 100
    for origin, destination in permutations(CITIES, 2):
        (west, north), (east, south) = MINUTES[origin], MINUTES[destination]
        minutes = 55 + abs(west - east) // 2 + abs(north - south) // 5 * 4
        often = (origin in HOMES) != (destination in HOMES)
        for hour in (8, 18) if often else (13,):
            number += 1
            departs = 60 * hour + 5 * rng.randrange(0, 20)
            flight = {"flight_number": f"HA{number}", "origin": origin, "destination": destination}
            yield flight | {"departs": departs, "minutes": minutes}


def day_rows(flight: Values, rng: Random) -> Iterator[Row]:
    """A flight's days, with fares that rise towards the weekend."""
    base = flight["minutes"] // 2 + (25 if flight["departs"] < 720 else 10)
    for day in DAYS:
        fare = base + rng.randrange(30) + (25 if day.weekday() in (4, 6) else 0)
        seats = rng.choice((0, 1, 2, 4, 9, 15, 30))
        status = "cancelled" if rng.random() < 0.02 else "planned"
        row = {"flight_number": flight["flight_number"], "date": str(day), "status": status}
        yield "flight_days", row | {"seats": seats, "fare": fare}


def hotel_rows(rates: dict[tuple[str, str, date], int], rng: Random) -> Iterator[Row]:
    """Three hotels a city, with two kinds of room each; what a night costs is kept in ``rates``."""
    for city_id, (city, *_) in CITIES.items():
        for number, form in enumerate(HOTELS, start=1):
            hotel_id, stars = f"H-{city_id}-{number}", rng.randint(2, 5)
            hotel = {"hotel_id": hotel_id, "city_id": city_id, "name": form.format(city), "stars": stars}
            yield "hotels", hotel | {"breakfast": rng.random() < 0.5, "pool": rng.random() < 0.4}
            for room, sleeps, percent in rng.sample(
                (("single", 1, 70), ("double", 2, 100), ("family", 4, 160)), 2
            ):
                yield "room_types", {"hotel_id": hotel_id, "room": room, "sleeps": sleeps}
                for day in DAYS:
                    rate = (25 + 25 * stars + rng.randrange(20)) * percent // 100
                    rates[hotel_id, room, day] = rate
                    night = {"hotel_id": hotel_id, "room": room, "date": str(day)}
                    yield "room_nights", night | {"free": rng.choice((0, 1, 2, 2, 3, 5)), "rate": rate}


def family_rows(people: Iterator[tuple[str, str]], ids: Iterator[int], rng: Random) -> Iterator[Values]:
    """Who owns a trip, and perhaps a partner and a child."""
    for relation in ("owner", *rng.choice(((), (), ("partner",), ("partner", "child")))):
        first, last = next(people)
        born = date(2015 if relation == "child" else 1965 + rng.randrange(35), 1, 1)
        yield {
            "traveller_id": f"T-{next(ids)}",
            "first_name": first,
            "last_name": last,
            "email": None if relation == "child" else f"{first}.{last}@example.com".lower(),
            "born": str(born + timedelta(rng.randrange(365))),
            "tier": rng.choice(("blue", "blue", "silver", "gold")) if relation == "owner" else "blue",
            "points": 100 * rng.randrange(0, 180) if relation == "owner" else 0,
        }


class Trips:
    """Makes trips that fit together, but for what the plan leaves wrong."""

    def __init__(
        self, flights: Sequence[Values], rates: dict[tuple[str, str, date], int], rng: Random
    ) -> None:
        self._flights = flights
        self._rates = rates
        self._rng = rng
        self._trips = iter(rng.sample(range(2000, 3000), 60))
        self._bookings = iter(rng.sample(range(30000, 31000), 200))

    def rows(self, plan: str, owner: Values, others: Sequence[Values]) -> Iterator[Row]:
        """One trip; the plan says what is in it."""
        rng = self._rng
        home, away = rng.choice(HOMES), rng.choice(SIGHTS)
        starts = TODAY + timedelta(rng.randint(2, 9))
        ends = starts + timedelta(rng.randint(3, 6))
        trip = {
            "trip_id": f"TR-{next(self._trips)}",
            "owner_id": owner["traveller_id"],
            "title": f"{CITIES[away][0]} in {starts:%B}",
            "starts": str(starts),
            "ends": str(ends),
            "home": home,
            "status": "confirmed" if plan == "confirmed" else "planned",
        }
        people = [owner, *others]
        parts = list(self._parts(plan, trip, away, (starts, ends), len(people)))
        spent = sum(row["price"] for table, row in parts if table == "bookings")
        room = 50 * rng.randrange(2, 9) if parts else 600 * len(people)
        yield "trips", trip | {"budget": -(-spent // 50) * 50 + room}
        for person in people:
            yield "trip_travellers", {"trip_id": trip["trip_id"], "traveller_id": person["traveller_id"]}
        yield from parts

    def _parts(
        self, plan: str, trip: Values, away: str, days: tuple[date, date], people: int
    ) -> Iterator[Row]:
        """What is booked for it."""
        (starts, ends), home = days, trip["home"]
        if plan == "empty":
            return
        yield from self._flight(trip, (home, away), starts, people)
        if plan != "no_way_home":
            yield from self._flight(trip, (away, home), ends, people, cancelled=plan == "cancelled_flight")
        yield from self._stay(trip, away, starts, ends - timedelta(plan == "one_night_short"), people)
        if plan == "outing":
            yield from self._outing(trip, away, starts + timedelta(1), people)

    def _booking(self, trip: Values, kind: str, price: int) -> Values:
        booking_id = f"B-{next(self._bookings)}"
        booking = {"booking_id": booking_id, "trip_id": trip["trip_id"], "kind": kind, "status": "booked"}
        return booking | {"price": price, "points_used": 0, "fee": 0}

    def _flight(
        self, trip: Values, way: tuple[str, str], day: date, seats: int, *, cancelled: bool = False
    ) -> Iterator[Row]:
        """The earliest one; a cancelled one is one that the schedule does not have otherwise."""
        between = [each for each in self._flights if (each["origin"], each["destination"]) == way]
        number = between[0]["flight_number"]
        booking = self._booking(trip, "flight", seats * (95 + self._rng.randrange(40)))
        if cancelled:
            number = f"HX{booking['booking_id'][-3:]}"
            yield "flights", between[0] | {"flight_number": number}
            gone = {"flight_number": number, "date": str(day), "status": "cancelled"}
            yield "flight_days", gone | {"seats": 0, "fare": 99}
        yield "bookings", booking
        of = {"booking_id": booking["booking_id"], "flight_number": number}
        yield "flight_bookings", of | {"date": str(day), "seats": seats}

    def _stay(self, trip: Values, city_id: str, starts: date, ends: date, people: int) -> Iterator[Row]:
        """The smallest room that they fit into, else whatever the city has."""
        beds = {"double": 2, "family": 4, "single": 1}
        kinds = sorted({(hotel, room) for hotel, room, _ in self._rates if hotel[2:5] == city_id})
        fitting = [kind for kind in kinds if people <= beds[kind[1]] <= people + 1]
        hotel_id, room = self._rng.choice(fitting or kinds)
        rooms = -(-people // beds[room])
        nights = [starts + timedelta(night) for night in range((ends - starts).days)]
        price = rooms * sum(self._rates[hotel_id, room, night] for night in nights)
        booking = self._booking(trip, "stay", price)
        yield "bookings", booking
        stay = {"booking_id": booking["booking_id"], "hotel_id": hotel_id, "room": room, "rooms": rooms}
        yield "stay_bookings", stay | {"check_in": str(starts), "check_out": str(ends)}

    def _outing(self, trip: Values, city_id: str, day: date, people: int) -> Iterator[Row]:
        """A boat trip."""
        booking = self._booking(trip, "outing", people * 42)
        yield "bookings", booking
        outing = {"booking_id": booking["booking_id"], "outing_id": f"O-{city_id}-4"}
        yield "outing_bookings", outing | {"date": str(day), "places": people}


if __name__ == "__main__":
    write_text(ROWS, json_lines({"table": table, "row": row} for table, row in rows(Random(SEED))))
