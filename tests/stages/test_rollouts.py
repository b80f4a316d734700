"""Rollouts end with the same trajectories, however many at once, however often killed, by whomever helped."""

import random
import subprocess
import sys
import threading

import pytest
from attrs import evolve

from scaleenv_core import hookimpl
from scaleenv_core.artifacts import World
from scaleenv_core.config import load_config
from scaleenv_core.converters import to_plain
from scaleenv_core.endpoints import Endpoints
from scaleenv_core.engine import Limits
from scaleenv_core.errors import StageError, WorkerDied
from scaleenv_core.files import json_lines, write_text
from scaleenv_core.plugins import PluginInfo, Plugins
from scaleenv_core.stages import rollout, verify
from scaleenv_core.stages.rollout import rollouts
from scaleenv_core.stages.running import Run
from scaleenv_core.stages.workers import Seat, Workers
from scaleenv_core.testing.chaos import Chaos, kept
from scaleenv_core.testing.chat_server import Reply
from scaleenv_core.testing.shop import TOOLS, write_shop
from scaleenv_core.testing.world import write_world
from scaleenv_core.types import Message

PEACE = ("rollout.trials=600", "rollout.chunk=8")


@pytest.fixture
def play():
    """Runs stages on a world, with one worker."""

    def play(world, *overrides, stages=(rollout,), limits=None):
        config = evolve(load_config(world.config, overrides), workers=1)
        with Workers(config, limits) as workers:
            run = Run(world, config, workers)
            return [stage.run(run) for stage in stages][-1]

    return play


def test_side_by_side(play, tmp_path):
    """However many are played at once, the trajectories are the same, in cells as without."""
    overrides = ("rollout.trials=20", "faults.timeout=0.2", "agent.use=random")
    worlds = [write_world(tmp_path / name, overrides, domains=2) for name in ("alone", "some", "many")]

    play(worlds[0], "rollout.concurrency=1", "sandbox.use=false")
    play(worlds[1], "rollout.concurrency=8", "rollout.chunk=7")
    play(worlds[2], "rollout.concurrency=512")

    alone, some, many = map(kept, worlds)
    assert alone == some == many
    assert [len(found) for found in alone.values()] == [20, 20]


class _InStep:
    """An agent with a model of its own: no turn of it ends before three have begun."""

    barrier = threading.Barrier(3)

    @hookimpl
    def start_agent(self):
        return self

    waits = True

    def act(self, messages):
        self.barrier.wait(60)
        return Message(role="assistant", content="That is done.")


def test_agents_that_wait(tmp_path):
    """An agent that waits for a model of its own is asked by many dialogues at once."""
    world = write_world(tmp_path / "w", ("rollout.trials=3", "sandbox.use=false"))
    config = load_config(world.config)
    plugins = Plugins()
    plugins.add(PluginInfo(kind="agent", name="step", distribution="d", version="1", target="m:C"), _InStep())

    class WithAgent(Seat):
        def plugins(self, kind):
            return plugins if kind == "agent" else super().plugins(kind)

    with Endpoints(config, tmp_path / "completions") as endpoints:
        folder, tasks = world.domain("shop-0"), world.domain_tasks("shop-0")
        made = rollouts(WithAgent(config), folder, tasks, endpoints)

    assert [each.ended for each in made] == ["user_stop"] * 3


def test_verified(play, tmp_path):
    """Stored trajectories are judged, again and again, with no further rollout."""
    world = write_world(tmp_path / "w", ("rollout.trials=3",), domains=2)

    found = play(world, stages=(rollout, verify))

    assert (found["trajectories"], found["kept"], found["invalid"]) == (6, 6, 0)
    assert [one.trajectory for one in world.judgements("main", "shop-1")] == [
        one.id for one in world.trajectories("main", "shop-1")
    ]


def test_a_domain_that_does_not_load(play, tmp_path):
    """It is counted with its reason; the others are played."""
    world = write_world(tmp_path / "w", domains=2)
    (world.domain("shop-0") / "tools.py").write_text("import os\n")

    found = play(world)

    assert (found["domains_broken"], found["trajectories"]) == (1, 1)
    assert "os" in next(iter(found["failures"]))


def test_who_breaks_a_cell(play, tmp_path):
    """Of dialogues that share a cell, only the one that breaks it is invalid; the others begin again."""
    world = write_world(tmp_path / "w")
    bomb = '    if order_id == "o4":\n        import re\n        re.match("(a+)+$", "a" * 60 + "b")\n'
    header = '    """Cancel an open order."""\n'
    (task,) = world.domain_tasks("shop-0")
    write_shop(world.domain("shop-0"), tools=TOOLS.replace(header, header + bomb))
    cancel = [evolve(task.actions[0], arguments={"order_id": order}) for order in ("o1", "o4", "o7")]
    tasks = [evolve(task, id=f"shop-0/{n}", actions=(action,)) for n, action in enumerate(cancel)]
    write_text(world.domain("shop-0") / "tasks.jsonl", json_lines(map(to_plain, tasks)))

    found = play(world, limits=Limits(call_seconds=0.2))

    assert found["broken"] == 1
    broken = [made.failure and made.failure.owner for made in world.trajectories("main", "shop-0")]
    assert broken == [None, "tool", None]


class _StillBorn:
    """Workers that die before they have done anything."""

    count = 2
    started = 0

    def run(self, _function, jobs):
        for job in jobs:
            self.started += 1
            yield job, WorkerDied(f"{job.unit}: no memory to begin with")


def test_workers_that_cannot_begin(tmp_path):
    """Where no worker lives long enough to play anything, the run stops, and says why."""
    world = write_world(tmp_path / "w")
    workers = _StillBorn()

    with pytest.raises(StageError, match="played nothing: worker 20: no memory to begin with"):
        rollout.run(Run(world, load_config(world.config), workers))
    assert workers.started == 21


def test_a_broken_endpoint_is_no_end(play, tmp_path, server):
    """Rollouts that an endpoint broke are played again by the next command, and no others."""
    asks = ("agent.use=openai", "endpoint.openai.model=tiny", f"endpoint.openai.base_url={server.url}")
    settings = ("completions.attempts=1", "completions.backoff_s=0.001")
    world = write_world(tmp_path / "w", (*asks, *settings, "rollout.trials=4", "rollout.concurrency=1"))
    server.script(Reply(text="no"), *[Reply(status=500)] * 2, Reply(text="no"))

    assert play(world)["broken"] == 2
    before = kept(world)["shop-0"]
    assert play(world)["broken"] == 0

    after = kept(world)["shop-0"]
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, False, False, True]


def test_too_many_broken(play, tmp_path, server):
    """A run that is mostly broken stops loudly, and loses nothing."""
    asks = ("agent.use=openai", "endpoint.openai.model=tiny", f"endpoint.openai.base_url={server.url}")
    world = write_world(tmp_path / "w", (*asks, "completions.attempts=1", "rollout.trials=30"))
    server.script(*[Reply(status=500)] * 30)

    with pytest.raises(StageError, match="machinery broke in 30 of 30 rollouts"):
        play(world)

    assert play(world)["broken"] == 0


def test_late(tmp_path, monkeypatch):
    """A worker whose leases run out while it plays goes on with what it has, and plays nothing twice."""
    monkeypatch.setattr(rollout, "_PUT_S", 0.0)  # keeps, and looks for more, at every step
    rare = ("store.lease_s=0.000001", "sandbox.use=false", "rollout.chunk=40")
    world = write_world(tmp_path / "w", (*PEACE, *rare, "rollout.trials=40"))
    config = load_config(world.config)
    with Workers(config) as workers, world.open_store("main") as store:
        rollout.plan(Run(world, config, workers), store)

    assert rollout.play_units(Seat(config), str(world.root), "main") == 40


def test_joined(play, tmp_path):
    """A second command helps; from another world it is turned away."""
    world = write_world(tmp_path / "w", PEACE, domains=2)
    other = write_world(tmp_path / "other", (*PEACE, "seed=1"), domains=2)
    scaleenv = [sys.executable, "-c", "from scaleenv_core.cli import main; main()"]
    config = evolve(load_config(world.config), workers=1)
    with Workers(config) as workers, world.open_store("main") as store:
        run = Run(world, config, workers)
        rollout.plan(run, store)
        done = subprocess.run([*scaleenv, "join", str(world.root), "--workers", "1"], capture_output=True)
        told = rollout.run(run)
        with pytest.raises(StageError, match="is not here as run 'main' plays it"):
            rollout.join(Run(World(world.root), load_config(other.config), workers))

    assert done.returncode == 0
    assert b"1,200 of 1,200 rollouts are played" in done.stdout
    assert told["trajectories"] == 1200


def test_chaos(play, tmp_path):
    """Killed at random, a run ends as one that was left in peace: nothing lost, nothing twice."""
    peace, chaos = (write_world(tmp_path / name, PEACE) for name in ("peace", "chaos"))
    play(peace)

    survived = Chaos(chaos, random.Random(3)).survive(4)

    assert sum(survived.values()) >= 1
    assert kept(chaos) == kept(peace)
