"""Rollouts measured: trajectories a second a core, beside tau2-bench's orchestration; workers; memory.

Every trajectory is played (environment, user, agent), stored, read again, judged by the default
layers and its judgement stored; processor time is that of all processes. For tau2-bench set
TAU2_PYTHON and TAU2_DATA_DIR as for engine_bench.py.
Usage: rollout_bench.py [TRAJECTORIES] [--quick] [--ray COUNT] [--long COUNT]   (--ray needs
executor-ray, and compares it with local over so many; --long: also the memory over so many)
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path
from statistics import mean, median
from typing import Any

from attrs import evolve
from engine_bench import Tau2

from scaleenv_core.artifacts import World
from scaleenv_core.config import RunConfig, load_config, parse_config, to_toml
from scaleenv_core.files import write_text
from scaleenv_core.stages import adopt, rollout, verify
from scaleenv_core.stages.running import Run, totals
from scaleenv_core.stages.workers import Seat, Workers

ROUNDS = 3


def made(root: Path, domains: list[str], **options: Any) -> World:
    """A world of hand-written domains with their own tasks."""
    world = World(root)
    config = parse_config({"domain": {"use": domains, **options}})
    write_text(world.config, to_toml(config))
    with Workers(config) as workers:
        adopt.run(Run(world, config, workers))
    return world


def processor() -> float:
    """Seconds of this process and its ended children."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in both)


def here(world: World, config: RunConfig) -> tuple[int, float]:
    """Trajectories kept and processor seconds of rollout and verify, in this process and its cells."""
    name, seat = f"r{time.monotonic_ns()}", Seat(config)
    with Workers(config) as workers, world.open_store(name) as store:
        rollout.plan(Run(world, config, workers, name=name), store)
    began = processor()
    rollout.play_units(seat, str(world.root), name)
    made = [verify.make(seat, str(world.root), name, slug, "") for slug in world.domains()]
    seat.close()
    found = totals(record.summary for record in made)
    assert found["trajectories"] == found["kept"], found
    return found["kept"], processor() - began


def cost(world: World, trials: int) -> float:
    """Processor seconds a trajectory; what starting costs is taken off."""
    config = load_config(world.config)
    sizes = [evolve(config, rollout=evolve(config.rollout, trials=size)) for size in (1, trials)]
    (few, least), (many, most) = (here(world, sized) for sized in sizes)
    return (most - least) / (many - few)


def played(world: World, config: RunConfig) -> tuple[int, float, float]:
    """Trajectories kept, wall seconds and processor seconds of rollout and verify in workers."""
    began, cpu = time.monotonic(), processor()
    with Workers(config) as workers:
        run = Run(world, config, workers, name=f"w{time.monotonic_ns()}")
        rollout.run(run)
        found = verify.run(run)
    return found["kept"], time.monotonic() - began, processor() - cpu


def seconds(world: World, trials: int, workers: int, executor: str = "") -> tuple[float, float]:
    """Wall and processor seconds a trajectory; what starting costs is taken off."""
    config = evolve(load_config(world.config, [f"executor.use={executor}"]), workers=workers)
    sizes = [evolve(config, rollout=evolve(config.rollout, trials=size)) for size in (1, trials)]
    (few, *least), (many, *most) = (played(world, sized) for sized in sizes)
    wall, processor = ((much - little) / (many - few) for little, much in zip(least, most, strict=True))
    return wall, processor


def spread(values: list[float], unit: float = 1e6) -> str:
    """The median, the least and the most."""
    return f"{median(values) * unit:,.0f} ({min(values) * unit:,.0f} to {max(values) * unit:,.0f})"


def throughput(world: World, count: int, title: str) -> list[float]:
    """Processor seconds a trajectory, of some rounds."""
    tasks = sum(len(world.domain_tasks(slug)) for slug in world.domains())
    took = [cost(world, max(count // tasks, 2)) for _ in range(ROUNDS)]
    rate = f"{1 / median(took):,.0f} a second a core, best {1 / min(took):,.0f}"
    print(f"{title}: {spread(took)} µs a trajectory, {rate}", flush=True)
    return took


def against_tau2(place: Path, count: int) -> None:
    """The same gold replays here and there, in turn: all of ours beside some of theirs, the mean of each.

    Theirs is the least that tau2-bench does for an episode: its calls played in its environment and scored by
    its evaluator's way; nothing is stored, and no message passes its orchestrator.
    """
    data, python = (
        Path(os.environ.get("SCALEENV_SHARED", "../shared")) / "benchmarks" / "tau2",
        os.environ.get("TAU2_PYTHON"),
    )
    if not (data.is_dir() and python):
        return
    world = made(place / "tau2", ["tau2"], tau2={"data": str(data), "domains": ["retail"]})
    tasks = world.domain_tasks(world.domains()[0])
    driver = Tau2(python, [[(action.tool, action.arguments) for action in task.actions] for task in tasks])
    ours, theirs = [], []
    for first in range(ROUNDS):
        ours.append(cost(world, max(count // len(tasks), 2)))
        theirs.append(
            mean(driver.round(number)["episode"] for number in range(first, len(tasks), 3 * ROUNDS))
        )
    ratio = median(other / own for own, other in zip(ours, theirs, strict=True))
    print(
        f"τ²-bench's retail gold: ours {spread(ours)} µs, τ² {spread(theirs)} µs: {ratio:,.0f} x", flush=True
    )


def scaling(world: World, count: int) -> None:
    """Two workers beside one, in turn: in wall time, and as far as processor time lets them."""
    trials = max(count // sum(len(world.domain_tasks(slug)) for slug in world.domains()), 2)
    rounds = [(seconds(world, trials, 1), seconds(world, trials, 2)) for _ in range(ROUNDS)]
    for at, (what, times) in enumerate((("in wall time", 1), ("if each had a core of its own", 2))):
        ratios = [times * one[at] / two[at] for one, two in rounds]
        print(
            f"2 workers {what}: {median(ratios):.2f} x one ({min(ratios):.2f} to {max(ratios):.2f})",
            flush=True,
        )


def ray(world: World, count: int) -> None:
    """The executor ``ray`` beside processes of this machine, two workers each, in wall time, in turn."""
    trials = count // sum(len(world.domain_tasks(slug)) for slug in world.domains())
    ratios = [seconds(world, trials, 2, "ray")[0] / seconds(world, trials, 2)[0] for _ in range(ROUNDS)]
    print(f"Ray over {count:,}: {spread(ratios, 100)} % of local's time", flush=True)


def memory(world: World, count: int) -> None:
    """Greatest memory of any worker over so many trajectories, beside a tenth of them."""
    tasks = sum(len(world.domain_tasks(slug)) for slug in world.domains())
    config = evolve(load_config(world.config), workers=1)
    for size in (count // 10, count):
        sized = evolve(config, rollout=evolve(config.rollout, trials=size // tasks))
        child = os.fork()
        if not child:
            kept, seconds, cpu = played(world, sized)
            here, workers = (
                resource.getrusage(who).ru_maxrss / 1024
                for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
            )
            print(
                f"memory over {kept:,}: driver {here:,.0f} MB, largest worker {workers:,.0f} MB; "
                f"{seconds:,.0f} s, {cpu:,.0f} s of processor time",
                flush=True,
            )
            os._exit(0)
        os.waitpid(child, 0)


def main() -> None:
    """All of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("count", nargs="?", type=int, default=3000)
    parser.add_argument("--long", type=int, default=0)
    parser.add_argument("--ray", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="without the comparison of workers")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        world = made(
            Path(place) / "hand", ["retail", "airline", "banking", "logistics", "smart-home", "travel"]
        )
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        throughput(world, given.count, "hand-written domains")
        against_tau2(Path(place), given.count)
        if not given.quick:
            scaling(world, given.count)
        if given.ray:
            ray(world, given.ray)
        if given.long:
            memory(world, given.long)


if __name__ == "__main__":
    main()
