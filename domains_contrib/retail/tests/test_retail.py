"""The shop keeps the contract of domains, and its own rules."""

from pathlib import Path

import pytest
import scaleenv_domain_retail
from scaleenv_domain_retail import Retail

from scaleenv_core.engine import Environment, load_domain
from scaleenv_core.testing.domain import DomainContract

FOLDER = Path(scaleenv_domain_retail.__file__).parent / "retail"
PENDING, DELIVERED = "#W2596735", "#W6082957"
RED_L, SLATE_XL = "2850777052", "8403520345"  # rain jackets
TENT_FOR_2, TENT_FOR_4, SOLD_OUT_TENT = "6432213998", "1027837429", "5450502350"
CARD, PAYPAL = "credit_card_6761260", "paypal_4479252"


class TestContract(DomainContract):
    script = Path(__file__).parents[1] / "make_rows.py"

    @pytest.fixture
    def plugin(self):
        return Retail()


@pytest.fixture
def shop():
    with Environment(load_domain(FOLDER)) as environment:
        yield environment


def change_items(shop, old, new, order_id=PENDING, method=CARD):
    arguments = {"order_id": order_id, "item_ids": old, "new_item_ids": new, "payment_method_id": method}
    return shop.call("modify_pending_order_items", arguments)


def give_back(shop, items, order_id=DELIVERED, method=PAYPAL):
    arguments = {"order_id": order_id, "item_ids": items, "payment_method_id": method}
    return shop.call("return_delivered_order_items", arguments)


def cancel(shop, order_id):
    return shop.call("cancel_pending_order", {"order_id": order_id, "reason": "no longer needed"})


def balance(shop, user_id, card):
    return shop.call("get_user_details", {"user_id": user_id}).content["payment_methods"][card]["balance"]


def test_a_changed_order_can_not_be_cancelled(shop):
    """Items change once; then neither change again nor can the order be cancelled; an address can."""
    order = change_items(shop, [RED_L], [SLATE_XL]).content

    assert order["status"] == "pending (item modified)"
    assert [item["item_id"] for item in order["items"]][1] == SLATE_XL
    assert order["payment_history"][-1] == {
        "transaction_type": "refund",
        "amount": 34.34,
        "payment_method_id": CARD,
    }
    assert "non-pending" in change_items(shop, [SLATE_XL], [RED_L]).text
    assert "non-pending" in cancel(shop, PENDING).text
    address = dict.fromkeys(("address1", "address2", "city", "state", "country", "zip"), "there")
    moved = shop.call("modify_pending_order_address", {"order_id": PENDING, **address})
    assert moved.content["address"] == address


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param([RED_L], [RED_L], "differ from the old", id="the same"),
        pytest.param([RED_L], [TENT_FOR_4], "not an available variant of the same product", id="a tent"),
        pytest.param([RED_L], ["5037218682"], "not an available variant", id="sold out"),
        pytest.param([RED_L], [], "as many new items", id="too few"),
        pytest.param([RED_L] * 2, [SLATE_XL] * 2, "not that often", id="ordered once"),
        pytest.param([SLATE_XL], [RED_L], "not in the order", id="not ordered"),
    ],
)
def test_items_change_within_their_product(shop, old, new, said):
    """What cannot be sent instead is refused, and nothing changes."""
    seen = change_items(shop, old, new)

    assert seen.status == "refused"
    assert said in seen.text
    assert shop.changes == ()


def test_a_gift_card_pays_what_it_holds(shop):
    """A difference beyond the balance is refused; money back is on the card at once."""
    rosa = ("#W8201956", "gift_card_9607181")
    dear = change_items(shop, ["6140042950", "4198438336"], ["8434889054", "1372175473"], *rosa)
    assert "balance of the gift card" in dear.text
    assert change_items(shop, ["4198438336"], ["1372175473"], *rosa).status == "answered"
    assert balance(shop, "rosa_farah_1438", "gift_card_9607181") == 3.3

    assert cancel(shop, "#W7212504").status == "answered"
    assert balance(shop, "jana_grant_5439", "gift_card_6623984") == 412.89


def test_paying_twice_and_cancelling_refunds_once(shop):
    """What one method has got back already is not refunded again."""
    arguments = {"order_id": "#W4770663", "payment_method_id": "gift_card_3403862"}
    shop.call("modify_pending_order_payment", arguments)

    order = cancel(shop, "#W4770663").content

    kinds = [(p["transaction_type"], p["payment_method_id"][:4]) for p in order["payment_history"]]
    assert kinds == [("payment", "cred"), ("payment", "gift"), ("refund", "cred"), ("refund", "gift")]
    assert balance(shop, "pavel_farah_2317", "gift_card_3403862") == 148.64


def test_one_claim_an_order(shop):
    """A return, to a method that may get it, closes the order for any other claim."""
    assert "original payment method" in give_back(shop, [TENT_FOR_2], method="credit_card_1101835").text
    order = give_back(shop, [TENT_FOR_2]).content

    assert order["return_items"] == [TENT_FOR_2]
    assert order["status"] == "return requested"
    assert "non-delivered" in give_back(shop, ["8817933037"]).text


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("2 + 3 * 4", "14.0"),
        ("(2 + 3) * -4", "-20.0"),
        ("10 / 4 - .5", "2.0"),
        ("1 / 3", "0.33"),
    ],
)
def test_calculates(shop, expression, answer):
    """Sums, products, signs and parentheses, to two decimals."""
    assert shop.call("calculate", {"expression": expression}).content == answer


@pytest.mark.parametrize(
    "expression", ["", "2 +", "(1", "1 2", "2 ** 3", "1 / 0", "1) + (2", "__import__('os')", "a"]
)
def test_calculates_nothing_else(shop, expression):
    """What has no value is refused."""
    assert shop.call("calculate", {"expression": expression}).status == "refused"
