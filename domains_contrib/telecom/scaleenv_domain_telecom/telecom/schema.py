"""Tables of the carrier, and of the one phone that a call is about."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
)

metadata = MetaData()


def one_of(column: str, *values: str) -> CheckConstraint:
    """The column holds one of these texts."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values)})")


STRENGTHS = ("none", "poor", "fair", "good", "excellent")

# The carrier's records.

plans = Table(
    "plans",
    metadata,
    Column("plan_id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("data_limit_gb", Float, CheckConstraint("data_limit_gb > 0"), nullable=False),
    Column("price_per_month", Float, CheckConstraint("price_per_month > 0"), nullable=False),
    Column("data_refueling_price_per_gb", Float, nullable=False),
)

customers = Table(
    "customers",
    metadata,
    Column("customer_id", String, primary_key=True),
    Column("full_name", String, nullable=False),
    Column("date_of_birth", String, nullable=False),
    Column("email", String, nullable=False),
    Column("phone_number", String, nullable=False),
    Column("street", String, nullable=False),
    Column("city", String, nullable=False),
    Column("state", String, nullable=False),
    Column("zip_code", String, nullable=False),
    Column(
        "account_status",
        String,
        one_of("account_status", "Active", "Suspended", "Pending Verification", "Closed"),
        nullable=False,
    ),
    Column("created_at", String, nullable=False),
    Column("last_extension_date", String),
    Column("goodwill_credit_used_this_year", Float, nullable=False),
)

payment_methods = Table(
    "payment_methods",
    metadata,
    Column("customer_id", ForeignKey(customers.c.customer_id), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column(
        "method_type", String, one_of("method_type", "Credit Card", "Debit Card", "PayPal"), nullable=False
    ),
    Column("account_number_last_4", String, nullable=False),
    Column("expiration_date", String, nullable=False),
)

devices = Table(
    "devices",
    metadata,
    Column("device_id", String, primary_key=True),
    Column(
        "device_type",
        String,
        one_of("device_type", "phone", "tablet", "router", "watch", "other"),
        nullable=False,
    ),
    Column("model", String, nullable=False),
    Column("imei", String, unique=True),
    Column("is_esim_capable", Boolean, nullable=False),
    Column("activated", Boolean, nullable=False),
    Column("activation_date", String),
    Column("last_esim_transfer_date", String),
)

lines = Table(
    "lines",
    metadata,
    Column("line_id", String, primary_key=True),
    Column("customer_id", ForeignKey(customers.c.customer_id), nullable=False),
    Column("phone_number", String, nullable=False, unique=True),
    Column(
        "status",
        String,
        one_of("status", "Active", "Suspended", "Pending Activation", "Closed"),
        nullable=False,
    ),
    Column("plan_id", ForeignKey(plans.c.plan_id), nullable=False),
    Column("device_id", ForeignKey(devices.c.device_id)),
    Column("roaming_enabled", Boolean, nullable=False),
    Column("contract_end_date", String),
    Column("last_plan_change_date", String),
    Column("last_sim_replacement_date", String),
    Column("suspension_start_date", String),
    Column("suspension_reason", String, info={"compare": "exempt"}),
)

data_usage = Table(
    "data_usage",
    metadata,
    Column("line_id", ForeignKey(lines.c.line_id), primary_key=True),
    Column("cycle_end_date", String, nullable=False),
    Column("used_gb", Float, CheckConstraint("used_gb >= 0"), nullable=False),
    Column("refueled_gb", Float, CheckConstraint("refueled_gb >= 0"), nullable=False),
)

bills = Table(
    "bills",
    metadata,
    Column("bill_id", String, primary_key=True),
    Column("customer_id", ForeignKey(customers.c.customer_id), nullable=False),
    Column("period_start", String, nullable=False),
    Column("period_end", String, nullable=False),
    Column("issue_date", String, nullable=False),
    Column("due_date", String, nullable=False),
    Column(
        "status",
        String,
        one_of("status", "Draft", "Issued", "Paid", "Overdue", "Awaiting Payment", "Disputed"),
        nullable=False,
    ),
)

bill_items = Table(
    "bill_items",
    metadata,
    Column("bill_id", ForeignKey(bills.c.bill_id), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("description", String, nullable=False),
    Column("amount", Float, nullable=False),
    Column("date", String, nullable=False),
    Column("item_type", String, nullable=False),
)

payment_requests = Table(
    "payment_requests",
    metadata,
    Column("request_id", String, primary_key=True),
    Column("bill_id", ForeignKey(bills.c.bill_id), nullable=False),
    Column("customer_id", ForeignKey(customers.c.customer_id), nullable=False),
    Column("amount_due", Float, nullable=False),
    Column("paid", Boolean, nullable=False),
)

transfers = Table(
    "transfers",
    metadata,
    Column("transfer_id", String, primary_key=True),
    Column("summary", String, nullable=False, info={"compare": "exempt"}),
)

# The caller, where they are, and the phone in their hand: one row each.


def only_row() -> Column[int]:
    """The key of a table that has one row."""
    return Column("id", Integer, CheckConstraint("id = 1"), primary_key=True)


caller = Table(
    "caller",
    metadata,
    only_row(),
    Column("name", String, nullable=False),
    Column("phone_number", ForeignKey(lines.c.phone_number), nullable=False),
    Column("is_abroad", Boolean, nullable=False),
)

phone = Table(
    "phone",
    metadata,
    only_row(),
    Column("battery_level", Integer, CheckConstraint("battery_level BETWEEN 0 AND 100"), nullable=False),
    Column("airplane_mode", Boolean, nullable=False),
    Column("sim_card_missing", Boolean, nullable=False),
    Column(
        "sim_card_status",
        String,
        one_of("sim_card_status", "active", "locked_pin", "locked_puk"),
        nullable=False,
    ),
    Column(
        "network_mode_preference",
        String,
        one_of("network_mode_preference", "4g_5g_preferred", "4g_only", "3g_only", "2g_only"),
        nullable=False,
    ),
    # What the last network search found.
    Column(
        "network_connection_status",
        String,
        one_of("network_connection_status", "connected", "no_service"),
        nullable=False,
    ),
    Column(
        "network_technology_connected",
        String,
        one_of("network_technology_connected", "none", "2G", "3G", "4G", "5G"),
        nullable=False,
    ),
    Column("network_signal_strength", String, one_of("network_signal_strength", *STRENGTHS), nullable=False),
    Column("data_enabled", Boolean, nullable=False),
    Column("roaming_enabled", Boolean, nullable=False),
    Column("data_saver_mode", Boolean, nullable=False),
    Column("wifi_enabled", Boolean, nullable=False),
    Column("wifi_connected", Boolean, nullable=False),
    Column("wifi_ssid", String),
    Column("wifi_signal_strength", String, one_of("wifi_signal_strength", *STRENGTHS), nullable=False),
    Column("wifi_calling_enabled", Boolean, nullable=False),
    Column("wifi_calling_mms_over_wifi", Boolean, nullable=False),
)

apn_settings = Table(
    "apn_settings",
    metadata,
    only_row(),
    Column("apn_name", String, one_of("apn_name", "internet", "broken"), nullable=False),
    Column("reset_at_reboot", Boolean, nullable=False),
    Column("mms_apn", String),
    Column("mmsc_url", String),
    Column("mms_proxy", String),
    Column("mms_port", Integer),
)

vpn = Table(
    "vpn",
    metadata,
    only_row(),
    Column("enabled_setting", Boolean, nullable=False),
    Column("connected", Boolean, nullable=False),
    Column("server_address", String),
    Column("protocol", String),
    Column(
        "server_performance",
        String,
        one_of("server_performance", "unknown", "poor", "fair", "good", "excellent"),
    ),
)

coverage = Table(
    "coverage",
    metadata,
    Column("technology", String, one_of("technology", "2G", "3G", "4G", "5G"), primary_key=True),
    Column("strength", String, one_of("strength", *STRENGTHS), nullable=False),
)

apps = Table(
    "apps",
    metadata,
    Column("app_name", String, primary_key=True),
    Column("position", Integer, nullable=False),
    # Permissions.
    Column("sms", Boolean, nullable=False),
    Column("storage", Boolean, nullable=False),
    Column("phone", Boolean, nullable=False),
    Column("network", Boolean, nullable=False),
)
