"""Writes the shop's seed rows: ``python make_rows.py``. The same seed gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

from scaleenv_core.files import json_lines, write_text

ROWS = Path(__file__).parent / "scaleenv_domain_retail" / "retail" / "rows.jsonl"
SEED = 20260101
USERS, VARIANTS_EACH, MOST_ORDERS, MOST_ITEMS = 36, 7, 4, 4

Row = tuple[str, dict[str, Any]]

PRODUCTS: dict[str, tuple[int, dict[str, tuple[str, ...]]]] = {
    "Tent": (18900, {"sleeps": ("2", "3", "4"), "season": ("three-season", "four-season")}),
    "Sleeping Bag": (9900, {"comfort": ("5 °C", "-5 °C"), "length": ("regular", "long"), "fill": ("down",)}),
    "Hiking Poles": (6400, {"material": ("aluminium", "carbon"), "grip": ("cork", "foam")}),
    "Rain Jacket": (12900, {"size": ("S", "M", "L", "XL"), "color": ("red", "slate", "moss")}),
    "Trail Shoes": (11900, {"size": ("38", "40", "42", "44"), "width": ("normal", "wide")}),
    "Wool Socks": (1900, {"size": ("S", "M", "L"), "color": ("grey", "navy")}),
    "Headlamp": (4500, {"brightness": ("200 lm", "400 lm"), "power": ("batteries", "USB-C")}),
    "Camping Stove": (7200, {"fuel": ("gas", "alcohol"), "burners": ("1", "2")}),
    "Water Filter": (3900, {"flow": ("1 L/min", "2 L/min"), "kind": ("pump", "squeeze", "straw")}),
    "Enamel Mug": (1400, {"color": ("white", "blue", "green"), "volume": ("300 mL", "500 mL")}),
    "Backpack": (14900, {"volume": ("35 L", "50 L", "65 L"), "back": ("short", "long")}),
    "Camping Chair": (5900, {"height": ("low", "high"), "color": ("sand", "black")}),
}

FIRST_NAMES = (
    "Ada Bela Chidi Dana Emre Freya Goran Hana Idris Jana Kofi Lena Mira Nils Oona Pavel Rosa Sami Tove Yara"
).split()
LAST_NAMES = "Abara Berg Castro Dietz Eriksen Farah Grant Hale Ito Jansen Klein Moreau Novak Okafor".split()
STREETS = "Alder Birch Cedar Elm Juniper Larch Maple Rowan Willow".split()
PLACES = (
    ("Duluth", "MN", "55802"),
    ("Boise", "ID", "83702"),
    ("Asheville", "NC", "28801"),
    ("Bend", "OR", "97701"),
    ("Moab", "UT", "84532"),
    ("Burlington", "VT", "05401"),
    ("Bozeman", "MT", "59715"),
    ("Flagstaff", "AZ", "86001"),
)


def rows(rng: Random) -> Iterator[Row]:
    """All rows, parents before children."""
    catalog = list(product_rows(rng))
    yield from catalog
    variants = [row for table, row in catalog if table == "variants"]
    numbers = iter(rng.sample(range(1000, 10000), 1000))
    people = rng.sample(list(product(FIRST_NAMES, LAST_NAMES)), USERS)
    for first, last in people:
        user = person(first, last, next(numbers), rng)
        yield "users", user
        methods = list(payment_methods(user["user_id"], rng, numbers))
        for method in methods:
            yield "payment_methods", method
        for number in range(1, rng.randint(1, MOST_ORDERS) + 1):
            order_id = f"#W{next(numbers)}{rng.randint(100, 999)}"
            yield from order_rows(order_id, number, user, rng.choice(methods), variants, rng)


def product_rows(rng: Random) -> Iterator[Row]:
    """The catalog: each product with some of its possible variants."""
    ids = iter(rng.sample(range(10**9, 10**10), 400))
    for name, (base, options) in PRODUCTS.items():
        product_id = str(next(ids))
        yield "products", {"product_id": product_id, "name": name}
        possible = list(product(*options.values()))
        for values in rng.sample(possible, min(VARIANTS_EACH, len(possible))):
            item_id, price = str(next(ids)), base + rng.randrange(-base // 10, base // 5)
            available = rng.random() < 0.8
            row = {"item_id": item_id, "product_id": product_id, "price_cents": price, "available": available}
            yield "variants", row | {"options": dict(zip(options, values, strict=True))}


def person(first: str, last: str, number: int, rng: Random) -> dict[str, Any]:
    """A customer."""
    slug = f"{first}_{last}_{number}".lower()
    email = f"{first}.{last}{number}@example.com".lower()
    return {"user_id": slug, "first_name": first, "last_name": last, "email": email} | address(rng)


def address(rng: Random) -> dict[str, str]:
    """An address."""
    city, state, code = rng.choice(PLACES)
    return {
        "address1": f"{rng.randint(1, 980)} {rng.choice(STREETS)} Street",
        "address2": rng.choice(("", f"Apt {rng.randint(1, 60)}")),
        "city": city,
        "state": state,
        "country": "USA",
        "zip": code,
    }


def payment_methods(user_id: str, rng: Random, numbers: Iterator[int]) -> Iterator[dict[str, Any]]:
    """One to three ways to pay, each of its own kind."""
    for source in sorted(rng.sample(("credit_card", "gift_card", "paypal"), rng.randint(1, 3))):
        method: dict[str, Any] = {
            "payment_method_id": f"{source}_{next(numbers)}{rng.randint(100, 999)}",
            "user_id": user_id,
            "source": source,
        }
        if source == "credit_card":
            method |= {"brand": rng.choice(("visa", "mastercard")), "last_four": f"{rng.randint(0, 9999):04}"}
        if source == "gift_card":
            method |= {"balance_cents": rng.randrange(500, 30000)}
        yield method


def order_rows(
    order_id: str,
    number: int,
    user: dict[str, Any],
    method: dict[str, Any],
    variants: list[dict[str, Any]],
    rng: Random,
) -> Iterator[Row]:
    """An order with its lines, its payment, and its shipment if it left the shop."""
    status = rng.choices(("pending", "processed", "delivered", "cancelled"), (40, 10, 42, 8))[0]
    moved = rng.random() < 0.2
    place = address(rng) if moved else {part: user[part] for part in address(rng)}
    order = {"order_id": order_id, "user_id": user["user_id"], "number": number, "status": status}
    if status == "cancelled":
        order["cancel_reason"] = rng.choice(("no longer needed", "ordered by mistake"))
    yield "orders", order | place
    tracking_id = str(rng.randrange(10**11, 10**12)) if status in ("processed", "delivered") else None
    if tracking_id:
        yield "shipments", {"tracking_id": tracking_id, "order_id": order_id}
    bought = rng.sample(variants, rng.randint(1, MOST_ITEMS))
    for line, variant in enumerate(bought, start=1):
        item = {"order_id": order_id, "line": line, "item_id": variant["item_id"]}
        price = variant["price_cents"]
        yield "order_items", item | {"price_cents": price, "tracking_id": tracking_id}
    total = sum(variant["price_cents"] for variant in bought)
    for place_in_history, kind in enumerate(("payment", "refund")[: 1 + (status == "cancelled")], start=1):
        payment = {"order_id": order_id, "number": place_in_history, "transaction_type": kind}
        method_id = method["payment_method_id"]
        yield "payments", payment | {"amount_cents": total, "payment_method_id": method_id}


if __name__ == "__main__":
    write_text(ROWS, json_lines({"table": table, "row": row} for table, row in rows(Random(SEED))))
