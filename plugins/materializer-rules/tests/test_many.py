"""What takes more than one table: lists, links, tags, and rules between parents."""

import pytest
from scaleenv_materializer_rules import Rules

from scaleenv_core.engine import Environment, load_domain, write_domain
from scaleenv_core.types import DomainDraft, Http, Tool

TEXT = {"type": "string"}
COUNT = {"type": "integer"}


def record(*required, **properties):
    """An object schema."""
    return {"type": "object", "properties": properties, "required": list(required)}


ITEM = record("product_id", "quantity", product_id=TEXT, quantity=COUNT)
ITEMS = {"type": "array", "items": ITEM}
ORDER = record("order_id", "items", order_id=TEXT, customer_id=TEXT, items=ITEMS)
CUSTOMER = record("customer_id", customer_id=TEXT, name=TEXT, orders={"type": "array", "items": ORDER})
TAGS = {"type": "array", "items": record("Key", "Value", Key=TEXT, Value=TEXT)}


@pytest.fixture
def world(tmp_path):
    """Makes a live environment of (name, parameters, required, returns, path) tuples."""
    opened = []

    def make(*told):
        tools = [
            Tool(
                id=name,
                name=name,
                description=f"{name.replace('_', ' ').capitalize()}.",
                parameters=record(*required, **parameters),
                returns=returns,
                http=Http(method=path[0], path=path[1]) if path else None,
            )
            for name, parameters, required, returns, path in told
        ]
        draft = DomainDraft(slug="made", title="Made", tools=tuple(sorted(tools, key=lambda tool: tool.id)))
        source = Rules().materialize_domain(draft, 7)
        assert source.quarantined == ()
        write_domain(tmp_path / "made", draft, source, seed=7, made_by="test")
        opened.append(Environment(load_domain(tmp_path / "made")))
        return opened[-1]

    yield make
    for environment in opened:
        environment.close()


def called(environment, name, /, **arguments):
    """The content of a call that must be answered."""
    seen = environment.call(name, arguments)
    assert seen.status == "answered", seen.content
    return seen.content


def refused(environment, name, /, **arguments):
    """The text of a call that must be refused and change nothing."""
    before = environment.fingerprint
    seen = environment.call(name, arguments)
    assert (seen.status, environment.fingerprint) == ("refused", before)
    return seen.content


@pytest.fixture
def shop(world):
    """Orders with items, of customers who show their orders."""
    return world(
        ("get_order", {"order_id": TEXT}, ["order_id"], ORDER, None),
        ("list_orders", {}, [], {"type": "array", "items": ORDER}, None),
        ("create_order", {"customer_id": TEXT, "items": ITEMS}, ["customer_id", "items"], ORDER, None),
        ("update_order", {"order_id": TEXT, "items": ITEMS}, ["order_id"], ORDER, None),
        ("delete_order", {"order_id": TEXT}, ["order_id"], None, None),
        ("get_customer", {"customer_id": TEXT}, ["customer_id"], CUSTOMER, None),
        ("get_product", {"product_id": TEXT}, ["product_id"], record(product_id=TEXT, name=TEXT), None),
        ("list_products", {}, [], {"type": "array", "items": record(product_id=TEXT, name=TEXT)}, None),
    )


def test_lists_are_rows(shop):
    """Items are rows of their own; seed orders have none, one and several; the answer is as declared."""
    orders = called(shop, "list_orders")

    assert {len(order["items"]) for order in orders} >= {0, 1, 2}
    assert set(shop.domain.schema.tables["order_items"].key) == {"order_id", "position"}
    assert sum(len(order["items"]) for order in orders) == sum(
        t == "order_items" for t, _ in shop.domain.rows
    )


def test_items_are_stored_replaced_and_removed(shop):
    """In their order; what they refer to must exist; they go with their order."""
    one, two = (product["product_id"] for product in called(shop, "list_products")[:2])
    customer = called(shop, "list_orders")[0]["customer_id"]
    items = [{"product_id": two, "quantity": 1}, {"product_id": one, "quantity": 3}]

    order = called(shop, "create_order", customer_id=customer, items=items)
    assert order["items"] == items
    nothing = [{"product_id": "nothing", "quantity": 1}]
    assert (
        refused(shop, "create_order", customer_id=customer, items=nothing) == "there is no product 'nothing'"
    )
    key = order["order_id"]
    assert called(shop, "update_order", order_id=key, items=items[:1])["items"] == items[:1]
    called(shop, "delete_order", order_id=key)
    assert shop.changes == ()


def test_what_has_tools_of_its_own_is_joined(shop):
    """A customer's orders are the rows of orders: a new one shows."""
    customer = called(shop, "list_orders")[0]["customer_id"]
    before = called(shop, "get_customer", customer_id=customer)["orders"]

    made = called(shop, "create_order", customer_id=customer, items=[])

    after = called(shop, "get_customer", customer_id=customer)["orders"]
    assert len(after) == len(before) + 1
    assert made["order_id"] in {order["order_id"] for order in after}


def test_members(world):
    """Who is in a group is refused there again; who is not cannot be taken out; lists follow."""
    user, group = record("user_id", user_id=TEXT, name=TEXT), record("group_id", group_id=TEXT, name=TEXT)
    both = {"group_id": TEXT, "user_id": TEXT}
    live = world(
        ("get_user", {"user_id": TEXT}, ["user_id"], user, None),
        ("list_users", {}, [], {"type": "array", "items": user}, None),
        ("get_group", {"group_id": TEXT}, ["group_id"], group, None),
        ("list_groups", {}, [], {"type": "array", "items": group}, None),
        ("add_user_to_group", both, list(both), None, None),
        ("remove_user_from_group", both, list(both), None, None),
        ("list_group_users", {"group_id": TEXT}, ["group_id"], {"type": "array", "items": user}, None),
    )
    key = called(live, "list_groups")[0]["group_id"]
    inside = {one["user_id"] for one in called(live, "list_group_users", group_id=key)}
    outside = next(one["user_id"] for one in called(live, "list_users") if one["user_id"] not in inside)

    called(live, "add_user_to_group", group_id=key, user_id=outside)
    again = refused(live, "add_user_to_group", group_id=key, user_id=outside)

    assert again == f"group {key!r} already has user {outside!r}"
    assert {u["user_id"] for u in called(live, "list_group_users", group_id=key)} == inside | {outside}
    called(live, "remove_user_from_group", group_id=key, user_id=outside)
    assert "has no user" in refused(live, "remove_user_from_group", group_id=key, user_id=outside)
    assert live.changes == ()


@pytest.mark.parametrize("bearer", ["Queue", "Workflow"], ids=["before the tags", "after the tags"])
def test_tags(world, bearer):
    """What is put on a resource is listed and taken off; nothing else can bear tags."""
    borne = record(f"{bearer}Arn", "Name", **{f"{bearer}Arn": TEXT}, Name=TEXT)
    arn = {"ResourceArn": TEXT}
    live = world(
        (f"Get{bearer}", {"Name": TEXT}, ["Name"], borne, None),
        (f"List{bearer}s", {}, [], record(**{f"{bearer}s": {"type": "array", "items": borne}}), None),
        ("TagResource", {**arn, "Tags": TAGS}, ["ResourceArn", "Tags"], record(), None),
        (
            "UntagResource",
            {**arn, "TagKeys": {"type": "array", "items": TEXT}},
            ["ResourceArn", "TagKeys"],
            record(),
            None,
        ),
        ("ListTagsForResource", arn, ["ResourceArn"], record(Tags=TAGS), None),
    )
    key = called(live, f"List{bearer}s")[f"{bearer}s"][-1][f"{bearer}Arn"]

    called(live, "TagResource", ResourceArn=key, Tags=[{"Key": "stage", "Value": "test"}])
    called(live, "TagResource", ResourceArn=key, Tags=[{"Key": "stage", "Value": "live"}])

    tags = called(live, "ListTagsForResource", ResourceArn=key)["Tags"]
    assert {"Key": "stage", "Value": "live"} in tags
    called(live, "UntagResource", ResourceArn=key, TagKeys=["stage"])
    assert "none of these" in refused(live, "UntagResource", ResourceArn=key, TagKeys=["stage"])
    assert refused(live, "ListTagsForResource", ResourceArn="no") == "there is no resource 'no'"
    assert live.changes == ()


@pytest.fixture
def board(world):
    """Cards on boards, with comments; labels have names."""
    card = record("id", id=TEXT, title=TEXT)
    label = record("id", "name", id=TEXT, name=TEXT)
    limited = {"type": "string", "description": "The text. Maximum 20 characters."}
    return world(
        ("list_boards", {}, [], {"type": "array", "items": record("id", id=TEXT)}, ("GET", "/boards")),
        (
            "list_cards",
            {"boardId": TEXT},
            ["boardId"],
            {"type": "array", "items": card},
            ("GET", "/boards/{boardId}/cards"),
        ),
        (
            "update_card",
            {"boardId": TEXT, "cardId": TEXT, "title": TEXT},
            ["boardId", "cardId", "title"],
            card,
            ("PATCH", "/boards/{boardId}/cards/{cardId}"),
        ),
        (
            "create_comment",
            {"boardId": TEXT, "cardId": TEXT, "text": limited},
            ["boardId", "cardId", "text"],
            record("id", id=TEXT, text=TEXT),
            ("POST", "/boards/{boardId}/cards/{cardId}/comments"),
        ),
        (
            "create_label",
            {"boardId": TEXT, "name": TEXT},
            ["boardId", "name"],
            label,
            ("POST", "/boards/{boardId}/labels"),
        ),
    )


def test_a_card_of_another_board(board):
    """A child is changed, and gets children, only under its own parent."""
    boards = [one["id"] for one in called(board, "list_boards")]
    key, card = next((b, cards[0]["id"]) for b in boards if (cards := called(board, "list_cards", boardId=b)))
    other = next(one for one in boards if one != key)

    message = refused(board, "update_card", boardId=other, cardId=card, title="x")
    assert message == f"board {other!r} has no card {card!r}"
    assert refused(board, "create_comment", boardId=other, cardId=card, text="x") == message
    assert called(board, "create_comment", boardId=key, cardId=card, text="x")["text"] == "x"


def test_names_and_limits(board):
    """A label's name is taken in its board only; a text is as long as its description allows."""
    one, two = (board["id"] for board in called(board, "list_boards")[:2])
    card = next(c["id"] for b in (one, two) for c in called(board, "list_cards", boardId=b))

    called(board, "create_label", boardId=one, name="later")
    assert "already a label" in refused(board, "create_label", boardId=one, name="later")
    called(board, "create_label", boardId=two, name="later")
    long = refused(board, "create_comment", boardId=one, cardId=card, text="x" * 21)
    assert long == "text must have at most 20 characters; got 21"


def test_transfers_and_stock(world):
    """An amount leaves one account and comes to another; an order takes from the stock, and gives it back."""
    account = record("account_id", account_id=TEXT, balance={"type": "number"})
    goods = record("product_id", "stock", product_id=TEXT, stock=COUNT)
    ends = {"from_account_id": TEXT, "to_account_id": TEXT, "amount": {"type": "number"}}
    live = world(
        ("list_accounts", {}, [], {"type": "array", "items": account}, None),
        ("get_account", {"account_id": TEXT}, ["account_id"], account, None),
        ("transfer_funds", ends, list(ends), None, None),
        ("list_products", {}, [], {"type": "array", "items": goods}, None),
        ("get_product", {"product_id": TEXT}, ["product_id"], goods, None),
        ("get_order", {"order_id": TEXT}, ["order_id"], ORDER, None),
        ("create_order", {"items": ITEMS}, ["items"], ORDER, None),
        ("delete_order", {"order_id": TEXT}, ["order_id"], None, None),
    )
    rich, other = [a for a in called(live, "list_accounts") if a.get("balance", 0) > 1][:2]
    ids = {"from_account_id": rich["account_id"], "to_account_id": other["account_id"]}

    called(live, "transfer_funds", **ids, amount=1)
    left, more = (called(live, "get_account", account_id=one)["balance"] for one in ids.values())
    assert (left, more) == (pytest.approx(rich["balance"] - 1), pytest.approx(other["balance"] + 1))
    assert "has only" in refused(live, "transfer_funds", **ids, amount=left + 1)

    product = next(p for p in called(live, "list_products") if p["stock"] > 2)
    key = {"product_id": product["product_id"]}
    order = called(live, "create_order", items=[{**key, "quantity": 2}])
    assert called(live, "get_product", **key)["stock"] == product["stock"] - 2
    assert "left" in refused(live, "create_order", items=[{**key, "quantity": product["stock"]}])
    called(live, "delete_order", order_id=order["order_id"])
    assert called(live, "get_product", **key)["stock"] == product["stock"]
