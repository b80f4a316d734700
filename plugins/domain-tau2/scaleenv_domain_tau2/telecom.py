"""τ²-bench's telecom: its two data files and 114 tasks, in our domain ``telecom``."""

from __future__ import annotations

import json
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scaleenv_core.engine import DomainFolder, Environment
from scaleenv_core.engine.seal import seal, sealed, start_after, write_tasks
from scaleenv_core.files import copy_folder, json_lines, write_text
from scaleenv_core.plugins import Plugins
from scaleenv_core.types import Action, Check, Task

SLUG = "tau2-telecom"

NOW = "2025-02-25T17:08:00Z"
"""2025-02-25 12:08:00 EST, as the policy says."""

COVERAGE = {"2G": "poor", "3G": "fair", "4G": "good", "5G": "excellent"}
"""Signals where the user is. No file says them; the recorded status bars show them."""

JUDGES = {"DB": "state", "ENV_ASSERTION": "checks", "ACTION": "actions", "COMMUNICATE": "communicate"}
"""Part of the reward → our verifier."""

Row = dict[str, Any]


def write_telecom(into: Path, data: Path) -> str:
    """Write the domain's folder with its tasks, from a folder with ``db.toml`` and the rest; its slug."""
    folder = into / SLUG
    with tempfile.TemporaryDirectory(prefix="scaleenv-") as place:
        (ours,) = Plugins.of({"domain": ["telecom"]}, {}).hook.write_domains(into=Path(place))
        copy_folder(Path(place) / ours[0], folder)
    (folder / "tasks.toml").unlink()
    rows = ({"table": table, "row": row} for table, row in _rows(data))
    write_text(folder / "rows.jsonl", json_lines(rows))
    write_text(folder / "policy.md", _policy(data))
    domain = seal(folder, title="Telecom (τ²-bench)", now=NOW)
    write_tasks(folder, sealed(domain, _tasks(domain, json.loads((data / "tasks.json").read_bytes()))))
    return SLUG


def _policy(data: Path) -> str:
    parts = {"main_policy": "main_policy.md", "tech_support_policy": "tech_support_manual.md"}
    return "\n".join(
        f"<{part}>\n{(data / name).read_text(encoding='utf-8')}\n</{part}>" for part, name in parts.items()
    )


def _rows(data: Path) -> Iterator[tuple[str, Row]]:
    carrier = tomllib.loads((data / "db.toml").read_text(encoding="utf-8"))
    yield from (("plans", plan) for plan in carrier["plans"])
    yield from (("devices", _spoken(device)) for device in carrier["devices"])
    for customer in carrier["customers"]:
        yield from _customer(_spoken(customer))
    owners = {line: owner["customer_id"] for owner in carrier["customers"] for line in owner["line_ids"]}
    for line in carrier["lines"]:
        yield from _line(line, owners[line["line_id"]])
    for bill in carrier["bills"]:
        yield from _bill(bill)
    # Who calls is said by each task's events; until then it is the first customer.
    first = carrier["customers"][0]
    caller = {"name": first["full_name"], "phone_number": first["phone_number"], "is_abroad": False}
    yield "caller", {"id": 1, **caller}
    yield from (("coverage", {"technology": name, "strength": COVERAGE[name]}) for name in COVERAGE)
    yield from _phone(tomllib.loads((data / "user_db.toml").read_text(encoding="utf-8"))["device"])


def _spoken(row: Row) -> Row:
    """Times as τ²-bench's tools say them: with a space before the hour."""
    times = ("created_at", "activation_date", "last_esim_transfer_date")
    return row | {name: row[name].replace("T", " ") for name in times if name in row}


def _customer(customer: Row) -> Iterator[tuple[str, Row]]:
    nested = ("address", "payment_methods", "line_ids", "bill_ids")
    own = {name: value for name, value in customer.items() if name not in nested}
    yield "customers", own | customer["address"]
    for number, method in enumerate(customer["payment_methods"], start=1):
        yield "payment_methods", {"customer_id": customer["customer_id"], "number": number, **method}


def _line(line: Row, customer_id: str) -> Iterator[tuple[str, Row]]:
    usage = {"used_gb": line.pop("data_used_gb"), "refueled_gb": line.pop("data_refueling_gb")}
    yield "lines", {**line, "customer_id": customer_id}
    yield "data_usage", {"line_id": line["line_id"], "cycle_end_date": "2025-02-28", **usage}


def _bill(bill: Row) -> Iterator[tuple[str, Row]]:
    items, due = bill.pop("line_items"), bill.pop("total_due")
    if due != sum(item["amount"] for item in items):
        raise ValueError(f"bill {bill['bill_id']}: {due} is due, and its items come to something else")
    yield "bills", bill
    for number, item in enumerate(items, start=1):
        yield "bill_items", {"bill_id": bill["bill_id"], "number": number, **item}


def _phone(device: Row) -> Iterator[tuple[str, Row]]:
    apn, apps = device.pop("active_apn_settings"), device.pop("app_statuses")
    vpn = {"enabled_setting": device.pop("vpn_enabled_setting"), "connected": device.pop("vpn_connected")}
    yield "phone", {"id": 1, **device}
    yield "apn_settings", {"id": 1, "reset_at_reboot": False, **apn}
    yield "vpn", {"id": 1, **vpn}
    for position, app in enumerate(apps.values(), start=1):
        yield "apps", {"app_name": app["app_name"], "position": position, **app["permissions"]}


def _tasks(domain: DomainFolder, given: list[Row]) -> list[Task]:
    with Environment(domain) as environment:
        return [_task(environment, task) for task in given]


def _task(environment: Environment, given: Row) -> Task:
    criteria = given["evaluation_criteria"]
    events = [
        Action(tool=event["func_name"], arguments=event["arguments"])
        for event in given["initial_state"]["initialization_actions"]
    ]
    return Task(
        id=f"{SLUG}/{given['id']}",
        domain=SLUG,
        instruction=_instruction(given["user_scenario"]),
        actions=tuple(map(_action, criteria["actions"])),
        changes=(),
        fingerprint="",
        tools=(),
        start=start_after(environment, events),
        checks=tuple(
            Check(tool=check["func_name"], arguments=check["arguments"], expected=check["assert_value"])
            for check in criteria["env_assertions"]
        ),
        judged_by=tuple(sorted(JUDGES[part] for part in criteria["reward_basis"])),
    )


def _action(given: Row) -> Action:
    compared = given["compare_args"]
    return Action(
        tool=given["name"],
        arguments=given["arguments"],
        held_by="user" if given["requestor"] == "user" else "agent",
        compare=None if compared is None else tuple(compared),
    )


def _instruction(scenario: Row) -> str:
    told = scenario["instructions"]
    parts = (scenario["persona"], told["reason_for_call"], told["known_info"], told["task_instructions"])
    return "\n\n".join(part.strip() for part in parts if part)
