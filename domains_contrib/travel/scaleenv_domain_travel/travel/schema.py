"""Tables of the travel agency. Money is in whole euros, time in minutes of the day."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
)

metadata = MetaData()


def one_of(column: str, values: str) -> CheckConstraint:
    """The column holds one of these words."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values.split())})")


# What can be booked

cities = Table(
    "cities",
    metadata,
    Column("city_id", String, CheckConstraint("length(city_id) = 3"), primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("country", String, nullable=False),
)

flights = Table(
    "flights",
    metadata,
    Column("flight_number", String, primary_key=True),
    Column("origin", ForeignKey("cities.city_id"), nullable=False),
    Column("destination", ForeignKey("cities.city_id"), nullable=False),
    Column("departs", Integer, CheckConstraint("departs BETWEEN 0 AND 1439"), nullable=False),
    Column("minutes", Integer, CheckConstraint("minutes > 0"), nullable=False),
    CheckConstraint("origin <> destination"),
    CheckConstraint("departs + minutes < 1440"),  # each arrives on the day it leaves
    Index("flights_by_cities", "origin", "destination"),
)

flight_days = Table(
    "flight_days",
    metadata,
    Column("flight_number", ForeignKey("flights.flight_number"), primary_key=True),
    Column("date", String, primary_key=True),
    Column("status", String, one_of("status", "planned cancelled"), nullable=False),
    Column("seats", Integer, CheckConstraint("seats >= 0"), nullable=False),
    Column("fare", Integer, CheckConstraint("fare > 0"), nullable=False),
)

hotels = Table(
    "hotels",
    metadata,
    Column("hotel_id", String, primary_key=True),
    Column("city_id", ForeignKey("cities.city_id"), nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("stars", Integer, CheckConstraint("stars BETWEEN 1 AND 5"), nullable=False),
    Column("breakfast", Boolean, nullable=False),
    Column("pool", Boolean, nullable=False),
)

room_types = Table(
    "room_types",
    metadata,
    Column("hotel_id", ForeignKey("hotels.hotel_id"), primary_key=True),
    Column("room", String, one_of("room", "single double family"), primary_key=True),
    Column("sleeps", Integer, CheckConstraint("sleeps BETWEEN 1 AND 5"), nullable=False),
)

room_nights = Table(
    "room_nights",
    metadata,
    Column("hotel_id", String, primary_key=True),
    Column("room", String, primary_key=True),
    Column("date", String, primary_key=True),  # of the evening
    Column("free", Integer, CheckConstraint("free >= 0"), nullable=False),
    Column("rate", Integer, CheckConstraint("rate > 0"), nullable=False),
    ForeignKeyConstraint(["hotel_id", "room"], ["room_types.hotel_id", "room_types.room"]),
)

outings = Table(
    "outings",
    metadata,
    Column("outing_id", String, primary_key=True),
    Column("city_id", ForeignKey("cities.city_id"), nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("outdoors", Boolean, nullable=False),
    Column("price", Integer, CheckConstraint("price >= 0"), nullable=False),
    Column("least_age", Integer, CheckConstraint("least_age >= 0"), nullable=False),
)

forecasts = Table(
    "forecasts",
    metadata,
    Column("city_id", ForeignKey("cities.city_id"), primary_key=True),
    Column("date", String, primary_key=True),
    Column("sky", String, one_of("sky", "sun clouds rain storm snow"), nullable=False),
    Column("low", Integer, nullable=False),  # degrees Celsius
    Column("high", Integer, nullable=False),
    Column("rain_percent", Integer, CheckConstraint("rain_percent BETWEEN 0 AND 100"), nullable=False),
    CheckConstraint("low <= high"),
)

cancellation_fees = Table(  # the row with the most days that are still left decides
    "cancellation_fees",
    metadata,
    Column("kind", String, one_of("kind", "flight stay outing"), primary_key=True),
    Column("days_left", Integer, CheckConstraint("days_left >= 0"), primary_key=True),
    Column("percent", Integer, CheckConstraint("percent BETWEEN 0 AND 100"), nullable=False),
)

# Who travels, and where to

travellers = Table(
    "travellers",
    metadata,
    Column("traveller_id", String, primary_key=True),
    Column("first_name", String, nullable=False),
    Column("last_name", String, nullable=False),
    Column("email", String, CheckConstraint("email = lower(email)"), unique=True),  # children have none
    Column("born", String, nullable=False),
    Column("tier", String, one_of("tier", "blue silver gold"), nullable=False),
    Column("points", Integer, CheckConstraint("points >= 0"), nullable=False),
)

trips = Table(
    "trips",
    metadata,
    Column("trip_id", String, primary_key=True),
    Column("owner_id", ForeignKey("travellers.traveller_id"), nullable=False, index=True),
    Column("title", String, nullable=False),
    Column("starts", String, nullable=False),
    Column("ends", String, nullable=False),
    Column("home", ForeignKey("cities.city_id"), nullable=False),
    Column("budget", Integer, CheckConstraint("budget >= 0"), nullable=False),
    Column("status", String, one_of("status", "planned confirmed cancelled"), nullable=False),
    CheckConstraint("starts < ends"),
)

trip_travellers = Table(
    "trip_travellers",
    metadata,
    Column("trip_id", ForeignKey("trips.trip_id"), primary_key=True),
    Column("traveller_id", ForeignKey("travellers.traveller_id"), primary_key=True, index=True),
)

bookings = Table(  # what all kinds share; each has a row in the table of its kind
    "bookings",
    metadata,
    Column("booking_id", String, primary_key=True),
    Column("trip_id", ForeignKey("trips.trip_id"), nullable=False, index=True),
    Column("kind", String, one_of("kind", "flight stay outing"), nullable=False),
    Column("status", String, one_of("status", "booked cancelled"), nullable=False),
    Column("price", Integer, CheckConstraint("price >= 0"), nullable=False),  # points used included
    Column("points_used", Integer, CheckConstraint("points_used >= 0"), nullable=False),
    Column("fee", Integer, CheckConstraint("fee >= 0"), nullable=False),  # of changes and the cancellation
)

flight_bookings = Table(
    "flight_bookings",
    metadata,
    Column("booking_id", ForeignKey("bookings.booking_id"), primary_key=True),
    Column("flight_number", String, nullable=False),
    Column("date", String, nullable=False),
    Column("seats", Integer, CheckConstraint("seats > 0"), nullable=False),
    ForeignKeyConstraint(["flight_number", "date"], ["flight_days.flight_number", "flight_days.date"]),
)

stay_bookings = Table(
    "stay_bookings",
    metadata,
    Column("booking_id", ForeignKey("bookings.booking_id"), primary_key=True),
    Column("hotel_id", String, nullable=False),
    Column("room", String, nullable=False),
    Column("rooms", Integer, CheckConstraint("rooms > 0"), nullable=False),
    Column("check_in", String, nullable=False),
    Column("check_out", String, nullable=False),
    ForeignKeyConstraint(["hotel_id", "room"], ["room_types.hotel_id", "room_types.room"]),
    CheckConstraint("check_in < check_out"),
)

outing_bookings = Table(
    "outing_bookings",
    metadata,
    Column("booking_id", ForeignKey("bookings.booking_id"), primary_key=True),
    Column("outing_id", ForeignKey("outings.outing_id"), nullable=False),
    Column("date", String, nullable=False),
    Column("places", Integer, CheckConstraint("places > 0"), nullable=False),
)

point_entries = Table(
    "point_entries",
    metadata,
    Column("traveller_id", ForeignKey("travellers.traveller_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("points", Integer, nullable=False),  # below zero: spent
    Column("about", String, nullable=False),
)
