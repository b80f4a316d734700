"""The run store on SQLite, and what it says when it cannot be used."""

import os

import pytest
from sqlalchemy.dialects import sqlite

from scaleenv_core.artifacts import World
from scaleenv_core.errors import ConfigError, WorldError
from scaleenv_core.runstore import RunStore, owner_name
from scaleenv_core.testing.runstore import RunStoreContract, result, taken


class TestContract(RunStoreContract):
    @pytest.fixture
    def url(self, tmp_path):
        return f"sqlite:///{tmp_path / 'run.db'}"


def test_dead_owners(tmp_path):
    """Units of this machine's dead processes are free at once, those of a living one are not."""
    with RunStore(f"sqlite:///{tmp_path / 'run.db'}") as store:
        store.plan("shop", "inputs", 2, 1)
        machine = owner_name().partition("/")[0]
        child = os.fork()
        if not child:
            os._exit(0)
        os.waitpid(child, 0)
        unit = taken(store, f"{machine}/{child}/x")
        taken(store, owner_name())

        store.release_dead()

        assert taken(store).first == unit.first
        assert store.take("me") is None


@pytest.mark.parametrize(
    ("url", "line"),
    [
        pytest.param("nonsense", "no database to use", id="no-url"),
        pytest.param("mysql://host/x", "no database to use|SQLite and PostgreSQL", id="other"),
    ],
)
def test_bad_url(url, line):
    """A URL that is none, or of a database that cannot hold a run, is one clear line."""
    with pytest.raises(ConfigError, match=line):
        RunStore(url)


def test_broken_file(tmp_path):
    """A file that is no database is one clear line."""
    (tmp_path / "run.db").write_text("not a database, but a text that is long enough to be one" * 99)

    with pytest.raises(WorldError, match="not a database"):
        RunStore(f"sqlite:///{tmp_path / 'run.db'}")


def test_cut_off(tmp_path):
    """Where a power cut takes the end of the last write, its transaction is gone and the others are not."""
    url = f"sqlite:///{tmp_path / 'run.db'}"
    with RunStore(url) as store:
        store.plan("shop", "inputs", 20, 10)
        unit = taken(store)
        store.put("me", {unit: [result(place, b"x" * 5000) for place in unit.left[:5]]})
        log = tmp_path / "run.db-wal"
        before = log.stat().st_size
        store.put("me", {unit: [result(place, b"x" * 5000) for place in unit.left[5:]]})
        copies = {name: (tmp_path / name).read_bytes() for name in ("run.db", "run.db-wal")}
    after = len(copies["run.db-wal"])

    for cut in (before, before + 1, (before + after) // 2, after - 1):
        (tmp_path / "run.db").write_bytes(copies["run.db"])
        log.write_bytes(copies["run.db-wal"][:cut])
        with RunStore(url) as store:
            assert [place for place, _ in store.trajectories("shop")] == [0, 1, 2, 3, 4]
            assert store.progress() == (5, 20)


def test_older_worlds(tmp_path):
    """A run of an older scaleenv, which kept files, is told apart from none."""
    (tmp_path / "runs" / "main" / "trajectories").mkdir(parents=True)

    with pytest.raises(WorldError, match="older scaleenv, which kept files: run 'scaleenv rollout"):
        World(tmp_path).trajectories("main", "shop")
    with pytest.raises(WorldError, match="run 'other' has no trajectories of 'shop' yet"):
        World(tmp_path).trajectories("other", "shop")


def test_work_is_found_at_once(tmp_path):
    """However many units are done, the next is found by an index of those that are not."""
    with RunStore(f"sqlite:///{tmp_path / 'run.db'}") as store:
        asked = store._free.compile(dialect=sqlite.dialect())
        with store._database.reading() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", ("", 0.0, "me", 1, 0)).all()

    assert [row.detail for row in plan] == ["SCAN units USING INDEX units_left"]
