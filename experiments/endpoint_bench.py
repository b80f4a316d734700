"""Asking a local server over HTTP: throughput beside the server's own limit, and processor time a request.

Usage: endpoint_bench.py    (needs endpoint-openai)
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from scaleenv_core.config import parse_config
from scaleenv_core.endpoints import Endpoints
from scaleenv_core.errors import EndpointError
from scaleenv_core.interfaces import Endpoint
from scaleenv_core.types import Message

LATENCY_S = 0.05
SERVER = """
import sys
from scaleenv_core.testing.chat_server import ChatServer, Reply
reply = Reply(text="ok", latency_s=float(sys.argv[1]))
with ChatServer(otherwise=lambda request: reply, slots=int(sys.argv[2])) as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""


@contextmanager
def serving(slots: int) -> Iterator[str]:
    """The address of a server in a process of its own."""
    command = [sys.executable, "-c", SERVER, str(LATENCY_S), str(slots)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin
    assert process.stdout
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait()


def answered(endpoint: Endpoint, number: int) -> bool:
    """Whether a question of eight messages is answered."""
    said = [Message(role=("user", "assistant")[n % 2], content=f"{number} words " * 20) for n in range(7)]
    try:
        endpoint.complete(said)
    except EndpointError:
        return False
    return True


def measure(slots: int, threads: int, requests: int) -> None:
    """One line: so many threads ask a server with so many slots."""
    with serving(slots) as url, tempfile.TemporaryDirectory() as folder:
        table = {"model": "tiny", "base_url": url}
        config = parse_config({"endpoint": {"openai": table}, "completions": {"concurrency": 512}})
        with Endpoints(config, Path(folder)) as endpoints, ThreadPoolExecutor(threads) as pool:
            endpoint = endpoints.role("agent")
            answered(endpoint, -1)
            began, cpu = time.monotonic(), time.process_time()
            failed = list(pool.map(lambda n: answered(endpoint, n), range(requests))).count(False)
            seconds, cpu = time.monotonic() - began, time.process_time() - cpu
            replayed = time.process_time()
            for number in range(requests):
                answered(endpoint, number)
            replayed = time.process_time() - replayed
    limit = min(slots, threads) / LATENCY_S
    print(
        f"{slots:5} slots {threads:4} threads: {requests / seconds:6.0f}/s of {limit:6.0f}/s "
        f"({requests / seconds / limit:4.0%}), {failed} failed; CPU a request {cpu / requests * 1e3:.2f} ms, "
        f"replayed {replayed / requests * 1e3:.3f} ms"
    )


def main() -> None:
    """All lines."""
    for slots, threads, requests in (
        (1, 1, 40),
        (8, 8, 400),
        (8, 512, 1000),
        (16, 512, 2000),
        (512, 512, 4000),
    ):
        measure(slots, threads, requests)


if __name__ == "__main__":
    main()
