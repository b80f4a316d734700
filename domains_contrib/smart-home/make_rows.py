"""Writes the house's seed rows: ``python make_rows.py``. The same seed gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from scaleenv_core.files import json_lines, write_text

ROWS = Path(__file__).parent / "scaleenv_domain_smart_home" / "smart-home" / "rows.jsonl"
SEED = 20260212
TODAY = date(2026, 2, 12)
DAYS_READ = 28

Row = tuple[str, dict[str, Any]]

MEMBERS = (
    ("marit", "Marit", "owner", "7351"),
    ("anders", "Anders", "owner", "2096"),
    ("sunniva", "Sunniva", "adult", "4418"),
    ("tom", "Tom", "child", None),
    ("ida", "Ida", "child", None),
    ("jonas", "Jonas", "guest", None),
)
RIGHTS = {
    "owner": "light thermostat lock camera blind plug alarm routine code",
    "adult": "light thermostat lock camera blind plug alarm routine",
    "child": "light blind plug",
    "guest": "light blind",
}
ROOMS = (
    ("cellar", "Cellar", -1, None),
    ("laundry", "Laundry", -1, None),
    ("garage", "Garage", 0, None),
    ("hall", "Hall", 0, None),
    ("kitchen", "Kitchen", 0, None),
    ("living", "Living room", 0, None),
    ("study", "Study", 0, "anders"),
    ("terrace", "Terrace", 0, None),
    ("bathroom", "Bathroom", 1, None),
    ("bedroom", "Bedroom", 1, "marit"),
    ("granny", "Granny flat", 1, "sunniva"),
    ("tom-room", "Tom's room", 1, "tom"),
    ("ida-room", "Ida's room", 1, "ida"),
    ("attic", "Guest room in the attic", 2, "jonas"),
)
LAMPS = {
    "living": ("Floor lamp", "Reading lamp"),
    "kitchen": ("Counter light",),
    "bedroom": ("Left bedside lamp", "Right bedside lamp"),
    "study": ("Desk lamp",),
    "tom-room": ("Night light",),
    "ida-room": ("Night light",),
}
HEATED = "hall kitchen living study bathroom bedroom granny tom-room ida-room attic".split()
WINDOWS = "laundry kitchen living study bathroom bedroom granny tom-room ida-room attic".split()
SMOKE = "cellar hall kitchen attic".split()
BLINDS = "kitchen living study bedroom granny tom-room ida-room attic".split()
LOCKS = (
    ("hall", "Front door", True),
    ("terrace", "Terrace door", True),
    ("garage", "Garage door", True),
    ("cellar", "Cellar door", True),
    ("study", "Study door", False),
)
CAMERAS = (("hall", "Hall camera"), ("terrace", "Terrace camera"), ("garage", "Garage camera"))
PLUGS = (
    ("cellar", "Freezer plug", "freezer", "always on", 900),
    ("living", "Aquarium plug", "aquarium", "always on", 700),
    ("living", "Television plug", "television", "none", 600),
    ("kitchen", "Coffee plug", "coffee machine", "none", 450),
    ("kitchen", "Fridge plug", "fridge", "always on", 1100),
    ("laundry", "Washer plug", "washing machine", "none", 800),
    ("laundry", "Iron plug", "iron", "never unattended", 150),
    ("study", "Heater plug", "fan heater", "never unattended", 300),
    ("garage", "Car plug", "car charger", "none", 7000),
    ("granny", "Blanket plug", "electric blanket", "never unattended", 120),
)
SCENES: dict[str, tuple[str, tuple[tuple[str, str, int], ...]]] = {
    "film": (
        "Film night",
        (
            ("living-ceiling", "on", 0),
            ("living-floor-lamp", "brightness", 15),
            ("living-blind", "position", 0),
        ),
    ),
    "wake": (
        "Wake up",
        (
            ("kitchen-ceiling", "on", 1),
            ("kitchen-coffee-plug", "on", 1),
            ("hall-thermostat", "target_tenths", 210),
        ),
    ),
    "lights-out": (
        "Lights out",
        (("living-ceiling", "on", 0), ("kitchen-ceiling", "on", 0), ("hall-ceiling", "on", 0)),
    ),
    "warm-evening": (
        "Warm evening",
        (("living-thermostat", "target_tenths", 225), ("living-floor-lamp", "kelvin", 2400)),
    ),
    "leaving": (
        "Leaving",
        (("hall-ceiling", "on", 0), ("kitchen-coffee-plug", "on", 0), ("hall-front-door", "locked", 1)),
    ),
    "terrace-glow": ("Terrace glow", (("terrace-ceiling", "on", 1), ("terrace-ceiling", "brightness", 40))),
}
AUTOMATIONS = (
    ("A1", "sunset", "terrace-glow", True),
    ("A2", "everyone leaves", "leaving", True),
    ("A3", "someone arrives", "warm-evening", False),
    ("A4", "sunrise", "wake", False),
)
WORKDAYS, WEEKEND = "mon tue wed thu fri".split(), "sat sun".split()
SCHEDULES = (
    ("T1", "wake", "06:45", True, WORKDAYS),
    ("T2", "wake", "08:30", True, WEEKEND),
    ("T3", "lights-out", "23:15", True, WORKDAYS + WEEKEND),
    ("T4", "film", "20:00", False, ["sat"]),
)
CODES = (
    ("hall-front-door", "305517", "Petra, who cleaned", "2025-03-01", "2026-12-31", False),
    ("hall-front-door", "918264", "Parcel service", "2025-09-01", "2026-08-31", False),
    ("cellar-cellar-door", "660142", "Meter reader", "2026-01-05", "2026-01-09", False),
)


def rows(rng: Random) -> Iterator[Row]:
    """All rows, parents before children."""
    for member_id, name, role, pin in MEMBERS:
        yield "members", {"member_id": member_id, "name": name, "role": role, "pin": pin}
    yield "conversations", {"conversation_id": 1, "member_id": "marit"}
    for role, subjects in RIGHTS.items():
        for subject in subjects.split():
            yield "rights", {"role": role, "subject": subject}
    for room_id, name, floor, owner in ROOMS:
        yield "rooms", {"room_id": room_id, "name": name, "floor": floor, "belongs_to": owner}
    yield "alarms", {"alarm_id": 1, "state": "disarmed", "wrong_pins": 0}
    yield from comfort(rng)
    yield from safety(rng)
    yield from plugs(rng)
    yield from routines()
    for lock, code, who, start, end, revoked in CODES:
        dates = {"valid_from": start, "valid_until": end, "revoked": revoked}
        yield "access_codes", {"device_id": lock, "code": code, "given_to": who} | dates


def device(room: str, name: str, kind: str, battery: int | None = None, **state: Any) -> Iterator[Row]:
    """A device and its state."""
    device_id = f"{room}-{name.lower().replace(' ', '-')}"
    row = {"device_id": device_id, "room_id": room, "name": name, "kind": kind}
    yield "devices", row | {"online": True, "battery": battery}
    yield f"{kind}s", {"device_id": device_id} | state


def comfort(rng: Random) -> Iterator[Row]:
    """Lights, heating and blinds."""
    for room, *_ in ROOMS:
        for place, name in enumerate(("Ceiling", *LAMPS.get(room, ()))):
            glow = {"brightness": rng.randrange(30, 101, 5), "kelvin": rng.choice((2400, 2700, 3000, 4000))}
            yield from device(room, name, "light", on=rng.random() < 0.35, **glow, wall_switch=place == 0)
    for room in HEATED:
        target = rng.randrange(180, 225, 5)
        measured = {"target_tenths": target, "measured_tenths": target - rng.randrange(0, 18)}
        yield from device(room, "Thermostat", "thermostat", rng.randrange(25, 100), mode="heat", **measured)
    for room in BLINDS:
        yield from device(room, "Blind", "blind", position=rng.choice((0, 30, 60, 100)))


def safety(rng: Random) -> Iterator[Row]:
    """Locks, cameras and sensors."""
    for room, name, outer in LOCKS:
        yield from device(
            room, name, "lock", rng.randrange(30, 100), locked=outer and room != "hall", outer=outer
        )
    for room, name in CAMERAS:
        yield from device(room, name, "camera", recording=room != "hall", covered=False)
    for room in WINDOWS:
        yield from device(room, "Window", "sensor", rng.randrange(20, 100), senses="window", triggered=False)
    for room in SMOKE:
        yield from device(
            room, "Smoke detector", "sensor", rng.randrange(40, 100), senses="smoke", triggered=False
        )


def plugs(rng: Random) -> Iterator[Row]:
    """Plugs, and what they metered each day."""
    for room, name, appliance, care, watt_hours in PLUGS:
        made = list(device(room, name, "plug", on=care == "always on", appliance=appliance, care=care))
        yield from made
        for ago in range(DAYS_READ, 0, -1):
            used = (
                round(watt_hours * rng.uniform(0.7, 1.3)) if care == "always on" or rng.random() < 0.6 else 0
            )
            day = (TODAY - timedelta(ago)).isoformat()
            yield "energy_readings", {"device_id": made[0][1]["device_id"], "day": day, "watt_hours": used}


def routines() -> Iterator[Row]:
    """Scenes, and what starts them."""
    for scene_id, (name, steps) in SCENES.items():
        yield "scenes", {"scene_id": scene_id, "name": name}
        for device_id, setting, value in steps:
            yield (
                "scene_steps",
                {"scene_id": scene_id, "device_id": device_id, "setting": setting, "value": value},
            )
    for automation_id, trigger, scene_id, enabled in AUTOMATIONS:
        start = {"automation_id": automation_id, "trigger": trigger}
        yield "automations", start | {"scene_id": scene_id, "enabled": enabled}
    for schedule_id, scene_id, time, enabled, days in SCHEDULES:
        yield (
            "schedules",
            {"schedule_id": schedule_id, "scene_id": scene_id, "time": time, "enabled": enabled},
        )
        for day in days:
            yield "schedule_days", {"schedule_id": schedule_id, "day": day}


if __name__ == "__main__":
    write_text(ROWS, json_lines({"table": table, "row": row} for table, row in rows(Random(SEED))))
