"""Writes the carrier's seed rows: ``python make_rows.py``. The same seed gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

from scaleenv_core.files import json_lines, write_text

ROWS = Path(__file__).parent / "scaleenv_domain_logistics" / "logistics" / "rows.jsonl"
SEED = 20260914
NOW = datetime(2026, 9, 14, 9)
SHIPPERS, MOST_FRIENDS, MOST_WAYBILLS = 18, 3, 6
S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)

Values = dict[str, Any]
Row = tuple[str, Values]

DEPOTS = {  # city, hub, hours to it
    "AMS": ("Amsterdam", None, None),
    "RTM": ("Rotterdam", "AMS", 2),
    "BRU": ("Brussels", "AMS", 5),
    "HAM": ("Hamburg", "AMS", 8),
    "MUC": ("Munich", "AMS", 12),
    "PAR": ("Paris", "BRU", 6),
    "LON": ("London", "AMS", 12),
    "LYS": ("Lyon", "PAR", 7),
    "VIE": ("Vienna", "MUC", 7),
    "ZRH": ("Zurich", "MUC", 6),
    "WAW": ("Warsaw", "HAM", 14),
    "OSL": ("Oslo", "HAM", 18),
}
COUNTRIES = {  # name, zone, its depots by prefix of the postal code, remote prefixes
    "NL": ("Netherlands", 1, {"": "AMS", "3": "RTM", "4": "RTM"}, {"88": "AMS"}),
    "BE": ("Belgium", 2, {"": "BRU"}, {}),
    "DE": ("Germany", 2, {"": "HAM", "8": "MUC", "9": "MUC"}, {"2749": "HAM"}),
    "FR": ("France", 2, {"": "PAR", "69": "LYS", "38": "LYS"}, {"20": "LYS"}),
    "AT": ("Austria", 3, {"": "VIE"}, {"67": "VIE"}),
    "PL": ("Poland", 3, {"": "WAW"}, {}),
    "GB": ("United Kingdom", 4, {"": "LON"}, {"KW": "LON"}),
    "CH": ("Switzerland", 4, {"": "ZRH"}, {"39": "ZRH"}),
    "NO": ("Norway", 4, {"": "OSL"}, {"9": "OSL"}),
}
CUSTOMS = {
    "GB": ("commercial_invoice", "cn23"),
    "CH": ("commercial_invoice", "cn23"),
    "NO": ("certificate_of_origin", "commercial_invoice", "cn23"),
}
PLACES = {
    "NL": (("1016 EA", "Amsterdam"), ("3011 GC", "Rotterdam"), ("8881 BB", "West-Terschelling")),
    "BE": (("1000", "Brussels"), ("9000", "Ghent")),
    "DE": (("20095", "Hamburg"), ("80331", "Munich"), ("27498", "Heligoland")),
    "FR": (("75011", "Paris"), ("69002", "Lyon"), ("20000", "Ajaccio")),
    "AT": (("1070", "Vienna"), ("8010", "Graz")),
    "PL": (("00-542", "Warsaw"), ("31-005", "Kraków")),
    "GB": (("E8 3PN", "London"), ("KW15 1DH", "Kirkwall")),
    "CH": (("8004", "Zurich"), ("3920", "Zermatt")),
    "NO": (("0182", "Oslo"), ("9008", "Tromsø")),
}
STREETS = {
    "NL": "Kade",
    "BE": "Steenweg",
    "DE": "Gasse",
    "FR": "Quai",
    "AT": "Gasse",
    "PL": "Rynek",
    "GB": "Lane",
    "CH": "Gasse",
    "NO": "Gate",
}
BRANDS = "Amber Birch Copper Drift Ember Fern Gable Harbour Indigo Juniper Kestrel Linden".split()
TRADES = ("Books", "Ceramics", "Instruments", "Lamps", "Textiles", "Tools")
GOODS = {  # euros a parcel
    "Books": ("second-hand novels", 40),
    "Ceramics": ("stoneware cups", 180),
    "Instruments": ("a viola in its case", 900),
    "Lamps": ("desk lamps", 260),
    "Textiles": ("linen curtains", 150),
    "Tools": ("hand planes", 320),
}
FIRST_NAMES = "Anouk Bas Cleo Daan Esra Femke Gijs Hedda Ilja Joris Katja Lars Mette Niek Olga Piet".split()
LAST_NAMES = (
    "Aalto Bakker Claes Durand Egger Fuchs Graf Huber Ivarsen Jonker Kaiser Lund Mulder Nowak".split()
)
FEES = {
    "freight": ("Freight of one parcel", 0),
    "oversize": ("Longer than 120 cm", 1200),
    "remote": ("Remote area", 900),
    "insurance": ("Insurance of each 100 euros", 120),
    "signature": ("Signature on delivery", 350),
    "redirect": ("Redirect to another address", 490),
    "return": ("Return to the sender", 790),
    "refund": ("Refund", 0),
}
UP_TO = {2000: 100, 5000: 140, 10000: 190, 20000: 270, 30000: 360}
ZONES = {1: 590, 2: 990, 3: 1290, 4: 1890}
FATES = {"normal": 60, "cancelled": 6, "stuck": 12, "lost": 8, "failed": 8, "point": 6}


def rows(rng: Random) -> Iterator[Row]:
    """All rows, parents before children."""
    made = list(sent_rows(rng))
    yield from made
    yield from request_rows(made)


def sent_rows(rng: Random) -> Iterator[Row]:
    """All rows but what shippers asked for later."""
    yield from network_rows(rng)
    yield from price_rows()
    traders = rng.sample(list(product(BRANDS, TRADES)), SHIPPERS)
    serials = iter(rng.sample(range(40_000_000, 50_000_000), 400))
    addresses = (f"AD-{number}" for number in rng.sample(range(1000, 10000), 400))
    for number, (brand, trade) in enumerate(traders):
        shipper = {
            "shipper_id": f"SH-{1040 + 7 * number}",
            "name": f"{brand} {trade}",
            "email": f"{brand}.{trade}@example.com".lower(),
            "status": "suspended" if number % 9 == 8 else "active",
            "balance_cents": rng.randrange(500, 30000),
        }
        yield "shippers", shipper
        book = list(book_rows(shipper, addresses, rng))
        for address in book:
            yield "addresses", address
        for _ in range(rng.randint(3, MOST_WAYBILLS)):
            tracking_number = numbered(next(serials))
            yield from waybill_rows(tracking_number, shipper, trade, book, rng)


def network_rows(rng: Random) -> Iterator[Row]:
    """Depots, countries, what they need and who serves them, and pick-up points."""
    for depot, (city, hub, hours) in DEPOTS.items():
        yield "depots", {"depot_id": depot, "city": city, "hub_id": hub, "hours_to_hub": hours}
    numbers = iter(range(1, 100))
    for country, (name, zone, areas, remote) in COUNTRIES.items():
        yield "countries", {"country": country, "name": name, "zone": zone}
        for kind in CUSTOMS.get(country, ()):
            yield "customs_rules", {"country": country, "kind": kind}
        for prefix, depot in (areas | remote).items():
            area = {"country": country, "prefix": prefix, "depot_id": depot}
            yield "areas", area | {"remote": prefix in remote}
        for code, city in PLACES[country]:
            for shop in rng.sample(("Kiosk", "Bakery", "Bike Shop", "Florist"), rng.randint(1, 2)):
                point = {
                    "point_id": f"PP-{next(numbers):03}",
                    "name": f"{rng.choice(LAST_NAMES)} {shop}",
                    "street": f"{STREETS[country]} {rng.randint(1, 90)}",
                    "postal_code": code,
                    "city": city,
                    "country": country,
                    "max_grams": rng.choice((5000, 10000, 20000)),
                    "free_lockers": rng.choice((0, 1, 3, 8)),
                }
                yield "pickup_points", point


def price_rows() -> Iterator[Row]:
    """The price list."""
    for code, (about, cents) in FEES.items():
        yield "fees", {"code": code, "about": about, "price_cents": cents}
    for zone, service, up_to in product(ZONES, ("standard", "express"), UP_TO):
        row = {"zone": zone, "service": service, "up_to_grams": up_to}
        yield "rates", row | {"price_cents": freight(zone, service, up_to)}


def freight(zone: int, service: str, grams: int) -> int:
    """What one parcel costs, in cents; express costs 80 % more."""
    percent = next(percent for up_to, percent in UP_TO.items() if grams <= up_to)
    return ZONES[zone] * percent * (180 if service == "express" else 100) // 10000 // 10 * 10


def book_rows(shipper: Values, ids: Iterator[str], rng: Random) -> Iterator[Values]:
    """An address book: the shipper first, who sits in the Netherlands or next to it."""
    home = rng.choice(("NL", "NL", "DE", "BE"))
    yield address_row(shipper, shipper["name"], home, next(ids), rng)
    for _ in range(rng.randint(2, MOST_FRIENDS)):
        name = f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}"
        yield address_row(shipper, name, rng.choice(sorted(COUNTRIES)), next(ids), rng)


def address_row(shipper: Values, name: str, country: str, address_id: str, rng: Random) -> Values:
    """An address somewhere in a country."""
    code, city = rng.choice(PLACES[country])
    street = f"{STREETS[country]} {rng.randint(1, 200)}"
    row = {"address_id": address_id, "shipper_id": shipper["shipper_id"], "name": name, "street": street}
    return row | {"postal_code": code, "city": city, "country": country}


def numbered(serial: int) -> str:
    """A tracking number with the check digit of the Universal Postal Union's standard S10."""
    digits = f"{serial:08}"
    rest = 11 - sum(weight * int(digit) for weight, digit in zip(S10_WEIGHTS, digits, strict=True)) % 11
    return f"NP{digits}{ {10: 0, 11: 5}.get(rest, rest) }NL"


def waybill_rows(
    number: str, shipper: Values, trade: str, book: Sequence[Values], rng: Random
) -> Iterator[Row]:
    """A waybill, and all that has come of it until now."""
    origin, target = book[0], rng.choice(book[1:])
    service = rng.choice(("standard", "standard", "express"))
    created = datetime(2026, 9, 14) - timedelta(rng.choice((0, 0, 1, 1, 2, 2, 3, 4, 6, 9, 13, 25)))
    stops = planned(origin, target, service, created)
    promised = stops[-1][1].replace(hour=0) + timedelta(1)
    fate = rng.choices(list(FATES), list(FATES.values()))[0]
    parcels = [
        (rng.randrange(300, 16000), rng.choice((30, 45, 60, 90, 140))) for _ in range(rng.randint(1, 2))
    ]
    goods, euros = GOODS[trade]
    value, insured, signature = euros * len(parcels), rng.random() < 0.4, rng.random() < 0.4
    customs = CUSTOMS.get(target["country"], ())
    lacking = bool(customs) and rng.random() < 0.5
    history = list(scanned(stops, promised, fate, lacking, rng))
    status = STATUS[history[-1][0]] if history else "created"
    if fate == "cancelled" and not history:
        status = "cancelled"
    waybill = {
        "tracking_number": number,
        "shipper_id": shipper["shipper_id"],
        "from_address_id": origin["address_id"],
        "to_address_id": target["address_id"],
        "service": service,
        "contents": goods,
        "declared_value_cents": 100 * value,
        "insured": insured,
        "signature": signature,
        "status": status,
        "created_on": day(created),
        "promised_on": day(promised),
    }
    yield "waybills", waybill
    of = {"tracking_number": number}
    for count, (grams, side) in enumerate(parcels, start=1):
        yield "parcels", of | {"number": count, "grams": grams, "longest_side": side}
    for count, (code, cents) in enumerate(charged(waybill, target, parcels), start=1):
        yield "charges", of | {"number": count, "code": code, "amount_cents": cents}
    for count, (depot, at) in enumerate(stops, start=1):
        yield "route_stops", of | {"number": count, "depot_id": depot, "planned_on": day(at)}
    for count, (event, depot, at) in enumerate(history, start=1):
        scan = {"event": event, "depot_id": depot, "scanned_at": f"{at:%Y-%m-%dT%H:%M:00Z}"}
        yield "scans", of | {"number": count} | scan
        if event == "not_delivered":
            reason = rng.choice(("nobody_home", "address_not_found"))
            yield "delivery_attempts", of | {"scan": count, "reason": reason}
    if status == "delivered":
        yield "proofs_of_delivery", of | proof(target, signature, history[-1][2], rng)
    for kind in customs[: len(customs) - lacking]:
        hs_code = str(rng.randrange(100_000, 999_999))
        document = {"document_id": f"CD-{number[2:10]}-{kind[:2]}", "kind": kind, "hs_code": hs_code}
        yield "customs_documents", of | document | {"value_cents": 100 * value}
    if status == "lost" and rng.random() < 0.5:
        claim = {
            "claim_id": f"CL-{number[4:10]}",
            "kind": "loss",
            "status": rng.choice(("filed", "approved")),
        }
        amount = 100 * value if insured else min(100 * value, 10000)
        yield "claims", claim | of | {"amount_cents": amount, "filed_on": "2026-09-10"}


def request_rows(made: Sequence[Row]) -> Iterator[Row]:
    """What waits at a pick-up point does so by request; and every third delivery was held before."""
    points = {row["postal_code"]: row["point_id"] for table, row in made if table == "pickup_points"}
    codes = {row["address_id"]: row["postal_code"] for table, row in made if table == "addresses"}
    delivered = [row for table, row in made if table == "proofs_of_delivery"]
    held = {row["tracking_number"]: row["delivered_on"] for row in delivered[::3]}
    for table, row in made:
        if table != "waybills":
            continue
        number = row["tracking_number"]
        request = {"request_id": f"RQ-{number[6:11]}", "tracking_number": number}
        request |= {"requested_on": row["created_on"]}
        if row["status"] == "at_pickup_point":
            point = {"point_id": points[codes[row["to_address_id"]]]}
            yield "requests", request | {"kind": "pickup", "status": "open"} | point
        if number in held:
            yield "requests", request | {"kind": "hold", "status": "done", "until": held[number]}


def charged(waybill: Values, target: Values, parcels: Sequence[tuple[int, int]]) -> Iterator[tuple[str, int]]:
    """What was taken for a waybill."""
    _, zone, _, remote = COUNTRIES[target["country"]]
    total = 0
    for grams, _ in parcels:
        total += (cents := freight(zone, waybill["service"], grams))
        yield "freight", cents
    counts = {
        "oversize": sum(side > 120 for _, side in parcels),
        "remote": len(parcels) * target["postal_code"].startswith(tuple(remote)),
        "insurance": -(-waybill["declared_value_cents"] // 10000) * waybill["insured"],
        "signature": int(waybill["signature"]),
    }
    for code, times in counts.items():
        if times:
            total += times * FEES[code][1]
            yield code, times * FEES[code][1]
    if waybill["status"] == "cancelled":
        yield "refund", -total


def planned(origin: Values, target: Values, service: str, created: datetime) -> list[tuple[str, datetime]]:
    """Depot by depot, with the hour of arrival: up to the first shared hub, and down again."""
    up, down = (to_middle(depot_of(end)) for end in (origin, target))
    rise, fall = [d for d in up if d not in down], [d for d in reversed(down) if d not in up]
    top = next(depot for depot in up if depot in down)
    at, stops = created + timedelta(hours=20), []
    for depot, leg in zip(
        (*rise, top, *fall), [0, *(DEPOTS[d][2] or 0 for d in (*rise, *fall))], strict=True
    ):
        at += timedelta(hours=leg if service == "express" else 2 * leg)
        stops.append((depot, at))
    return stops


def depot_of(address: Values) -> str:
    """The depot whose prefix of the postal code is the longest."""
    _, _, areas, remote = COUNTRIES[address["country"]]
    known = areas | remote
    return known[max((prefix for prefix in known if address["postal_code"].startswith(prefix)), key=len)]


def to_middle(depot: str) -> list[str]:
    """A depot and its hubs, up to the middle."""
    hub = DEPOTS[depot][1]
    return [depot, *(to_middle(hub) if hub else ())]


STATUS = {
    "picked_up": "picked_up",
    "arrived": "in_transit",
    "departed": "in_transit",
    "not_delivered": "in_transit",
    "stopped_by_customs": "in_customs",
    "out_for_delivery": "out_for_delivery",
    "left_at_point": "at_pickup_point",
    "delivered": "delivered",
    "lost": "lost",
}


def scanned(
    stops: Sequence[tuple[str, datetime]], promised: datetime, fate: str, lacking: bool, rng: Random
) -> Iterator[tuple[str, str, datetime]]:
    """The scans until now: event, depot, time."""
    plan = list(imagined(stops, promised, fate, lacking, rng))
    if fate == "cancelled":
        return
    yield from (scan for scan in plan if scan[2] < NOW)


def imagined(
    stops: Sequence[tuple[str, datetime]], promised: datetime, fate: str, lacking: bool, rng: Random
) -> Iterator[tuple[str, str, datetime]]:
    """The scans up to the end, whenever that is."""
    first, last = stops[0], stops[-1]
    yield "picked_up", first[0], first[1] - timedelta(hours=5, minutes=rng.randrange(60))
    for depot, at in stops:
        yield "arrived", depot, at + timedelta(minutes=rng.randrange(50))
        if depot == last[0]:
            break
        yield "departed", depot, at + timedelta(minutes=55)
        if fate in ("stuck", "lost"):
            if fate == "lost":
                yield "lost", depot, at + timedelta(days=6)
            return
    if lacking:
        yield "stopped_by_customs", last[0], last[1] + timedelta(hours=1)
        return
    out = promised + timedelta(hours=7, minutes=rng.randrange(60))
    yield "out_for_delivery", last[0], out
    end = {"failed": "not_delivered", "point": "left_at_point"}.get(fate, "delivered")
    yield end, last[0], out + timedelta(hours=rng.randint(3, 9), minutes=rng.randrange(60))


def proof(target: Values, signature: bool, at: datetime, rng: Random) -> Values:
    """Who took it."""
    left_with = "recipient" if signature else rng.choice(("recipient", "neighbour", "mailbox"))
    signed = {"recipient": target["name"], "neighbour": f"{rng.choice(FIRST_NAMES)} from next door"}
    return {"delivered_on": day(at), "signed_by": signed.get(left_with), "left_with": left_with}


def day(at: datetime) -> str:
    """The date alone."""
    return at.date().isoformat()


if __name__ == "__main__":
    write_text(ROWS, json_lines({"table": table, "row": row} for table, row in rows(Random(SEED))))
