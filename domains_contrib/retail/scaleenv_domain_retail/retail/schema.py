"""Tables of the shop. Money is in cents, because whole numbers add up."""

from sqlalchemy import (
    JSON,
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
    UniqueConstraint,
)

metadata = MetaData()


def address() -> list[Column]:
    """A postal address: it stands in the row of whom, or what, it belongs to."""
    parts = ("address1", "address2", "city", "state", "country", "zip")
    return [Column(part, String, nullable=False) for part in parts]


users = Table(
    "users",
    metadata,
    Column("user_id", String, primary_key=True),
    Column("first_name", String, nullable=False),
    Column("last_name", String, nullable=False),
    Column("email", String, CheckConstraint("email = lower(email)"), nullable=False, unique=True),
    *address(),
)
Index("users_by_zip", users.c.zip)

payment_methods = Table(
    "payment_methods",
    metadata,
    Column("payment_method_id", String, primary_key=True),
    Column("user_id", ForeignKey("users.user_id"), nullable=False),
    Column(
        "source",
        String,
        CheckConstraint("source IN ('credit_card', 'paypal', 'gift_card')"),
        nullable=False,
    ),
    Column("brand", String),
    Column("last_four", String),
    Column("balance_cents", Integer, CheckConstraint("balance_cents >= 0")),
    CheckConstraint("(source = 'credit_card') = (brand IS NOT NULL AND last_four IS NOT NULL)"),
    CheckConstraint("(source = 'gift_card') = (balance_cents IS NOT NULL)"),
)

products = Table(
    "products",
    metadata,
    Column("product_id", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
)

variants = Table(
    "variants",
    metadata,
    Column("item_id", String, primary_key=True),
    Column("product_id", ForeignKey("products.product_id"), nullable=False),
    Column("price_cents", Integer, CheckConstraint("price_cents > 0"), nullable=False),
    Column("available", Boolean, nullable=False),
    Column("options", JSON, nullable=False),  # name → value; each product has names of its own
)

orders = Table(
    "orders",
    metadata,
    Column("order_id", String, primary_key=True),
    Column("user_id", ForeignKey("users.user_id"), nullable=False),
    Column("number", Integer, nullable=False),  # which order of this user it is, from 1
    Column(
        "status",
        String,
        CheckConstraint(
            "status IN ('pending', 'pending (item modified)', 'processed', 'delivered', "
            "'cancelled', 'return requested', 'exchange requested')"
        ),
        nullable=False,
    ),
    Column("cancel_reason", String),
    *address(),
    UniqueConstraint("user_id", "number"),
    CheckConstraint("cancel_reason IS NULL OR status = 'cancelled'"),
)

shipments = Table(
    "shipments",
    metadata,
    Column("tracking_id", String, primary_key=True),
    Column("order_id", ForeignKey("orders.order_id"), nullable=False),
)

order_items = Table(
    "order_items",
    metadata,
    Column("order_id", ForeignKey("orders.order_id"), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("item_id", ForeignKey("variants.item_id"), nullable=False),
    Column("price_cents", Integer, nullable=False),  # at the time of the order
    Column("tracking_id", ForeignKey("shipments.tracking_id")),
)

payments = Table(
    "payments",
    metadata,
    Column("order_id", ForeignKey("orders.order_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column(
        "transaction_type",
        String,
        CheckConstraint("transaction_type IN ('payment', 'refund')"),
        nullable=False,
    ),
    Column("amount_cents", Integer, CheckConstraint("amount_cents >= 0"), nullable=False),
    Column("payment_method_id", ForeignKey("payment_methods.payment_method_id"), nullable=False),
)

claims = Table(  # a return or an exchange: an order has one at most
    "claims",
    metadata,
    Column("order_id", ForeignKey("orders.order_id"), primary_key=True),
    Column("payment_method_id", ForeignKey("payment_methods.payment_method_id"), nullable=False),
    Column("price_difference_cents", Integer),  # of an exchange; what the customer still pays
)

claim_items = Table(
    "claim_items",
    metadata,
    Column("order_id", ForeignKey("claims.order_id"), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("new_item_id", ForeignKey("variants.item_id")),  # of an exchange
    ForeignKeyConstraint(["order_id", "line"], ["order_items.order_id", "order_items.line"]),
)
