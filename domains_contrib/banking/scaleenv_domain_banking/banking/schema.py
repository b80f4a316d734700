"""Tables of the bank. Money is in cents, because whole numbers add up.

The ledger is double-entry: the postings of a transaction add up to nothing in each currency,
and those of an account to its balance. What comes from outside, or goes there, is posted
against the bank's own ``clearing`` account of that currency; what the bank earns, to ``fees``.
"""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, String, Table

metadata = MetaData()


def choice(column: str, *values: str) -> Column:
    """A column that holds one of these texts."""
    return Column(
        column,
        String,
        CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values)})"),
        nullable=False,
    )


def positive(column: str) -> Column:
    """An amount of money, more than none."""
    return Column(column, Integer, CheckConstraint(f"{column} > 0"), nullable=False)


def money(column: str) -> Column:
    """An amount of money, perhaps none."""
    return Column(column, Integer, CheckConstraint(f"{column} >= 0"), nullable=False)


def destination() -> tuple[Column, Column, CheckConstraint]:
    """Where money goes: an account of the same customer, or a payee; one of the two."""
    return (
        Column("to_account_id", ForeignKey("accounts.account_id")),
        Column("payee_id", ForeignKey("payees.payee_id")),
        CheckConstraint("(to_account_id IS NULL) <> (payee_id IS NULL)"),
    )


tiers = Table(
    "tiers",
    metadata,
    Column("tier", String, primary_key=True),
    positive("transfer_limit_cents"),  # for one payment to a payee
    positive("highest_daily_limit_cents"),
)

customers = Table(
    "customers",
    metadata,
    Column("customer_id", String, primary_key=True),
    Column("full_name", String, nullable=False),
    Column("date_of_birth", String, nullable=False),
    Column("email", String, nullable=False, unique=True),
    Column("street", String, nullable=False),
    Column("city", String, nullable=False),
    Column("postcode", String, nullable=False),
    Column("tier", ForeignKey("tiers.tier"), nullable=False),
    Index("customers_by_birth", "date_of_birth"),
)

currencies = Table(
    "currencies",
    metadata,
    Column("currency", String, primary_key=True),
    Column("euro_millionths", Integer, CheckConstraint("euro_millionths > 0"), nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("account_id", String, primary_key=True),
    Column("customer_id", ForeignKey("customers.customer_id")),
    choice("kind", "checking", "savings", "clearing", "fees"),
    Column("currency", ForeignKey("currencies.currency"), nullable=False),
    Column("balance_cents", Integer, nullable=False),
    money("overdraft_cents"),
    money("daily_limit_cents"),  # for payments to payees
    choice("status", "open", "frozen", "closed"),
    Column("status_reason", String, nullable=False),
    CheckConstraint("(customer_id IS NULL) = (kind IN ('clearing', 'fees'))"),
    CheckConstraint("customer_id IS NULL OR balance_cents >= -overdraft_cents", name="balance"),
    CheckConstraint("kind = 'checking' OR overdraft_cents = 0"),
    CheckConstraint("status <> 'closed' OR balance_cents = 0"),
    Index("accounts_by_kind", "kind", "currency"),
)

cards = Table(
    "cards",
    metadata,
    Column("card_id", String, primary_key=True),
    Column("account_id", ForeignKey("accounts.account_id"), nullable=False),
    Column("last_four", String, CheckConstraint("length(last_four) = 4"), nullable=False),
    choice("status", "active", "frozen", "blocked", "cancelled"),  # the bank blocks, the customer freezes
    money("purchase_limit_cents"),
    Column("online", Boolean, nullable=False),
    Column("abroad", Boolean, nullable=False),
    Column("replaces", ForeignKey("cards.card_id"), unique=True),
)

payees = Table(
    "payees",
    metadata,
    Column("payee_id", String, primary_key=True),
    Column("customer_id", ForeignKey("customers.customer_id"), nullable=False),
    Column("name", String, nullable=False),
    Column("iban", String, nullable=False),
    choice("status", "active", "closed", "removed"),  # closed: their account no longer takes money
    Index("payees_by_iban", "customer_id", "iban", unique=True),
)

transfers = Table(
    "transfers",
    metadata,
    Column("transfer_id", String, primary_key=True),
    Column("from_account_id", ForeignKey("accounts.account_id"), nullable=False),
    *destination(),
    positive("amount_cents"),
    money("fee_cents"),
    choice("speed", "standard", "instant"),
    Column("reference", String, nullable=False),
    choice("status", "scheduled", "completed", "cancelled"),
    Column("date", String, nullable=False),
    Index("transfers_by_day", "from_account_id", "date"),
)

standing_orders = Table(
    "standing_orders",
    metadata,
    Column("standing_order_id", String, primary_key=True),
    Column("from_account_id", ForeignKey("accounts.account_id"), nullable=False),
    *destination(),
    positive("amount_cents"),
    Column("day", Integer, CheckConstraint("day BETWEEN 1 AND 28"), nullable=False),
    Column("reference", String, nullable=False),
    choice("status", "active", "paused", "ended"),
)

transactions = Table(
    "transactions",
    metadata,
    Column("transaction_id", Integer, primary_key=True),
    Column("date", String, nullable=False),
    choice("kind", "opening", "income", "purchase", "transfer", "fee"),
    Column("text", String, nullable=False),
    Column("card_id", ForeignKey("cards.card_id")),
    Column("transfer_id", ForeignKey("transfers.transfer_id")),
    CheckConstraint("(kind = 'purchase') = (card_id IS NOT NULL)"),
    CheckConstraint("kind <> 'transfer' OR transfer_id IS NOT NULL"),
)

postings = Table(
    "postings",
    metadata,
    Column("account_id", ForeignKey("accounts.account_id"), primary_key=True),
    Column("transaction_id", ForeignKey("transactions.transaction_id"), primary_key=True),
    Column("amount_cents", Integer, CheckConstraint("amount_cents <> 0"), nullable=False),
)

disputes = Table(
    "disputes",
    metadata,
    Column("transaction_id", ForeignKey("transactions.transaction_id"), primary_key=True),
    choice("reason", "fraud", "charged twice", "not delivered", "wrong amount"),
    choice("status", "open", "withdrawn", "settled"),
    Column("opened_on", String, nullable=False),
)

alerts = Table(
    "alerts",
    metadata,
    Column("customer_id", ForeignKey("customers.customer_id"), primary_key=True),
    Column("date", String, primary_key=True),
    choice("kind", "suspected scam", "stolen identity"),
    Column("note", String, nullable=False, info={"compare": "exempt"}),
)
