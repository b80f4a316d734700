"""Writes the domain's seed rows: a small carrier, all of it invented.

Run it, then `scaleenv seal` on the folder it wrote to.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from scaleenv_core.files import json_lines, write_text

ROWS = Path(__file__).parent / "scaleenv_domain_telecom" / "telecom" / "rows.jsonl"

FIRST_NAMES = (
    *(
        "Amara",
        "Bruno",
        "Chiara",
        "Dmitri",
        "Elif",
        "Farid",
        "Greta",
        "Hiro",
        "Ines",
        "Jonas",
        "Keiko",
        "Liam",
    ),
    *("Maya", "Nikhil", "Olga", "Pedro", "Quinn", "Rosa", "Sanjay", "Tess", "Umar", "Vera", "Wen", "Yusuf"),
)
LAST_NAMES = (
    *("Okafor", "Silva", "Rossi", "Volkov", "Demir", "Haddad", "Lindqvist", "Tanaka", "Moreau", "Becker"),
    *("Sato", "Byrne", "Cohen", "Rao", "Petrova", "Alvarez", "Harper", "Nunez", "Mehta", "Walsh", "Khan"),
    *("Kowalska", "Zhang", "Aydin"),
)
PLACES = (
    ("Tacoma", "WA", "98402"),
    ("Boise", "ID", "83702"),
    ("Duluth", "MN", "55802"),
    ("Savannah", "GA", "31401"),
    ("Portland", "ME", "04101"),
    ("Tucson", "AZ", "85701"),
)
STREETS = ("Alder St", "Quarry Rd", "Harbor Ave", "Juniper Ln", "Mill St", "Orchard Way")
PLANS = (
    ("Starter", 3.0, 25.0, 6.0),
    ("Everyday", 10.0, 40.0, 4.0),
    ("Plus", 25.0, 55.0, 3.0),
    ("Max", 60.0, 75.0, 2.0),
    ("Boundless", 500.0, 95.0, 0.5),
    ("Tablet", 5.0, 15.0, 5.0),
)
MODELS = {"phone": ("Lumen 8", "Lumen 9", "Corvid S", "Petal Mini"), "tablet": ("Slate 11", "Slate 13")}
MONTHS = (("2026-02", "28"), ("2026-03", "31"))
"""Months that are billed; a bill is issued on the first and due on the fifteenth."""

Table = tuple[str, dict[str, Any]]


def rows() -> Iterator[Table]:
    """All rows, parents before children."""
    rng = Random(20260317)
    for number, (name, limit, price, refueling) in enumerate(PLANS, start=1):
        plan = {"name": name, "data_limit_gb": limit, "price_per_month": price}
        yield "plans", {"plan_id": f"P{1000 + number}", **plan, "data_refueling_price_per_gb": refueling}
    lines = 0
    for number, names in enumerate(zip(FIRST_NAMES, LAST_NAMES, strict=True), start=1):
        owned = [lines + place for place in range(1, rng.choice((1, 1, 2, 2, 3)) + 1)]
        lines += len(owned)
        yield from customer(rng, f"C{1000 + number}", *names, owned[0])
        held = [line(rng, f"C{1000 + number}", place, place == owned[0]) for place in owned]
        for made in held:
            yield from made
        yield from bills(rng, number, [made[1][1] for made in held])
    yield from phone()


def customer(rng: Random, customer_id: str, first: str, last: str, line_number: int) -> Iterator[Table]:
    """A customer and one or two payment methods."""
    city, state, zip_code = rng.choice(PLACES)
    yield (
        "customers",
        {
            "customer_id": customer_id,
            "full_name": f"{first} {last}",
            "date_of_birth": f"{rng.randint(1950, 2004)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
            "email": f"{first}.{last}@example.com".lower(),
            "phone_number": phone_number(line_number),
            "street": f"{rng.randint(1, 999)} {rng.choice(STREETS)}",
            "city": city,
            "state": state,
            "zip_code": zip_code,
            "account_status": "Active",
            "created_at": f"20{rng.randint(19, 25)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}T10:00:00",
            "last_extension_date": rng.choice((None, None, "2025-11-20")),
            "goodwill_credit_used_this_year": rng.choice((0.0, 0.0, 10.0, 25.0)),
        },
    )
    for number in range(1, rng.randint(1, 2) + 1):
        method = {
            "method_type": rng.choice(("Credit Card", "Debit Card", "PayPal")),
            "account_number_last_4": f"{rng.randint(0, 9999):04}",
            "expiration_date": f"{rng.randint(1, 12):02}/{rng.randint(2027, 2030)}",
        }
        yield "payment_methods", {"customer_id": customer_id, "number": number, **method}


def line(rng: Random, customer_id: str, number: int, first: bool) -> list[Table]:
    """A device, the line that it is used with, and the line's usage."""
    kind = "phone" if first else rng.choice(("phone", "phone", "tablet"))
    plan = 6 if kind == "tablet" else rng.randint(1, 5)
    status = (
        "Active" if first else rng.choice(("Active", "Active", "Active", "Suspended", "Pending Activation"))
    )
    device = {
        "device_id": f"D{1000 + number}",
        "device_type": kind,
        "model": rng.choice(MODELS[kind]),
        "imei": f"35{rng.randrange(10**13):013}",
        "is_esim_capable": rng.random() < 0.7,
        "activated": status != "Pending Activation",
        "activation_date": None if status == "Pending Activation" else "2025-09-12T09:30:00",
        "last_esim_transfer_date": None,
    }
    made = {
        "line_id": f"L{1000 + number}",
        "customer_id": customer_id,
        "phone_number": phone_number(number),
        "status": status,
        "plan_id": f"P{1000 + plan}",
        "device_id": device["device_id"],
        "roaming_enabled": rng.random() < 0.3,
        "contract_end_date": rng.choice(("2026-09-30", "2027-03-31", "2027-12-31")),
        "last_plan_change_date": rng.choice((None, "2025-06-01")),
        "last_sim_replacement_date": rng.choice((None, "2025-10-14")),
        "suspension_start_date": "2026-03-02" if status == "Suspended" else None,
        "suspension_reason": "customer's wish" if status == "Suspended" else None,
    }
    usage = {
        "line_id": made["line_id"],
        "cycle_end_date": "2026-03-31",
        "used_gb": round(rng.uniform(0.1, 0.9) * PLANS[plan - 1][1], 1) if status == "Active" else 0.0,
        "refueled_gb": 0.0,
    }
    return [("devices", device), ("lines", made), ("data_usage", usage)]


def bills(rng: Random, number: int, lines: list[dict[str, Any]]) -> Iterator[Table]:
    """A customer's bills of two months, and for some the draft of the next."""
    prices = {f"P{1000 + place}": (plan[0], plan[2]) for place, plan in enumerate(PLANS, start=1)}
    late = number % 8 == 0
    for place, (month, last) in enumerate(MONTHS, start=1):
        bill_id = f"B{1000 + 10 * number + place}"
        days = {"period_start": f"{month}-01", "period_end": f"{month}-{last}", "issue_date": f"{month}-01"}
        status = "Overdue" if late and place == len(MONTHS) else "Paid"
        yield "bills", bill(bill_id, number, f"{month}-15", status, days)
        items = [
            (f"{prices[line['plan_id']][0]} - {line['phone_number']}", line["plan_id"]) for line in lines
        ]
        for position, (text, plan_id) in enumerate(items, start=1):
            charge = {"description": text, "amount": prices[plan_id][1], "date": f"{month}-01"}
            yield "bill_items", {"bill_id": bill_id, "number": position, **charge, "item_type": "Plan Charge"}
    if rng.random() < 0.6:
        days = {"period_start": "2026-04-01", "period_end": "2026-04-30", "issue_date": "2026-04-01"}
        yield "bills", bill(f"B{1000 + 10 * number + 3}", number, "2026-04-15", "Draft", days)


def bill(bill_id: str, number: int, due: str, status: str, days: dict[str, str]) -> dict[str, Any]:
    """One bill without its items."""
    return {"bill_id": bill_id, "customer_id": f"C{1000 + number}", **days, "due_date": due, "status": status}


def phone() -> Iterator[Table]:
    """A phone with nothing wrong, in the hand of the first customer, at home."""
    name = f"{FIRST_NAMES[0]} {LAST_NAMES[0]}"
    yield "caller", {"id": 1, "name": name, "phone_number": phone_number(1), "is_abroad": False}
    strengths = {"2G": "poor", "3G": "fair", "4G": "good", "5G": "excellent"}
    for technology, strength in strengths.items():
        yield "coverage", {"technology": technology, "strength": strength}
    radio = {
        "airplane_mode": False,
        "sim_card_missing": False,
        "sim_card_status": "active",
        "network_mode_preference": "4g_5g_preferred",
        "network_connection_status": "connected",
        "network_technology_connected": "5G",
        "network_signal_strength": "excellent",
        "data_enabled": True,
        "roaming_enabled": False,
        "data_saver_mode": False,
    }
    wifi = {
        "wifi_enabled": False,
        "wifi_connected": False,
        "wifi_ssid": None,
        "wifi_signal_strength": "none",
        "wifi_calling_enabled": False,
        "wifi_calling_mms_over_wifi": False,
    }
    yield "phone", {"id": 1, "battery_level": 80, **radio, **wifi}
    apn = {"apn_name": "internet", "mms_apn": "mms", "mmsc_url": "http://mms.carrier.com/mms/wapenc"}
    yield "apn_settings", {"id": 1, "reset_at_reboot": False, **apn, "mms_proxy": None, "mms_port": None}
    server = {"server_address": None, "protocol": None, "server_performance": None}
    yield "vpn", {"id": 1, "enabled_setting": False, "connected": False, **server}
    apps = {
        "messaging": "sms storage phone",
        "browser": "storage network",
        "camera": "storage",
        "maps": "network",
    }
    for position, (app, permissions) in enumerate(apps.items(), start=1):
        allowed = {name: name in permissions.split() for name in ("sms", "storage", "phone", "network")}
        yield "apps", {"app_name": app, "position": position, **allowed}


def phone_number(number: int) -> str:
    """A number of the range that is kept for fiction."""
    return f"206-555-{100 + number:04}"


if __name__ == "__main__":
    write_text(ROWS, json_lines({"table": table, "row": row} for table, row in rows()))
