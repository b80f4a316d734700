"""Tables of the carrier. Money is in cents, weight in grams, length in centimetres."""

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


def one_of(column: str, values: str) -> CheckConstraint:
    """The column holds one of these words."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values.split())})")


# The network

depots = Table(
    "depots",
    metadata,
    Column("depot_id", String, primary_key=True),
    Column("city", String, nullable=False),
    Column("hub_id", ForeignKey("depots.depot_id")),  # the next depot on the way to the middle
    Column("hours_to_hub", Integer, CheckConstraint("hours_to_hub > 0")),
    CheckConstraint("(hub_id IS NULL) = (hours_to_hub IS NULL)"),
)

countries = Table(
    "countries",
    metadata,
    Column("country", String, CheckConstraint("length(country) = 2"), primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("zone", Integer, CheckConstraint("zone BETWEEN 1 AND 4"), nullable=False),
)

customs_rules = Table(  # the documents that a parcel into this country needs
    "customs_rules",
    metadata,
    Column("country", ForeignKey("countries.country"), primary_key=True),
    Column("kind", String, one_of("kind", "commercial_invoice cn23 certificate_of_origin"), primary_key=True),
)

areas = Table(  # the longest prefix of a postal code decides; the empty one takes the rest
    "areas",
    metadata,
    Column("country", ForeignKey("countries.country"), primary_key=True),
    Column("prefix", String, primary_key=True),
    Column("depot_id", ForeignKey("depots.depot_id"), nullable=False),
    Column("remote", Boolean, nullable=False),
)

pickup_points = Table(
    "pickup_points",
    metadata,
    Column("point_id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("street", String, nullable=False),
    Column("postal_code", String, nullable=False),
    Column("city", String, nullable=False),
    Column("country", ForeignKey("countries.country"), nullable=False, index=True),
    Column("max_grams", Integer, CheckConstraint("max_grams > 0"), nullable=False),
    Column("free_lockers", Integer, CheckConstraint("free_lockers >= 0"), nullable=False),
)

# Prices

rates = Table(  # of one parcel up to this weight
    "rates",
    metadata,
    Column("zone", Integer, primary_key=True),
    Column("service", String, one_of("service", "standard express"), primary_key=True),
    Column("up_to_grams", Integer, CheckConstraint("up_to_grams > 0"), primary_key=True),
    Column("price_cents", Integer, CheckConstraint("price_cents > 0"), nullable=False),
)

fees = Table(
    "fees",
    metadata,
    Column("code", String, primary_key=True),
    Column("about", String, nullable=False),
    Column("price_cents", Integer, CheckConstraint("price_cents >= 0"), nullable=False),
)

# Who sends, and what

shippers = Table(
    "shippers",
    metadata,
    Column("shipper_id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("email", String, CheckConstraint("email = lower(email)"), nullable=False, unique=True),
    Column("status", String, one_of("status", "active suspended"), nullable=False),
    Column("balance_cents", Integer, CheckConstraint("balance_cents >= 0"), nullable=False),
)

addresses = Table(
    "addresses",
    metadata,
    Column("address_id", String, primary_key=True),
    Column(
        "shipper_id", ForeignKey("shippers.shipper_id"), nullable=False, index=True
    ),  # whose book it is in
    Column("name", String, nullable=False),
    Column("street", String, nullable=False),
    Column("postal_code", String, nullable=False),
    Column("city", String, nullable=False),
    Column("country", ForeignKey("countries.country"), nullable=False),
)

waybills = Table(
    "waybills",
    metadata,
    Column("tracking_number", String, CheckConstraint("length(tracking_number) = 13"), primary_key=True),
    Column("shipper_id", ForeignKey("shippers.shipper_id"), nullable=False, index=True),
    Column("from_address_id", ForeignKey("addresses.address_id"), nullable=False),
    Column("to_address_id", ForeignKey("addresses.address_id"), nullable=False),
    Column("service", String, one_of("service", "standard express"), nullable=False),
    Column("contents", String, nullable=False),
    Column("declared_value_cents", Integer, CheckConstraint("declared_value_cents >= 0"), nullable=False),
    Column("insured", Boolean, nullable=False),
    Column("signature", Boolean, nullable=False),
    Column(
        "status",
        String,
        one_of(
            "status",
            "created picked_up in_transit in_customs out_for_delivery at_pickup_point "
            "delivered returning returned lost cancelled",
        ),
        nullable=False,
    ),
    Column("created_on", String, nullable=False),
    Column("promised_on", String, nullable=False),
    CheckConstraint("from_address_id <> to_address_id"),
    CheckConstraint("created_on <= promised_on"),
)

parcels = Table(
    "parcels",
    metadata,
    Column("tracking_number", ForeignKey("waybills.tracking_number"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("grams", Integer, CheckConstraint("grams BETWEEN 1 AND 30000"), nullable=False),
    Column("longest_side", Integer, CheckConstraint("longest_side BETWEEN 1 AND 200"), nullable=False),
)

charges = Table(  # what was taken from the balance; a refund is below zero
    "charges",
    metadata,
    Column("tracking_number", ForeignKey("waybills.tracking_number"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("code", ForeignKey("fees.code"), nullable=False),
    Column("amount_cents", Integer, nullable=False),
)

# On the way

route_stops = Table(
    "route_stops",
    metadata,
    Column("tracking_number", ForeignKey("waybills.tracking_number"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("depot_id", ForeignKey("depots.depot_id"), nullable=False),
    Column("planned_on", String, nullable=False),
    UniqueConstraint("tracking_number", "depot_id"),
)

scans = Table(
    "scans",
    metadata,
    Column("tracking_number", ForeignKey("waybills.tracking_number"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column(
        "event",
        String,
        one_of(
            "event",
            "picked_up arrived departed stopped_by_customs cleared out_for_delivery "
            "not_delivered left_at_point delivered returned lost",
        ),
        nullable=False,
    ),
    Column("depot_id", ForeignKey("depots.depot_id"), nullable=False),
    Column("scanned_at", String, nullable=False),
)

delivery_attempts = Table(  # those that failed
    "delivery_attempts",
    metadata,
    Column("tracking_number", String, primary_key=True),
    Column("scan", Integer, primary_key=True),
    Column("reason", String, one_of("reason", "nobody_home address_not_found refused"), nullable=False),
    ForeignKeyConstraint(["tracking_number", "scan"], ["scans.tracking_number", "scans.number"]),
)

proofs_of_delivery = Table(
    "proofs_of_delivery",
    metadata,
    Column("tracking_number", ForeignKey("waybills.tracking_number"), primary_key=True),
    Column("delivered_on", String, nullable=False),
    Column("signed_by", String),
    Column(
        "left_with", String, one_of("left_with", "recipient neighbour mailbox pickup_point"), nullable=False
    ),
)

customs_documents = Table(
    "customs_documents",
    metadata,
    Column("document_id", String, primary_key=True),
    Column("tracking_number", ForeignKey("waybills.tracking_number"), nullable=False),
    Column("kind", String, one_of("kind", "commercial_invoice cn23 certificate_of_origin"), nullable=False),
    Column("hs_code", String, CheckConstraint("length(hs_code) BETWEEN 6 AND 10"), nullable=False),
    Column("value_cents", Integer, CheckConstraint("value_cents >= 0"), nullable=False),
    UniqueConstraint("tracking_number", "kind"),
)

# What was asked for

requests = Table(
    "requests",
    metadata,
    Column("request_id", String, primary_key=True),
    Column("tracking_number", ForeignKey("waybills.tracking_number"), nullable=False, index=True),
    Column("kind", String, one_of("kind", "redirect pickup hold return"), nullable=False),
    Column("status", String, one_of("status", "open done withdrawn"), nullable=False),
    Column("address_id", ForeignKey("addresses.address_id")),
    Column("point_id", ForeignKey("pickup_points.point_id")),
    Column("until", String),
    Column("requested_on", String, nullable=False),
    CheckConstraint("(kind = 'redirect') = (address_id IS NOT NULL)"),
    CheckConstraint("(kind = 'pickup') = (point_id IS NOT NULL)"),
    CheckConstraint("(kind = 'hold') = (until IS NOT NULL)"),
)

claims = Table(
    "claims",
    metadata,
    Column("claim_id", String, primary_key=True),
    Column("tracking_number", ForeignKey("waybills.tracking_number"), nullable=False, unique=True),
    Column("kind", String, one_of("kind", "loss damage"), nullable=False),
    Column("amount_cents", Integer, CheckConstraint("amount_cents > 0"), nullable=False),
    Column("status", String, one_of("status", "filed approved rejected"), nullable=False),
    Column("filed_on", String, nullable=False),
)

goodwill = Table(  # a credit for a delay: a waybill has one at most
    "goodwill",
    metadata,
    Column("tracking_number", ForeignKey("waybills.tracking_number"), primary_key=True),
    Column("amount_cents", Integer, CheckConstraint("amount_cents BETWEEN 1 AND 2500"), nullable=False),
    Column("granted_on", String, nullable=False),
)
