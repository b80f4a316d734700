"""τ²-bench's telecom: the carrier's and the phone's data as rows of our domain ``telecom``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scaleenv_core.errors import SourceError
from scaleenv_domain_tau2.common import Row, write

NOW = "2025-02-25T17:08:00Z"
"""2025-02-25 12:08:00 EST, as the policy says."""

CYCLE_END = "2025-02-28"

COVERAGE = {"2G": "poor", "3G": "fair", "4G": "good", "5G": "excellent"}
"""Signals where the user is. No file has them; the recorded status bars show them."""


def write_telecom(into: Path, data: Path, tasks: Path | None = None) -> str:
    """Write ``tau2-telecom``; returns its slug."""
    made = rows(_read_toml(data / "db.toml"), _read_toml(data / "user_db.toml")["device"])
    policy = ("main_policy.md", "tech_support_manual.md")
    title = "Telecom (τ²-bench)"
    return write(into, data, "telecom", made, title=title, now=NOW, tasks=tasks, policy=policy)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, tomllib.TOMLDecodeError) as exc:
        raise SourceError(str(path), f"not a TOML file: {exc}") from exc


def rows(carrier: Row, device: Row) -> Iterator[tuple[str, Row]]:
    """All rows."""
    yield from (("plans", plan) for plan in carrier["plans"])
    yield from (("devices", _spoken(row)) for row in carrier["devices"])
    owners = {}
    for customer in carrier["customers"]:
        yield from _customer(_spoken(customer))
        owners |= dict.fromkeys(customer["line_ids"], customer["customer_id"])
    for line in carrier["lines"]:
        yield from _line(line, owners[line["line_id"]])
    for bill in carrier["bills"]:
        yield from _bill(bill)
    # A task's events say who calls; until then it is the first customer.
    first = carrier["customers"][0]
    caller = {"name": first["full_name"], "phone_number": first["phone_number"], "is_abroad": False}
    yield "caller", {"id": 1, **caller}
    yield from (("coverage", {"technology": name, "strength": COVERAGE[name]}) for name in COVERAGE)
    yield from _phone(device)


def _spoken(row: Row) -> Row:
    """Times as τ²-bench's tools say them: with a space before the hour."""
    times = ("created_at", "activation_date", "last_esim_transfer_date")
    return {**row, **{name: row[name].replace("T", " ") for name in times if name in row}}


def _without(row: Row, *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def _customer(customer: Row) -> Iterator[tuple[str, Row]]:
    own = _without(customer, "address", "payment_methods", "line_ids", "bill_ids")
    yield "customers", own | customer["address"]
    for number, method in enumerate(customer["payment_methods"], start=1):
        yield "payment_methods", {"customer_id": customer["customer_id"], "number": number, **method}


def _line(line: Row, customer_id: str) -> Iterator[tuple[str, Row]]:
    own = _without(line, "data_used_gb", "data_refueling_gb")
    yield "lines", own | {"customer_id": customer_id}
    used = {"used_gb": line["data_used_gb"], "refueled_gb": line["data_refueling_gb"]}
    yield "data_usage", {"line_id": line["line_id"], "cycle_end_date": CYCLE_END, **used}


def _bill(bill: Row) -> Iterator[tuple[str, Row]]:
    mine, items = {"bill_id": bill["bill_id"]}, bill["line_items"]
    if bill["total_due"] != sum(item["amount"] for item in items):  # we keep no total beside them
        raise SourceError(f"bill {bill['bill_id']}", f"its items do not come to {bill['total_due']}")
    yield "bills", _without(bill, "line_items", "total_due")
    for number, item in enumerate(items, start=1):
        yield "bill_items", {**mine, "number": number, **item}


def _phone(device: Row) -> Iterator[tuple[str, Row]]:
    nested = ("active_apn_settings", "app_statuses", "vpn_enabled_setting", "vpn_connected")
    yield "phone", {"id": 1, **_without(device, *nested)}
    yield "apn_settings", {"id": 1, "reset_at_reboot": False, **device["active_apn_settings"]}
    vpn = {"enabled_setting": device["vpn_enabled_setting"], "connected": device["vpn_connected"]}
    yield "vpn", {"id": 1, **vpn}
    for position, app in enumerate(device["app_statuses"].values(), start=1):
        yield "apps", {"app_name": app["app_name"], "position": position, **app["permissions"]}
