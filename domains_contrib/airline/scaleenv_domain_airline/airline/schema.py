"""Tables of the airline. Money is in whole dollars; times of day are EST."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

metadata = MetaData()


def cabin(**options: bool) -> Column:
    """A cabin class. Basic economy is a class of its own."""
    known = CheckConstraint("cabin IN ('basic_economy', 'economy', 'business')")
    return Column("cabin", String, known, nullable=False, **options)


def person() -> list[Column]:
    """Who somebody is: names, and the date of birth."""
    return [Column(part, String, nullable=False) for part in ("first_name", "last_name", "dob")]


def operation() -> ForeignKeyConstraint:
    """A reference to one flight on one date."""
    return ForeignKeyConstraint(["flight_number", "date"], ["operations.flight_number", "operations.date"])


airports = Table(
    "airports",
    metadata,
    Column("iata", String, CheckConstraint("length(iata) = 3"), primary_key=True),
    Column("city", String, nullable=False),
)

flights = Table(
    "flights",
    metadata,
    Column("flight_number", String, primary_key=True),
    Column("origin", ForeignKey("airports.iata"), nullable=False),
    Column("destination", ForeignKey("airports.iata"), nullable=False),
    Column("departure_time", String, nullable=False),
    Column("arrival_time", String, nullable=False),
    Column("arrives_next_day", Boolean, nullable=False),
)

operations = Table(  # a flight on one date
    "operations",
    metadata,
    Column("flight_number", ForeignKey("flights.flight_number"), primary_key=True),
    Column("date", String, primary_key=True),
    Column(
        "status",
        String,
        CheckConstraint("status IN ('available', 'on time', 'delayed', 'flying', 'landed', 'cancelled')"),
        nullable=False,
    ),
    Column("departs_at", String),  # where it was, or is, another time than scheduled
    Column("arrives_at", String),
)

seats = Table(
    "seats",
    metadata,
    Column("flight_number", String, primary_key=True),
    Column("date", String, primary_key=True),
    cabin(primary_key=True),
    Column("available", Integer, CheckConstraint("available >= 0"), nullable=False),
    Column("price", Integer, CheckConstraint("price > 0"), nullable=False),
    operation(),
)

users = Table(
    "users",
    metadata,
    Column("user_id", String, primary_key=True),
    *person(),
    Column("email", String, nullable=False, unique=True),
    Column(
        "membership", String, CheckConstraint("membership IN ('regular', 'silver', 'gold')"), nullable=False
    ),
    *[
        Column(part, String, nullable=False)
        for part in ("address1", "address2", "city", "state", "country", "zip")
    ],
)

saved_passengers = Table(
    "saved_passengers",
    metadata,
    Column("user_id", ForeignKey("users.user_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    *person(),
)

payment_methods = Table(
    "payment_methods",
    metadata,
    Column("payment_id", String, primary_key=True),
    Column("user_id", ForeignKey("users.user_id"), nullable=False),
    Column(
        "source",
        String,
        CheckConstraint("source IN ('credit_card', 'gift_card', 'certificate')"),
        nullable=False,
    ),
    Column("brand", String),
    Column("last_four", String),
    Column("balance", Integer, CheckConstraint("balance >= 0")),
    Column("used_up", Boolean, nullable=False),  # a certificate pays once
    CheckConstraint("(source = 'credit_card') = (brand IS NOT NULL AND last_four IS NOT NULL)"),
    CheckConstraint("(source = 'credit_card') = (balance IS NULL)"),
)

reservations = Table(
    "reservations",
    metadata,
    Column("reservation_id", String, primary_key=True),
    Column("user_id", ForeignKey("users.user_id"), nullable=False),
    Column("number", Integer, nullable=False),  # which reservation of this user it is, from 1
    Column("origin", ForeignKey("airports.iata"), nullable=False),
    Column("destination", ForeignKey("airports.iata"), nullable=False),
    Column(
        "flight_type", String, CheckConstraint("flight_type IN ('one_way', 'round_trip')"), nullable=False
    ),
    cabin(),
    Column("created_at", String, nullable=False),
    Column("total_baggages", Integer, CheckConstraint("total_baggages >= 0"), nullable=False),
    Column("nonfree_baggages", Integer, CheckConstraint("nonfree_baggages >= 0"), nullable=False),
    Column("insured", Boolean, nullable=False),
    Column("cancelled", Boolean, nullable=False),
    UniqueConstraint("user_id", "number"),
)

passengers = Table(
    "passengers",
    metadata,
    Column("reservation_id", ForeignKey("reservations.reservation_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    *person(),
)

segments = Table(
    "segments",
    metadata,
    Column("reservation_id", ForeignKey("reservations.reservation_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("flight_number", String, nullable=False),
    Column("date", String, nullable=False),
    Column("price", Integer, nullable=False),  # of one seat, when it was booked
    operation(),
)

payments = Table(
    "payments",
    metadata,
    Column("reservation_id", ForeignKey("reservations.reservation_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("payment_id", ForeignKey("payment_methods.payment_id"), nullable=False),
    Column("amount", Integer, nullable=False),  # below zero: a refund
)
