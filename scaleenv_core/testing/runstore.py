"""The contract of a run's store, on whatever database: leases, and results exactly once, by place."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from scaleenv_core.runstore import Result, RunStore, Unit


def result(place: int, body: bytes = b"{}", broken: str = "", domain: str = "shop") -> Result:
    """What came of a rollout."""
    return Result(
        domain=domain,
        place=place,
        id=f"{domain}/{place}",
        digest=f"digest {place}",
        calls=2,
        broken=broken,
        body=body,
    )


def taken(store: RunStore, owner: str = "me") -> Unit:
    """The next unit; there has to be one."""
    unit = store.take(owner)
    assert unit is not None
    return unit


class RunStoreContract:
    """Inherit it and give the fixture ``url``, of an empty database."""

    @pytest.fixture
    def url(self) -> str:
        """Where the store is."""
        raise NotImplementedError("override the fixture 'url'")

    @pytest.fixture
    def store(self, url: str) -> Iterator[RunStore]:
        """A store with ten rollouts of a domain in units of four."""
        with RunStore(url) as made:
            assert made.plan("shop", "inputs", 10, 4)
            yield made

    def test_units(self, store: RunStore) -> None:
        """Each unit is taken by one, and then there is none."""
        units = [store.take(f"owner {number}") for number in range(4)]

        assert [unit and unit.left for unit in units] == [(0, 1, 2, 3), (4, 5, 6, 7), (8, 9), None]

    def test_done(self, store: RunStore) -> None:
        """Results are read by place, whenever they came; when all are there, nothing is left."""
        units = [taken(store) for _ in range(3)]
        for unit in reversed(units):
            assert store.seconds_to_wait() is not None
            store.put("me", {unit: [result(place, b"%d" % place) for place in reversed(unit.left)]})

        assert store.seconds_to_wait() is None
        assert store.units_left() == 0
        assert list(store.trajectories("shop")) == [(place, b"%d" % place) for place in range(10)]
        assert list(store.digests("shop")) == [f"digest {place}" for place in range(10)]
        assert store.progress() == (10, 10)
        assert store.standings()["shop"].calls == 20

    def test_many_units_at_once(self, store: RunStore) -> None:
        """Results of several units come in one transaction; one that has none stays as it is."""
        units = [taken(store) for _ in range(3)]
        made = {unit: [result(place) for place in unit.left[:2]] for unit in units[:2]}
        store.put("me", {**made, units[2]: []})
        store.release("me", died=True)

        assert store.progress() == (4, 10)
        assert [(unit.left, unit.attempts) for unit in (taken(store) for _ in range(3))] == [
            ((2, 3), 0),
            ((6, 7), 0),
            ((8, 9), 1),
        ]

    def test_a_lost_lease(self, url: str, store: RunStore) -> None:
        """Where a worker is not heard of, another goes on behind it; what both bring is kept once."""
        with RunStore(url, lease_s=0.05) as slow:
            first = taken(slow, "slow")
            slow.put("slow", {first: [result(0, b"first")]})
            time.sleep(0.1)
            again = taken(store, "fast")
            store.put("fast", {again: [result(place, b"fast") for place in again.left]})
            slow.put("slow", {first: [result(place, b"slow") for place in first.left]})

        assert (again.first, again.left, again.attempts) == (0, (1, 2, 3), 0)
        assert list(store.trajectories("shop")) == [(0, b"first"), (1, b"fast"), (2, b"fast"), (3, b"fast")]
        assert store.progress() == (4, 10)

    def test_its_own(self, url: str, store: RunStore) -> None:
        """What a worker holds it is not given again, however late it is: it is still at it."""
        with RunStore(url, lease_s=0.001) as slow:
            units = [slow.take("slow") for _ in range(4)]
            time.sleep(0.01)
            again = slow.take("slow")

        assert [unit and unit.first for unit in units] == [0, 4, 8, None]
        assert again is None
        assert taken(store, "other").first == 0

    def test_attempts(self, url: str, store: RunStore) -> None:
        """A unit tells how often it was begun by workers that died, since anything came of it."""
        attempts = []
        for _ in range(3):
            unit = taken(store)
            attempts.append(unit.attempts)
            if unit.attempts:
                store.begin(unit)
            store.release("me", died=True)
        store.put("me", {taken(store): [result(0)]})
        store.release("me", died=True)
        attempts.append(taken(store).attempts)

        assert attempts == [0, 1, 2, 0]

    def test_renewed(self, url: str, store: RunStore) -> None:
        """Who is heard of keeps its units."""
        with RunStore(url, lease_s=0.05) as short:
            unit = taken(short, "me")
            store.put("me", {})
            time.sleep(0.1)

        assert taken(store, "other").first != unit.first

    def test_released(self, store: RunStore) -> None:
        """What is given back can be taken at once."""
        unit = taken(store, "me")
        store.release("me")

        assert taken(store, "other").first == unit.first

    def test_planned_again(self, store: RunStore) -> None:
        """The same plan keeps what is there; another one drops it, with its judgements."""
        unit = taken(store)
        store.put("me", {unit: [result(place) for place in unit.left]})
        store.judge("shop", [(0, b"good")])

        assert store.plan("shop", "inputs", 10, 5)
        assert len(list(store.trajectories("shop"))) == 4
        assert store.plan("shop", "other inputs", 10, 4)
        assert list(store.trajectories("shop")) == list(store.judgements("shop")) == []

    def test_finished(self, store: RunStore) -> None:
        """A finished domain has nothing to be played."""
        for _ in range(3):
            unit = taken(store)
            store.put("me", {unit: [result(place) for place in unit.left]})

        assert not store.plan("shop", "inputs", 10, 4)

    def test_broken_ones_again(self, store: RunStore) -> None:
        """Rollouts that these owners broke are played again, and no others."""
        for _ in range(3):
            unit = taken(store)
            broken = {0: "endpoint", 5: "tool", 9: "endpoint"}
            store.put("me", {unit: [result(place, broken=broken.get(place, "")) for place in unit.left]})
        assert store.standings()["shop"].broken == 3

        assert store.plan("shop", "inputs", 10, 4, ["endpoint"])

        assert [taken(store).left for _ in range(2)] == [(0,), (9,)]
        assert store.take("me") is None

    def test_failed(self, store: RunStore) -> None:
        """A domain that cannot be played is not taken; the next plan tries it again."""
        store.fail("shop", "no such file")

        assert store.take("me") is None
        assert store.standings()["shop"].error == "no such file"
        assert store.plan("shop", "inputs", 10, 4)

    def test_other_domains(self, store: RunStore) -> None:
        """Domains are apart; those that are no longer part of the run are dropped."""
        store.plan("library", "inputs", 1, 4)
        unit = taken(store)
        store.put("me", {unit: [result(0, domain="library")]})

        store.keep_only(["shop"])

        assert not store.holds("library")
        assert store.holds("shop")

    def test_judged_again(self, store: RunStore) -> None:
        """Judgements are replaced, and come by place."""
        store.judge("shop", [(1, b"old"), (0, b"old"), (2, b"old")])
        store.judge("shop", [(1, b"b"), (0, b"a")])

        assert list(store.judgements("shop")) == [(0, b"a"), (1, b"b")]

    def test_many_at_once(self, url: str, store: RunStore) -> None:
        """Many workers take and bring at the same time: nothing is lost, nothing comes twice."""
        store.plan("library", "inputs", 200, 3)

        def work(name: str) -> int:
            count = 0
            with RunStore(url) as own:
                while (unit := own.take(name)) is not None:
                    own.put(name, {unit: [result(p, domain=unit.domain) for p in unit.left]})
                    count += len(unit.left)
            return count

        with ThreadPoolExecutor(4) as threads:
            counts = list(threads.map(work, "abcd"))

        assert sum(counts) == 210
        assert store.progress() == (210, 210)
        assert [place for place, _ in store.trajectories("library")] == list(range(200))
