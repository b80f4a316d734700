"""A small hand-written domain, a shop with customers and orders, to try the engine on."""

from __future__ import annotations

from pathlib import Path

from scaleenv_core.engine import write_domain
from scaleenv_core.types import DomainDraft, DomainSource, JsonSchema, Operation, Tool

SCHEMA = '''"""Tables of the shop."""

from sqlalchemy import JSON, Boolean, CheckConstraint, Column, Float, ForeignKey, MetaData, String, Table

metadata = MetaData()

customers = Table(
    "customers",
    metadata,
    Column("customer_id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("vip", Boolean),
    Column("tags", JSON),
)

orders = Table(
    "orders",
    metadata,
    Column("order_id", String, primary_key=True),
    Column("customer_id", String, ForeignKey("customers.customer_id"), nullable=False),
    Column("status", String, CheckConstraint("status IN ('open', 'cancelled')"), nullable=False),
    Column("price", Float),
    Column("changed_at", String, info={"compare": "exempt"}),
)
'''

TOOLS = '''"""Tools of the shop."""

from scaleenv_core.engine import Database, Refusal, given, read_tool, write_tool


@read_tool("list_orders")
def list_orders(db: Database, customer_id: str | None = None, status: str | None = None) -> dict:
    """List orders."""
    return {"orders": db.find("orders", given(customer_id=customer_id, status=status))}


@read_tool("get_order")
def get_order(db: Database, order_id: str) -> dict:
    """Get one order."""
    return _order(db, order_id)


@write_tool("create_order")
def create_order(db: Database, customer_id: str, price: float = 1.0) -> dict:
    """Order something for a customer."""
    return db.insert(
        "orders",
        {
            "order_id": db.new_id("orders"),
            "customer_id": customer_id,
            "status": "open",
            "price": price,
            "changed_at": db.now(),
        },
    )


@write_tool("cancel_order")
def cancel_order(db: Database, order_id: str) -> dict:
    """Cancel an open order."""
    order = _order(db, order_id)
    if order["status"] != "open":
        raise Refusal(f"order {order_id!r} is {order['status']}, only open orders can be cancelled")
    return db.update("orders", order_id, {"status": "cancelled", "changed_at": db.now()})


@write_tool("purge_customer")
def purge_customer(db: Database, customer_id: str) -> dict:
    """Delete a customer and all orders."""
    for order in db.find("orders", {"customer_id": customer_id}):
        db.delete("orders", order["order_id"])
    db.delete("customers", customer_id)
    return {"deleted": customer_id}


def _order(db: Database, order_id: str) -> dict:
    order = db.get("orders", order_id)
    if order is None:
        raise Refusal(f"there is no order {order_id!r}")
    return order
'''

_TEXT: JsonSchema = {"type": "string"}
_ORDER: JsonSchema = {
    "type": "object",
    "properties": {"order_id": _TEXT, "customer_id": _TEXT, "status": _TEXT, "price": {"type": "number"}},
    "required": ["order_id"],
}
_SIGNATURES: dict[str, tuple[JsonSchema, list[str], JsonSchema]] = {
    "list_orders": (
        {"customer_id": _TEXT, "status": {"type": "string", "enum": ["open", "cancelled"]}},
        [],
        {"type": "object", "properties": {"orders": {"type": "array", "items": _ORDER}}},
    ),
    "get_order": ({"order_id": _TEXT}, ["order_id"], _ORDER),
    "create_order": (
        {"customer_id": _TEXT, "price": {"type": "number", "minimum": 0}},
        ["customer_id"],
        _ORDER,
    ),
    "cancel_order": ({"order_id": _TEXT}, ["order_id"], _ORDER),
    "purge_customer": ({"customer_id": _TEXT}, ["customer_id"], {"type": "object"}),
}


def shop_tools() -> tuple[Tool, ...]:
    """The shop's signatures."""
    return tuple(
        Tool(
            id=f"shop/{name}",
            name=name,
            description=f"{name.replace('_', ' ').capitalize()}.",
            parameters={"type": "object", "properties": properties, "required": required},
            returns=returns,
        )
        for name, (properties, required, returns) in sorted(_SIGNATURES.items())
    )


def write_shop(
    folder: Path, *, tools: str = TOOLS, schema: str = SCHEMA, extra: tuple[Tool, ...] = ()
) -> Path:
    """Write the shop, with other code or more tools where a test wants them; the folder."""
    signatures = (*shop_tools(), *extra)
    source = DomainSource(
        schema=schema,
        tools=tools,
        rows={
            "customers": tuple(
                {"customer_id": f"c{n}", "name": name, "vip": n == 1, "tags": ["new", n]}
                for n, name in enumerate(("Ann", "Bo", "Cy"), start=1)
            ),
            "orders": tuple(
                {
                    "order_id": f"o{n}",
                    "customer_id": f"c{n % 2 + 1}",
                    "status": "open" if n % 3 else "cancelled",
                    "price": 10.0 * n,
                    "changed_at": "2025-12-01T00:00:00Z",
                }
                for n in range(1, 9)
            ),
        },
        policy="Only open orders can be cancelled.\n",
        operations=tuple(
            Operation(tool=tool.name, writes=tool.name.split("_")[0] not in ("get", "list"))
            for tool in signatures
        ),
    )
    draft = DomainDraft(slug="shop", title="Shop", tools=signatures)
    write_domain(folder, draft, source, seed=0, made_by="hand")
    return folder
