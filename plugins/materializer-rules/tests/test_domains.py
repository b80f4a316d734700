"""What the emitted tools do, end to end."""

import pytest
from scaleenv_materializer_rules import Rules

from scaleenv_core.engine import Environment, load_domain, write_domain
from scaleenv_core.testing.endpoint import ScriptedEndpoint
from scaleenv_core.testing.materializer import materialized
from scaleenv_core.types import DomainDraft, Http, Tool

TEXT = {"type": "string"}


def tool(name, properties=None, required=(), returns=None, http=None):
    """A tool from little."""
    return Tool(
        id=name,
        name=name,
        description=f"{name}.",
        returns=returns,
        http=Http(method=http[0], path=http[1]) if http else None,
        parameters={"type": "object", "properties": properties or {}, "required": list(required)},
    )


def opened(folder, *tools, **options):
    """An environment of these tools."""
    draft = DomainDraft(slug="made", title="Made", tools=tuple(sorted(tools, key=lambda t: t.id)))
    source = Rules(**options).materialize_domain(draft, 7)
    write_domain(folder / "made", draft, source, seed=7, made_by="test")
    return source, Environment(load_domain(folder / "made"))


@pytest.fixture
def shop(tmp_path):
    """The planted shop, live."""
    with Environment(materialized(Rules(), "shop", tmp_path, ScriptedEndpoint())[1]) as environment:
        yield environment


def answer(environment, name, /, **arguments):
    """The content of a call that must be answered."""
    seen = environment.call(name, arguments)
    assert seen.status == "answered", seen.content
    return seen.content


def test_the_life_of_an_order(shop):
    """Create, get, list, update, cancel and delete agree with each other."""
    customer = answer(shop, "create_customer", name="Ada", email="ada@example.org")
    product = answer(shop, "create_product", title="Lamp", price=12.5)
    ids = {"customer_id": customer["customer_id"], "product_id": product["product_id"]}
    order = answer(shop, "create_order", **ids, quantity=2)
    key = order["order_id"]

    assert order == {"order_id": key, **ids, "quantity": 2, "status": "open"}
    assert answer(shop, "get_order", order_id=key) == order
    assert answer(shop, "list_orders", customer_id=customer["customer_id"]) == {"orders": [order]}
    assert answer(shop, "update_order", order_id=key, quantity=3) == {**order, "quantity": 3}
    assert answer(shop, "cancel_order", order_id=key)["status"] == "cancelled"
    assert "has status 'cancelled'; needed: " in shop.call("cancel_order", {"order_id": key}).content
    assert answer(shop, "delete_order", order_id=key) == {}
    assert shop.call("get_order", {"order_id": key}).content == f"there is no order {key!r}"


def test_references_are_kept(shop):
    """An order of nobody is refused, and so is deleting a customer who has orders."""
    product = answer(shop, "list_products")["products"][0]["product_id"]
    made = {"customer_id": "nobody", "product_id": product, "quantity": 1}
    owner = next(o["customer_id"] for o in answer(shop, "list_orders")["orders"] if "customer_id" in o)

    assert shop.call("create_order", made).content == "there is no customer 'nobody'"
    assert (
        "still has orders; delete them first" in shop.call("delete_customer", {"customer_id": owner}).content
    )
    assert shop.changes == ()


def test_lists_find_none_one_and_many(shop):
    """Seed orders are spread: some customers have none, some several."""
    customers = [c["customer_id"] for c in answer(shop, "list_customers")["customers"]]

    counts = {len(answer(shop, "list_orders", customer_id=c)["orders"]) for c in customers}

    assert 0 in counts
    assert max(counts) > 1


def test_pages(tmp_path):
    """Tokens lead through every row once; the last page has none; a made-up token is refused."""
    event = {"type": "object", "properties": {"id": TEXT, "summary": TEXT}}
    listed = {
        "type": "object",
        "properties": {"items": {"type": "array", "items": event}, "nextPageToken": TEXT},
    }
    taken = {"maxResults": {"type": "integer"}, "pageToken": TEXT, "q": TEXT}
    _, environment = opened(tmp_path, tool("events_list", taken, returns=listed, http=("GET", "/events")))
    seen, token = [], {}
    with environment:
        while token is not None:
            page = answer(environment, "events_list", maxResults=5, **token)
            seen += [row["id"] for row in page["items"]]
            token = {"pageToken": page["nextPageToken"]} if "nextPageToken" in page else None
        wrong = environment.call("events_list", {"pageToken": "mine"})
        word = answer(environment, "events_list")["items"][0]["summary"].upper()
        found = answer(environment, "events_list", q=word)["items"]

    assert len(seen) == len(set(seen)) == 12
    assert wrong.status == "refused"
    assert 1 <= len(found) < 12


def test_scopes(tmp_path):
    """A record is found only under its parent, and made only under one that exists."""
    bucket = {"type": "object", "properties": {"id": TEXT, "title": TEXT}}
    entry = {"type": "object", "properties": {"id": TEXT, "text": TEXT}}
    one = {"boardId": TEXT}
    _, environment = opened(
        tmp_path,
        tool("boards_get", one, ["boardId"], bucket, ("GET", "/boards/{boardId}")),
        tool("boards_list", {}, [], {"type": "array", "items": bucket}, ("GET", "/boards")),
        tool(
            "cards_create",
            {**one, "text": TEXT},
            ["boardId", "text"],
            entry,
            ("POST", "/boards/{boardId}/cards"),
        ),
        tool(
            "cards_get",
            {**one, "cardId": TEXT},
            ["boardId", "cardId"],
            entry,
            ("GET", "/boards/{boardId}/cards/{cardId}"),
        ),
    )
    with environment:
        first, second = [b["id"] for b in answer(environment, "boards_list")][:2]
        card = answer(environment, "cards_create", boardId=first, text="milk")

        assert answer(environment, "cards_get", boardId=first, cardId=card["id"]) == card
        assert environment.call("cards_get", {"boardId": second, "cardId": card["id"]}).status == "refused"
        assert (
            environment.call("cards_create", {"boardId": "none", "text": "x"}).content
            == "there is no board 'none'"
        )


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (tool("translate_text", {"text": TEXT}, ["text"]), "computation"),
        (tool("foo_bar", {"x": TEXT}), "no-verb"),
        (tool("delete_everything"), "no-key"),
        (tool("update_note", {"note_id": TEXT}, ["note_id"]), "no-effect"),
    ],
    ids=["computation", "no-verb", "no-key", "no-effect"],
)
def test_what_is_unclear_is_quarantined(made, reason):
    """Nothing is faked: each such tool is out, with its reason and one line."""
    source = Rules().materialize_domain(DomainDraft(slug="d", title="D", tools=(made,)), 7)

    assert [(d.origin, d.reason) for d in source.quarantined] == [(made.name, reason)]
    assert source.quarantined[0].detail.startswith(made.name)
    assert source.operations == ()


def test_assume_off():
    """Without assumptions, what no signature describes is quarantined."""
    draft = DomainDraft(slug="d", title="D", tools=(tool("get_weather", {"city": TEXT}, ["city"]),))

    assert Rules().materialize_domain(draft, 7).operations[0].tool == "get_weather"
    assert Rules(assume=False).materialize_domain(draft, 7).quarantined[0].reason == "no-record"


def test_labels_are_not_read(tmp_path):
    """Service, provider, source and tags change nothing."""
    from attrs import evolve

    from scaleenv_core.testing.materializer import sample_draft

    draft = sample_draft("shop")
    other = evolve(
        draft, tools=tuple(evolve(t, service="x", provider="y", source="z", tags=("w",)) for t in draft.tools)
    )

    assert Rules().materialize_domain(draft, 7) == Rules().materialize_domain(other, 7)


def test_required_kind_of_a_record(tmp_path):
    """A property whose name is spelt inside another (@odata.type) is answered where it has to be."""
    role = {"type": "object", "properties": {"@odata.type": TEXT, "id": TEXT}, "required": ["@odata.type"]}

    source, environment = opened(tmp_path, tool("get_role", {"role_id": TEXT}, ["role_id"], role))

    assert not source.quarantined
    with environment:
        _, first = environment.domain.rows[0]
        assert "@odata.type" in answer(environment, "get_role", role_id=first["id"])


def test_the_place_in_a_list_is_no_reference(tmp_path):
    """Lists keep their order where there is a thing called position, too."""
    position = {"type": "object", "properties": {"id": {"type": "integer"}, "name": TEXT}}
    line = {"type": "object", "properties": {"sku": TEXT, "count": {"type": "integer"}}}
    order = {
        "type": "object",
        "properties": {"id": {"type": "integer"}, "lines": {"type": "array", "items": line}},
    }
    one = {"type": "integer"}

    _, environment = opened(
        tmp_path,
        tool("get_order", {"order_id": one}, ["order_id"], order),
        tool("create_order", {"lines": {"type": "array", "items": line}}, ["lines"], order),
        tool("get_position", {"position_id": one}, ["position_id"], position),
        tool("list_positions", {}, (), {"type": "array", "items": position}),
    )

    with environment:
        tables = environment.domain.schema.tables
        assert "position" in tables["order_lines"].key
        assert "position" not in tables["order_lines"].references
