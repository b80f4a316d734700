"""What is asked at the same time is answered together."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

pytest.importorskip("torch", reason="needs torch")
pytest.importorskip("scaleenv_agent_transformers", reason="needs scaleenv-agent-transformers")
from scaleenv_agent_transformers.batching import Batcher


def ask_all(batcher, count):
    """The answers of so many threads that ask at once."""
    barrier = Barrier(count)

    def ask(number):
        barrier.wait()
        return batcher.ask(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(ask, range(count)))


def test_joined():
    """Questions at the same time are one batch, no larger than allowed; each gets its own answer."""
    seen = []

    def answer(batch):
        seen.append(len(batch))
        return [number * 10 for number in batch]

    made = ask_all(Batcher(answer, size=4, wait_s=2.0), 8)

    assert made == [number * 10 for number in range(8)]
    assert seen == [4, 4]


def test_alone():
    """A question that no other joins is answered all the same."""
    assert Batcher(list, size=4, wait_s=0.0).ask("x") == "x"


def test_failure():
    """A batch that fails raises where it was asked, and the next one is not touched by it."""

    def answer(batch):
        if 1 in batch:
            raise ValueError("no ones")
        return batch

    batcher = Batcher(answer, size=1, wait_s=0.0)

    with pytest.raises(ValueError, match="no ones"):
        batcher.ask(1)
    assert batcher.ask(2) == 2
