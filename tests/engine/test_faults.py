"""Faults: seeded, in the record, and what a caller hears is what real services say."""

import pytest

from scaleenv_core.config import parse_config
from scaleenv_core.engine import Environment, load_domain
from scaleenv_core.errors import ConfigError
from scaleenv_core.settings import FaultSettings
from scaleenv_core.testing.shop import write_shop
from scaleenv_core.types import PlannedFault


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return load_domain(write_shop(tmp_path_factory.mktemp("domains") / "shop"))


def disturbed(shop, **settings):
    return Environment(shop, faults=FaultSettings(**settings), fault_seed=3)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        pytest.param("rate_limit", "429", id="rate limit"),
        pytest.param("expired_auth", "401", id="expired auth"),
    ],
)
def test_turned_away(shop, fault, said):
    """A caller that is turned away has changed nothing, and the record says why."""
    with disturbed(shop, **{fault: 1.0}) as live:
        seen = live.call("cancel_order", {"order_id": "o1"})

        assert (seen.status, seen.fault) == ("failed", fault.replace("_", "-"))
        assert said in seen.content
        assert live.changes == ()
        assert seen.record.fault == seen.fault


def test_timeouts_tell_nothing(shop):
    """After a timeout the call was carried out or not: the caller hears the same, the record knows."""
    outcomes = {}
    with disturbed(shop, timeout=1.0) as live:
        for seed in range(12):
            live.reset(fault_seed=seed)
            seen = live.call("cancel_order", {"order_id": "o1"})
            outcomes.setdefault(seen.fault, set()).add((seen.text, bool(live.changes), bool(seen.writes)))

    ((text, *before),) = outcomes["timeout-before"]
    ((same, *after),) = outcomes["timeout-after"]
    assert text == same
    assert (before, after) == ([False, False], [True, True])


def test_partial_failure_stops_half_way(shop):
    """Of a call's several writes the first stays."""
    with disturbed(shop, partial_failure=1.0) as live:
        seen = live.call("purge_customer", {"customer_id": "c1"})

        assert (seen.status, seen.fault) == ("failed", "partial-failure")
        assert "half way" in seen.content
        assert len(live.changes) == 1
        assert live.call("cancel_order", {"order_id": "o1"}).fault == ""  # a single write cannot be cut


def test_delivered_twice(shop):
    """Without a key a call that is delivered twice is carried out twice; with one, once."""
    with disturbed(shop, duplicate=1.0) as live:
        once = live.call("create_order", {"customer_id": "c1", "idempotency_key": "k"})
        assert (once.status, len(live.changes)) == ("answered", 1)

        again = live.call("create_order", {"customer_id": "c1", "idempotency_key": "k"})
        assert (again.text, len(live.changes)) == (once.text, 1)

        other = live.call("create_order", {"customer_id": "c2", "idempotency_key": "k"})
        assert (other.status, len(live.changes)) == ("rejected", 1)

        twice = live.call("create_order", {"customer_id": "c2"})
        assert (twice.fault, len(live.changes)) == ("duplicate", 3)
        assert len(twice.writes[0].keys) == 2

        refused = live.call("cancel_order", {"order_id": "o1"})
        assert (refused.status, refused.fault) == ("refused", "duplicate")
        assert "is cancelled" in refused.content


def test_a_key_of_its_own(tmp_path):
    """A tool that has such a parameter itself is given it, faults or none."""
    folder = write_shop(tmp_path / "shop")
    code, signatures = folder / "tools.py", folder / "tools.jsonl"
    code.write_text(
        code.read_text().replace(
            "cancel_order(db: Database, order_id: str)",
            "cancel_order(db: Database, order_id, *, idempotency_key)",
        )
    )
    signatures.write_text(
        signatures.read_text().replace('"order_id":', '"idempotency_key":{"type":"string"},"order_id":')
    )

    for faults in (None, FaultSettings(latency_ms=5)):
        with Environment(load_domain(folder), faults=faults) as live:
            seen = live.call("cancel_order", {"order_id": "o1", "idempotency_key": "k"})
            assert seen.status == "answered"


def test_keys_are_offered_to_writers_only(shop):
    """While faults are on, tools that write take a key, and only they."""
    with disturbed(shop, latency_ms=5) as live:
        assert "idempotency_key" in live.tools["create_order"].parameters["properties"]
        assert "idempotency_key" not in live.tools["get_order"].parameters["properties"]
        assert live.call("get_order", {"order_id": "o1", "idempotency_key": "k"}).status == "rejected"
    with Environment(shop) as calm:
        assert calm.tools is shop.tools


def test_same_seed_same_faults(shop):
    """The same calls with the same seed meet the same faults and times; a fork goes on alike."""

    def play(live):
        return [live.call("get_order", {"order_id": "o1"}).record for _ in range(30)]

    shares = {"rate_limit": 0.2, "timeout": 0.2, "latency_ms": 40}
    with disturbed(shop, **shares) as one, disturbed(shop, **shares) as other:
        first = play(one)
        assert first == play(other)
        assert {record.fault for record in first} >= {"", "rate-limit", "timeout-after"}
        assert len({record.latency_ms for record in first}) > 10
        with one.fork() as fork:
            assert play(fork) == play(one)
        one.reset()
        assert play(one) == first
        one.reset(fault_seed=4)
        assert play(one) != first


@pytest.mark.parametrize(
    "table", [{"timeout": 1.5}, {"timeout": 0.6, "duplicate": 0.6}, {"timeouts": 0.1}], ids=str
)
def test_impossible_shares(table):
    """Shares are between 0 and 1, and together too."""
    with pytest.raises(ConfigError, match="faults"):
        parse_config({"faults": table})


def test_planned_faults_come_first(shop):
    """A task's own faults befall the first calls of a tool, also where nothing else is disturbed."""
    planned = (
        PlannedFault(tool="cancel_order", fault="timeout-after"),
        PlannedFault(tool="get_order", fault="rate-limit", times=0),
    )
    with Environment(shop) as live:
        live.reset(planned=planned)
        first = live.call("cancel_order", {"order_id": "o1"})
        with live.fork() as other:
            calls = [
                environment.call(*call).status
                for environment in (live, other)
                for call in (
                    ("cancel_order", {"order_id": "o2"}),
                    ("get_order", {"order_id": "o1"}),
                    ("get_order", {"order_id": "o1"}),
                )
            ]
        live.reset()
        after = live.call("get_order", {"order_id": "o1"})

    assert (first.status, first.fault, bool(first.writes)) == ("failed", "timeout-after", True)
    assert calls == ["answered", "failed", "failed"] * 2
    assert after.status == "answered"
