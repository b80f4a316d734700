"""What the help desk of the shop can do.

The functions with a decorator are the tools; those whose names begin with ``_`` serve them.
Customers and agents speak of dollars, the tables of cents.
"""

from collections import Counter
from typing import Annotated, Literal, NotRequired, TypedDict

from scaleenv_core.engine import Database, Refusal, arithmetic, one_of, read_tool, write_tool

PENDING = ("pending", "pending (item modified)")

Items = Annotated[list[str], {"minItems": 1}]


class Name(TypedDict):
    """A person's name."""

    first_name: str
    last_name: str


class Address(TypedDict):
    """A postal address."""

    address1: str
    address2: str
    city: str
    state: str
    country: str
    zip: str


class PaymentMethod(TypedDict):
    """A way to pay: a gift card has a balance, a credit card a brand."""

    source: Literal["credit_card", "paypal", "gift_card"]
    id: str
    brand: NotRequired[str]
    last_four: NotRequired[str]
    balance: NotRequired[float]


class User(TypedDict):
    """A customer."""

    user_id: str
    name: Name
    address: Address
    email: str
    payment_methods: dict[str, PaymentMethod]
    orders: list[str]


class Variant(TypedDict):
    """A product in one choice of its options: what can be ordered."""

    item_id: str
    options: dict[str, str]
    available: bool
    price: float


class Product(TypedDict):
    """A type of product."""

    product_id: str
    name: str
    variants: dict[str, Variant]


class OrderItem(TypedDict):
    """An item as it was ordered, at the price of that time."""

    name: str
    product_id: str
    item_id: str
    price: float
    options: dict[str, str]


class Shipment(TypedDict):
    """What went out together."""

    tracking_id: list[str]
    item_ids: list[str]


class Payment(TypedDict):
    """Money that the customer paid or got back."""

    transaction_type: Literal["payment", "refund"]
    amount: float
    payment_method_id: str


class Order(TypedDict):
    """An order, with the return or exchange that was asked for."""

    order_id: str
    user_id: str
    address: Address
    items: list[OrderItem]
    status: str
    fulfillments: list[Shipment]
    payment_history: list[Payment]
    cancel_reason: str | None
    exchange_items: list[str] | None
    exchange_new_items: list[str] | None
    exchange_payment_method_id: str | None
    exchange_price_difference: float | None
    return_items: list[str] | None
    return_payment_method_id: str | None


# Who is it?


@read_tool()
def find_user_id_by_email(db: Database, email: str) -> str:
    """Find a customer by email address; this is the first way to identify one.

    Args:
        email: Such as 'sara.doe@example.com'; upper and lower case are the same.
    """
    found = db.find("users", {"email": email.lower()})
    if not found:
        raise Refusal("no user has this email address")
    return found[0]["user_id"]


@read_tool()
def find_user_id_by_name_zip(db: Database, first_name: str, last_name: str, zip: str) -> str:
    """Find a customer by name and zip code, for those who do not know their email address.

    Args:
        first_name: Such as 'Sara'; upper and lower case are the same.
        last_name: Such as 'Doe'.
        zip: Of the default address, such as '12345'.
    """
    wanted = (first_name.lower(), last_name.lower())
    for user in db.find("users", {"zip": zip}):
        if (user["first_name"].lower(), user["last_name"].lower()) == wanted:
            return user["user_id"]
    raise Refusal("no user has this name and zip code")


@read_tool()
def get_user_details(db: Database, user_id: str) -> User:
    """Look up a customer: address, payment methods, and the ids of all orders.

    Args:
        user_id: Such as 'sara_doe_496'.
    """
    user = _row(db, "users", user_id, "user")
    methods = db.find("payment_methods", {"user_id": user_id})
    return {
        "user_id": user_id,
        "name": {"first_name": user["first_name"], "last_name": user["last_name"]},
        "address": _address(user),
        "email": user["email"],
        "payment_methods": {method["payment_method_id"]: _told_method(method) for method in methods},
        "orders": [order["order_id"] for order in db.find("orders", {"user_id": user_id}, order_by="number")],
    }


# What is there?


@read_tool()
def list_all_product_types(db: Database) -> dict[str, str]:
    """List all products: name → product id, in the order of the names."""
    return {product["name"]: product["product_id"] for product in db.find("products", order_by="name")}


@read_tool()
def get_product_details(db: Database, product_id: str) -> Product:
    """Look up a product and all its variants, with price and availability.

    Args:
        product_id: Such as '6086499569'. An item has another id than its product.
    """
    product = _row(db, "products", product_id, "product")
    variants = db.find("variants", {"product_id": product_id})
    return {
        "product_id": product_id,
        "name": product["name"],
        "variants": {variant["item_id"]: _told_variant(variant) for variant in variants},
    }


@read_tool()
def get_item_details(db: Database, item_id: str) -> Variant:
    """Look up one variant of a product: options, price and availability.

    Args:
        item_id: Such as '6086499569'. A product has another id than its items.
    """
    return _told_variant(_row(db, "variants", item_id, "item"))


@read_tool()
def get_order_details(db: Database, order_id: str) -> Order:
    """Look up an order: items, status, shipments, payments, and what was asked for since.

    Args:
        order_id: Such as '#W0000000'; the sign # belongs to it.
    """
    return _told_order(db, _row(db, "orders", order_id, "order"))


# Orders on their way out


@write_tool()
def cancel_pending_order(
    db: Database, order_id: str, reason: Literal["no longer needed", "ordered by mistake"]
) -> Order:
    """Cancel a pending order and refund it: to a gift card at once, else in 5 to 7 business days.

    Explain this to the user and obtain an explicit yes first.

    Args:
        order_id: Such as '#W0000000'; the sign # belongs to it.
        reason: Why; the user has to say it.
    """
    order = _row(db, "orders", order_id, "order")
    if order["status"] != "pending":
        raise Refusal("a non-pending order cannot be cancelled")
    paid = Counter()
    for payment in _payments(db, order_id):
        sign = 1 if payment["transaction_type"] == "payment" else -1
        paid[payment["payment_method_id"]] += sign * payment["amount_cents"]
    for method_id, cents in paid.items():
        if cents > 0:
            _refund(db, order_id, method_id, cents)
    return _changed(db, order, status="cancelled", cancel_reason=reason)


@write_tool()
def modify_pending_order_address(
    db: Database,
    order_id: str,
    address1: str,
    address2: str,
    city: str,
    state: str,
    country: str,
    zip: str,
) -> Order:
    """Send a pending order to another address. Obtain the user's explicit yes first.

    Args:
        order_id: Such as '#W0000000'; the sign # belongs to it.
        address1: First line, such as '123 Main St'.
        address2: Second line, such as 'Apt 1', or ''.
        city: Such as 'San Francisco'.
        state: Such as 'CA'.
        country: Such as 'USA'.
        zip: Such as '12345'.
    """
    order = _pending(db, order_id)
    return _changed(
        db, order, address1=address1, address2=address2, city=city, state=state, country=country, zip=zip
    )


@write_tool()
def modify_pending_order_payment(db: Database, order_id: str, payment_method_id: str) -> Order:
    """Pay a pending order in another way; what was paid is refunded. Obtain an explicit yes first.

    Args:
        order_id: Such as '#W0000000'; the sign # belongs to it.
        payment_method_id: One of the user's, such as 'gift_card_0000000'.
    """
    order = _pending(db, order_id)
    method = _method(db, order["user_id"], payment_method_id)
    history = _payments(db, order_id)
    if len(history) != 1 or history[0]["transaction_type"] != "payment":
        raise Refusal("only an order with exactly one payment can be paid in another way")
    former, cents = history[0]["payment_method_id"], history[0]["amount_cents"]
    if former == payment_method_id:
        raise Refusal("the new payment method has to differ from the current one")
    _needs_balance(method, cents)
    _charge(db, order_id, payment_method_id, cents)
    _refund(db, order_id, former, cents)
    return _told_order(db, order)


@write_tool()
def modify_pending_order_items(
    db: Database, order_id: str, item_ids: Items, new_item_ids: list[str], payment_method_id: str
) -> Order:
    """Change items of a pending order for other variants of the same products. Works once an order.

    Make sure that the list is complete, and obtain the user's explicit yes first.

    Args:
        order_id: Such as '#W0000000'; the sign # belongs to it.
        item_ids: Items of the order, such as '1008292230'; one that was ordered twice may stand twice.
        new_item_ids: For each of them, in the same place, the variant to send instead.
        payment_method_id: Pays the difference, or gets it back; one of the user's.
    """
    order = _row(db, "orders", order_id, "order")
    if order["status"] != "pending":
        raise Refusal("the items of a non-pending order cannot be modified")
    lines = _lines(db, order_id, item_ids)
    variants = _replacements(db, lines, new_item_ids)
    if any(line["item_id"] == new for line, new in zip(lines, new_item_ids, strict=True)):
        raise Refusal("each new item has to differ from the old one")
    method = _method(db, order["user_id"], payment_method_id)
    difference = _difference(lines, variants)
    _needs_balance(method, difference)
    for line, variant in zip(lines, variants, strict=True):
        changes = {"item_id": variant["item_id"], "price_cents": variant["price_cents"]}
        db.update("order_items", (order_id, line["line"]), changes)
    if difference:
        pay = _charge if difference > 0 else _refund
        pay(db, order_id, payment_method_id, abs(difference))
    return _changed(db, order, status="pending (item modified)")


# Orders that arrived


@write_tool()
def return_delivered_order_items(
    db: Database, order_id: str, item_ids: Items, payment_method_id: str
) -> Order:
    """Ask for the return of items of a delivered order; the user gets an email on how to send them.

    An order can be returned or exchanged once. Obtain the user's explicit yes first.

    Args:
        order_id: Such as '#W0000000'; the sign # belongs to it.
        item_ids: Items of the order, such as '1008292230'; one that was ordered twice may stand twice.
        payment_method_id: Gets the refund: what the order was paid with, or a gift card of the user.
    """
    order = _delivered(db, order_id, "returned")
    method = _method(db, order["user_id"], payment_method_id)
    paid_with = _payments(db, order_id)[0]["payment_method_id"]
    if method["source"] != "gift_card" and payment_method_id != paid_with:
        raise Refusal("a refund goes to the original payment method, or to a gift card")
    lines = _lines(db, order_id, item_ids)
    db.insert("claims", {"order_id": order_id, "payment_method_id": payment_method_id})
    for line in lines:
        db.insert("claim_items", {"order_id": order_id, "line": line["line"]})
    return _changed(db, order, status="return requested")


@write_tool()
def exchange_delivered_order_items(
    db: Database, order_id: str, item_ids: Items, new_item_ids: list[str], payment_method_id: str
) -> Order:
    """Ask for the exchange of items of a delivered order for other variants of the same products.

    An order can be returned or exchanged once: make sure that the list is complete, and
    obtain the user's explicit yes first.

    Args:
        order_id: Such as '#W0000000'; the sign # belongs to it.
        item_ids: Items of the order, such as '1008292230'; one that was ordered twice may stand twice.
        new_item_ids: For each of them, in the same place, the variant to send instead.
        payment_method_id: Pays the difference, or gets it back; one of the user's.
    """
    order = _delivered(db, order_id, "exchanged")
    lines = _lines(db, order_id, item_ids)
    variants = _replacements(db, lines, new_item_ids)
    method = _method(db, order["user_id"], payment_method_id)
    difference = _difference(lines, variants)
    _needs_balance(method, difference)
    claim = {"order_id": order_id, "payment_method_id": payment_method_id}
    db.insert("claims", claim | {"price_difference_cents": difference})
    for line, variant in zip(lines, variants, strict=True):
        claimed = {"order_id": order_id, "line": line["line"], "new_item_id": variant["item_id"]}
        db.insert("claim_items", claimed)
    return _changed(db, order, status="exchange requested")


# All the rest


@write_tool()
def modify_user_address(
    db: Database,
    user_id: str,
    address1: str,
    address2: str,
    city: str,
    state: str,
    country: str,
    zip: str,
) -> User:
    """Change a customer's default address; orders keep theirs. Obtain an explicit yes first.

    Args:
        user_id: Such as 'sara_doe_496'.
        address1: First line, such as '123 Main St'.
        address2: Second line, such as 'Apt 1', or ''.
        city: Such as 'San Francisco'.
        state: Such as 'CA'.
        country: Such as 'USA'.
        zip: Such as '12345'.
    """
    _row(db, "users", user_id, "user")
    address = {"address1": address1, "address2": address2, "city": city, "state": state}
    db.update("users", user_id, address | {"country": country, "zip": zip})
    return get_user_details(db, user_id)


@read_tool()
def calculate(db: Database, expression: Annotated[str, {"maxLength": 200}]) -> str:
    """Work out an arithmetic expression, to two decimals.

    Args:
        expression: Numbers, + - * / and parentheses, such as '2 * (3.5 + 1)'.
    """
    return str(round(arithmetic(expression), 2))


@read_tool()
def transfer_to_human_agents(db: Database, summary: str) -> str:
    """Hand the user over to a human agent: on their wish, or where policy and tools cannot help.

    Args:
        summary: What the user wants, and what was done so far.
    """
    return "Transfer successful"


# Looking up


def _row(db, table, key, what):
    row = db.get(table, key)
    if row is None:
        raise Refusal(f"{what} {key!r} not found")
    return row


def _pending(db, order_id):
    order = _row(db, "orders", order_id, "order")
    if order["status"] not in PENDING:
        raise Refusal("a non-pending order cannot be modified")
    return order


def _delivered(db, order_id, what):
    order = _row(db, "orders", order_id, "order")
    if order["status"] != "delivered":
        raise Refusal(f"a non-delivered order cannot be {what}")
    return order


def _method(db, user_id, payment_method_id):
    method = db.get("payment_methods", payment_method_id)
    if method is None or method["user_id"] != user_id:
        raise Refusal(f"payment method {payment_method_id!r} not found for this user")
    return method


def _payments(db, order_id):
    return db.find("payments", {"order_id": order_id})


def _lines(db, order_id, item_ids):
    """The order's lines of these items, each line once."""
    left = db.find("order_items", {"order_id": order_id})
    lines = []
    for item_id in item_ids:
        line = next((line for line in left if line["item_id"] == item_id), None)
        if line is None:
            raise Refusal(f"item {item_id!r} is not in the order, or not that often")
        left.remove(line)
        lines.append(line)
    return lines


def _replacements(db, lines, new_item_ids):
    """The new variants, each available and of the same product as the line in its place."""
    if len(lines) != len(new_item_ids):
        raise Refusal("there have to be as many new items as old ones")
    variants = []
    for line, item_id in zip(lines, new_item_ids, strict=True):
        product_id = db.get("variants", line["item_id"])["product_id"]
        variant = db.get("variants", item_id)
        if variant is None or variant["product_id"] != product_id or not variant["available"]:
            raise Refusal(f"new item {item_id!r} is not an available variant of the same product")
        variants.append(variant)
    return variants


# Money


def _difference(lines, variants):
    """What the new items cost more than was paid for the old ones."""
    return sum(v["price_cents"] for v in variants) - sum(line["price_cents"] for line in lines)


def _needs_balance(method, cents):
    if method["source"] == "gift_card" and method["balance_cents"] < cents:
        raise Refusal("the balance of the gift card is not enough")


def _charge(db, order_id, payment_method_id, cents):
    _pay(db, order_id, payment_method_id, "payment", cents, -cents)


def _refund(db, order_id, payment_method_id, cents):
    _pay(db, order_id, payment_method_id, "refund", cents, cents)


def _pay(db, order_id, payment_method_id, kind, cents, onto_gift_card):
    payment = {
        "order_id": order_id,
        "number": len(_payments(db, order_id)) + 1,
        "transaction_type": kind,
        "amount_cents": cents,
        "payment_method_id": payment_method_id,
    }
    db.insert("payments", payment)
    method = db.get("payment_methods", payment_method_id)
    if method["source"] == "gift_card":
        balance = method["balance_cents"] + onto_gift_card
        db.update("payment_methods", payment_method_id, {"balance_cents": balance})


def _dollars(cents):
    return None if cents is None else cents / 100


# Telling


def _changed(db, order, **changes):
    return _told_order(db, db.update("orders", order["order_id"], changes))


def _address(row):
    return {part: row[part] for part in Address.__annotations__}


def _told_method(method):
    told = {"source": method["source"], "id": method["payment_method_id"]}
    if method["source"] == "credit_card":
        return told | {"brand": method["brand"], "last_four": method["last_four"]}
    if method["source"] == "gift_card":
        return told | {"balance": _dollars(method["balance_cents"])}
    return told


def _told_variant(variant):
    return {
        "item_id": variant["item_id"],
        "options": variant["options"],
        "available": variant["available"],
        "price": _dollars(variant["price_cents"]),
    }


def _told_order(db, order):
    lines = db.find("order_items", {"order_id": order["order_id"]})
    return {
        "order_id": order["order_id"],
        "user_id": order["user_id"],
        "address": _address(order),
        "items": _told_items(db, lines),
        "status": order["status"],
        "fulfillments": _told_shipments(db, order, lines),
        "payment_history": [_told_payment(payment) for payment in _payments(db, order["order_id"])],
        "cancel_reason": order["cancel_reason"],
        **_told_claim(db, order, lines),
    }


def _told_items(db, lines):
    variants = _by_id(db, "variants", "item_id", {line["item_id"] for line in lines})
    products = _by_id(db, "products", "product_id", {v["product_id"] for v in variants.values()})
    items = []
    for line in lines:
        variant = variants[line["item_id"]]
        name = products[variant["product_id"]]["name"]
        item = {"name": name, "product_id": variant["product_id"], "item_id": line["item_id"]}
        items.append(item | {"price": _dollars(line["price_cents"]), "options": variant["options"]})
    return items


def _by_id(db, table, key, wanted):
    return {row[key]: row for row in db.find(table, {key: one_of(sorted(wanted))})}


def _told_shipments(db, order, lines):
    shipments = []
    for shipment in db.find("shipments", {"order_id": order["order_id"]}):
        tracking_id = shipment["tracking_id"]
        sent = [line["item_id"] for line in lines if line["tracking_id"] == tracking_id]
        shipments.append({"tracking_id": [tracking_id], "item_ids": sent})
    return shipments


def _told_payment(payment):
    return {
        "transaction_type": payment["transaction_type"],
        "amount": _dollars(payment["amount_cents"]),
        "payment_method_id": payment["payment_method_id"],
    }


def _told_claim(db, order, lines):
    """The return or exchange, if one was asked for; item ids are sorted."""
    told = dict.fromkeys(
        (
            "exchange_items",
            "exchange_new_items",
            "exchange_payment_method_id",
            "exchange_price_difference",
            "return_items",
            "return_payment_method_id",
        )
    )
    if not order["status"].endswith("requested"):
        return told
    claim = db.get("claims", order["order_id"])
    claimed = db.find("claim_items", {"order_id": order["order_id"]})
    item_ids = {line["line"]: line["item_id"] for line in lines}
    items = sorted(item_ids[item["line"]] for item in claimed)
    method_id = claim["payment_method_id"]
    if order["status"] == "return requested":
        return told | {"return_items": items, "return_payment_method_id": method_id}
    return told | {
        "exchange_items": items,
        "exchange_new_items": sorted(item["new_item_id"] for item in claimed),
        "exchange_payment_method_id": method_id,
        "exchange_price_difference": _dollars(claim["price_difference_cents"]),
    }
