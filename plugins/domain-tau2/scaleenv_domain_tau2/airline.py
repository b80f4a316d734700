"""τ²-bench's airline: its JSON database as rows of our domain ``airline``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scaleenv_core.types import Action, Task
from scaleenv_domain_tau2.common import Row, add_tasks, make_domain, read_json, write

NOW = "2024-05-15T15:00:00Z"
"""The hour that the policy names; it is EST, like all times of this domain."""

CITIES = {
    "ATL": "Atlanta",
    "BOS": "Boston",
    "CLT": "Charlotte",
    "DEN": "Denver",
    "DFW": "Dallas",
    "DTW": "Detroit",
    "EWR": "Newark",
    "IAH": "Houston",
    "JFK": "New York",
    "LAS": "Las Vegas",
    "LAX": "Los Angeles",
    "LGA": "LaGuardia",
    "MCO": "Orlando",
    "MIA": "Miami",
    "MSP": "Minneapolis",
    "ORD": "Chicago",
    "PHL": "Philadelphia",
    "PHX": "Phoenix",
    "SEA": "Seattle",
    "SFO": "San Francisco",
}
"""τ²-bench has them in a tool, not in its data."""


def write_airline(into: Path, data: Path, tasks: Path | None = None) -> str:
    """Write ``tau2-airline``; returns its slug."""
    made = rows(read_json(data, "db.json"))
    return write(into, data, "airline", made, title="Airline (τ²-bench)", now=NOW, tasks=tasks)


def write_first(into: Path, data: Path, results: Path) -> str:
    """Write ``tau-airline``: tasks and policy of a result file of the first tau-bench; returns its slug."""
    slug = "tau-airline"
    episodes = read_json(results.parent, results.name)
    made, policy = rows(read_json(data, "db.json")), episodes[0]["traj"][0]["content"]
    domain = make_domain(into / slug, "airline", made, policy, title="Airline (tau-bench)", now=NOW)
    tasks = {int(episode["task_id"]): episode["info"]["task"] for episode in episodes}
    add_tasks(domain, [_first_task(slug, number, tasks[number]) for number in sorted(tasks)])
    return slug


def _first_task(slug: str, number: int, given: Row) -> Task:
    return Task(
        id=f"{slug}/{number}",
        domain=slug,
        instruction=given["instruction"],
        actions=tuple(Action(tool=action["name"], arguments=action["kwargs"]) for action in given["actions"]),
        changes=(),
        fingerprint="",
        tools=(),
        outputs=tuple(given["outputs"]),
        judged_by=("validity", "state", "communicate"),
    )


def rows(database: Row) -> Iterator[tuple[str, Row]]:
    """All rows."""
    for iata, city in CITIES.items():
        yield "airports", {"iata": iata, "city": city}
    for flight in database["flights"].values():
        yield from _flight(flight)
    numbers = {}
    for user in database["users"].values():
        yield from _user(user)
        numbers |= {code: number for number, code in enumerate(user["reservations"], start=1)}
    for reservation in database["reservations"].values():
        yield from _reservation(reservation, numbers[reservation["reservation_id"]])


def _flight(flight: Row) -> Iterator[tuple[str, Row]]:
    number = flight["flight_number"]
    arrival, _, next_day = flight["scheduled_arrival_time_est"].partition("+")
    yield (
        "flights",
        {
            "flight_number": number,
            "origin": flight["origin"],
            "destination": flight["destination"],
            "departure_time": flight["scheduled_departure_time_est"],
            "arrival_time": arrival,
            "arrives_next_day": next_day == "1",
        },
    )
    for date, day in flight["dates"].items():
        key = {"flight_number": number, "date": date}
        yield (
            "operations",
            key
            | {
                "status": day["status"],
                "departs_at": day.get("actual_departure_time_est") or day.get("estimated_departure_time_est"),
                "arrives_at": day.get("actual_arrival_time_est") or day.get("estimated_arrival_time_est"),
            },
        )
        for cabin, seats in day.get("available_seats", {}).items():
            yield "seats", key | {"cabin": cabin, "available": seats, "price": day["prices"][cabin]}


def _user(user: Row) -> Iterator[tuple[str, Row]]:
    mine = {"user_id": user["user_id"]}
    own = {name: user[name] for name in ("email", "dob", "membership")}
    yield "users", mine | own | user["name"] | user["address"]
    for number, person in enumerate(user["saved_passengers"], start=1):
        yield "saved_passengers", mine | {"number": number} | person
    for payment_id, method in user["payment_methods"].items():
        row = mine | {"payment_id": payment_id, "source": method["source"], "used_up": False}
        if method["source"] == "credit_card":
            yield "payment_methods", row | {"brand": method["brand"], "last_four": method["last_four"]}
        else:
            yield "payment_methods", row | {"balance": method["amount"]}


def _reservation(given: Row, number: int) -> Iterator[tuple[str, Row]]:
    mine = {"reservation_id": given["reservation_id"]}
    same = ("user_id", "origin", "destination", "flight_type", "cabin", "created_at")
    own = {name: given[name] for name in (*same, "total_baggages", "nonfree_baggages")}
    state = {"insured": given["insurance"] == "yes", "cancelled": given.get("status") == "cancelled"}
    yield "reservations", mine | {"number": number} | own | state
    for place, person in enumerate(given["passengers"], start=1):
        yield "passengers", mine | {"number": place} | person
    for place, flight in enumerate(given["flights"], start=1):
        segment = {name: flight[name] for name in ("flight_number", "date", "price")}
        yield "segments", mine | {"number": place} | segment
    for place, payment in enumerate(given["payment_history"], start=1):
        yield "payments", mine | {"number": place} | payment
