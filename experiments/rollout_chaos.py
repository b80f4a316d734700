"""Rollouts killed at random, again and again: what is lost, what is doubled, what differs.

Kills the command that drives the run, or one of its workers; fills the disk; cuts off the end of the
last write. With --postgres a server of our own holds the run, and is killed in place of the last two.
Beside it the same rollouts are played in peace.
Usage: rollout_chaos.py [KILLS [ROLLOUTS [SEED]]] [--postgres]    (needs agent-oracle, user-scripted)
"""

from __future__ import annotations

import argparse
import random
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from scaleenv_core.artifacts import World
from scaleenv_core.config import load_config
from scaleenv_core.names import subseed
from scaleenv_core.stages import rollout
from scaleenv_core.stages.running import Run
from scaleenv_core.stages.workers import Workers
from scaleenv_core.testing.chaos import Chaos, kept
from scaleenv_core.testing.world import write_world


@contextmanager
def postgres() -> Iterator[tuple[str, Callable[[], None]]]:
    """A server of our own: its URL, and a way to kill and start it again."""
    from scaleenv_database_postgres.testing import binary, temporary_server

    with temporary_server() as told:
        about = dict(part.split("=") for part in told.split())
        home, user, program = about["host"], about["user"], str(binary("pg_ctl"))

        def kill() -> None:
            options = f"-c listen_addresses='' -c unix_socket_directories='{home}' -c fsync=off"
            command = [program, "-D", f"{home}/data", "-m", "immediate", "-o", options, "-l", f"{home}/log"]
            subprocess.run([*command, "-w", "restart"], check=True, user=user, capture_output=True, cwd=home)

        yield f"postgresql+psycopg://{user}@/{about['dbname']}?host={home}", kill


def peace(root: Path, options: list[str]) -> World:
    """The rollouts left alone."""
    world = write_world(root, options, domains=3)
    config = load_config(world.config)
    with Workers(config) as workers:
        rollout.run(Run(world, config, workers))
    return world


def compare(chaos: World, quiet: World) -> str:
    """What was lost, doubled, or is not the same."""
    found, wanted = kept(chaos), kept(quiet)
    ours = [text for texts in found.values() for text in texts]
    theirs = [text for texts in wanted.values() for text in texts]
    lost, doubled = len(set(theirs) - set(ours)), len(ours) - len(set(ours))
    return f"{len(ours):,} of {len(theirs):,}, {lost} lost, {doubled} doubled, " + (
        "the same bytes" if found == wanted else "NOT the same bytes"
    )


def main() -> None:
    """Kill, and tell."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kills", nargs="?", type=int, default=50)
    parser.add_argument("rollouts", nargs="?", type=int, default=3000)
    parser.add_argument("seed", nargs="?", type=int, default=1)
    parser.add_argument("--postgres", action="store_true")
    given = parser.parse_args()
    options = [f"rollout.trials={given.rollouts // 3}", "rollout.chunk=8"]
    survived: Counter[str] = Counter()
    told: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as place, ExitStack() as stack:
        quiet, began, more = peace(Path(place) / "peace", options), time.monotonic(), {}
        if given.postgres:
            url, kill = stack.enter_context(postgres())
            options, more = [*options, f"store.url={url}"], {"database": kill}
        while survived.total() < given.kills:
            chaos = write_world(Path(place) / f"chaos-{survived.total()}", options, domains=3)
            with chaos.open_store("main") as store:
                store.keep_only([])  # a server has the run before this one
            rng = random.Random(subseed(given.seed, survived.total()))
            survived += Chaos(chaos, rng, more=more, done=Counter(survived)).survive(given.kills) - survived
            told[compare(chaos, quiet)] += 1
            print(f"{survived.total()} kills after {time.monotonic() - began:,.0f} s", flush=True)
    kills = ", ".join(f"{name} {count}" for name, count in sorted(survived.items()))
    print(f"{survived.total()} kills ({kills})")
    for line, count in told.items():
        print(f"{count} runs: {line}")


if __name__ == "__main__":
    main()
