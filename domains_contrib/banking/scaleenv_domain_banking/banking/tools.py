"""What the service desk of the bank can do.

The functions with a decorator are the tools; those whose names begin with ``_`` serve them.
Customers and agents speak of euros (or dollars, or pounds), the tables of cents.
"""

import re
from typing import Annotated, Literal, TypedDict

from scaleenv_core.engine import (
    Database,
    Refusal,
    arithmetic,
    at_least,
    contains,
    days_after,
    given,
    one_of,
    other_than,
    read_tool,
    write_tool,
)

INSTANT_FEE, ABROAD_FEE, CARD_FEE = 100, 300, 500
DISPUTE_DAYS, SCHEDULE_DAYS = 60, 365

Amount = Annotated[float, {"exclusiveMinimum": 0, "maximum": 10_000_000}]
Limit = Annotated[float, {"minimum": 0, "maximum": 10_000_000}]
Day = Annotated[int, {"minimum": 1, "maximum": 28}]
NewAmount = Annotated[float | None, {"exclusiveMinimum": 0, "maximum": 10_000_000}]
NewLimit = Annotated[float | None, {"minimum": 0, "maximum": 10_000_000}]
NewDay = Annotated[int | None, {"minimum": 1, "maximum": 28}]
Cents = Annotated[int, {"minimum": 1, "maximum": 100_000}]
Reference = Annotated[str, {"maxLength": 35}]
Speed = Literal["standard", "instant"]


class Customer(TypedDict):
    """A customer."""

    customer_id: str
    full_name: str
    date_of_birth: str
    email: str
    street: str
    city: str
    postcode: str
    tier: str


class Account(TypedDict):
    """An account: what it holds, what may leave it, and why it is frozen, if it is."""

    account_id: str
    customer_id: str
    kind: Literal["checking", "savings"]
    currency: str
    balance: float
    overdraft: float
    available: float
    daily_limit: float
    left_today: float
    status: Literal["open", "frozen", "closed"]
    status_reason: str


class Card(TypedDict):
    """A debit card; its account pays what is bought with it."""

    card_id: str
    account_id: str
    last_four: str
    status: Literal["active", "frozen", "blocked", "cancelled"]
    purchase_limit: float
    online: bool
    abroad: bool
    replaces: str | None


class Payee(TypedDict):
    """Somebody whom a customer pays."""

    payee_id: str
    customer_id: str
    name: str
    iban: str
    status: Literal["active", "closed", "removed"]


class Quote(TypedDict):
    """What a transfer would cost and leave, if it were made now."""

    amount: float
    fee: float
    total: float
    currency: str
    received: float
    received_currency: str
    balance_after: float
    overdrawn: bool


class Transfer(TypedDict):
    """A transfer that was made, is to be made, or was called off."""

    transfer_id: str
    from_account_id: str
    to_id: str
    amount: float
    fee: float
    speed: Speed
    reference: str
    status: Literal["scheduled", "completed", "cancelled"]
    date: str


class StandingOrder(TypedDict):
    """A payment that is made every month."""

    standing_order_id: str
    from_account_id: str
    to_id: str
    amount: float
    day: int
    reference: str
    status: Literal["active", "paused", "ended"]


class Transaction(TypedDict):
    """A line of an account's statement; what left the account is below zero."""

    transaction_id: int
    date: str
    kind: Literal["opening", "income", "purchase", "transfer", "fee"]
    text: str
    amount: float
    card_id: str | None
    transfer_id: str | None


class Dispute(TypedDict):
    """A card purchase that a customer contests."""

    transaction_id: int
    reason: str
    status: Literal["open", "withdrawn", "settled"]
    opened_on: str


class Alert(TypedDict):
    """What the fraud team has to look at."""

    customer_id: str
    date: str
    kind: Literal["suspected scam", "stolen identity"]
    note: str


# Who is it?


@read_tool()
def identify_customer(db: Database, full_name: str, date_of_birth: str, postcode: str) -> Customer:
    """Find the customer of whom all three are true; do this before anything else.

    Args:
        full_name: Such as 'Sara Doe'; upper and lower case are the same.
        date_of_birth: Such as '1980-01-31'.
        postcode: Of the home address, such as 'T12 X4Y1'.
    """
    wanted = (full_name.lower(), postcode.lower())
    for row in db.find("customers", {"date_of_birth": date_of_birth}):
        if (row["full_name"].lower(), row["postcode"].lower()) == wanted:
            return row
    raise Refusal("no customer has this name, date of birth and postcode together")


@write_tool()
def raise_alert(
    db: Database, customer_id: str, kind: Literal["suspected scam", "stolen identity"], note: str
) -> Alert:
    """Tell the fraud team about a customer in danger; they call back within the hour.

    Args:
        customer_id: Such as 'C100'.
        kind: What you suspect.
        note: What happened, in your own words.
    """
    _row(db, "customers", customer_id, "customer")
    if db.get("alerts", (customer_id, _today(db))):
        raise Refusal("the fraud team has an alert about this customer already")
    alert = {"customer_id": customer_id, "date": _today(db), "kind": kind, "note": note}
    return db.insert("alerts", alert)


@read_tool()
def calculate(db: Database, expression: Annotated[str, {"maxLength": 200}]) -> float:
    """Work out a sum of money, to the cent.

    Args:
        expression: Numbers, + - * / and parentheses, such as '2 * (3.5 + 1)'.
    """
    return round(arithmetic(expression), 2)


@read_tool()
def transfer_to_human_agents(db: Database, summary: str) -> str:
    """Hand the customer over to a human agent, where policy and tools cannot help.

    Args:
        summary: What the customer wants, and what was done so far.
    """
    return "Transfer successful"


# Accounts


@read_tool()
def list_accounts(db: Database, customer_id: str) -> list[Account]:
    """List a customer's accounts.

    Args:
        customer_id: Such as 'C100'.
    """
    _row(db, "customers", customer_id, "customer")
    return [_told_account(db, row) for row in db.find("accounts", {"customer_id": customer_id})]


@read_tool()
def list_transactions(
    db: Database,
    account_id: str,
    since: str | None = None,
    text: str | None = None,
    limit: Annotated[int, {"minimum": 1, "maximum": 200}] = 50,
) -> list[Transaction]:
    """List what was booked on an account, the latest first.

    Args:
        account_id: Such as 'A1000'.
        since: Only from this date on, such as '2026-01-31'.
        text: Only where the text holds this, such as the name of a shop.
        limit: At most so many.
    """
    _account(db, account_id)
    amounts = {row["transaction_id"]: row for row in db.find("postings", {"account_id": account_id})}
    where = given(
        transaction_id=one_of(amounts),
        date=at_least(since) if since else None,
        text=contains(text) if text else None,
    )
    rows = db.find("transactions", where, order_by="-date", limit=limit)
    return [_told_transaction(row, amounts[row["transaction_id"]]) for row in rows]


@write_tool()
def set_daily_limit(db: Database, account_id: str, limit: Limit) -> Account:
    """Change how much may be paid from an account to payees in one day.

    Args:
        account_id: A checking account, such as 'A1000'.
        limit: In euros; a standard customer may have 10,000 at most, a premium one 50,000.
    """
    account = _usable(db, account_id)
    if account["kind"] != "checking":
        raise Refusal("only a checking account pays payees and has a daily limit")
    cents, most = _cents(limit), _tier(db, account)["highest_daily_limit_cents"]
    if cents > most:
        raise Refusal(f"the highest daily limit for this customer is {_euros(most):.2f}")
    return _told_account(db, db.update("accounts", account_id, {"daily_limit_cents": cents}))


# Cards


@read_tool()
def list_cards(db: Database, customer_id: str) -> list[Card]:
    """List a customer's cards, cancelled ones too.

    Args:
        customer_id: Such as 'C100'.
    """
    return [_told_card(card) for card in db.find("cards", {"account_id": one_of(_own(db, customer_id))})]


@write_tool()
def freeze_card(db: Database, card_id: str) -> Card:
    """Stop an active card for the time being; nothing can be bought with it.

    Args:
        card_id: Such as 'K100'.
    """
    if _row(db, "cards", card_id, "card")["status"] != "active":
        raise Refusal("only an active card can be frozen")
    return _told_card(db.update("cards", card_id, {"status": "frozen"}))


@write_tool()
def unfreeze_card(db: Database, card_id: str) -> Card:
    """Make a card that its customer had frozen active again.

    Args:
        card_id: Such as 'K100'.
    """
    card = _row(db, "cards", card_id, "card")
    if card["status"] == "blocked":
        raise Refusal("the bank blocked this card: it can only be replaced")
    if card["status"] != "frozen":
        raise Refusal(f"the card is {card['status']}, not frozen")
    return _told_card(db.update("cards", card_id, {"status": "active"}))


@write_tool()
def replace_card(db: Database, card_id: str, reason: Literal["lost", "stolen", "damaged", "blocked"]) -> Card:
    """Cancel a card for good and send a new one with the same settings, in 5 business days.

    A lost or damaged card costs 5.00, from its account.

    Args:
        card_id: Such as 'K100'.
        reason: Why; a card that the bank blocked is replaced as 'blocked'.
    """
    card = _row(db, "cards", card_id, "card")
    if card["status"] == "cancelled":
        raise Refusal("a cancelled card cannot be replaced")
    if (card["status"] == "blocked") != (reason == "blocked"):
        raise Refusal(
            f"the card is {card['status']}: 'blocked' is the reason for blocked cards, and only there"
        )
    account = _usable(db, card["account_id"])
    if reason in ("lost", "damaged"):
        _needs_funds(account, CARD_FEE)
        _charge(db, account, CARD_FEE, "New card")
    db.update("cards", card_id, {"status": "cancelled"})
    new_id = db.new_id("cards", "K9{:04d}")
    fresh = {"card_id": new_id, "last_four": f"{db.random().randrange(10000):04}", "status": "active"}
    return _told_card(db.insert("cards", card | fresh | {"replaces": card_id}))


@write_tool()
def set_card_controls(
    db: Database,
    card_id: str,
    purchase_limit: NewLimit = None,
    online: bool | None = None,
    abroad: bool | None = None,
) -> Card:
    """Change where a card works and how much one purchase may cost; what is left out stays.

    Args:
        card_id: Such as 'K100'.
        purchase_limit: For one purchase, in euros; 2,000 at most.
        online: Whether it works online.
        abroad: Whether it works abroad.
    """
    if _row(db, "cards", card_id, "card")["status"] == "cancelled":
        raise Refusal("the card is cancelled")
    cents = None if purchase_limit is None else _cents(purchase_limit)
    if cents is not None and cents > 200_000:
        raise Refusal("the highest limit for one purchase is 2000.00")
    return _told_card(
        db.update("cards", card_id, given(purchase_limit_cents=cents, online=online, abroad=abroad))
    )


# Payees


@read_tool()
def list_payees(db: Database, customer_id: str) -> list[Payee]:
    """List whom a customer can pay; to one that is closed no money gets through.

    Args:
        customer_id: Such as 'C100'.
    """
    _row(db, "customers", customer_id, "customer")
    return db.find("payees", {"customer_id": customer_id, "status": other_than("removed")})


@write_tool()
def add_payee(db: Database, customer_id: str, name: str, iban: str) -> Payee:
    """Note somebody whom a customer wants to pay.

    Args:
        customer_id: Such as 'C100'.
        name: Whose account it is.
        iban: Its number; spaces do not matter.
    """
    _row(db, "customers", customer_id, "customer")
    compact = _iban(iban)
    known = db.find("payees", {"customer_id": customer_id, "iban": compact})
    if known and known[0]["status"] != "removed":
        raise Refusal(f"{known[0]['payee_id']} has this IBAN already; it is {known[0]['status']}")
    if known:
        return db.update("payees", known[0]["payee_id"], {"name": name, "status": "active"})
    row = {"customer_id": customer_id, "name": name, "iban": compact, "status": "active"}
    return db.insert("payees", row | {"payee_id": db.new_id("payees", "P9{:04d}")})


@write_tool()
def remove_payee(db: Database, payee_id: str) -> Payee:
    """Strike a payee off a customer's list.

    What is still scheduled or standing for them has to be cancelled first.

    Args:
        payee_id: Such as 'P100'.
    """
    payee = _row(db, "payees", payee_id, "payee")
    if payee["status"] == "removed":
        raise Refusal("the payee is removed already")
    if db.count("transfers", {"payee_id": payee_id, "status": "scheduled"}):
        raise Refusal("a transfer to this payee is still scheduled")
    if db.count("standing_orders", {"payee_id": payee_id, "status": one_of(["active", "paused"])}):
        raise Refusal("a standing order to this payee is not ended")
    return db.update("payees", payee_id, {"status": "removed"})


# Transfers


@read_tool()
def list_transfers(
    db: Database, account_id: str, status: Literal["scheduled", "completed", "cancelled"] | None = None
) -> list[Transfer]:
    """List transfers from an account, the latest first.

    Args:
        account_id: Such as 'A1000'.
        status: Only those with this status.
    """
    _account(db, account_id)
    where = {"from_account_id": account_id} | given(status=status)
    return [_told_transfer(row) for row in db.find("transfers", where, order_by="-date")]


@read_tool()
def quote_transfer(
    db: Database, from_account_id: str, to_id: str, amount: Amount, speed: Speed = "standard"
) -> Quote:
    """Tell what a transfer would cost and leave, or why it cannot be made; nothing moves.

    Args:
        from_account_id: Such as 'A1000'.
        to_id: A payee, such as 'P100', or another account of the same customer.
        amount: What to send, in the currency of the account it leaves.
        speed: An instant payment arrives at once and costs 1.00; a standard one takes a day.
    """
    return _quote(db, from_account_id, to_id, _cents(amount), speed)[2]


@write_tool()
def make_transfer(
    db: Database,
    from_account_id: str,
    to_id: str,
    amount: Amount,
    agreed_total: Amount,
    speed: Speed = "standard",
    reference: Reference = "",
) -> Transfer:
    """Make a transfer at once, on the terms that were quoted and that the customer agreed to.

    Args:
        from_account_id: Such as 'A1000'.
        to_id: A payee, such as 'P100', or another account of the same customer.
        amount: What to send, in the currency of the account it leaves.
        agreed_total: The total of the quote.
        speed: As in the quote.
        reference: What the payee reads.
    """
    cents = _cents(amount)
    source, target, quote = _quote(db, from_account_id, to_id, cents, speed)
    if _cents(agreed_total) != _cents(quote["total"]):
        raise Refusal(
            f"the total is {quote['total']:.2f}, not {agreed_total:.2f}: have the customer agree to it"
        )
    fee = _cents(quote["fee"])
    row = _new_transfer(db, source, to_id, cents, fee, speed, reference, "completed", _today(db))
    text = f"To {target.get('name') or target['account_id']}"
    legs = _legs(source, target, cents, _cents(quote["received"]))
    _book(db, "transfer", text, legs, transfer_id=row["transfer_id"])
    if fee:
        _charge(db, source, fee, "Transfer fee", transfer_id=row["transfer_id"])
    return _told_transfer(row)


@write_tool()
def schedule_transfer(
    db: Database,
    from_account_id: str,
    to_id: str,
    amount: Amount,
    date: str,
    reference: Reference = "",
) -> Transfer:
    """Plan a standard transfer for a later day; funds and daily limit are looked at on that day.

    Args:
        from_account_id: Such as 'A1000'.
        to_id: A payee, such as 'P100', or another account of the same customer.
        amount: What to send, in the currency of the account it leaves.
        date: From tomorrow to a year from now, such as '2026-04-30'.
        reference: What the payee reads.
    """
    day = days_after(date, 0)
    if not _today(db) < day <= days_after(_today(db), SCHEDULE_DAYS):
        raise Refusal(f"a transfer is scheduled for a day after {_today(db)}, within {SCHEDULE_DAYS} days")
    source, target = _parties(db, from_account_id, to_id)
    cents = _cents(amount)
    _within_tier(db, source, target, cents)
    fee = _fee(target, cents, "standard")
    return _told_transfer(
        _new_transfer(db, source, to_id, cents, fee, "standard", reference, "scheduled", day)
    )


@write_tool()
def cancel_scheduled_transfer(db: Database, transfer_id: str) -> Transfer:
    """Call off a transfer that is still scheduled.

    Args:
        transfer_id: Such as 'T100'.
    """
    transfer = _row(db, "transfers", transfer_id, "transfer")
    if transfer["status"] != "scheduled":
        raise Refusal(f"the transfer is {transfer['status']}: only a scheduled one can be cancelled")
    return _told_transfer(db.update("transfers", transfer_id, {"status": "cancelled"}))


# Standing orders


@read_tool()
def list_standing_orders(db: Database, customer_id: str) -> list[StandingOrder]:
    """List a customer's standing orders, ended ones too.

    Args:
        customer_id: Such as 'C100'.
    """
    rows = db.find("standing_orders", {"from_account_id": one_of(_own(db, customer_id))})
    return [_told_standing_order(row) for row in rows]


@write_tool()
def create_standing_order(
    db: Database, from_account_id: str, to_id: str, amount: Amount, day: Day, reference: Reference = ""
) -> StandingOrder:
    """Pay the same amount every month, from the next such day on.

    Args:
        from_account_id: Such as 'A1000'.
        to_id: A payee, such as 'P100', or another account of the same customer.
        amount: What to send, in the currency of the account it leaves.
        day: Of the month.
        reference: What the payee reads.
    """
    cents = _cents(amount)
    _within_tier(db, *_parties(db, from_account_id, to_id), cents)
    row = {"from_account_id": from_account_id, "amount_cents": cents, "day": day} | _to(to_id)
    new_id = db.new_id("standing_orders", "S9{:04d}")
    more = {"standing_order_id": new_id, "reference": reference, "status": "active"}
    return _told_standing_order(db.insert("standing_orders", row | more))


@write_tool()
def change_standing_order(
    db: Database,
    standing_order_id: str,
    amount: NewAmount = None,
    day: NewDay = None,
    status: Literal["active", "paused", "ended"] | None = None,
) -> StandingOrder:
    """Change a standing order; what is left out stays. One that is ended cannot be revived.

    Args:
        standing_order_id: Such as 'S100'.
        amount: What to send from now on.
        day: Of the month.
        status: 'paused' until it is 'active' again; 'ended' for good.
    """
    order = _row(db, "standing_orders", standing_order_id, "standing order")
    if order["status"] == "ended":
        raise Refusal("the standing order is ended; create a new one")
    cents = None if amount is None else _cents(amount)
    if cents is not None:
        parties = _parties(db, order["from_account_id"], order["to_account_id"] or order["payee_id"])
        _within_tier(db, *parties, cents)
    changes = given(amount_cents=cents, day=day, status=status)
    return _told_standing_order(db.update("standing_orders", standing_order_id, changes))


# Disputes


@read_tool()
def list_disputes(db: Database, customer_id: str) -> list[Dispute]:
    """List the card purchases that a customer contests or contested.

    Args:
        customer_id: Such as 'C100'.
    """
    cards = [card["card_id"] for card in db.find("cards", {"account_id": one_of(_own(db, customer_id))})]
    purchases = db.find("transactions", {"card_id": one_of(cards)})
    return db.find("disputes", {"transaction_id": one_of(row["transaction_id"] for row in purchases)})


@write_tool()
def open_dispute(
    db: Database,
    transaction_id: int,
    reason: Literal["fraud", "charged twice", "not delivered", "wrong amount"],
) -> Dispute:
    """Contest a card purchase of the last 60 days; the money comes back if the claim holds.

    After fraud the card may not be active any more: freeze or replace it first.

    Args:
        transaction_id: Of the purchase.
        reason: Why.
    """
    purchase = _row(db, "transactions", transaction_id, "transaction")
    if purchase["kind"] != "purchase":
        raise Refusal("only a purchase with a card can be disputed")
    if purchase["date"] < days_after(_today(db), -DISPUTE_DAYS):
        raise Refusal(
            f"a purchase can be disputed for {DISPUTE_DAYS} days; this one was on {purchase['date']}"
        )
    if db.count("disputes", {"transaction_id": transaction_id}):
        raise Refusal("this purchase was disputed before; a purchase is disputed once")
    if reason == "fraud" and db.get("cards", purchase["card_id"])["status"] == "active":
        raise Refusal(f"card {purchase['card_id']} is still active: freeze or replace it before")
    row = {"transaction_id": transaction_id, "reason": reason, "status": "open", "opened_on": _today(db)}
    return db.insert("disputes", row)


@write_tool()
def withdraw_dispute(db: Database, transaction_id: int) -> Dispute:
    """Take an open dispute back; the purchase cannot be disputed again.

    Args:
        transaction_id: Of the purchase.
    """
    if _row(db, "disputes", transaction_id, "dispute of transaction")["status"] != "open":
        raise Refusal("only an open dispute can be withdrawn")
    return db.update("disputes", transaction_id, {"status": "withdrawn"})


# The world's: what happened before the call, and what has to be true after it


@write_tool(held_by="world")
def card_purchase(db: Database, card_id: str, shop: str, cents: Cents) -> int:
    """Somebody buys something with a card today."""
    card = _row(db, "cards", card_id, "card")
    if card["status"] != "active":
        raise Refusal(f"the card is {card['status']}")
    account = _usable(db, card["account_id"])
    if cents > card["purchase_limit_cents"]:
        raise Refusal("this is more than one purchase may cost")
    _needs_funds(account, cents)
    return _book(db, "purchase", shop, _outward(account, "clearing", cents), card_id=card_id)


@write_tool(held_by="world")
def receive_income(db: Database, account_id: str, payer: str, cents: Cents) -> int:
    """Money from outside arrives on an account."""
    return _book(db, "income", f"From {payer}", _outward(_usable(db, account_id), "clearing", -cents))


@write_tool(held_by="world")
def freeze_account(db: Database, account_id: str, reason: str) -> str:
    """The bank freezes an account."""
    _account(db, account_id)
    return db.update("accounts", account_id, {"status": "frozen", "status_reason": reason})["status"]


@write_tool(held_by="world")
def block_card(db: Database, card_id: str) -> str:
    """The bank blocks a card."""
    _row(db, "cards", card_id, "card")
    return db.update("cards", card_id, {"status": "blocked"})["status"]


@write_tool(held_by="world")
def close_payee(db: Database, payee_id: str) -> str:
    """The account of a payee is closed where it was."""
    _row(db, "payees", payee_id, "payee")
    return db.update("payees", payee_id, {"status": "closed"})["status"]


@read_tool(held_by="world")
def ledger_is_balanced(db: Database) -> bool:
    """Whether every balance is the sum of its postings, and every currency's sum is nothing."""
    sums, currencies = {}, {}
    for posting in db.find("postings"):
        account_id = posting["account_id"]
        sums[account_id] = sums.get(account_id, 0) + posting["amount_cents"]
    for account in db.find("accounts"):
        balance, currency = account["balance_cents"], account["currency"]
        if sums.get(account["account_id"], 0) != balance:
            return False
        currencies[currency] = currencies.get(currency, 0) + balance
    return not any(currencies.values())


# Looking up


def _today(db):
    return db.now()[:10]


def _row(db, table, key, what):
    row = db.get(table, key)
    if row is None:
        raise Refusal(f"{what} {key!r} not found")
    return row


def _account(db, account_id):
    """A customer's account: the bank's own are nobody's business."""
    row = db.get("accounts", account_id)
    if row is None or row["customer_id"] is None:
        raise Refusal(f"account {account_id!r} not found")
    return row


def _usable(db, account_id):
    account = _account(db, account_id)
    if account["status"] != "open":
        why = f" ({account['status_reason']})" if account["status_reason"] else ""
        raise Refusal(f"account {account_id} is {account['status']}{why}: nothing can be done with it")
    return account


def _own(db, customer_id):
    _row(db, "customers", customer_id, "customer")
    return [row["account_id"] for row in db.find("accounts", {"customer_id": customer_id})]


def _tier(db, account):
    return db.get("tiers", db.get("customers", account["customer_id"])["tier"])


def _iban(text):
    """An IBAN without its spaces, if its check digits are right (ISO 13616)."""
    compact = re.sub(r"\s", "", text).upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", compact, re.ASCII):
        raise Refusal("an IBAN is a country, two digits, and up to 30 letters and digits")
    if int("".join(str(int(letter, 36)) for letter in compact[4:] + compact[:4])) % 97 != 1:
        raise Refusal("the check digits of this IBAN are wrong: something in it is mistyped")
    return compact


# Money


def _cents(amount):
    cents = round(amount * 100)
    if abs(amount * 100 - cents) > 1e-4 or (amount and not cents):
        raise Refusal(f"{amount} is no amount of money: it has more than two decimals")
    return cents


def _euros(cents):
    return cents / 100


def _needs_funds(account, cents):
    """Checking accounts may go into their overdraft, no others below nothing."""
    available = account["balance_cents"] + account["overdraft_cents"]
    if cents > available:
        raise Refusal(
            f"insufficient funds: {_euros(cents):.2f} is needed, {_euros(available):.2f} is available"
        )


def _left_today(db, account):
    """What may still be paid to payees today."""
    spent = db.find(
        "transfers", {"from_account_id": account["account_id"], "date": _today(db), "status": "completed"}
    )
    paid = sum(row["amount_cents"] for row in spent if row["payee_id"])
    return max(account["daily_limit_cents"] - paid, 0)


def _book(db, kind, text, legs, **more):
    """A transaction: its postings, and the balances that follow."""
    number = db.new_id("transactions")
    row = {"transaction_id": number, "date": _today(db), "kind": kind, "text": text}
    db.insert("transactions", row | more)
    for account_id, cents in legs.items():
        db.insert("postings", {"account_id": account_id, "transaction_id": number, "amount_cents": cents})
        balance = db.get("accounts", account_id)["balance_cents"]
        db.update("accounts", account_id, {"balance_cents": balance + cents})
    return number


def _outward(account, to, cents):
    """The two postings of money that leaves a customer's account to one of the bank's own."""
    return {account["account_id"]: -cents, f"{to}-{account['currency']}": cents}


def _charge(db, account, cents, text, **more):
    _book(db, "fee", text, _outward(account, "fees", cents), **more)


# Planning transfers


def _parties(db, from_account_id, to_id):
    """The account that pays, and the account or payee that gets it, if the one may pay the other."""
    source = _usable(db, from_account_id)
    target = db.get("payees", to_id)
    if target is None:
        target = _usable(db, to_id)
        if to_id == from_account_id:
            raise Refusal("a transfer goes to another account")
    if target["customer_id"] != source["customer_id"]:
        raise Refusal(f"{to_id!r} is neither an account nor a payee of this customer")
    if "iban" in target:
        _may_be_paid(source, target)
    return source, target


def _may_be_paid(source, payee):
    if payee["status"] != "active":
        raise Refusal(
            f"payee {payee['payee_id']} ({payee['name']}) is {payee['status']}: no money gets through"
        )
    if (source["kind"], source["currency"]) != ("checking", "EUR"):
        raise Refusal("payees are paid from a checking account in EUR; savings go to own accounts only")


def _within_tier(db, source, target, cents):
    most = _tier(db, source)["transfer_limit_cents"]
    if "iban" in target and cents > most:
        raise Refusal(f"limit exceeded: one payment may be {_euros(most):.2f} at most")


def _fee(target, cents, speed):
    """What a payment costs: own accounts nothing, a country abroad 0.5 %, being fast a euro."""
    if "iban" not in target:
        return 0
    abroad = 0 if target["iban"].startswith("IE") else max(ABROAD_FEE, round(cents / 200))
    return abroad + INSTANT_FEE * (speed == "instant")


def _received(db, source, target, cents):
    """What arrives, in which currency."""
    currency = target.get("currency", source["currency"])
    rate = {row["currency"]: row["euro_millionths"] for row in db.find("currencies")}
    return cents * rate[source["currency"]] // rate[currency], currency


def _quote(db, from_account_id, to_id, cents, speed):
    source, target = _parties(db, from_account_id, to_id)
    _within_tier(db, source, target, cents)
    left = _left_today(db, source)
    if "iban" in target and cents > left:
        raise Refusal(f"limit exceeded: {_euros(left):.2f} is left of today's limit for payments")
    fee = _fee(target, cents, speed)
    _needs_funds(source, cents + fee)
    received, currency = _received(db, source, target, cents)
    if not received:
        raise Refusal(f"this is less than a cent in {currency}")
    after = source["balance_cents"] - cents - fee
    quote = {
        "amount": _euros(cents),
        "fee": _euros(fee),
        "total": _euros(cents + fee),
        "currency": source["currency"],
        "received": _euros(received),
        "received_currency": currency,
        "balance_after": _euros(after),
        "overdrawn": after < 0,
    }
    return source, target, quote


def _legs(source, target, cents, received):
    """The postings of a transfer: two, or four where the bank changes the currency."""
    if "iban" in target:
        return _outward(source, "clearing", cents)
    if source["currency"] == target["currency"]:
        return {source["account_id"]: -cents, target["account_id"]: cents}
    return _outward(source, "clearing", cents) | _outward(target, "clearing", -received)


def _to(to_id):
    """The columns of a destination, which :func:`_parties` has let pass."""
    account = to_id.startswith("A")
    return {"to_account_id": to_id if account else None, "payee_id": None if account else to_id}


def _new_transfer(db, source, to_id, cents, fee, speed, reference, status, date):
    row = {"from_account_id": source["account_id"], "amount_cents": cents, "fee_cents": fee} | _to(to_id)
    more = {"speed": speed, "reference": reference, "status": status, "date": date}
    return db.insert("transfers", row | more | {"transfer_id": db.new_id("transfers", "T9{:04d}")})


# Telling


def _told_account(db, row):
    told = {name: row[name] for name in ("account_id", "customer_id", "kind", "currency")}
    return told | {
        "balance": _euros(row["balance_cents"]),
        "overdraft": _euros(row["overdraft_cents"]),
        "available": _euros(row["balance_cents"] + row["overdraft_cents"]),
        "daily_limit": _euros(row["daily_limit_cents"]),
        "left_today": _euros(_left_today(db, row)),
        "status": row["status"],
        "status_reason": row["status_reason"],
    }


def _told_card(row):
    return _shown(row | {"purchase_limit": _euros(row["purchase_limit_cents"])}, Card)


def _told_transfer(row):
    more = {"to_id": row["to_account_id"] or row["payee_id"], "fee": _euros(row["fee_cents"])}
    return _shown(row | more | {"amount": _euros(row["amount_cents"])}, Transfer)


def _told_standing_order(row):
    more = {"to_id": row["to_account_id"] or row["payee_id"], "amount": _euros(row["amount_cents"])}
    return _shown(row | more, StandingOrder)


def _told_transaction(row, posting):
    return _shown(row | {"amount": _euros(posting["amount_cents"])}, Transaction)


def _shown(row, shape):
    """The columns of a row that an answer has."""
    return {name: row[name] for name in shape.__annotations__}
