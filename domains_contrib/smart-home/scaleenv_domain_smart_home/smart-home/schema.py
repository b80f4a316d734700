"""Tables of one house. A device has its row in ``devices``, and its state in the table of its kind.

Temperatures are in tenths of a degree Celsius, energy in watt hours.
"""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, String, Table

metadata = MetaData()

ROLES = ("owner", "adult", "child", "guest")
SUBJECTS = ("light", "thermostat", "lock", "camera", "blind", "plug", "alarm", "routine", "code")
KINDS = ("light", "thermostat", "lock", "camera", "blind", "plug", "sensor")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def choice(column: str, values: tuple[str, ...], **options: bool) -> Column:
    """A column that holds one of these texts."""
    allowed = CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values)})")
    return Column(column, String, allowed, nullable=False, **options)


def between(column: str, low: int, high: int) -> Column:
    """A whole number, both ends included."""
    return Column(column, Integer, CheckConstraint(f"{column} BETWEEN {low} AND {high}"), nullable=False)


def flag(column: str) -> Column:
    """True or false."""
    return Column(column, Boolean, nullable=False)


def device() -> Column:
    """The device that a row belongs to."""
    return Column("device_id", ForeignKey("devices.device_id"), primary_key=True)


members = Table(
    "members",
    metadata,
    Column("member_id", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    choice("role", ROLES),
    Column("pin", String, unique=True),  # for the alarm; who has none cannot disarm it
    CheckConstraint("role IN ('owner', 'adult') OR pin IS NULL"),
)

conversations = Table(  # the one that is going on
    "conversations",
    metadata,
    Column("conversation_id", Integer, CheckConstraint("conversation_id = 1"), primary_key=True),
    Column("member_id", ForeignKey("members.member_id"), nullable=False),  # whose voice was recognised
)

rights = Table(
    "rights",
    metadata,
    choice("role", ROLES, primary_key=True),
    choice("subject", SUBJECTS, primary_key=True),
)

rooms = Table(
    "rooms",
    metadata,
    Column("room_id", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    between("floor", -1, 3),
    Column("belongs_to", ForeignKey("members.member_id")),
)

devices = Table(
    "devices",
    metadata,
    Column("device_id", String, primary_key=True),
    Column("room_id", ForeignKey("rooms.room_id"), nullable=False),
    Column("name", String, nullable=False),
    choice("kind", KINDS),
    flag("online"),
    Column("battery", Integer, CheckConstraint("battery BETWEEN 0 AND 100")),  # percent; mains if NULL
    Index("devices_by_kind", "kind", "room_id"),
)

lights = Table(
    "lights",
    metadata,
    device(),
    flag("on"),
    between("brightness", 1, 100),
    between("kelvin", 2200, 6500),
    flag("wall_switch"),  # whether the switch at the room's door works it
)

thermostats = Table(
    "thermostats",
    metadata,
    device(),
    choice("mode", ("heat", "eco", "off")),
    between("target_tenths", 50, 280),
    between("measured_tenths", -300, 600),
)

locks = Table("locks", metadata, device(), flag("locked"), flag("outer"))

cameras = Table("cameras", metadata, device(), flag("recording"), flag("covered"))

blinds = Table("blinds", metadata, device(), between("position", 0, 100))  # 0 is down, 100 is up

plugs = Table(
    "plugs",
    metadata,
    device(),
    flag("on"),
    Column("appliance", String, nullable=False),
    choice("care", ("none", "always on", "never unattended")),
)

sensors = Table("sensors", metadata, device(), choice("senses", ("window", "smoke")), flag("triggered"))

alarms = Table(
    "alarms",
    metadata,
    Column("alarm_id", Integer, CheckConstraint("alarm_id = 1"), primary_key=True),
    choice("state", ("disarmed", "armed night", "armed away")),
    between("wrong_pins", 0, 3),
)

scenes = Table(
    "scenes",
    metadata,
    Column("scene_id", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
)

scene_steps = Table(
    "scene_steps",
    metadata,
    Column("scene_id", ForeignKey("scenes.scene_id"), primary_key=True),
    Column("device_id", ForeignKey("devices.device_id"), primary_key=True),
    choice(
        "setting",
        ("on", "brightness", "kelvin", "target_tenths", "locked", "recording", "position"),
        primary_key=True,
    ),
    Column("value", Integer, nullable=False),
)

automations = Table(
    "automations",
    metadata,
    Column("automation_id", String, primary_key=True),
    choice("trigger", ("sunset", "sunrise", "everyone leaves", "someone arrives", "smoke")),
    Column("scene_id", ForeignKey("scenes.scene_id"), nullable=False),
    flag("enabled"),
)

schedules = Table(
    "schedules",
    metadata,
    Column("schedule_id", String, primary_key=True),
    Column("scene_id", ForeignKey("scenes.scene_id"), nullable=False),
    Column("time", String, CheckConstraint("time BETWEEN '00:00' AND '23:59'"), nullable=False),
    flag("enabled"),
)

schedule_days = Table(
    "schedule_days",
    metadata,
    Column("schedule_id", ForeignKey("schedules.schedule_id"), primary_key=True),
    choice("day", DAYS, primary_key=True),
)

access_codes = Table(
    "access_codes",
    metadata,
    Column("device_id", ForeignKey("locks.device_id"), primary_key=True),
    Column("code", String, CheckConstraint("length(code) = 6"), primary_key=True),
    Column("given_to", String, nullable=False),
    Column("valid_from", String, nullable=False),
    Column("valid_until", String, nullable=False),
    flag("revoked"),
    CheckConstraint("valid_from <= valid_until"),
)

energy_readings = Table(
    "energy_readings",
    metadata,
    device(),
    Column("day", String, primary_key=True),
    Column("watt_hours", Integer, CheckConstraint("watt_hours >= 0"), nullable=False),
    Index("energy_by_day", "day"),
)
