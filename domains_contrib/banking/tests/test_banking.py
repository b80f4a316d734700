"""The bank keeps the contract of domains, and its own rules."""

from pathlib import Path

import pytest
import scaleenv_domain_banking
from scaleenv_domain_banking import Banking

from scaleenv_core.engine import Environment, load_domain
from scaleenv_core.testing.domain import DomainContract

FOLDER = Path(scaleenv_domain_banking.__file__).parent / "banking"
CHECKING, SAVINGS, POUNDS, LETTINGS, ORGANS = "A1011", "A1012", "A1013", "P104", "P102"


class TestContract(DomainContract):
    script = Path(__file__).parents[1] / "make_rows.py"

    @pytest.fixture
    def plugin(self):
        return Banking()


@pytest.fixture
def bank():
    with Environment(load_domain(FOLDER)) as environment:
        yield environment


def pay(bank, amount, total, to_id=LETTINGS, from_account_id=CHECKING, **more):
    arguments = {"from_account_id": from_account_id, "to_id": to_id, "amount": amount, "agreed_total": total}
    return bank.call("make_transfer", arguments | more)


def account(bank, account_id=CHECKING):
    rows = bank.call("list_accounts", {"customer_id": "C101"}).content
    return next(row for row in rows if row["account_id"] == account_id)


def balanced(bank):
    return bank.call("ledger_is_balanced", {}, "world").content


def test_the_seed_ledger_is_balanced(bank):
    """Every balance is the sum of its postings before anything happens."""
    assert balanced(bank) is True


def test_a_transfer_books_two_postings_and_two_for_its_fee(bank):
    """Double entry: what leaves the account arrives somewhere, the fee too."""
    seen = pay(bank, 100, 101, speed="instant")

    postings = [change.after for change in bank.changes if change.table == "postings"]
    assert [(row["account_id"], row["amount_cents"]) for row in postings] == [
        (CHECKING, -10000),
        (CHECKING, -100),
        ("clearing-EUR", 10000),
        ("fees-EUR", 100),
    ]
    assert seen.content["fee"] == 1
    assert account(bank)["balance"] == 4616.09
    assert balanced(bank) is True


def test_money_changes_its_currency_through_the_bank(bank):
    """Pounds become euros in four postings, and each currency adds up by itself."""
    seen = pay(bank, 1000, 1000, to_id=SAVINGS, from_account_id=POUNDS)

    assert seen.status == "answered"
    assert account(bank, SAVINGS)["balance"] == 2073.39
    assert len([change for change in bank.changes if change.table == "postings"]) == 4
    assert balanced(bank) is True


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param(
            {"amount": 100, "total": 99}, "the total is 100.00, not 99.00", id="not the quoted total"
        ),
        pytest.param(
            {"amount": 1000.01, "total": 1000.01}, "1000.00 is left of today's limit", id="a day's limit"
        ),
        pytest.param({"amount": 5000.01, "total": 5000.01}, "may be 5000.00 at most", id="a payment's limit"),
        pytest.param({"amount": 900, "total": 900, "from_account_id": SAVINGS}, "own accounts", id="savings"),
        pytest.param(
            {"amount": 900, "total": 900, "from_account_id": SAVINGS, "to_id": CHECKING},
            "900.00 is needed, 899.39 is available",
            id="too little",
        ),
        pytest.param({"amount": 1, "total": 1, "to_id": CHECKING}, "to another account", id="to itself"),
        pytest.param(
            {"amount": 1, "total": 1, "to_id": "A1021"}, "neither an account nor", id="a stranger's"
        ),
        pytest.param({"amount": 1, "total": 1, "to_id": "fees-EUR"}, "not found", id="the bank's own"),
        pytest.param({"amount": 1.001, "total": 1}, "more than two decimals", id="half a cent"),
    ],
)
def test_a_transfer_is_refused(bank, asked, said):
    """What breaks a rule is refused with a reason, and nothing moves."""
    seen = pay(bank, **asked)

    assert seen.status == "refused"
    assert said in seen.text
    assert bank.changes == ()


def test_the_overdraft_may_be_used_up(bank):
    """A checking account goes below zero as far as was arranged, not a cent further."""
    assert pay(bank, 5217.09, 5217.09, to_id=SAVINGS).status == "answered"
    assert account(bank)["balance"] == -500
    assert account(bank)["available"] == 0
    assert "0.00 is available" in pay(bank, 0.01, 0.01, to_id=SAVINGS).text


def test_the_daily_limit_counts_what_was_paid(bank):
    """Payments add up over the day; transfers between own accounts do not."""
    pay(bank, 600, 600)
    pay(bank, 500, 500, to_id=SAVINGS)

    assert account(bank)["left_today"] == 400
    assert "400.00 is left" in pay(bank, 401, 401).text


@pytest.mark.parametrize(
    ("amount", "speed", "fee"), [(100, "standard", 3), (800, "standard", 4), (800, "instant", 5)]
)
def test_abroad_costs_more(bank, amount, speed, fee):
    """Half a percent, three euros at least, and one more at once."""
    arguments = {"from_account_id": CHECKING, "to_id": ORGANS, "amount": amount, "speed": speed}

    assert bank.call("quote_transfer", arguments).content["fee"] == fee


def test_a_frozen_account_does_nothing(bank):
    """Nothing leaves it, nothing arrives, and the reason is told."""
    bank.call("freeze_account", {"account_id": SAVINGS, "reason": "a court order"}, "world")

    assert "frozen (a court order)" in pay(bank, 1, 1, to_id=SAVINGS).text
    assert "frozen (a court order)" in pay(bank, 1, 1, to_id=CHECKING, from_account_id=SAVINGS).text


def test_a_blocked_card_can_only_be_replaced(bank):
    """The bank's block is lifted by a new card with the same settings, free of charge."""
    bank.call("block_card", {"card_id": "K101"}, "world")

    assert "can only be replaced" in bank.call("unfreeze_card", {"card_id": "K101"}).text
    assert "only an active card" in bank.call("freeze_card", {"card_id": "K101"}).text
    new = bank.call("replace_card", {"card_id": "K101", "reason": "blocked"}).content
    assert (new["replaces"], new["status"], new["purchase_limit"]) == ("K101", "active", 1000)
    assert account(bank)["balance"] == 4717.09


def test_a_lost_card_costs_its_fee(bank):
    """Five euros from the card's account, posted to the bank's fees."""
    bank.call("replace_card", {"card_id": "K102", "reason": "lost"})

    assert account(bank)["balance"] == 4712.09
    assert balanced(bank) is True


def test_fraud_needs_a_card_out_of_use(bank):
    """An active card goes on being misused: it is stopped before the claim."""
    claim = {"transaction_id": 8, "reason": "fraud"}

    assert "freeze or replace" in bank.call("open_dispute", claim).text
    bank.call("freeze_card", {"card_id": "K101"})
    assert bank.call("open_dispute", claim).content["status"] == "open"
    assert bank.call("withdraw_dispute", {"transaction_id": 8}).content["status"] == "withdrawn"
    assert "disputed once" in bank.call("open_dispute", claim).text
    assert "60 days" in bank.call("open_dispute", {"transaction_id": 4, "reason": "fraud"}).text


def test_a_payee_with_plans_stays(bank):
    """A payee goes when nothing is scheduled or standing for them, and may come back."""
    remove = {"payee_id": "P103"}
    assert "still scheduled" in bank.call("remove_payee", remove).text
    bank.call("cancel_scheduled_transfer", {"transfer_id": "T153"})

    assert bank.call("remove_payee", remove).content["status"] == "removed"
    assert "removed: no money" in pay(bank, 1, 1, to_id="P103").text
    again = {"customer_id": "C101", "name": "Summer School", "iban": "ie11 zzbk 2003 1882 4306 02"}
    assert bank.call("add_payee", again).content["payee_id"] == "P103"


@pytest.mark.parametrize("date", ["2026-03-16", "2026-03-15", "2027-03-17", "soon", "2026-02-30"])
def test_a_transfer_is_scheduled_for_a_day_to_come(bank, date):
    """Not today, not in more than a year, and on a day that there is."""
    arguments = {"from_account_id": CHECKING, "to_id": LETTINGS, "amount": 10, "date": date}

    assert bank.call("schedule_transfer", arguments).status == "refused"


@pytest.mark.parametrize(
    ("iban", "said"),
    [
        pytest.param("IE47 ZZBK 4011 2233 4455 67", "check digits", id="a digit wrong"),
        pytest.param("IE47 ZZBK 4011 2233 4455 6", "check digits", id="a digit missing"),
        pytest.param("47IE ZZBK 4011 2233 4455 66", "a country, two digits", id="not an IBAN"),
        pytest.param("IE37ZZBK82609256504600", "P104 has this IBAN already", id="known"),
    ],
)
def test_a_payee_has_a_sound_iban(bank, iban, said):
    """A mistyped number is found before money goes there, and a known one told."""
    seen = bank.call("add_payee", {"customer_id": "C101", "name": "Joinery", "iban": iban})

    assert said in seen.text
