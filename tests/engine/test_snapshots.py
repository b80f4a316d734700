"""Snapshots, forks and starts: any point of an episode can be come back to, in any process."""

import multiprocessing
import threading
from concurrent.futures import ProcessPoolExecutor

import pytest

from scaleenv_core.engine import Environment, load_domain
from scaleenv_core.errors import DomainError
from scaleenv_core.testing.jobs import play, played, resumed
from scaleenv_core.testing.shop import write_shop
from scaleenv_core.types import RowChange


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return load_domain(write_shop(tmp_path_factory.mktemp("domains") / "shop"))


def test_every_point_comes_back(shop):
    """From a snapshot taken anywhere the same calls go on alike, whatever was done between."""
    with Environment(shop) as live, Environment(shop) as other:
        for seed in range(20):
            live.reset()
            play(live, seed, 10)
            point = live.snapshot()
            onward = play(live, seed + 100)
            other.restore(point)
            assert play(other, seed + 100) == onward
            live.restore(point)
            assert play(live, seed + 100) == onward


def test_snapshots_are_small(shop):
    """A parked episode is some hundred bytes."""
    with Environment(shop) as live:
        play(live, 1, 10)

        assert len(live.snapshot().state) < 2048


def test_goes_on_in_another_process(shop):
    """A snapshot is good in another process."""
    with Environment(shop) as live:
        play(live, 5, 10)
        state = live.snapshot().state
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            assert pool.submit(resumed, shop.path, state, 6).result() == play(live, 6)


def test_threads_do_not_meet(shop):
    """Instances in several threads, each with its own calls, end as they would alone."""
    ends: dict[int, object] = {}

    def work(seed):
        with Environment(shop) as live:
            for _ in range(20):
                live.reset()
                ends[seed] = play(live, seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with Environment(shop) as alone:
        for seed in range(6):
            alone.reset()
            assert ends[seed] == play(alone, seed)


def test_processes_do_not_meet(shop):
    """Instances in several processes share one template, and none sees another's rows."""
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        found = list(pool.map(played, [shop.path] * 6, range(6)))

    for seed, (back, end) in enumerate(found):
        with Environment(shop) as alone:
            assert (back, end) == (True, play(alone, seed))


def test_the_template_is_never_written(shop):
    """Whatever instances do, the file that they share stays as it was."""
    before = shop.template.read_bytes()
    with Environment(shop) as live:
        for seed in range(10):
            play(live, seed)
        assert shop.template.read_bytes() == before
        assert [path.name for path in shop.template.parent.glob(f"{shop.template.stem}*")] == [
            shop.template.name
        ]


def test_a_task_starts_where_it_says(shop):
    """A start changes rows, adds and removes them; unique and foreign keys hold at its end."""
    with Environment(shop) as live:
        live.call("cancel_order", {"order_id": "o1"})
        live.call("purge_customer", {"customer_id": "c2"})
        live.call("create_order", {"customer_id": "c1"})
        start, rows = live.changes, live.rows()

        live.reset(start)

        assert (live.changes, live.rows()) == (start, rows)
        live.reset()
        assert live.changes == ()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        pytest.param({"status": "lost"}, "CHECK", id="check"),
        pytest.param({"price": "much"}, "price: expected a finite number", id="type"),
    ],
)
def test_impossible_starts_are_said(shop, row, said):
    """A start that the tables cannot hold is one clear error."""
    before = next(row for table, row in shop.rows if table == "orders")
    change = RowChange(table="orders", key=(before["order_id"],), before=before, after={**before, **row})
    with Environment(shop) as live, pytest.raises(DomainError, match=said):
        live.reset((change,))


def test_closed_stores_serve_again(shop):
    """What a closed environment had done is gone for the next one, and it cannot be used any more."""
    with Environment(shop) as first:
        rows = first.rows()
        play(first, 3)
        store = first._session.store
    with Environment(shop) as second:
        assert second._session.store is store
        assert (second.rows(), second.changes) == (rows, ())
        with pytest.raises(RuntimeError, match="closed"):
            first.call("get_order", {"order_id": "o1"})
        first.close()
        with Environment(shop) as third:
            assert third._session.store is not store
