"""τ²-bench's data on our domains: a tiny copy of its format, and the real thing where it is at hand."""

import gzip
import json
import os
import runpy
from collections import Counter
from pathlib import Path

import pytest
from scaleenv_domain_tau2 import Tau2

from scaleenv_core.engine import Environment, load_domain, read_tasks
from scaleenv_core.errors import SourceError
from scaleenv_core.plugins import Plugins, discover
from scaleenv_core.testing.calling import call_hook
from scaleenv_core.testing.domain import DomainContract

ROOT = Path(__file__).parents[3]
SHARED = Path(os.environ.get("SCALEENV_SHARED", ROOT.parent / "shared"))
DATA = SHARED / "benchmarks" / "tau2"

pytestmark = pytest.mark.skipif(
    not {"retail", "airline"} <= {plugin.name for plugin in discover("domain")},
    reason="our own domains are not installed",
)
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="no copy of τ²-bench's data in ../shared")

ADDRESS = {"address1": "1 Elm", "address2": "", "city": "X", "state": "CA", "country": "USA", "zip": "1"}
ANN = {"name": {"first_name": "Ann", "last_name": "Lee"}, "address": ADDRESS, "email": "ann@example.com"}
CARD = {"source": "credit_card", "id": "card_1", "brand": "visa", "last_four": "0001"}

SHOP = {
    "products": {
        "P1": {
            "name": "Mug",
            "product_id": "P1",
            "variants": {
                name: {"item_id": name, "options": {"color": name}, "available": True, "price": price}
                for name, price in (("red", 4.1), ("blue", 5.2))
            },
        }
    },
    "users": {
        "ann": ANN
        | {
            "user_id": "ann",
            "payment_methods": {
                "card_1": CARD,
                "gift_1": {"source": "gift_card", "id": "gift_1", "balance": 1.1},
            },
            "orders": ["#W2", "#W1"],
        }
    },
    "orders": {
        number: {
            "order_id": number,
            "user_id": "ann",
            "address": ADDRESS,
            "items": [{"name": "Mug", "product_id": "P1", "item_id": "red", "price": 4.1, "options": {}}] * 2,
            "status": status,
            "fulfillments": sent,
            "payment_history": [
                {"transaction_type": "payment", "amount": 8.2, "payment_method_id": "card_1"}
            ],
        }
        for number, status, sent in (
            ("#W1", "pending", []),
            ("#W2", "delivered", [{"tracking_id": ["T1"], "item_ids": ["red", "red"]}]),
        )
    },
}

AIR = {
    "flights": {
        "F1": {
            "flight_number": "F1",
            "origin": "ATL",
            "destination": "SFO",
            "scheduled_departure_time_est": "22:00:00",
            "scheduled_arrival_time_est": "01:00:00+1",
            "dates": {
                "2024-05-14": {
                    "status": "landed",
                    "actual_departure_time_est": "2024-05-14T22:10:00",
                    "actual_arrival_time_est": "2024-05-15T01:20:00",
                },
                "2024-05-16": {
                    "status": "available",
                    "available_seats": {"basic_economy": 3, "economy": 2, "business": 1},
                    "prices": {"basic_economy": 50, "economy": 100, "business": 300},
                },
            },
        }
    },
    "users": {
        "ann": ANN
        | {
            "user_id": "ann",
            "dob": "1990-01-01",
            "payment_methods": {
                "card_1": CARD,
                "certificate_1": {"source": "certificate", "id": "certificate_1", "amount": 70.0},
            },
            "saved_passengers": [{"first_name": "Bo", "last_name": "Lee", "dob": "1991-01-01"}],
            "membership": "gold",
            "reservations": ["R1"],
        }
    },
    "reservations": {
        "R1": {
            "reservation_id": "R1",
            "user_id": "ann",
            "origin": "ATL",
            "destination": "SFO",
            "flight_type": "one_way",
            "cabin": "economy",
            "flights": [
                {
                    "origin": "ATL",
                    "destination": "SFO",
                    "flight_number": "F1",
                    "date": "2024-05-16",
                    "price": 90,
                }
            ],
            "passengers": [{"first_name": "Ann", "last_name": "Lee", "dob": "1990-01-01"}],
            "payment_history": [{"payment_id": "card_1", "amount": 90}],
            "created_at": "2024-05-01T00:00:00",
            "total_baggages": 0,
            "nonfree_baggages": 0,
            "insurance": "no",
        }
    },
}


def task(number, *actions, basis=("DB",), told=()):
    told_user = {
        "reason_for_call": "You want it.",
        "known_info": "You are Ann.",
        "unknown_info": None,
        "task_instructions": ".",
    }
    return {
        "id": str(number),
        "user_scenario": {"persona": None, "instructions": told_user},
        "initial_state": None,
        "evaluation_criteria": {
            "actions": [{"name": name, "arguments": arguments, "info": None} for name, arguments in actions],
            "communicate_info": list(told),
            "reward_basis": list(basis),
        },
    }


CANCEL = ("cancel_pending_order", {"order_id": "#W1", "reason": "no longer needed"})
SHOP_TASKS = [
    task(0, ("find_user_id_by_email", {"email": "bo@example.com"}), CANCEL, basis=("DB", "NL_ASSERTION")),
    task(1, ("get_order_details", {"order_id": "#W2"}), basis=("DB", "COMMUNICATE"), told=["8.20"]),
]
MINE, BO = {"reservation_id": "R1"}, {"first_name": "Bo", "last_name": "Lee", "dob": "1991-01-01"}
FLIGHT = {"flight_number": "F1", "date": "2024-05-16"}
TRIP = {
    "user_id": "ann",
    "origin": "ATL",
    "destination": "SFO",
    "flight_type": "one_way",
    "cabin": "business",
}
PAID = [{"payment_id": "certificate_1", "amount": 70}, {"payment_id": "card_1", "amount": 260}]
AIR_TASKS = [
    task(0, ("cancel_reservation", MINE)),
    task(
        1,
        ("update_reservation_passengers", MINE | {"passengers": [BO]}),
        (
            "update_reservation_flights",
            MINE | {"cabin": "business", "flights": [FLIGHT], "payment_id": "card_1"},
        ),
        (
            "update_reservation_baggages",
            MINE | {"total_baggages": 1, "nonfree_baggages": 0, "payment_id": "card_1"},
        ),
        (
            "book_reservation",
            TRIP
            | {"flights": [FLIGHT], "passengers": [BO], "payment_methods": PAID, "insurance": "yes"}
            | {"total_baggages": 0, "nonfree_baggages": 0},
        ),
        ("send_certificate", {"user_id": "ann", "amount": 5}),
    ),
]
AIR_TASKS[0]["evaluation_criteria"]["actions"][0]["compare_args"] = []


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    data = tmp_path_factory.mktemp("tau2")
    for name, database, tasks in (("retail", SHOP, SHOP_TASKS), ("airline", AIR, AIR_TASKS)):
        (data / name).mkdir()
        (data / name / "db.json.gz").write_bytes(gzip.compress(json.dumps(database).encode()))
        (data / name / "tasks.json").write_text(json.dumps(tasks))
        (data / name / "policy.md").write_text("Be kind.\n")
    return data


@pytest.fixture(scope="module")
def written(tiny, tmp_path_factory):
    into = tmp_path_factory.mktemp("domains")
    call_hook(Tau2(data=str(tiny), domains=("airline", "retail")), "write_domains", into=into)
    return into


class TestContract(DomainContract):
    """The airline's: of the shop's tasks one has gold that is refused, as τ²-bench has it."""

    slug = "tau2-airline"
    least_rows, least_tasks = 20, 2

    @pytest.fixture
    def plugin(self, tiny):
        return Tau2(data=str(tiny), domains=("airline",))


def test_a_task_says_who_judges_it(written):
    """The parts of the reward are our verifiers; what only a model can judge has none."""
    first, second = read_tasks(written / "tau2-retail")
    third, _ = read_tasks(written / "tau2-airline")

    assert first.judged_by == ("validity", "state")
    assert second.judged_by == ("validity", "state", "communicate")
    assert second.outputs == ("8.20",)
    assert first.instruction == "You want it.\n\nYou are Ann."
    assert (first.actions[1].compare, third.actions[0].compare) == (None, ())


def test_gold_that_raises_goes_on(written):
    """A gold action that is refused changes nothing, and the next one is made."""
    first, _ = read_tasks(written / "tau2-retail")

    assert {change.table for change in first.changes} == {"orders", "payments"}


def test_answers_are_the_data(written):
    """Our tools give the data back as it was."""
    with Environment(load_domain(written / "tau2-retail")) as shop:
        user = shop.call("get_user_details", {"user_id": "ann"}).content
        assert user == SHOP["users"]["ann"]
        order = shop.call("get_order_details", {"order_id": "#W2"}).content
        wanted = SHOP["orders"]["#W2"]
        assert {name: order[name] for name in wanted if name != "items"} == {
            name: value for name, value in wanted.items() if name != "items"
        }
        product = shop.call("get_product_details", {"product_id": "P1"}).content
        assert product == SHOP["products"]["P1"]
    with Environment(load_domain(written / "tau2-airline")) as air:
        assert air.call("get_user_details", {"user_id": "ann"}).content == AIR["users"]["ann"]
        reservation = air.call("get_reservation_details", {"reservation_id": "R1"}).content
        assert reservation == AIR["reservations"]["R1"] | {"status": None}


def test_it_runs_beside_others(tiny, tmp_path):
    """Options and all, it can be chosen together with other authors, and called alone."""
    tables = {"domain": {"tau2": {"data": str(tiny), "domains": ["retail"], "tasks": {}}}}
    plugins = Plugins.of({"domain": ("retail", "tau2")}, tables)

    (slugs,) = plugins.only("domain", "tau2")(into=tmp_path)

    assert slugs == ["tau2-retail"]


def test_other_tasks(tiny, tmp_path):
    """A result file brings the tasks that it was recorded with."""
    results = tmp_path / "results.json"
    results.write_text(json.dumps({"tasks": [SHOP_TASKS[1]], "simulations": []}))

    plugin = Tau2(data=str(tiny), domains=("retail",), tasks={"retail": str(results)})
    assert call_hook(plugin, "write_domains", into=tmp_path) == ["tau2-retail"]

    assert [made.id for made in read_tasks(tmp_path / "tau2-retail")] == ["tau2-retail/1"]


def test_the_first_tau_bench(tiny, tmp_path):
    """A result file of the first benchmark holds its tasks and its policy."""
    actions = [{"name": "cancel_reservation", "kwargs": {"reservation_id": "R1"}}]
    given = {"user_id": "ann", "actions": actions, "instruction": "Cancel R1.", "outputs": ["90"]}
    episode = {"task_id": 3, "info": {"task": given}, "traj": [{"role": "system", "content": "Be firm."}]}
    results = tmp_path / "first.json"
    results.write_text(json.dumps([episode, episode]))

    plugin = Tau2(data=str(tiny), domains=(), first=str(results))
    assert call_hook(plugin, "write_domains", into=tmp_path) == ["tau-airline"]

    (made,) = read_tasks(tmp_path / "tau-airline")
    assert (made.id, made.outputs) == ("tau-airline/3", ("90",))
    assert made.judged_by == ("validity", "state", "communicate")
    assert load_domain(tmp_path / "tau-airline").policy == "Be firm."


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(lambda data: (data / "retail").rename(data / "shop"), "no folder .*retail", id="folder"),
        pytest.param(lambda data: (data / "retail" / "db.json").unlink(), "no file 'db.json'", id="file"),
        pytest.param(lambda data: (data / "retail" / "db.json").write_text("{"), "not JSON", id="json"),
        pytest.param(
            lambda data: (data / "retail" / "policy.md").unlink(), "no file 'policy.md'", id="policy"
        ),
    ],
)
def test_data_that_is_missing(tmp_path, spoil, said):
    """One line says which file is wrong."""
    (tmp_path / "retail").mkdir()
    for name, content in (("db.json", json.dumps(SHOP)), ("tasks.json", "[]"), ("policy.md", "Be kind.")):
        (tmp_path / "retail" / name).write_text(content)
    spoil(tmp_path)

    with pytest.raises(SourceError, match=said):
        call_hook(Tau2(data=str(tmp_path), domains=("retail",)), "write_domains", into=tmp_path / "into")


@needs_data
def test_against_the_original(tmp_path, monkeypatch):
    """All 114 + 50 gold replays end as they did; 18 gold actions in 15 tasks raise; outputs are the same."""
    script = ROOT / "experiments" / "tau2_gold.py"
    if not script.exists() or "log" not in {plugin.kind for plugin in discover()}:
        pytest.skip("the experiments, or the reader of result files, are not here")
    monkeypatch.setenv("SCALEENV_SHARED", str(SHARED))
    run = runpy.run_path(str(script))
    folders = {folder.name: folder for folder in run["write_domains"](tmp_path)}

    retail, airline = (run["gold"](folders[slug]) for slug in ("tau2-retail", "tau2-airline"))
    assert (retail[:3], airline) == ((114, 114, 550), (50, 50, 142, []))
    assert (len(retail[3]), len({refused[0] for refused in retail[3]})) == (18, 15)
    made, differences = run["outputs"]({slug: load_domain(folder) for slug, folder in folders.items()})
    assert (made["tau2-retail"], made["tau2-airline"]) == (591, 639)
    found = Counter((difference.domain, difference.why) for difference in differences)
    assert {why: count for (slug, why), count in found.items() if slug == "tau2-retail"} == {"items": 3}
    assert {why: count for (slug, why), count in found.items() if slug == "tau2-airline"} == {
        "cancelled": 8,
        "order": 1,
    }
    assert ("tau-airline", "") not in found
