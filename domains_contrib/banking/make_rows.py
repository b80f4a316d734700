"""Writes the bank's seed rows: ``python make_rows.py``. The same seed gives the same bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count, product
from pathlib import Path
from random import Random
from typing import Any

from attrs import field, frozen

from scaleenv_core.files import json_lines, write_text

ROWS = Path(__file__).parent / "scaleenv_domain_banking" / "banking" / "rows.jsonl"
SEED = 20260316
TODAY = date(2026, 3, 16)
CUSTOMERS, PURCHASES_EACH = 22, 5

Row = dict[str, Any]

CURRENCIES = {"EUR": 1_000_000, "USD": 918_000, "GBP": 1_174_000}
TIERS = {"standard": (500_000, 1_000_000), "premium": (2_500_000, 5_000_000)}

FIRST_NAMES = (
    "Aoife Brendan Ciara Declan Emer Fergal Grainne Hugh Imelda Jarlath Kate Liam Maeve Niall Orla".split()
)
LAST_NAMES = "Boyle Casey Daly Egan Flynn Geary Hogan Keane Lacey Moran Nolan Quirke Roche Shanley".split()
PLACES = (
    ("Cork", "T12 X4Y1"),
    ("Galway", "H91 K2N3"),
    ("Limerick", "V94 A7P6"),
    ("Sligo", "F91 C5D8"),
    ("Kilkenny", "R95 E3W2"),
    ("Wexford", "Y35 N9T4"),
    ("Ennis", "V95 H6R7"),
)
STREETS = (
    "Abbey Lane",
    "Bridge Street",
    "Castle Road",
    "Harbour View",
    "Mill Row",
    "Priory Hill",
    "Quay Street",
)
SHOPS = {
    "Corner Grocer": (650, 9800),
    "Green Line Rail": (420, 6400),
    "Harp & Hound": (1450, 7200),
    "Lough Books": (890, 5200),
    "Moss Pharmacy": (510, 4600),
    "Northlight Electronics": (3900, 29000),
    "Pine Furniture": (4500, 26000),
    "Streamhouse": (1299, 1299),
}
PAYEES = (
    ("Bayside Lettings", "IE"),
    ("Clonmore Energy", "IE"),
    ("Fintan Byrne", "IE"),
    ("Gaeltacht Summer School", "IE"),
    ("Hoffmann Orgelbau", "DE"),
    ("Lia Ferrari", "IT"),
    ("Rosslare Creche", "IE"),
    ("Skellig Insurance", "IE"),
    ("Talbot Dental", "IE"),
    ("Vintners Credit Club", "IE"),
)


@frozen
class Bank:
    """The rows made so far; a balance is the sum of an account's postings."""

    rng: Random
    rows: dict[str, list[Row]] = field(factory=dict)
    balances: Counter[str] = field(factory=Counter)
    numbers: Iterator[int] = field(factory=lambda: count(1))

    def add(self, table: str, **row: Any) -> Row:
        """Add a row."""
        self.rows.setdefault(table, []).append(row)
        return row

    def book(self, day: date, kind: str, text: str, legs: dict[str, int], **more: str) -> None:
        """Add a transaction and its postings."""
        number = next(self.numbers)
        self.add("transactions", transaction_id=number, date=day.isoformat(), kind=kind, text=text, **more)
        for account_id, cents in legs.items():
            self.add("postings", account_id=account_id, transaction_id=number, amount_cents=cents)
            self.balances[account_id] += cents


def iban(country: str, rng: Random) -> str:
    """An account number abroad or at home, with its two check digits (ISO 13616)."""
    inside = f"ZZBK{rng.randrange(10**14):014}"
    digits = "".join(str(int(letter, 36)) for letter in f"{inside}{country}00")
    return f"{country}{98 - int(digits) % 97:02}{inside}"


def bank(rng: Random) -> Bank:
    """The whole bank."""
    made = Bank(rng)
    for tier, (transfer, daily) in TIERS.items():
        made.add("tiers", tier=tier, transfer_limit_cents=transfer, highest_daily_limit_cents=daily)
    for currency, millionths in CURRENCIES.items():
        made.add("currencies", currency=currency, euro_millionths=millionths)
        for kind in ("clearing", "fees"):
            account(made, f"{kind}-{currency}", None, kind, currency)
    people = rng.sample(list(product(FIRST_NAMES, LAST_NAMES)), CUSTOMERS)
    for number, (first, last) in enumerate(people, start=1):
        customer(made, number, first, last)
    for row in made.rows["accounts"]:
        row["balance_cents"] = made.balances[row["account_id"]]
    return made


def account(
    made: Bank, account_id: str, customer_id: str | None, kind: str, currency: str, **more: Any
) -> Row:
    """An open account; its balance follows from the ledger."""
    row = {"account_id": account_id, "customer_id": customer_id, "kind": kind, "currency": currency}
    plain = {"balance_cents": 0, "overdraft_cents": 0, "daily_limit_cents": 0}
    return made.add("accounts", **row | plain | {"status": "open", "status_reason": ""} | more)


def customer(made: Bank, number: int, first: str, last: str) -> None:
    """A customer with all that is theirs."""
    rng, customer_id = made.rng, f"C{100 + number}"
    city, postcode = rng.choice(PLACES)
    tier = rng.choice(("standard", "standard", "premium"))
    born = date(1950, 1, 1) + timedelta(rng.randrange(19000))
    made.add(
        "customers",
        customer_id=customer_id,
        full_name=f"{first} {last}",
        date_of_birth=born.isoformat(),
        email=f"{first}.{last}@example.com".lower(),
        street=f"{rng.randint(1, 90)} {rng.choice(STREETS)}",
        city=city,
        postcode=postcode,
        tier=tier,
    )
    ids = (f"A{1000 + 10 * number + place}" for place in count(1))
    overdraft = rng.choice((0, 0, 20_000, 50_000, 100_000))
    limit = rng.choice((100_000, 200_000, 300_000)) * (1 + (tier == "premium"))
    checking = account(
        made, next(ids), customer_id, "checking", "EUR", overdraft_cents=overdraft, daily_limit_cents=limit
    )
    opened(made, checking["account_id"], "EUR", rng.randrange(260_000, 640_000))
    others = [("savings", "EUR")] * (rng.random() < 0.8) + [("savings", rng.choice(("USD", "GBP")))] * (
        rng.random() < 0.4
    )
    for kind, currency in others:
        opened(
            made,
            account(made, next(ids), customer_id, kind, currency)["account_id"],
            currency,
            rng.randrange(50_000, 1_900_000),
        )
    cards(made, number, checking["account_id"])
    pay_people(made, number, customer_id, checking["account_id"])


def opened(made: Bank, account_id: str, currency: str, cents: int) -> None:
    """The money that an account began with."""
    day = TODAY - timedelta(made.rng.randrange(120, 700))
    made.book(day, "opening", "Opening balance", {account_id: cents, f"clearing-{currency}": -cents})


def cards(made: Bank, number: int, account_id: str) -> None:
    """One card or two, and what was bought with them."""
    rng = made.rng
    for place in range(1, rng.randint(1, 2) + 1):
        card = made.add(
            "cards",
            card_id=f"K{100 * number + place}",
            account_id=account_id,
            last_four=f"{rng.randrange(10000):04}",
            status=rng.choices(("active", "frozen", "blocked"), (84, 10, 6))[0],
            purchase_limit_cents=rng.choice((50_000, 100_000, 150_000)),
            online=rng.random() < 0.8,
            abroad=rng.random() < 0.5,
            replaces=None,
        )
        ago = sorted(rng.sample(range(1, 100), PURCHASES_EACH), reverse=True)
        for days in ago:
            shop = rng.choice(sorted(SHOPS))
            cents = rng.randint(*SHOPS[shop])
            legs = {account_id: -cents, "clearing-EUR": cents}
            made.book(TODAY - timedelta(days), "purchase", shop, legs, card_id=card["card_id"])


def pay_people(made: Bank, number: int, customer_id: str, account_id: str) -> None:
    """Payees, the payments they got, and what they will get."""
    rng = made.rng
    for place, (name, country) in enumerate(rng.sample(PAYEES, rng.randint(2, 4)), start=1):
        payee_id = f"P{100 * number + place}"
        made.add(
            "payees",
            payee_id=payee_id,
            customer_id=customer_id,
            name=name,
            iban=iban(country, rng),
            status=rng.choices(("active", "closed"), (92, 8))[0],
        )
        plain = {"from_account_id": account_id, "to_account_id": None, "payee_id": payee_id}
        cents, reference = rng.randrange(1_500, 14_000, 50), rng.choice(("", "Invoice", "Monthly", "Thanks"))
        what = plain | {"amount_cents": cents, "reference": reference}
        day = TODAY - timedelta(rng.randrange(3, 80))
        sent = what | {"fee_cents": 0, "speed": "standard"}
        transfer_id = f"T{100 * number + place}"
        made.add("transfers", transfer_id=transfer_id, **sent, status="completed", date=day.isoformat())
        legs = {account_id: -cents, "clearing-EUR": cents}
        made.book(day, "transfer", f"To {name}", legs, transfer_id=transfer_id)
        if rng.random() < 0.3:
            later = TODAY + timedelta(rng.randrange(2, 40))
            made.add(
                "transfers",
                transfer_id=f"T{100 * number + 50 + place}",
                **sent,
                status="scheduled",
                date=later.isoformat(),
            )
        if rng.random() < 0.4:
            made.add(
                "standing_orders",
                standing_order_id=f"S{100 * number + place}",
                **what,
                day=rng.randint(1, 28),
                status=rng.choices(("active", "paused"), (5, 1))[0],
            )


TABLES = (
    "tiers customers currencies accounts cards payees transfers standing_orders transactions postings"
).split()  # parents first

if __name__ == "__main__":
    rows = bank(Random(SEED)).rows
    write_text(ROWS, json_lines({"table": table, "row": row} for table in TABLES for row in rows[table]))
