"""A mobile carrier's records, and the phone in the caller's hand.

The functions with a decorator are the tools: the agent works on the records, the user on the
phone, and the world sets scenes and judges their end. Those whose names begin with ``_`` serve
them. Whether data works, and how fast, is computed from the rows whenever it is asked. Only what
the phone's last network search found is kept: a line that is resumed has no service before the
phone searches again.
"""

from typing import Any, Literal, TypedDict

from scaleenv_core.engine import Database, Refusal, days_after, read_tool, write_tool

Row = dict[str, Any]

# ---------------------------------------------------------------- what the agent's tools answer


class Address(TypedDict):
    """Where bills go."""

    street: str
    city: str
    state: str
    zip_code: str


class PaymentMethod(TypedDict):
    """A stored payment method."""

    method_type: Literal["Credit Card", "Debit Card", "PayPal"]
    account_number_last_4: str
    expiration_date: str


class Customer(TypedDict):
    """A customer's profile."""

    customer_id: str
    full_name: str
    date_of_birth: str
    email: str
    phone_number: str
    address: Address
    account_status: Literal["Active", "Suspended", "Pending Verification", "Closed"]
    payment_methods: list[PaymentMethod]
    line_ids: list[str]
    bill_ids: list[str]
    created_at: str
    last_extension_date: str | None
    goodwill_credit_used_this_year: float


class Line(TypedDict):
    """A line, and how much of its data is used."""

    line_id: str
    phone_number: str
    status: Literal["Active", "Suspended", "Pending Activation", "Closed"]
    plan_id: str
    device_id: str | None
    data_used_gb: float
    data_refueling_gb: float
    roaming_enabled: bool
    contract_end_date: str | None
    last_plan_change_date: str | None
    last_sim_replacement_date: str | None
    suspension_start_date: str | None


class LineItem(TypedDict):
    """A charge (positive) or a credit (negative) in USD."""

    description: str
    amount: float
    date: str
    item_type: str


class Bill(TypedDict):
    """A bill with its items."""

    bill_id: str
    customer_id: str
    period_start: str
    period_end: str
    issue_date: str
    total_due: float
    due_date: str
    line_items: list[LineItem]
    status: Literal["Draft", "Issued", "Paid", "Overdue", "Awaiting Payment", "Disputed"]


class ChangedLine(TypedDict):
    """What was done to a line, and the line now."""

    message: str
    line: Line


class DataUsage(TypedDict):
    """Data of the current billing cycle, in GB."""

    line_id: str
    data_used_gb: float
    data_limit_gb: float
    data_refueling_gb: float
    cycle_end_date: str


class Refueled(TypedDict):
    """Data added, and its price in USD."""

    message: str
    new_data_refueling_gb: float
    charge: float


# ---------------------------------------------------------------- the carrier's records

TABLES = {"Customer": "customers", "Line": "lines", "Device": "devices", "Bill": "bills", "Plan": "plans"}


def _record(db: Database, kind: str, key: str) -> Row:
    """A row that has to be there."""
    row = db.get(TABLES[kind], key)
    if row is None:
        raise Refusal(f"{kind} with ID {key} not found")
    return row


def _line_of(db: Database, customer_id: str, line_id: str) -> Row:
    """A customer's own line."""
    _record(db, "Customer", customer_id)
    line = db.get("lines", line_id)
    if line is None or line["customer_id"] != customer_id:
        raise Refusal(f"Line {line_id} not found for customer {customer_id}")
    return line


def _keys(db: Database, table: str, key: str, customer_id: str) -> list[str]:
    """The keys of a customer's rows."""
    return [row[key] for row in db.find(table, {"customer_id": customer_id})]


def _shown(row: Row, shape: type) -> Row:
    """The columns of a row that an answer has."""
    return {name: row[name] for name in shape.__annotations__}


def _shown_customer(db: Database, row: Row) -> Row:
    """A customer as the agent sees one."""
    customer_id = row["customer_id"]
    methods = db.find("payment_methods", {"customer_id": customer_id})
    more = {
        "address": _shown(row, Address),
        "payment_methods": [_shown(method, PaymentMethod) for method in methods],
        "line_ids": _keys(db, "lines", "line_id", customer_id),
        "bill_ids": _keys(db, "bills", "bill_id", customer_id),
    }
    return _shown(row | more, Customer)


def _shown_line(db: Database, row: Row) -> Row:
    """A line as the agent sees one."""
    usage = db.get("data_usage", row["line_id"])
    more = {"data_used_gb": usage["used_gb"], "data_refueling_gb": usage["refueled_gb"]}
    return _shown(row | more, Line)


def _shown_bill(db: Database, row: Row) -> Row:
    """A bill as the agent sees one."""
    items = [_shown(item, LineItem) for item in db.find("bill_items", {"bill_id": row["bill_id"]})]
    return _shown(
        row | {"line_items": items, "total_due": float(sum(item["amount"] for item in items))}, Bill
    )


def _as_it_is(_db: Database, row: Row) -> Row:
    """A row that the agent sees whole."""
    return row


SHOWN = {"C": _shown_customer, "L": _shown_line, "D": _as_it_is, "B": _shown_bill, "P": _as_it_is}
KINDS = {kind[0]: kind for kind in TABLES}


def _today(db: Database) -> str:
    """The date, YYYY-MM-DD."""
    return db.now()[:10]


def _month(day: str) -> tuple[str, str]:
    """First and last day of the month of this day."""
    first = f"{day[:8]}01"
    return first, days_after(f"{days_after(first, 31)[:8]}01", -1)


def _last_month(db: Database) -> tuple[str, str]:
    return _month(days_after(_month(_today(db))[0], -1))


def _next_month(db: Database) -> tuple[str, str]:
    return _month(days_after(_month(_today(db))[1], 1))


def _new_bill(db: Database, bill_id: str, customer_id: str, period: tuple[str, str], status: str) -> None:
    """A bill for a month, issued on its first day and due two weeks later."""
    first, last = period
    row = {"period_start": first, "period_end": last, "issue_date": first, "due_date": days_after(first, 14)}
    db.insert("bills", {"bill_id": bill_id, "customer_id": customer_id, "status": status, **row})


def _charge(db: Database, bill_id: str, amount: float, description: str) -> None:
    """Add a charge of today to a bill."""
    number = db.count("bill_items", {"bill_id": bill_id}) + 1
    item = {"description": description, "amount": amount, "date": _today(db), "item_type": "Charge"}
    db.insert("bill_items", {"bill_id": bill_id, "number": number, **item})


def _next_bill(db: Database, customer_id: str) -> str:
    """The draft that a customer's charges go to, made where there is none."""
    drafts = db.find("bills", {"customer_id": customer_id, "status": "Draft"}, limit=1)
    if drafts:
        return drafts[0]["bill_id"]
    bill_id = db.new_id("bills", "B9{:05d}")
    _new_bill(db, bill_id, customer_id, _next_month(db), "Draft")
    return bill_id


# ---------------------------------------------------------------- the agent's tools: looking up


@read_tool()
def get_customer_by_phone(db: Database, phone_number: str) -> Customer:
    """Find a customer by the number they can be reached at, or by the number of one of their lines.

    Args:
        phone_number: The number, such as 555-010-2002.
    """
    found = db.find("customers", {"phone_number": phone_number}, limit=1)
    if not found:
        lines = db.find("lines", {"phone_number": phone_number})
        found = [_record(db, "Customer", line["customer_id"]) for line in lines]
    if not found:
        raise Refusal(f"Customer with phone number {phone_number} not found")
    return _shown_customer(db, found[0])


@read_tool()
def get_customer_by_id(db: Database, customer_id: str) -> Customer:
    """Get a customer's profile.

    Args:
        customer_id: The customer's ID.
    """
    return _shown_customer(db, _record(db, "Customer", customer_id))


@read_tool()
def get_customer_by_name(db: Database, full_name: str, dob: str) -> list[Customer]:
    """Find customers by name, whatever its case, and date of birth.

    Args:
        full_name: The customer's full name.
        dob: Date of birth, YYYY-MM-DD: it verifies who is calling.
    """
    born = db.find("customers", {"date_of_birth": dob})
    return [_shown_customer(db, row) for row in born if row["full_name"].lower() == full_name.lower()]


@read_tool()
def get_details_by_id(db: Database, id: str) -> dict[str, Any]:
    """Get all details of a customer, line, device, bill or plan.

    Args:
        id: Its ID; the first letter says what it is: C, L, D, B or P.
    """
    if id[:1] not in KINDS:
        raise Refusal(f"Unknown ID format or type: {id}")
    return SHOWN[id[0]](db, _record(db, KINDS[id[0]], id))


@read_tool()
def get_bills_for_customer(db: Database, customer_id: str, limit: int = 12) -> list[Bill]:
    """List a customer's bills, the latest first.

    Args:
        customer_id: The customer's ID.
        limit: At most so many.
    """
    _record(db, "Customer", customer_id)
    bills = db.find("bills", {"customer_id": customer_id}, order_by="-issue_date", limit=limit)
    return [_shown_bill(db, bill) for bill in bills]


@read_tool()
def get_data_usage(db: Database, customer_id: str, line_id: str) -> DataUsage:
    """Get what a line used of its data in this billing cycle, its limit, and what was refueled.

    Args:
        customer_id: The customer who owns the line.
        line_id: The line's ID.
    """
    line = _line_of(db, customer_id, line_id)
    usage = db.get("data_usage", line_id)
    return {
        "line_id": line_id,
        "data_used_gb": usage["used_gb"],
        "data_limit_gb": _record(db, "Plan", line["plan_id"])["data_limit_gb"],
        "data_refueling_gb": usage["refueled_gb"],
        "cycle_end_date": usage["cycle_end_date"],
    }


# ---------------------------------------------------------------- the agent's tools: acting


@write_tool()
def suspend_line(db: Database, customer_id: str, line_id: str, reason: str) -> ChangedLine:
    """Suspend an active line from today on, for six months at most.

    Args:
        customer_id: The customer who owns the line.
        line_id: The line's ID.
        reason: Why.
    """
    if _line_of(db, customer_id, line_id)["status"] != "Active":
        raise Refusal("Line must be active to suspend")
    changes = {"status": "Suspended", "suspension_start_date": _today(db), "suspension_reason": reason}
    line = db.update("lines", line_id, changes)
    message = "Line suspended successfully. $5/month holding fee will apply."
    return {"message": message, "line": _shown_line(db, line)}


@write_tool()
def resume_line(db: Database, customer_id: str, line_id: str) -> ChangedLine:
    """Make a suspended line, or one that waits for its activation, active.

    Args:
        customer_id: The customer who owns the line.
        line_id: The line's ID.
    """
    if _line_of(db, customer_id, line_id)["status"] not in ("Suspended", "Pending Activation"):
        raise Refusal("Line must be suspended to resume")
    changes = {"status": "Active", "suspension_start_date": None, "suspension_reason": None}
    line = db.update("lines", line_id, changes)
    return {"message": "Line resumed successfully", "line": _shown_line(db, line)}


@write_tool()
def send_payment_request(db: Database, customer_id: str, bill_id: str) -> str:
    """Ask the customer to pay a bill; it then awaits payment, as one bill at a time may.

    It does not look at what the bill's status was: do so first.

    Args:
        customer_id: The customer who owns the bill.
        bill_id: The bill's ID.
    """
    _record(db, "Customer", customer_id)
    if db.count("bills", {"customer_id": customer_id, "status": "Awaiting Payment"}):
        raise Refusal("A bill is already awaiting payment for this customer")
    bill = db.get("bills", bill_id)
    if bill is None or bill["customer_id"] != customer_id:
        raise Refusal(f"Bill {bill_id} not found for customer {customer_id}")
    db.update("bills", bill_id, {"status": "Awaiting Payment"})
    request = {
        "bill_id": bill_id,
        "customer_id": customer_id,
        "amount_due": _shown_bill(db, bill)["total_due"],
    }
    db.insert("payment_requests", {"request_id": db.new_id("payment_requests"), "paid": False, **request})
    return f"Payment request sent to the customer for bill {bill_id}"


@write_tool()
def enable_roaming(db: Database, customer_id: str, line_id: str) -> str:
    """Let a line use networks abroad.

    Args:
        customer_id: The customer who owns the line.
        line_id: The line's ID.
    """
    if _line_of(db, customer_id, line_id)["roaming_enabled"]:
        return "Roaming was already enabled"
    db.update("lines", line_id, {"roaming_enabled": True})
    return "Roaming enabled successfully"


@write_tool()
def disable_roaming(db: Database, customer_id: str, line_id: str) -> str:
    """Keep a line from using networks abroad.

    Args:
        customer_id: The customer who owns the line.
        line_id: The line's ID.
    """
    if not _line_of(db, customer_id, line_id)["roaming_enabled"]:
        return "Roaming was already disabled"
    db.update("lines", line_id, {"roaming_enabled": False})
    return "Roaming disabled successfully"


@write_tool()
def refuel_data(db: Database, customer_id: str, line_id: str, gb_amount: float) -> Refueled:
    """Add data to a line for this billing cycle; its plan's price per GB goes on the next bill.

    Args:
        customer_id: The customer who owns the line.
        line_id: The line's ID.
        gb_amount: How many GB.
    """
    line = _line_of(db, customer_id, line_id)
    if gb_amount <= 0:
        raise Refusal("Refuel amount must be positive")
    price = _record(db, "Plan", line["plan_id"])["data_refueling_price_per_gb"]
    refueled = db.get("data_usage", line_id)["refueled_gb"] + gb_amount
    db.update("data_usage", line_id, {"refueled_gb": refueled})
    cost = gb_amount * price
    _charge(db, _next_bill(db, customer_id), cost, f"Data refueling: {gb_amount} GB at ${price}/GB")
    return {
        "message": f"Successfully added {gb_amount} GB of data for line {line_id} for ${cost:.2f}",
        "new_data_refueling_gb": refueled,
        "charge": cost,
    }


@write_tool()
def transfer_to_human_agents(db: Database, summary: str) -> str:
    """Hand the user over to a human agent.

    Do so only if they ask for one, or if policy and tools leave no way to solve their issue.

    Args:
        summary: What the issue is.
    """
    db.insert("transfers", {"transfer_id": db.new_id("transfers"), "summary": summary})
    return "Transfer successful"


# ---------------------------------------------------------------- the phone: how it does

ONLY = 1
"""The key of the caller, the phone, its APN settings and its VPN."""

NETWORKS = {"4g_5g_preferred": ("5G", "4G"), "4g_only": ("4G",), "3g_only": ("3G",), "2g_only": ("2G",)}
"""What the phone tries, in this order; the last is taken whatever its signal."""

MBPS = {"none": 0.0, "2G": 0.25, "3G": 3.0, "4G": 55.0, "5G": 275.0}
SHARE_OF_SPEED = {"none": 0.0, "poor": 0.2, "fair": 0.5, "good": 0.8, "excellent": 1.0}
GRADES = ((1, "Very Poor"), (5, "Poor"), (25, "Fair"), (100, "Good"))
"""Grades of speeds below so many Mbps."""

ADVICE = {
    "Very Poor": "Connection is very slow. Basic web browsing might be difficult.",
    "Poor": "Connection is slow. Web browsing may be sluggish, streaming difficult.",
    "Fair": "Connection is okay for web browsing and some standard definition streaming.",
    "Good": "Connection is good for most activities, including HD streaming.",
    "Excellent": "Connection is very fast.",
}
SIM = {
    "active": "Your SIM card is active and working.",
    "missing": "No SIM card detected in the phone.",
    "locked_pin": "The SIM card is locked with a PIN code.",
    "locked_puk": "The SIM card is locked with a PUK code.",
}
SIGNAL = {
    "none": "📵 No Signal",
    "poor": "📶¹ Poor",
    "fair": "📶² Fair",
    "good": "📶³ Good",
    "excellent": "📶⁴ Excellent",
}
PERMISSIONS = ("sms", "storage", "phone", "network")
DEFAULT_APN = {
    "apn_name": "internet",
    "reset_at_reboot": False,
    "mms_apn": "mms",
    "mmsc_url": "http://mms.carrier.com/mms/wapenc",
    "mms_proxy": None,
    "mms_port": None,
}
NO_WIFI = {"wifi_connected": False, "wifi_ssid": None, "wifi_signal_strength": "none"}
NO_VPN = {"connected": False, "server_address": None, "protocol": None, "server_performance": None}
VPN_SERVER = {"server_address": "192.168.1.1", "protocol": "OpenVPN", "server_performance": "excellent"}


def _phone_of(db: Database) -> Row:
    """The phone in the caller's hand."""
    return db.get("phone", ONLY)


def _callers_line(db: Database) -> Row:
    """The line that the call is about."""
    return db.find("lines", {"phone_number": db.get("caller", ONLY)["phone_number"]})[0]


def _sim_status(phone: Row) -> str:
    """How the phone's SIM card is: a key of ``SIM``."""
    return "missing" if phone["sim_card_missing"] else phone["sim_card_status"]


def _search_network(db: Database) -> None:
    """What the phone connects to here and now; it stays with that until the next search."""
    phone, signals = _phone_of(db), {row["technology"]: row["strength"] for row in db.find("coverage")}
    admitted = (
        _sim_status(phone) == "active"
        and not phone["airplane_mode"]
        and db.get("apn_settings", ONLY)["apn_name"] != "broken"
        and _callers_line(db)["status"] == "Active"
    )
    tried = NETWORKS[phone["network_mode_preference"]]
    found = next((name for name in tried if signals.get(name, "none") != "none"), tried[-1])
    changes = {
        "network_connection_status": "connected" if admitted else "no_service",
        "network_technology_connected": found if admitted else "none",
        "network_signal_strength": signals.get(found, "none") if admitted else "none",
    }
    db.update("phone", ONLY, changes)


def _data_used_up(db: Database) -> bool:
    """Whether the line used all that its plan and refueling give."""
    line = _callers_line(db)
    usage = db.get("data_usage", line["line_id"])
    return usage["used_gb"] >= _record(db, "Plan", line["plan_id"])["data_limit_gb"] + usage["refueled_gb"]


def _data_works(db: Database) -> bool:
    """Whether the phone reaches the internet over the cellular network."""
    phone = _phone_of(db)
    at_home = not db.get("caller", ONLY)["is_abroad"]
    return (
        phone["network_connection_status"] == "connected"
        and phone["network_signal_strength"] != "none"
        and phone["data_enabled"]
        and (at_home or (phone["roaming_enabled"] and _callers_line(db)["roaming_enabled"]))
        and not _data_used_up(db)
    )


def _speed(db: Database) -> float:
    """Mbps over the cellular network; 0 without a connection."""
    if not _data_works(db):
        return 0.0
    phone = _phone_of(db)
    full = MBPS[phone["network_technology_connected"]] * SHARE_OF_SPEED[phone["network_signal_strength"]]
    slow_vpn = 0.1 if db.get("vpn", ONLY)["server_performance"] == "poor" else 1.0
    return round(full * slow_vpn * (0.2 if phone["data_saver_mode"] else 1.0), 2)


def _grade(mbps: float) -> str:
    """A speed in words."""
    return next((word for limit, word in GRADES if mbps < limit), "Excellent")


def _mms_works(db: Database) -> bool:
    """Whether the messaging app can send a picture."""
    phone, app = _phone_of(db), db.get("apps", "messaging")
    over_wifi = phone["wifi_calling_enabled"] and phone["wifi_calling_mms_over_wifi"]
    return (
        _data_works(db)
        and phone["network_technology_connected"] != "2G"
        and not over_wifi  # the carrier does not support it
        and db.get("apn_settings", ONLY)["mmsc_url"] is not None
        and app is not None
        and app["storage"]
        and app["sms"]
    )


def _status_bar(db: Database) -> str:
    """The icons at the top of the screen."""
    phone = _phone_of(db)
    icons = []
    if phone["airplane_mode"]:
        icons.append("✈️ Airplane Mode")
    else:
        icons.append(SIGNAL[phone["network_signal_strength"]])
        connected = phone["network_technology_connected"] != "none"
        if connected:
            icons.append(phone["network_technology_connected"])
        if connected and phone["data_enabled"]:
            icons.append("📱 Data Enabled")
            if phone["data_saver_mode"]:
                icons.append("🔽 Data Saver")
        else:
            icons.append("📵 Data Disabled")
    if phone["wifi_connected"]:
        icons.append(f"📡 Connected to {phone['wifi_ssid']}" if phone["wifi_ssid"] else "📡 Enabled")
    if db.get("vpn", ONLY)["connected"]:
        icons.append("🔒 VPN Connected")
    icons.append(f"🔋 {phone['battery_level']}%")
    return f"Status Bar: {' | '.join(icons)}"


def _told(db: Database, what: str) -> str:
    """What a button did, and what the status bar shows now."""
    return f"{what}\n{_status_bar(db)}"


def _on_off(on: bool) -> str:
    """A switch, as the phone shows it."""
    return "ON" if on else "OFF"


def _yes_no(yes: bool) -> str:
    """A fact, as the phone shows it."""
    return "Yes" if yes else "No"


def _app_of(db: Database, app_name: str) -> Row:
    """An app that has to be there."""
    app = db.get("apps", app_name)
    if app is None:
        raise Refusal(f"App '{app_name}' not found on this phone.")
    return app


def _granted(app: Row) -> list[str]:
    """What an app may use."""
    return [permission for permission in PERMISSIONS if app[permission]]


def _flip(db: Database, setting: str) -> bool:
    """Turn a setting of the phone over; what it is now."""
    on = not _phone_of(db)[setting]
    db.update("phone", ONLY, {setting: on})
    return on


def _set_airplane_mode(db: Database, on: bool) -> None:
    """Airplane mode takes Wi-Fi and VPN away; neither comes back by itself."""
    db.update("phone", ONLY, {"airplane_mode": on, **NO_WIFI})
    if on:
        db.update("vpn", ONLY, NO_VPN)
    _search_network(db)


def _set_permission(db: Database, app_name: str, permission: str, on: bool) -> None:
    """Give an app a permission, or take it away."""
    _app_of(db, app_name)
    if permission not in PERMISSIONS:
        there = ", ".join(PERMISSIONS)
        raise Refusal(f"Permission '{permission}' not tracked for app '{app_name}'; there are: {there}")
    db.update("apps", app_name, {permission: on})


def _pending_request(db: Database) -> Row | None:
    """The payment request that the caller has not paid yet."""
    customer_id = _callers_line(db)["customer_id"]
    return next(iter(db.find("payment_requests", {"customer_id": customer_id, "paid": False})), None)


# ---------------------------------------------------------------- the user's tools: looking


@read_tool(held_by="user")
def check_status_bar(db: Database) -> str:
    """Look at the icons at the top of your screen: signal, mobile data, Wi-Fi, VPN and battery."""
    return _status_bar(db)


@read_tool(held_by="user")
def check_network_status(db: Database) -> str:
    """Look at your phone's connections: airplane mode, SIM card, cellular network, data, Wi-Fi."""
    phone = _phone_of(db)
    lines = [
        f"Airplane Mode: {_on_off(phone['airplane_mode'])}",
        f"SIM Card Status: {_sim_status(phone)}",
        f"Cellular Connection: {phone['network_connection_status']}",
        f"Cellular Signal: {phone['network_signal_strength']}",
        f"Cellular Network Type: {phone['network_technology_connected']}",
        f"Mobile Data Enabled: {_yes_no(phone['data_enabled'])}",
        f"Data Roaming Enabled: {_yes_no(phone['roaming_enabled'])}",
        f"Wi-Fi Radio: {_on_off(phone['wifi_enabled'])}",
        f"Wi-Fi Connected: {_yes_no(phone['wifi_connected'])}",
    ]
    if phone["wifi_connected"]:
        lines.append(f"Connected Wi-Fi Network: {phone['wifi_ssid']}")
    return "\n".join(lines)


@read_tool(held_by="user")
def check_network_mode_preference(db: Database) -> str:
    """Look at which networks your phone prefers."""
    return f"Network Mode Preference: {_phone_of(db)['network_mode_preference']}"


@read_tool(held_by="user")
def run_speed_test(db: Database) -> str:
    """Measure how fast your mobile internet is, and what it is good for."""
    if not _data_works(db):
        return "Speed test failed: No Connection."
    mbps = _speed(db)
    return f"Speed Test Result: {mbps:.2f} Mbps ({_grade(mbps)}). {ADVICE[_grade(mbps)]}"


@read_tool(held_by="user")
def check_sim_status(db: Database) -> str:
    """Look whether your SIM card works, is missing, or is locked with a PIN or PUK code."""
    return SIM[_sim_status(_phone_of(db))]


@read_tool(held_by="user")
def check_data_restriction_status(db: Database) -> str:
    """Look whether your phone saves data."""
    saving = _phone_of(db)["data_saver_mode"]
    return "Data Saver mode is ON (limits data usage)." if saving else "Data Saver mode is OFF."


@read_tool(held_by="user")
def check_apn_settings(db: Database) -> str:
    """Look at how your phone reaches the carrier's data network: APN name, and MMSC URL for pictures."""
    apn = db.get("apn_settings", ONLY)
    return (
        f"Current APN Name: {apn['apn_name']}\n"
        f"MMSC URL (for picture messages): {apn['mmsc_url'] or 'Not Set'}\n"
        "(These are technical settings, usually best left unchanged.)"
    )


@read_tool(held_by="user")
def check_wifi_status(db: Database) -> str:
    """Look whether Wi-Fi is on, to which network it is connected, and how strong that is."""
    phone = _phone_of(db)
    if not phone["wifi_enabled"]:
        return "Wi-Fi is turned OFF."
    if not phone["wifi_connected"]:
        return "Wi-Fi is ON but not connected to any network."
    ssid, strength = phone["wifi_ssid"], phone["wifi_signal_strength"]
    return f"Wi-Fi is ON and connected to '{ssid}'. Signal strength: {strength}."


@read_tool(held_by="user")
def check_wifi_calling_status(db: Database) -> str:
    """Look whether your phone makes calls over Wi-Fi instead of the cellular network."""
    return f"Wi-Fi Calling is currently turned {_on_off(_phone_of(db)['wifi_calling_enabled'])}."


@read_tool(held_by="user")
def check_vpn_status(db: Database) -> str:
    """Look whether a VPN is connected, and to which server."""
    vpn = db.get("vpn", ONLY)
    if vpn["connected"]:
        details = {name: vpn[name] for name in VPN_SERVER}
        return f"VPN is ON and connected. Details: {details}"
    if vpn["enabled_setting"]:
        return "VPN is turned ON in settings, but currently not connected."
    return "VPN is turned OFF."


@read_tool(held_by="user")
def check_installed_apps(db: Database) -> str:
    """List the apps on your phone."""
    names = ", ".join(app["app_name"] for app in db.find("apps", order_by="position"))
    return f"The following apps are installed on the phone: {names}"


@read_tool(held_by="user")
def check_app_status(db: Database, app_name: str) -> str:
    """Look at all that your phone knows about an app."""
    there = _granted(_app_of(db, app_name))
    lines = [f"Status for App: {app_name}"]
    lines += [" - Permissions Granted:", *(f"   - {name}" for name in there)] if there else []
    return "\n".join(lines if there else [*lines, " - Permissions: None granted."])


@read_tool(held_by="user")
def check_app_permissions(db: Database, app_name: str) -> str:
    """Look at what an app may use."""
    there = _granted(_app_of(db, app_name))
    if not there:
        return f"App '{app_name}' currently has no permissions granted."
    return f"App '{app_name}' has permission for: {', '.join(there)}."


@read_tool(held_by="user")
def can_send_mms(db: Database) -> str:
    """Try whether your messaging app can send a picture."""
    return f"Your messaging app {'can' if _mms_works(db) else 'cannot'} send MMS messages."


@read_tool(held_by="user")
def check_payment_request(db: Database) -> str:
    """Look whether the carrier asks you to pay a bill."""
    request = _pending_request(db)
    if request is None:
        return "No payment request has been made."
    return f"You have a payment request for bill {request['bill_id']} of {request['amount_due']} USD."


# ---------------------------------------------------------------- the user's tools: changing

NetworkMode = Literal["4g_5g_preferred", "4g_only", "3g_only", "2g_only"]


class ApnSettings(TypedDict, total=False):
    """How a phone reaches its carrier's data network; what is left out takes its default."""

    apn_name: Literal["internet", "broken"]
    reset_at_reboot: bool
    mms_apn: str | None
    mmsc_url: str | None
    mms_proxy: str | None
    mms_port: int | None


@write_tool(held_by="user")
def set_network_mode_preference(db: Database, mode: NetworkMode) -> str:
    """Choose the networks that your phone connects to: newer ones are faster, and use more battery."""
    db.update("phone", ONLY, {"network_mode_preference": mode})
    _search_network(db)
    return _told(db, f"Preferred Network Mode set to: {mode}")


@write_tool(held_by="user")
def toggle_airplane_mode(db: Database) -> str:
    """Switch airplane mode on or off: when on, no radio works, and VPN and Wi-Fi disconnect."""
    on = not _phone_of(db)["airplane_mode"]
    _set_airplane_mode(db, on)
    return _told(db, f"Airplane Mode is now {_on_off(on)}.")


@write_tool(held_by="user")
def reseat_sim_card(db: Database) -> str:
    """Take your SIM card out and put it in again."""
    db.update("phone", ONLY, {"sim_card_missing": False})
    _search_network(db)
    return _told(db, "SIM card re-seated successfully.")


@write_tool(held_by="user")
def toggle_data(db: Database) -> str:
    """Switch mobile data on or off."""
    on = _flip(db, "data_enabled")
    _search_network(db)
    return _told(db, f"Mobile Data is now {_on_off(on)}.")


@write_tool(held_by="user")
def toggle_roaming(db: Database) -> str:
    """Switch data roaming on or off: when on, your phone uses data abroad."""
    on = _flip(db, "roaming_enabled")
    _search_network(db)
    return _told(db, f"Data Roaming is now {_on_off(on)}.")


@write_tool(held_by="user")
def toggle_data_saver_mode(db: Database) -> str:
    """Switch Data Saver on or off: when on, apps use less data and the internet is slower."""
    return _told(db, f"Data Saver Mode is now {_on_off(_flip(db, 'data_saver_mode'))}.")


@write_tool(held_by="user")
def set_apn_settings(db: Database, apn_settings: ApnSettings) -> str:
    """Set how your phone reaches the carrier's data network."""
    for name in apn_settings:
        if name not in DEFAULT_APN:
            raise Refusal(f"There is no APN setting '{name}'; there are: {', '.join(DEFAULT_APN)}")
    apn = db.update("apn_settings", ONLY, DEFAULT_APN | apn_settings)
    _search_network(db)
    return _told(db, f"APN settings set to: {apn['apn_name']}")


@write_tool(held_by="user")
def reset_apn_settings(db: Database) -> str:
    """Have your APN settings set back to the carrier's; your phone does so when it reboots."""
    db.update("apn_settings", ONLY, {"reset_at_reboot": True})
    _search_network(db)
    return _told(db, "APN settings will reset at reboot.")


@write_tool(held_by="user")
def toggle_wifi(db: Database) -> str:
    """Switch Wi-Fi on or off."""
    if _phone_of(db)["airplane_mode"]:
        raise Refusal("Cannot change Wi-Fi settings while Airplane Mode is ON.")
    on = _flip(db, "wifi_enabled")
    if not on:
        db.update("phone", ONLY, NO_WIFI)
    return _told(db, f"Wi-Fi is now {_on_off(on)}.")


@write_tool(held_by="user")
def toggle_wifi_calling(db: Database) -> str:
    """Switch calls over Wi-Fi on or off."""
    return _told(db, f"Wi-Fi Calling is now {_on_off(_flip(db, 'wifi_calling_enabled'))}.")


@write_tool(held_by="user")
def connect_vpn(db: Database) -> str:
    """Connect to your VPN."""
    if db.get("vpn", ONLY)["connected"]:
        return "VPN already connected."
    db.update("vpn", ONLY, {"connected": True, **VPN_SERVER})
    return _told(db, "VPN connected successfully.")


@write_tool(held_by="user")
def disconnect_vpn(db: Database) -> str:
    """Disconnect from your VPN."""
    if not db.get("vpn", ONLY)["connected"]:
        return _told(db, "No active VPN connection to disconnect.")
    db.update("vpn", ONLY, NO_VPN)
    return _told(db, "VPN disconnected successfully.")


@write_tool(held_by="user")
def grant_app_permission(db: Database, app_name: str, permission: str) -> str:
    """Let an app use something of your phone.

    Args:
        app_name: The app's name.
        permission: What it may use, in lower case.
    """
    permission = permission.lower()
    _set_permission(db, app_name, permission, True)
    return _told(db, f"Success. Permission '{permission}' granted to app '{app_name}'.")


@write_tool(held_by="user")
def reboot_device(db: Database) -> str:
    """Switch your phone off and on again: it looks for its network anew."""
    done = ["Restarting network services..."]
    if db.get("apn_settings", ONLY)["reset_at_reboot"]:
        done.insert(0, "Resetting APN settings...")
        db.update("apn_settings", ONLY, DEFAULT_APN)
    _search_network(db)
    return _told(db, "\n".join(done))


@write_tool(held_by="user")
def make_payment(db: Database) -> str:
    """Pay the bill that the carrier asks you to pay."""
    request = _pending_request(db)
    if request is None:
        raise Refusal("You do not have a payment request.")
    db.update("payment_requests", request["request_id"], {"paid": True})
    db.update("bills", request["bill_id"], {"status": "Paid"})
    return f"Payment of {request['amount_due']} USD has been made for bill {request['bill_id']}."


# ---------------------------------------------------------------- the world: what happened before the call


@write_tool(held_by="world")
def set_user_info(db: Database, name: str, phone_number: str) -> None:
    """Somebody calls, about the line of this number."""
    if not db.count("lines", {"phone_number": phone_number}):
        raise Refusal(f"Line with phone number {phone_number} not found")
    db.update("caller", ONLY, {"name": name, "phone_number": phone_number})


@write_tool(held_by="world")
def set_user_location(db: Database, abroad: bool) -> None:
    """The caller is abroad, or at home."""
    db.update("caller", ONLY, {"is_abroad": abroad})


@write_tool(held_by="world")
def simulate_network_search(db: Database) -> None:
    """The phone looked for its network."""
    _search_network(db)


@write_tool(held_by="world")
def turn_airplane_mode_on(db: Database) -> None:
    """Airplane mode was switched on."""
    _set_airplane_mode(db, True)


@write_tool(held_by="world")
def turn_data_off(db: Database) -> None:
    """Mobile data was switched off."""
    db.update("phone", ONLY, {"data_enabled": False})
    _search_network(db)


@write_tool(held_by="world")
def turn_roaming_on(db: Database) -> None:
    """Data roaming was switched on."""
    db.update("phone", ONLY, {"roaming_enabled": True})
    _search_network(db)


@write_tool(held_by="world")
def turn_roaming_off(db: Database) -> None:
    """Data roaming was switched off."""
    db.update("phone", ONLY, {"roaming_enabled": False})
    _search_network(db)


@write_tool(held_by="world")
def turn_data_saver_mode_on(db: Database) -> None:
    """Data Saver was switched on."""
    db.update("phone", ONLY, {"data_saver_mode": True})


@write_tool(held_by="world")
def set_wifi_calling(db: Database, enabled: bool, mms_over_wifi: bool | None = None) -> None:
    """Calls, and perhaps pictures, go over Wi-Fi, or do not."""
    db.update("phone", ONLY, {"wifi_calling_enabled": enabled})
    if mms_over_wifi is not None:
        db.update("phone", ONLY, {"wifi_calling_mms_over_wifi": mms_over_wifi})


@write_tool(held_by="world")
def unseat_sim_card(db: Database) -> None:
    """The SIM card slipped out of place."""
    db.update("phone", ONLY, {"sim_card_missing": True})
    _search_network(db)


@write_tool(held_by="world")
def lock_sim_card(db: Database, mode: Literal["pin", "puk"]) -> None:
    """Wrong codes locked the SIM card; no tool unlocks it."""
    db.update("phone", ONLY, {"sim_card_status": f"locked_{mode}"})
    _search_network(db)


@write_tool(held_by="world")
def break_apn_settings(db: Database) -> None:
    """The APN became wrong."""
    db.update("apn_settings", ONLY, {"apn_name": "broken"})
    _search_network(db)


@write_tool(held_by="world")
def break_apn_mms_setting(db: Database) -> None:
    """The address for pictures got lost."""
    db.update("apn_settings", ONLY, {"mmsc_url": None})


@write_tool(held_by="world")
def break_vpn(db: Database) -> None:
    """A slow VPN got connected."""
    db.update("vpn", ONLY, {"connected": True, **VPN_SERVER, "server_performance": "poor"})


@write_tool(held_by="world")
def remove_app_permission(
    db: Database, app_name: str, permission: Literal["sms", "storage", "phone", "network"]
) -> None:
    """An app lost a permission."""
    _set_permission(db, app_name, permission, False)


@write_tool(held_by="world")
def set_data_usage(db: Database, customer_id: str, line_id: str, data_used_gb: float) -> None:
    """A line used so much data in this billing cycle."""
    _line_of(db, customer_id, line_id)
    db.update("data_usage", line_id, {"used_gb": data_used_gb})


@write_tool(held_by="world")
def suspend_line_for_overdue_bill(
    db: Database, customer_id: str, line_id: str, new_bill_id: str, contract_ended: bool
) -> None:
    """Last month's bill for an active line was not paid, and the line got suspended today.

    Args:
        customer_id: The customer who owns the line.
        line_id: The line's ID.
        new_bill_id: The ID of that bill.
        contract_ended: The line's contract ended with that month, too.
    """
    line = _line_of(db, customer_id, line_id)
    if line["status"] != "Active":
        raise Refusal("Line must be active to suspend for unpaid bill")
    if db.count("bills", {"customer_id": customer_id, "status": "Overdue"}):
        raise Refusal("Customer already has an overdue bill")
    _new_bill(db, new_bill_id, customer_id, _last_month(db), "Overdue")
    price = _record(db, "Plan", line["plan_id"])["price_per_month"]
    _charge(db, new_bill_id, price, f"Charge for line {line_id}")
    changes = {"status": "Suspended", "suspension_start_date": _today(db)}
    if contract_ended:
        changes["contract_end_date"] = _last_month(db)[1]
    db.update("lines", line_id, changes)


# ---------------------------------------------------------------- the world: what is true at the end


@read_tool(held_by="world")
def assert_service_status(db: Database, expected_status: Literal["connected", "no_service"]) -> bool:
    """Tell whether the phone has service, or has none."""
    return _phone_of(db)["network_connection_status"] == expected_status


@read_tool(held_by="world")
def assert_mobile_data_status(db: Database, expected_status: bool) -> bool:
    """Tell whether mobile data works, or does not."""
    return _data_works(db) == expected_status


@read_tool(held_by="world")
def assert_internet_speed(db: Database, expected_speed: float, expected_desc: str | None = None) -> bool:
    """Tell whether the internet is at least this fast, in Mbps, and of this grade."""
    mbps = _speed(db)
    return mbps >= expected_speed and (expected_desc is None or _grade(mbps).lower() == expected_desc.lower())


@read_tool(held_by="world")
def assert_can_send_mms(db: Database, expected_status: bool) -> bool:
    """Tell whether the messaging app can send a picture, or cannot."""
    return _mms_works(db) == expected_status


@read_tool(held_by="world")
def assert_data_refueling_amount(
    db: Database, customer_id: str, line_id: str, expected_amount: float
) -> bool:
    """Tell whether this much data was refueled."""
    _line_of(db, customer_id, line_id)
    return abs(db.get("data_usage", line_id)["refueled_gb"] - expected_amount) < 1e-6


@read_tool(held_by="world")
def assert_line_status(db: Database, customer_id: str, line_id: str, expected_status: str) -> bool:
    """Tell whether a line has this status."""
    return _line_of(db, customer_id, line_id)["status"] == expected_status


@read_tool(held_by="world")
def assert_no_overdue_bill(db: Database, overdue_bill_id: str) -> bool:
    """Tell whether a bill is paid, or never was."""
    bill = db.get("bills", overdue_bill_id)
    return bill is None or bill["status"] == "Paid"
