"""Rollouts whose agent asks a server of this machine: throughput beside that server's own limit.

The server (a process of its own) works on so many requests at once (its slots; of the rollouts at once, if
they are fewer), 50 ms each: that is its limit. It is asked twice a rollout; seconds are those from its first
request to the last result that is stored. The trajectories and verdicts of each concurrency are compared.
Usage: rollout_endpoint_bench.py [ROLLOUTS [SLOTS]]    (needs agent-openai, endpoint-openai, user-scripted)
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scaleenv_core.config import load_config
from scaleenv_core.stages import rollout, verify
from scaleenv_core.stages.running import Run
from scaleenv_core.stages.workers import Seat, Workers
from scaleenv_core.testing.world import write_world

LATENCY_S = 0.05
SERVER = """
import sys, time
from scaleenv_core.testing.chat_server import ChatServer, Reply
began = 0.0
wait = float(sys.argv[1])
call = Reply(calls=(("cancel_order", {"order_id": "o1"}),), latency_s=wait)
done = Reply(text="It is cancelled.", latency_s=wait)
def answer(request):
    global began
    began = began or time.monotonic()
    return done if request["messages"][-1]["role"] == "tool" else call
with ChatServer(otherwise=answer, slots=int(sys.argv[2])) as server:
    print(server.url, flush=True)
    sys.stdin.readline()
    print(len(server.received), server.most_at_once, began, flush=True)
"""


@contextmanager
def serving(slots: int) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address of a server, and its process: a line makes it tell what it saw, and end."""
    command = [sys.executable, "-c", SERVER, str(LATENCY_S), str(slots)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield process.stdout.readline().strip(), process
    finally:
        process.kill()
        process.wait()


def played(concurrency: int, count: int, slots: int) -> list[tuple[str, bool]]:
    """One line of figures; the digest of each trajectory, and whether it was kept."""
    with tempfile.TemporaryDirectory() as place, serving(slots) as (url, server):
        options = [
            "agent.use=openai",
            "endpoint.openai.model=tiny",
            f"endpoint.openai.base_url={url}",
            f"completions.concurrency={concurrency}",
            f"rollout.concurrency={concurrency}",
            f"rollout.trials={count}",
        ]
        world = write_world(Path(place) / "w", options)
        config = load_config(world.config)
        with Workers(config) as workers, world.open_store("main") as store:
            run = Run(world, config, workers)
            rollout.plan(run, store)
            cpu = time.process_time()
            rollout.play_units(Seat(config), str(world.root), "main")
            ended, cpu = time.monotonic(), time.process_time() - cpu
            rollout.run(run)
            found = verify.run(run)
            digests = list(store.digests("shop-0"))
        told, _ = server.communicate("\n")
        asked, at_once, began = map(float, told.split())
        seconds = ended - began  # this machine's processes share a clock
        limit = min(slots, concurrency) / LATENCY_S
        print(
            f"concurrency {concurrency:>3}, {slots} slots: {count:,} rollouts, {asked:,.0f} requests, at "
            f"most {at_once:.0f} at once; {asked / seconds:,.0f} requests a second, "
            f"{asked / seconds / limit:.0%} of {limit:,.0f}; {cpu / asked * 1e3:.1f} ms of processor time a "
            f"request; invalid {found['invalid']}",
            flush=True,
        )
        passed = [judgement.passed for judgement in world.judgements("main", "shop-0")]
        return list(zip(digests, passed, strict=True))


def main() -> None:
    """Each concurrency; the same first rollouts each time."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    slots = int(sys.argv[2]) if len(sys.argv) > 2 else 4
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    few = min(count, 64)
    found = [
        played(concurrency, few if concurrency < 64 else count, slots) for concurrency in (1, 8, 64, 512)
    ]
    same = all(each[:few] == found[0][:few] for each in found)
    print(f"the first {few} trajectories and verdicts are {'the same' if same else 'NOT the same'}")


if __name__ == "__main__":
    main()
