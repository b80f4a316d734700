"""Counts, sums and means are taken of the rows that other tools read and write."""

import pytest
from scaleenv_materializer_rules import Rules

from scaleenv_core.engine import Environment, load_domain, write_domain
from scaleenv_core.types import DomainDraft, Http, Tool

TEXT, WHOLE, NUMBER = {"type": "string"}, {"type": "integer"}, {"type": "number"}
REVIEW = {
    "type": "object",
    "properties": {"id": TEXT, "product": TEXT, "rating": WHOLE, "price": NUMBER},
    "required": ["id", "product", "rating", "price"],
}


def tool(name, description, returns=None, needed=(), path="", **properties):
    """A tool; ``needed`` of its parameters are required."""
    return Tool(
        id=name,
        name=name,
        description=description,
        parameters={"type": "object", "properties": properties, "required": list(needed)},
        returns=returns,
        http=Http(method="GET", path=path) if path else None,
    )


TOOLS = (
    tool("list_reviews", "List reviews.", {"type": "array", "items": REVIEW}, product=TEXT),
    tool("get_review", "Get a review.", REVIEW, ("id",), id=TEXT),
    tool("delete_review", "Delete a review.", None, ("id",), id=TEXT),
    tool("get_reviews_count", "How many there are.", {"type": "object", "properties": {"_count": WHOLE}}),
    tool("Get.Count.reviews", "Get the number.", WHOLE, path="/reviews/$count", product=TEXT),
    tool("get_number_of_reviews", "How many there are.", product=TEXT),
    tool("get_average_rating", "The mean rating.", NUMBER, ("product",), product=TEXT),
    tool("calculate_total_price", "What all of it costs.", product=TEXT),
    tool("get_highest_review_rating", "The best rating.", WHOLE),
    tool("calculate_mean_distance", "The mean distance.", NUMBER, ("points",), points=TEXT),
)


@pytest.fixture(scope="module")
def made():
    """What the materializer says of these tools."""
    draft = DomainDraft(slug="shop", title="Shop", tools=tuple(sorted(TOOLS, key=lambda each: each.id)))
    return draft, Rules(rows=20).materialize_domain(draft, 7)


@pytest.fixture
def shop(made, tmp_path):
    """The domain, live."""
    write_domain(tmp_path / "shop", *made, seed=7, made_by="test")
    with Environment(load_domain(tmp_path / "shop")) as environment:
        yield environment


def test_what_nothing_holds_is_no_figure(made):
    """A mean of what no record has is a computation; everything else is understood."""
    assert [(drop.origin, drop.reason) for drop in made[1].quarantined] == [
        ("calculate_mean_distance", "computation")
    ]


def test_counts_follow_the_rows(shop):
    """Every way of counting answers how many rows there are, before and after one goes."""
    rows = shop.call("list_reviews", {}).content
    one = rows[0]["product"]
    own = sum(row["product"] == one for row in rows)
    assert shop.call("get_reviews_count", {}).content == {"_count": len(rows)}
    assert shop.call("Get.Count.reviews", {"product": one}).content == own
    assert shop.call("get_number_of_reviews", {"product": one}).content == {"count": own}
    shop.call("delete_review", {"id": rows[0]["id"]})
    assert shop.call("get_reviews_count", {}).content == {"_count": len(rows) - 1}
    assert shop.call("get_number_of_reviews", {"product": one}).content == {"count": own - 1}


def test_sums_means_and_extremes_are_of_the_rows(shop):
    """A number of each row, of the rows that the parameters narrow to."""
    rows = shop.call("list_reviews", {}).content
    one = rows[0]["product"]
    own = [row for row in rows if row["product"] == one]
    mean = round(sum(row["rating"] for row in own) / len(own), 2)
    assert shop.call("get_average_rating", {"product": one}).content == mean
    total = round(sum(row["price"] for row in rows), 2)
    assert shop.call("calculate_total_price", {}).content == {"sum_price": total}
    assert shop.call("get_highest_review_rating", {}).content == max(row["rating"] for row in rows)


def test_of_nothing_there_is_no_mean(shop):
    """A mean of no rows is refused, a sum of none is nothing."""
    seen = shop.call("get_average_rating", {"product": "none of these"})
    assert (seen.status, seen.content) == ("refused", "there is no review with a rating")
    assert shop.call("calculate_total_price", {"product": "none of these"}).content == {"sum_price": 0}
