"""A house: what its assistant can do, what those who stand in it can do, and what may befall it.

The functions with a decorator are the tools: the agent works by radio, the user by hand, and
the world sets scenes. Those whose names begin with ``_`` serve them. Every change of a device by
radio goes through :func:`_set`, which asks for the right, the radio and the rules of its kind;
scenes take the same way, so that they are no way around a rule.
"""

import re
from typing import Annotated, Literal, TypedDict

from scaleenv_core.engine import (
    Database,
    Refusal,
    between,
    days_after,
    given,
    read_tool,
    write_tool,
)

COLDEST, HOTTEST = 50, 280  # tenths of a degree
CODE_DAYS, MOST_WRONG_PINS = 90, 3

Kind = Literal["light", "thermostat", "lock", "camera", "blind", "plug", "sensor"]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Setting = Literal["on", "brightness", "kelvin", "target_tenths", "locked", "recording", "position"]
Percent = Annotated[int, {"minimum": 0, "maximum": 100}]
Brightness = Annotated[int | None, {"minimum": 1, "maximum": 100}]
Kelvin = Annotated[int | None, {"minimum": 2200, "maximum": 6500}]
Celsius = Annotated[float | None, {"minimum": -50, "maximum": 60}]
Days = Annotated[list[Day], {"minItems": 1}]
Time = Annotated[str, {"pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}]

SETTINGS = {
    "light": ("on", "brightness", "kelvin"),
    "thermostat": ("target_tenths",),
    "lock": ("locked",),
    "camera": ("recording",),
    "blind": ("position",),
    "plug": ("on",),
    "sensor": (),
}
SWITCHES = ("on", "locked", "recording")


class Speaker(TypedDict):
    """Who is speaking, and what that person may have done."""

    member_id: str
    name: str
    role: Literal["owner", "adult", "child", "guest"]
    rights: list[str]


class Room(TypedDict):
    """A room; some belong to one person."""

    room_id: str
    name: str
    floor: int
    belongs_to: str | None


class Device(TypedDict):
    """A device; its state has other fields for each kind, temperatures in °C."""

    device_id: str
    room_id: str
    name: str
    kind: Kind
    online: bool
    battery: int | None
    state: dict[str, bool | int | float | str]


class Alarm(TypedDict):
    """The alarm of the house."""

    state: Literal["disarmed", "armed night", "armed away"]
    wrong_pins: int


class Step(TypedDict):
    """What a scene sets; switches take 0 or 1, temperatures tenths of a degree."""

    device_id: str
    setting: Setting
    value: int


class Scene(TypedDict):
    """Settings under one name."""

    scene_id: str
    name: str
    steps: list[Step]


class Automation(TypedDict):
    """A scene that something starts."""

    automation_id: str
    trigger: str
    scene_id: str
    enabled: bool


class Schedule(TypedDict):
    """A scene that starts at a time."""

    schedule_id: str
    scene_id: str
    time: str
    days: list[Day]
    enabled: bool


class Use(TypedDict):
    """What one device used over some days."""

    device_id: str
    appliance: str
    kwh: float


class AccessCode(TypedDict):
    """A code for the keypad of a lock."""

    device_id: str
    code: str
    given_to: str
    valid_from: str
    valid_until: str
    revoked: bool


# The agent's: looking


@read_tool()
def who_is_speaking(db: Database) -> Speaker:
    """Tell whose voice it is, and what that person may have done; ask this first."""
    member = _speaker(db)
    rights = [row["subject"] for row in db.find("rights", {"role": member["role"]})]
    return _shown(member | {"rights": rights}, Speaker)


@read_tool()
def list_rooms(db: Database) -> list[Room]:
    """List the rooms, from the cellar up."""
    return db.find("rooms", order_by="floor")


@read_tool()
def list_devices(db: Database, room_id: str | None = None, kind: Kind | None = None) -> list[Device]:
    """List devices with their state.

    Args:
        room_id: Only in this room, such as 'kitchen'.
        kind: Only of this kind.
    """
    if room_id is not None:
        _row(db, "rooms", room_id, "room")
    return [_told_device(db, row) for row in db.find("devices", given(room_id=room_id, kind=kind))]


@read_tool()
def get_device(db: Database, device_id: str) -> Device:
    """Look up one device with its state.

    Args:
        device_id: Such as 'kitchen-ceiling'.
    """
    return _told_device(db, _row(db, "devices", device_id, "device"))


@read_tool()
def get_alarm(db: Database) -> Alarm:
    """Tell whether the alarm is armed."""
    return _shown(_alarm(db), Alarm)


@read_tool()
def list_scenes(db: Database) -> list[Scene]:
    """List the scenes and what each sets."""
    return [_told_scene(db, row) for row in db.find("scenes")]


@read_tool()
def list_automations(db: Database) -> list[Automation]:
    """List what starts a scene by itself, besides the time."""
    return db.find("automations")


@read_tool()
def list_schedules(db: Database) -> list[Schedule]:
    """List which scenes start at which time."""
    return [_told_schedule(db, row) for row in db.find("schedules")]


@read_tool()
def get_energy_use(db: Database, since: str, until: str) -> list[Use]:
    """Add up what each metered device used in these days, the thirstiest first.

    Args:
        since: First day, such as '2026-01-31'.
        until: Last day; today is not metered yet.
    """
    used = {}
    for row in db.find("energy_readings", {"day": between(days_after(since, 0), days_after(until, 0))}):
        used[row["device_id"]] = used.get(row["device_id"], 0) + row["watt_hours"]
    return [
        {"device_id": name, "appliance": db.get("plugs", name)["appliance"], "kwh": used[name] / 1000}
        for name in sorted(used, key=lambda name: (-used[name], name))
    ]


@read_tool()
def list_access_codes(db: Database) -> list[AccessCode]:
    """List the codes of all keypads, revoked and expired ones too; owners only."""
    _may(db, "code")
    return db.find("access_codes")


# The agent's: devices


@write_tool()
def set_light(
    db: Database, device_id: str, on: bool | None = None, brightness: Brightness = None, kelvin: Kelvin = None
) -> Device:
    """Switch or adjust a light; what is left out stays. A brightness alone switches it on.

    Args:
        device_id: Such as 'kitchen-ceiling'.
        on: Whether it shines.
        brightness: In percent.
        kelvin: From 2200, warm, to 6500, cold.
    """
    return _set(db, device_id, "light", given(on=on, brightness=brightness, kelvin=kelvin))


@write_tool()
def set_thermostat(
    db: Database,
    device_id: str,
    target: Celsius = None,
    mode: Literal["heat", "eco", "off"] | None = None,
) -> Device:
    """Adjust the heating of a room; what is left out stays. A target alone makes it heat.

    Args:
        device_id: Such as 'hall-thermostat'.
        target: In °C, from 5 to 28.
        mode: 'eco' heats three degrees less than the target says.
    """
    tenths = None if target is None else round(target * 10)
    return _set(db, device_id, "thermostat", given(target_tenths=tenths, mode=mode))


@write_tool()
def set_lock(db: Database, device_id: str, locked: bool) -> Device:
    """Lock or unlock a door. An outer door stays locked while the alarm is armed.

    Args:
        device_id: Such as 'hall-front-door'.
        locked: Whether it shall be locked.
    """
    return _set(db, device_id, "lock", {"locked": locked})


@write_tool()
def set_camera(db: Database, device_id: str, recording: bool) -> Device:
    """Start or stop a camera. Its shutter moves by hand only.

    Args:
        device_id: Such as 'hall-hall-camera'.
        recording: Whether it shall record.
    """
    return _set(db, device_id, "camera", {"recording": recording})


@write_tool()
def set_blind(db: Database, device_id: str, position: Percent) -> Device:
    """Move a blind; below 50 only while the window behind it is closed.

    Args:
        device_id: Such as 'kitchen-blind'.
        position: 0 is down, 100 is up.
    """
    return _set(db, device_id, "blind", {"position": position})


@write_tool()
def switch_plug(db: Database, device_id: str, on: bool) -> Device:
    """Switch a plug. What is always on cannot be switched off, what is hot not be switched on.

    Args:
        device_id: Such as 'kitchen-coffee-plug'.
        on: Whether it has current.
    """
    return _set(db, device_id, "plug", {"on": on})


# The agent's: the alarm and the keypads


@write_tool()
def arm_alarm(db: Database, mode: Literal["night", "away"]) -> Alarm:
    """Arm the alarm; every window has to be closed, every outer door locked, and all of them heard.

    Args:
        mode: 'night' with people inside, 'away' without.
    """
    _may(db, "alarm")
    if _alarm(db)["state"] != "disarmed":
        raise Refusal(f"the alarm is {_alarm(db)['state']} already")
    if gaps := _gaps(db):
        raise Refusal(f"the house is not closed: {'; '.join(gaps)}")
    return _shown(db.update("alarms", 1, {"state": f"armed {mode}", "wrong_pins": 0}), Alarm)


@write_tool()
def disarm_alarm(db: Database, pin: str) -> Alarm:
    """Disarm the alarm with the PIN of who is speaking; look at the answer: a wrong PIN leaves it armed.

    After three wrong ones no PIN helps any more.

    Args:
        pin: The four digits, as the speaker says them.
    """
    _may(db, "alarm")
    alarm = _alarm(db)
    if alarm["state"] == "disarmed":
        raise Refusal("the alarm is disarmed already")
    if alarm["wrong_pins"] == MOST_WRONG_PINS:
        raise Refusal("three wrong PINs: only the alarm company can disarm it now")
    if pin == _speaker(db)["pin"]:
        return _shown(db.update("alarms", 1, {"state": "disarmed", "wrong_pins": 0}), Alarm)
    return _shown(db.update("alarms", 1, {"wrong_pins": alarm["wrong_pins"] + 1}), Alarm)


@write_tool()
def create_access_code(
    db: Database, device_id: str, code: str, given_to: str, valid_from: str, valid_until: str
) -> AccessCode:
    """Let somebody in by a code, for 90 days at most; owners only.

    Args:
        device_id: The lock of an outer door, such as 'hall-front-door'.
        code: Six digits, not all the same.
        given_to: Whom it is for.
        valid_from: First day, such as '2026-02-28'.
        valid_until: Last day.
    """
    _may(db, "code")
    if not _row(db, "locks", device_id, "lock")["outer"]:
        raise Refusal("only outer doors have a keypad")
    if not re.fullmatch(r"[0-9]{6}", code) or len(set(code)) == 1:
        raise Refusal("a code is six digits, not all the same")
    first, last = days_after(valid_from, 0), days_after(valid_until, 0)
    if not _today(db) <= first <= last <= days_after(first, CODE_DAYS):
        raise Refusal(f"a code is valid from today or later, and for {CODE_DAYS} days at most")
    if db.get("access_codes", (device_id, code)):
        raise Refusal("this code was given to somebody before; choose another")
    row = {"device_id": device_id, "code": code, "given_to": given_to}
    return db.insert("access_codes", row | {"valid_from": first, "valid_until": last, "revoked": False})


@write_tool()
def revoke_access_code(db: Database, device_id: str, code: str) -> AccessCode:
    """Make a code useless for good; owners only.

    Args:
        device_id: The lock, such as 'hall-front-door'.
        code: The code.
    """
    _may(db, "code")
    found = db.get("access_codes", (device_id, code))
    if found is None or found["revoked"]:
        raise Refusal("this lock has no such code that is not revoked")
    return db.update("access_codes", (device_id, code), {"revoked": True})


# The agent's: routines


@write_tool()
def run_scene(db: Database, scene_id: str) -> list[Device]:
    """Set all that a scene sets, or nothing of it if a step is refused.

    Args:
        scene_id: Such as 'film'.
    """
    steps = _told_scene(db, _row(db, "scenes", scene_id, "scene"))["steps"]
    wanted = {}
    for step in steps:
        wanted.setdefault(step["device_id"], {})[step["setting"]] = _value(step)
    return [_set(db, name, db.get("devices", name)["kind"], changes) for name, changes in wanted.items()]


@write_tool()
def save_scene(db: Database, name: str, steps: Annotated[list[Step], {"minItems": 1}]) -> Scene:
    """Make a new scene; nothing is set by that.

    Args:
        name: Such as 'Sunday breakfast'; no scene has it yet.
        steps: What it sets; each setting of a device once.
    """
    _may(db, "routine")
    scene_id = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if not scene_id or db.get("scenes", scene_id) or db.count("scenes", {"name": name}):
        raise Refusal("a scene needs a name of its own, with letters or digits")
    scene = db.insert("scenes", {"scene_id": scene_id, "name": name})
    for step in steps:
        kind = _row(db, "devices", step["device_id"], "device")["kind"]
        if step["setting"] not in SETTINGS[kind]:
            raise Refusal(f"a {kind} has no setting {step['setting']!r}; it has {', '.join(SETTINGS[kind])}")
        if step["setting"] in SWITCHES and step["value"] not in (0, 1):
            raise Refusal(f"{step['setting']!r} is 0 or 1")
        db.insert("scene_steps", {"scene_id": scene_id} | step)
    return _told_scene(db, scene)


@write_tool()
def delete_scene(db: Database, scene_id: str) -> str:
    """Delete a scene that no schedule and no automation starts.

    Args:
        scene_id: Such as 'film'.
    """
    _may(db, "routine")
    _row(db, "scenes", scene_id, "scene")
    for table in ("schedules", "automations"):
        if db.count(table, {"scene_id": scene_id}):
            raise Refusal(f"one of the {table} starts this scene")
    for step in db.find("scene_steps", {"scene_id": scene_id}):
        db.delete("scene_steps", (scene_id, step["device_id"], step["setting"]))
    db.delete("scenes", scene_id)
    return f"scene {scene_id} deleted"


@write_tool()
def create_schedule(db: Database, scene_id: str, time: Time, days: Days) -> Schedule:
    """Start a scene at a time of some days, every week.

    Args:
        scene_id: Such as 'film'.
        time: Such as '06:45'.
        days: Of the week.
    """
    _may(db, "routine")
    _row(db, "scenes", scene_id, "scene")
    row = {
        "schedule_id": db.new_id("schedules", "N{:d}"),
        "scene_id": scene_id,
        "time": time,
        "enabled": True,
    }
    schedule = db.insert("schedules", row)
    _set_days(db, row["schedule_id"], days)
    return _told_schedule(db, schedule)


@write_tool()
def change_schedule(
    db: Database,
    schedule_id: str,
    time: Annotated[str | None, {"pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}] = None,
    days: Annotated[list[Day] | None, {"minItems": 1}] = None,
    enabled: bool | None = None,
) -> Schedule:
    """Change a schedule, or rest it; what is left out stays.

    Args:
        schedule_id: Such as 'T1'.
        time: Such as '06:45'.
        days: All days that it shall have.
        enabled: Whether it starts its scene.
    """
    _may(db, "routine")
    _row(db, "schedules", schedule_id, "schedule")
    if days is not None:
        _set_days(db, schedule_id, days)
    return _told_schedule(db, db.update("schedules", schedule_id, given(time=time, enabled=enabled)))


@write_tool()
def enable_automation(db: Database, automation_id: str, enabled: bool) -> Automation:
    """Wake an automation, or rest it.

    Args:
        automation_id: Such as 'A1'.
        enabled: Whether it starts its scene.
    """
    _may(db, "routine")
    _row(db, "automations", automation_id, "automation")
    return db.update("automations", automation_id, {"enabled": enabled})


# The user's: by hand, where one stands


@read_tool(held_by="user")
def look_around(db: Database, room_id: str) -> list[str]:
    """Look at what shines, stands open or runs in a room."""
    _row(db, "rooms", room_id, "room")
    seen = []
    for device in db.find("devices", {"room_id": room_id}):
        state = _state(db, device)
        if state.get("on") or state.get("triggered"):
            doing = {"light": "shines", "plug": "is on"}.get(device["kind"], "is open")
            seen.append(f"{device['name']} {'gives alarm' if state.get('senses') == 'smoke' else doing}")
    return seen


@read_tool(held_by="user")
def read_display(db: Database, device_id: str) -> str:
    """Read what a device shows: its state if it is well, else what is wrong."""
    device = _row(db, "devices", device_id, "device")
    if device["battery"] == 0:
        return "(dark)"
    return "OK" if device["online"] else "NO NETWORK - PRESS RESET"


@write_tool(held_by="user")
def press_wall_switch(db: Database, room_id: str) -> str:
    """Press the switch at the door of a room: the ceiling light goes on, or off."""
    lights = [row for row in _of_kind(db, "light", room_id) if _state(db, row)["wall_switch"]]
    if not lights:
        raise Refusal(f"there is no room {room_id!r} with a switch")
    light = db.get("lights", lights[0]["device_id"])
    db.update("lights", light["device_id"], {"on": not light["on"]})
    return f"the light goes {'off' if light['on'] else 'on'}"


@write_tool(held_by="user")
def insert_battery(db: Database, device_id: str) -> str:
    """Put a new battery into a device."""
    if _row(db, "devices", device_id, "device")["battery"] is None:
        raise Refusal("it has no battery")
    db.update("devices", device_id, {"battery": 100})
    return read_display(db, device_id)


@write_tool(held_by="user")
def press_reset_button(db: Database, device_id: str) -> str:
    """Hold the small button of a device until it looks for the network again."""
    if _row(db, "devices", device_id, "device")["battery"] == 0:
        raise Refusal("nothing happens: it has no power")
    db.update("devices", device_id, {"online": True})
    return read_display(db, device_id)


@write_tool(held_by="user")
def move_window(db: Database, room_id: str, opened: bool) -> str:
    """Open or close the window of a room."""
    for device in _of_kind(db, "sensor", room_id):
        if _state(db, device)["senses"] == "window":
            db.update("sensors", device["device_id"], {"triggered": opened})
            return f"the window is {'open' if opened else 'closed'}"
    raise Refusal(f"there is no room {room_id!r} with a window that opens")


@write_tool(held_by="user")
def turn_key(db: Database, device_id: str, locked: bool) -> str:
    """Lock or unlock a door by its key or knob; an armed alarm is better not provoked."""
    lock = _row(db, "locks", device_id, "door")
    if lock["outer"] and not locked and _alarm(db)["state"] != "disarmed" and not _smoke(db):
        raise Refusal("that would set off the alarm")
    db.update("locks", device_id, {"locked": locked})
    return f"the door is {'locked' if locked else 'unlocked'}"


@write_tool(held_by="user")
def press_plug_button(db: Database, device_id: str) -> str:
    """Press the button on a plug: it goes on, or off, whatever hangs on it."""
    plug = _row(db, "plugs", device_id, "plug")
    db.update("plugs", device_id, {"on": not plug["on"]})
    return f"the {plug['appliance']} goes {'off' if plug['on'] else 'on'}"


@write_tool(held_by="user")
def slide_camera_shutter(db: Database, device_id: str, covered: bool) -> str:
    """Slide the shutter of a camera."""
    _row(db, "cameras", device_id, "camera")
    db.update("cameras", device_id, {"covered": covered})
    return f"the camera sees {'nothing' if covered else 'the room'}"


# The world's: what happened before, and what has to be true at the end


@write_tool(held_by="world")
def speak_as(db: Database, member_id: str) -> str:
    """Somebody of the house speaks to the assistant."""
    _row(db, "members", member_id, "member")
    return db.update("conversations", 1, {"member_id": member_id})["member_id"]


@write_tool(held_by="world")
def drain_battery(db: Database, device_id: str) -> str:
    """A battery runs empty."""
    if _row(db, "devices", device_id, "device")["battery"] is None:
        raise Refusal("it has no battery")
    return db.update("devices", device_id, {"battery": 0})["device_id"]


@write_tool(held_by="world")
def lose_connection(db: Database, device_id: str) -> str:
    """A device loses the network."""
    _row(db, "devices", device_id, "device")
    return db.update("devices", device_id, {"online": False})["device_id"]


@write_tool(held_by="world")
def set_alarm_state(db: Database, state: Literal["disarmed", "armed night", "armed away"]) -> str:
    """The alarm was armed or disarmed at its panel."""
    return db.update("alarms", 1, {"state": state})["state"]


@write_tool(held_by="world")
def detect_smoke(db: Database, room_id: str) -> str:
    """It smokes in a room."""
    for device in _of_kind(db, "sensor", room_id):
        if _state(db, device)["senses"] == "smoke":
            return db.update("sensors", device["device_id"], {"triggered": True})["device_id"]
    raise Refusal(f"there is no room {room_id!r} with a smoke detector")


@read_tool(held_by="world")
def device_answers(db: Database, device_id: str) -> bool:
    """Whether a device can be reached by radio."""
    return not _silence(_row(db, "devices", device_id, "device"))


@read_tool(held_by="world")
def house_is_closed(db: Database) -> bool:
    """Whether every window is closed and every outer door locked."""
    return not _gaps(db)


# Looking up


def _today(db):
    return db.now()[:10]


def _row(db, table, key, what):
    row = db.get(table, key)
    if row is None:
        raise Refusal(f"{what} {key!r} not found")
    return row


def _speaker(db):
    return db.get("members", db.get("conversations", 1)["member_id"])


def _may(db, subject):
    member = _speaker(db)
    if db.get("rights", (member["role"], subject)) is None:
        raise Refusal(f"{member['name']} is {member['role']} and has no right to this: {subject}")


def _alarm(db):
    return db.get("alarms", 1)


def _of_kind(db, kind, room_id):
    return db.find("devices", {"kind": kind, "room_id": room_id})


def _state(db, device):
    """The row of a device in the table of its kind."""
    return db.get(f"{device['kind']}s", device["device_id"])


def _silence(device):
    """Why a device does not answer, or nothing."""
    if device["battery"] == 0:
        return "its battery is empty"
    return "" if device["online"] else "it lost the network"


def _smoke(db):
    return db.count("sensors", {"senses": "smoke", "triggered": True}) > 0


def _gaps(db):
    """What keeps the house from being closed."""
    gaps = []
    for device in db.find("devices", {"kind": "sensor"}) + db.find("devices", {"kind": "lock"}):
        state, name = _state(db, device), device["device_id"]
        if state.get("senses") == "smoke" or state.get("outer") is False:
            continue
        if silence := _silence(device):
            gaps.append(f"{name} does not answer ({silence})")
        elif state.get("triggered"):
            gaps.append(f"{name} is open")
        elif state.get("locked") is False:
            gaps.append(f"{name} is unlocked")
    return gaps


# Setting


def _value(step):
    return bool(step["value"]) if step["setting"] in SWITCHES else step["value"]


def _set(db, device_id, kind, changes):
    """Change a device by radio, if the speaker may, it answers, and its rules allow it."""
    device = _row(db, "devices", device_id, "device")
    if device["kind"] != kind:
        raise Refusal(f"{device_id} is a {device['kind']}, not a {kind}")
    _may(db, kind)
    if silence := _silence(device):
        raise Refusal(f"{device_id} does not answer: {silence}; somebody has to go there")
    state = db.get(f"{kind}s", device_id)
    RULES[kind](db, device, state, changes)
    db.update(f"{kind}s", device_id, IMPLIED.get(kind, dict)(changes))
    return _told_device(db, device)


def _lock_rule(db, device, state, changes):
    armed = _alarm(db)["state"]
    if state["outer"] and not changes["locked"] and armed != "disarmed" and not _smoke(db):
        raise Refusal(f"{device['device_id']} stays locked while the alarm is {armed}: disarm it before")


def _plug_rule(db, device, state, changes):
    if state["care"] == "always on" and not changes["on"]:
        raise Refusal(f"the {state['appliance']} is always on; only the button on the plug switches it off")
    if state["care"] == "never unattended" and changes["on"]:
        raise Refusal(f"the {state['appliance']} gets hot; only the button on the plug switches it on")


def _blind_rule(db, device, state, changes):
    for sensor in _of_kind(db, "sensor", device["room_id"]):
        if changes["position"] < 50 and _state(db, sensor).get("triggered"):
            raise Refusal(f"{sensor['device_id']} is open: the blind would hit it")


def _camera_rule(db, device, state, changes):
    if changes["recording"] and state["covered"]:
        raise Refusal("its shutter is closed: somebody has to slide it open by hand")


def _thermostat_rule(db, device, state, changes):
    if not COLDEST <= changes.get("target_tenths", COLDEST) <= HOTTEST:
        raise Refusal(f"a room can be heated to {COLDEST // 10} to {HOTTEST // 10} °C")


def _no_rule(db, device, state, changes):
    """Nothing can go wrong with it."""


RULES = {
    "light": _no_rule,
    "thermostat": _thermostat_rule,
    "lock": _lock_rule,
    "camera": _camera_rule,
    "blind": _blind_rule,
    "plug": _plug_rule,
}
IMPLIED = {  # who asks for a brightness wants light, who asks for a temperature wants heat
    "light": lambda changes: {"on": True} | changes if "brightness" in changes else changes,
    "thermostat": lambda changes: {"mode": "heat"} | changes if "target_tenths" in changes else changes,
}


def _set_days(db, schedule_id, days):
    for row in db.find("schedule_days", {"schedule_id": schedule_id}):
        db.delete("schedule_days", (schedule_id, row["day"]))
    for day in dict.fromkeys(days):
        db.insert("schedule_days", {"schedule_id": schedule_id, "day": day})


# Telling


def _shown(row, shape):
    """The columns of a row that an answer has."""
    return {name: row[name] for name in shape.__annotations__}


def _told_device(db, device):
    state = {}
    for name, value in _state(db, device).items():
        if name.endswith("_tenths"):
            state[name.removesuffix("_tenths")] = value / 10
        elif name not in ("device_id", "wall_switch"):
            state[name] = value
    return _shown(device | {"state": state}, Device)


def _told_scene(db, scene):
    steps = db.find("scene_steps", {"scene_id": scene["scene_id"]})
    return scene | {"steps": [_shown(step, Step) for step in steps]}


def _told_schedule(db, schedule):
    days = {row["day"] for row in db.find("schedule_days", {"schedule_id": schedule["schedule_id"]})}
    return schedule | {"days": [day for day in Day.__args__ if day in days]}
