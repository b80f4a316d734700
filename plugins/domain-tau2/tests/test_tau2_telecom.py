"""τ²-bench's telecom in our domain: from files of the same shape, and from the real ones."""

import json
import os
from pathlib import Path

import pytest
from scaleenv_domain_tau2.telecom import write_telecom

from scaleenv_core.engine import Environment, load_domain, read_tasks
from scaleenv_core.errors import SourceError
from scaleenv_core.plugins import discover

pytestmark = pytest.mark.skipif(
    "telecom" not in {plugin.name for plugin in discover("domain")}, reason="our telecom is not installed"
)

SHARED = Path(os.environ.get("SCALEENV_SHARED", Path(__file__).parents[4] / "shared"))
REAL = SHARED / "benchmarks" / "tau2" / "telecom"

CARRIER = """
[[plans]]
plan_id = "P1"
name = "Small"
data_limit_gb = 2.0
price_per_month = 10.0
data_refueling_price_per_gb = 3.0

[[devices]]
device_id = "D1"
device_type = "phone"
model = "One"
is_esim_capable = true
activated = true
activation_date = "2025-01-20T14:30:00"

[[lines]]
line_id = "L1"
phone_number = "555-0100"
status = "Active"
plan_id = "P1"
device_id = "D1"
data_used_gb = 0.5
data_refueling_gb = 0.0
roaming_enabled = false

[[customers]]
customer_id = "C1"
full_name = "Ann Ode"
date_of_birth = "1990-01-02"
email = "ann@example.com"
phone_number = "555-0100"
account_status = "Active"
created_at = "2024-01-02T03:04:05"
goodwill_credit_used_this_year = 0.0
payment_methods = [{method_type = "PayPal", account_number_last_4 = "0000", expiration_date = "01/2030"}]
address = {street = "1 Way", city = "Town", state = "ME", zip_code = "04101"}
line_ids = ["L1"]
bill_ids = ["B1"]

[[bills]]
bill_id = "B1"
customer_id = "C1"
period_start = "2025-02-01"
period_end = "2025-02-28"
issue_date = "2025-02-01"
due_date = "2025-02-15"
status = "Draft"
total_due = 10.0
line_items = [{description = "Small", amount = 10.0, date = "2025-02-01", item_type = "Plan Charge"}]
"""

PHONE = """
[device]
sim_card_status = "active"
sim_card_missing = false
airplane_mode = false
network_signal_strength = "good"
network_technology_connected = "5G"
network_connection_status = "connected"
battery_level = 80
data_enabled = true
roaming_enabled = false
network_mode_preference = "4g_5g_preferred"
wifi_enabled = false
wifi_connected = false
wifi_signal_strength = "none"
wifi_calling_enabled = false
wifi_calling_mms_over_wifi = false
data_saver_mode = false
vpn_enabled_setting = false
vpn_connected = false
active_apn_settings = {apn_name = "internet", mms_apn = "mms", mmsc_url = "http://mms"}
[device.app_statuses.messaging]
app_name = "messaging"
permissions = {sms = true, storage = true, phone = true, network = false}
"""

TASK = {
    "id": "[service_issue]airplane_mode_on",
    "user_scenario": {
        "persona": None,
        "instructions": {
            "reason_for_call": "No service.",
            "known_info": "You are Ann.",
            "task_instructions": "Be brief.",
        },
    },
    "initial_state": {
        "initialization_actions": [
            {
                "env_type": "user",
                "func_name": "set_user_info",
                "arguments": {"name": "Ann", "phone_number": "555-0100"},
            },
            {"env_type": "user", "func_name": "turn_airplane_mode_on", "arguments": {}},
            {
                "env_type": "assistant",
                "func_name": "enable_roaming",
                "arguments": {"customer_id": "C1", "line_id": "L1"},
            },
        ]
    },
    "evaluation_criteria": {
        "actions": [
            {"requestor": "user", "name": "toggle_airplane_mode", "arguments": {}, "compare_args": None},
            {
                "requestor": "assistant",
                "name": "transfer_to_human_agents",
                "arguments": {"summary": "done"},
                "compare_args": [],
            },
        ],
        "env_assertions": [
            {
                "func_name": "assert_service_status",
                "arguments": {"expected_status": "connected"},
                "assert_value": True,
            }
        ],
        "reward_basis": ["ENV_ASSERTION", "ACTION"],
    },
}


def files(folder: Path, carrier: str = CARRIER) -> Path:
    folder.mkdir()
    (folder / "db.toml").write_text(carrier)
    (folder / "user_db.toml").write_text(PHONE)
    (folder / "tasks.json").write_text(json.dumps([TASK]))
    (folder / "main_policy.md").write_text("Be kind.")
    (folder / "tech_support_manual.md").write_text("Look first.")
    return folder


def test_task(tmp_path):
    """A task's events make its start, its gold keeps its holders, its reward names our verifiers."""
    slug = write_telecom(tmp_path / "into", files(tmp_path / "data"))

    (task,) = read_tasks(tmp_path / "into" / slug)
    assert task.id == "tau2-telecom/[service_issue]airplane_mode_on"
    assert task.instruction == "No service.\n\nYou are Ann.\n\nBe brief."
    assert [change.table for change in task.start] == ["caller", "lines", "phone"]
    assert [(action.held_by, action.compare) for action in task.actions] == [("user", None), ("agent", ())]
    assert task.judged_by == ("validity", "checks", "actions")


def test_rows(tmp_path):
    """The nested records of the files come back from our tables as they were."""
    slug = write_telecom(tmp_path / "into", files(tmp_path / "data"))

    domain = load_domain(tmp_path / "into" / slug)
    with Environment(domain) as live:
        customer = live.call("get_customer_by_id", {"customer_id": "C1"}).content
        bill = live.call("get_details_by_id", {"id": "B1"}).content
    assert domain.policy == "Be kind.\n\nLook first."
    assert customer["address"]["city"] == "Town"
    assert (customer["line_ids"], customer["bill_ids"]) == (["L1"], ["B1"])
    assert customer["created_at"] == "2024-01-02 03:04:05"
    assert (bill["total_due"], bill["line_items"][0]["description"]) == (10.0, "Small")


def test_bill_that_does_not_add_up(tmp_path):
    """We keep no total beside the items; a file in which they differ is refused."""
    wrong = CARRIER.replace("total_due = 10.0", "total_due = 11.0")

    with pytest.raises(SourceError, match=r"bill B1: its items do not come to 11\.0"):
        write_telecom(tmp_path / "into", files(tmp_path / "data", wrong))


@pytest.mark.skipif(not REAL.exists(), reason=f"no {REAL}")
def test_the_real_tasks(tmp_path):
    """All 114 tasks load, are undone at their start, and done after their gold."""
    slug = write_telecom(tmp_path, REAL)

    tasks, domain = read_tasks(tmp_path / slug), load_domain(tmp_path / slug)
    with Environment(domain) as live:
        for task in tasks:
            live.reset(task.start)
            assert "actions" in task.judged_by or not all(map(live.holds, task.checks)), task.id
            answers = [live.call(action.tool, action.arguments, action.held_by) for action in task.actions]
            assert {answer.status for answer in answers} == {"answered"}, task.id
            assert all(map(live.holds, task.checks)), task.id
            assert live.fingerprint == task.fingerprint
    assert len(tasks) == 114
