"""The carrier and the phone: the contract, and the rules that are easy to get wrong."""

import json
import os
from pathlib import Path

import pytest
from attrs import evolve
from scaleenv_domain_telecom import Telecom

from scaleenv_core.engine import Environment, load_domain
from scaleenv_core.testing.domain import DomainContract

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "scaleenv_domain_telecom" / "telecom"
SHARED = Path(os.environ.get("SCALEENV_SHARED", ROOT.parents[2] / "shared"))
LABELS = SHARED / "benchmarks" / "labels-dev.jsonl"

CUSTOMER, LINE = {"customer_id": "C1001"}, {"customer_id": "C1001", "line_id": "L1001"}


class TestContract(DomainContract):
    script = Path(__file__).parents[1] / "make_rows.py"

    @pytest.fixture
    def plugin(self):
        return Telecom()


@pytest.fixture(scope="module")
def domain():
    return load_domain(FOLDER)


@pytest.fixture
def call(domain):
    """Calls a tool as whoever holds it; a refusal is its text."""
    with Environment(domain) as live:
        yield lambda tool, **given: live.call(tool, given, domain.functions[tool].held_by).content


def test_tools_are_tau2_benchs(domain):
    """Agent and user hold the tools of τ²-bench, with its parameters."""
    if not LABELS.exists():
        pytest.skip(f"no {LABELS}")
    holders = {"telecom": "agent", "telecom:user": "user"}
    theirs = {}
    for line in LABELS.read_text().splitlines():
        tool = json.loads(line)
        if tool["domain"] in holders:
            parameters = list(tool["parameters"].get("properties", {}))
            theirs[tool["tool_name"]] = (holders[tool["domain"]], parameters)

    ours = {
        name: (domain.functions[name].held_by, list(tool.parameters["properties"]))
        for name, tool in domain.tools.items()
        if domain.functions[name].held_by != "world"
    }
    assert len(ours) == 43
    assert ours == theirs


def test_service_comes_back_with_a_search(call):
    """A line that is suspended or resumed is noticed at the phone's next search, not before."""
    call("suspend_line", **LINE, reason="wish")
    assert call("assert_service_status", expected_status="connected")
    assert "No Signal" in call("reboot_device")

    call("resume_line", **LINE)

    assert "No Signal" in call("check_status_bar")
    assert "5G" in call("reboot_device")


@pytest.mark.parametrize(
    ("done", "found"),
    [
        pytest.param([], "275.00 Mbps (Excellent)", id="5G"),
        pytest.param([("set_network_mode_preference", {"mode": "4g_only"})], "44.00 Mbps (Good)", id="4G"),
        pytest.param([("set_network_mode_preference", {"mode": "3g_only"})], "1.50 Mbps (Poor)", id="3G"),
        pytest.param(
            [("set_network_mode_preference", {"mode": "2g_only"})], "0.05 Mbps (Very Poor)", id="2G"
        ),
        pytest.param([("toggle_data_saver_mode", {})], "55.00 Mbps (Good)", id="saver"),
        pytest.param([("connect_vpn", {})], "275.00 Mbps (Excellent)", id="good VPN"),
        pytest.param([("break_vpn", {})], "27.50 Mbps (Good)", id="bad VPN"),
        pytest.param([("break_vpn", {}), ("toggle_data_saver_mode", {})], "5.50 Mbps (Fair)", id="both"),
        pytest.param([("toggle_data", {})], "No Connection", id="off"),
        pytest.param([("toggle_airplane_mode", {})], "No Connection", id="airplane"),
        pytest.param([("lock_sim_card", {"mode": "puk"})], "No Connection", id="locked"),
        pytest.param(
            [("set_apn_settings", {"apn_settings": {"apn_name": "broken"}})], "No Connection", id="APN"
        ),
        pytest.param([("set_data_usage", {**LINE, "data_used_gb": 10})], "No Connection", id="used up"),
    ],
)
def test_speed(call, done, found):
    """The speed is that of the network, its signal, and what slows the phone down."""
    for tool, arguments in done:
        call(tool, **arguments)

    assert found in call("run_speed_test")


@pytest.mark.parametrize(
    ("line", "phone"), [(False, False), (True, False), (False, True), (True, True)], ids=str
)
def test_roaming_is_on_twice(call, line, phone):
    """Abroad, data works when both the line and the phone allow roaming."""
    call("set_user_location", abroad=True)
    if line:
        call("enable_roaming", **LINE)
    if phone:
        call("toggle_roaming")

    assert call("assert_mobile_data_status", expected_status=line and phone)


def test_airplane_mode_ends_the_vpn(call):
    """Airplane mode disconnects the VPN, which does not come back by itself."""
    call("connect_vpn")
    assert "VPN" not in call("toggle_airplane_mode")
    assert call("toggle_wifi") == "Cannot change Wi-Fi settings while Airplane Mode is ON."

    assert "VPN" not in call("toggle_airplane_mode")


def test_apn_is_reset_at_reboot(call):
    """Resetting the APN settings takes effect when the phone reboots, and once."""
    call("break_apn_mms_setting")
    call("reset_apn_settings")
    assert "Not Set" in call("check_apn_settings")

    assert call("reboot_device").startswith("Resetting APN settings...\n")
    assert call("reboot_device").startswith("Restarting network services...\n")
    assert call("can_send_mms") == "Your messaging app can send MMS messages."


def test_one_payment_at_a_time(call):
    """A bill awaits payment until the caller paid it; meanwhile no other may."""
    assert call("make_payment") == "You do not have a payment request."
    call("send_payment_request", **CUSTOMER, bill_id="B1012")
    refused = call("send_payment_request", **CUSTOMER, bill_id="B1011")
    assert refused == "A bill is already awaiting payment for this customer"

    assert call("make_payment") == "Payment of 95.0 USD has been made for bill B1012."
    assert call("get_details_by_id", id="B1012")["status"] == "Paid"
    assert call("check_payment_request") == "No payment request has been made."


def test_another_customers_request(call):
    """A request to another customer does not reach this phone, nor does their bill belong here."""
    assert "not found" in call("send_payment_request", **CUSTOMER, bill_id="B1082")
    call("send_payment_request", customer_id="C1008", bill_id="B1082")

    assert call("check_payment_request") == "No payment request has been made."


def test_refueling_goes_on_the_next_bill(call):
    """Refueled data is charged to a draft for the next month, which is made once."""
    first = call("refuel_data", **LINE, gb_amount=1)
    second = call("refuel_data", **LINE, gb_amount=0.5)

    drafts = [bill for bill in call("get_bills_for_customer", **CUSTOMER) if bill["status"] == "Draft"]
    assert (first["charge"], second["new_data_refueling_gb"]) == (4.0, 1.5)
    assert [(bill["period_start"], bill["period_end"], bill["total_due"]) for bill in drafts] == [
        ("2026-04-01", "2026-04-30", 6.0)
    ]


@pytest.mark.parametrize(
    ("now", "last_month", "next_month"),
    [
        ("2026-01-20", ("2025-12-01", "2025-12-31"), ("2026-02-01", "2026-02-28")),
        ("2028-03-01", ("2028-02-01", "2028-02-29"), ("2028-04-01", "2028-04-30")),
        ("2025-12-31", ("2025-11-01", "2025-11-30"), ("2026-01-01", "2026-01-31")),
    ],
)
def test_months(domain, now, last_month, next_month):
    """Bills are for whole months, over the ends of years and in leap years."""
    then = evolve(domain, manifest=evolve(domain.manifest, now=f"{now}T09:00:00Z"))
    with Environment(then) as live:
        live.call("refuel_data", {**LINE, "gb_amount": 1})
        late = {**LINE, "new_bill_id": "B1", "contract_ended": True}
        live.call("suspend_line_for_overdue_bill", late, "world")
        bills = {bill["status"]: bill for bill in live.call("get_bills_for_customer", CUSTOMER).content}
        line = live.call("get_details_by_id", {"id": "L1001"}).content

    found = [(bills[status]["period_start"], bills[status]["period_end"]) for status in ("Overdue", "Draft")]
    assert found == [last_month, next_month]
    assert (line["status"], line["contract_end_date"]) == ("Suspended", last_month[1])


@pytest.mark.parametrize(
    ("tool", "given", "said"),
    [
        ("get_details_by_id", {"id": "X1"}, "Unknown ID format or type: X1"),
        ("get_details_by_id", {"id": "P9"}, "Plan with ID P9 not found"),
        ("get_customer_by_phone", {"phone_number": "1"}, "Customer with phone number 1 not found"),
        ("resume_line", LINE, "Line must be suspended to resume"),
        ("enable_roaming", {**CUSTOMER, "line_id": "L1004"}, "Line L1004 not found for customer C1001"),
        ("refuel_data", {**LINE, "gb_amount": 0}, "Refuel amount must be positive"),
        ("check_app_permissions", {"app_name": "chess"}, "App 'chess' not found on this phone."),
        ("set_user_info", {"name": "A", "phone_number": "1"}, "Line with phone number 1 not found"),
        (
            "set_apn_settings",
            {"apn_settings": {"apn": "x"}},
            "There is no APN setting 'apn'; there are: "
            "apn_name, reset_at_reboot, mms_apn, mmsc_url, mms_proxy, mms_port",
        ),
    ],
)
def test_refusals(call, tool, given, said):
    """What cannot be done is said."""
    assert call(tool, **given) == said
