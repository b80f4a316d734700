"""τ²-bench's retail: its JSON database as rows of our domain ``retail``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scaleenv_domain_tau2.common import Row, read_json, write

NOW = "2024-05-15T20:00:00Z"
"""No tool of the domain asks for it."""


def write_retail(into: Path, data: Path, tasks: Path | None = None) -> str:
    """Write ``tau2-retail``; returns its slug."""
    made = rows(read_json(data, "db.json"))
    return write(into, data, "retail", made, title="Retail (τ²-bench)", now=NOW, tasks=tasks)


def rows(database: Row) -> Iterator[tuple[str, Row]]:
    """All rows."""
    for product in database["products"].values():
        yield from _product(product)
    numbers = {}
    for user in database["users"].values():
        yield from _user(user)
        numbers |= {order_id: number for number, order_id in enumerate(user["orders"], start=1)}
    for order in database["orders"].values():
        yield from _order(order, numbers[order["order_id"]])


def _product(product: Row) -> Iterator[tuple[str, Row]]:
    product_id = product["product_id"]
    yield "products", {"product_id": product_id, "name": product["name"]}
    for item_id, variant in product["variants"].items():
        variant_row = {"item_id": item_id, "product_id": product_id, "available": variant["available"]}
        variant_row |= {"price_cents": cents(variant["price"]), "options": variant["options"]}
        yield "variants", variant_row


def _user(user: Row) -> Iterator[tuple[str, Row]]:
    user_id = user["user_id"]
    yield "users", {"user_id": user_id, "email": user["email"], **user["name"], **user["address"]}
    for method_id, method in user["payment_methods"].items():
        row = {"payment_method_id": method_id, "user_id": user_id, "source": method["source"]}
        if method["source"] == "gift_card":
            row["balance_cents"] = cents(method["balance"])
        if method["source"] == "credit_card":
            row |= {"brand": method["brand"], "last_four": method["last_four"]}
        yield "payment_methods", row


def _order(order: Row, number: int) -> Iterator[tuple[str, Row]]:
    mine = {"order_id": order["order_id"]}
    placed = {"user_id": order["user_id"], "number": number, "status": order["status"]}
    yield "orders", mine | placed | order["address"]
    tracking_ids = {}
    for shipment in order["fulfillments"]:
        (tracking_id,) = shipment["tracking_id"]
        yield "shipments", mine | {"tracking_id": tracking_id}
        tracking_ids |= dict.fromkeys(shipment["item_ids"], tracking_id)
    for line, item in enumerate(order["items"], start=1):
        row = {"line": line, "item_id": item["item_id"], "tracking_id": tracking_ids.get(item["item_id"])}
        yield "order_items", mine | row | {"price_cents": cents(item["price"])}
    for place, payment in enumerate(order["payment_history"], start=1):
        kind, method_id = payment["transaction_type"], payment["payment_method_id"]
        row = {"number": place, "transaction_type": kind, "payment_method_id": method_id}
        yield "payments", mine | row | {"amount_cents": cents(payment["amount"])}


def cents(dollars: float) -> int:
    """Dollars and cents as a whole number."""
    return round(dollars * 100)
