"""Many callers, one model: what is asked at the same time is answered together."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Batcher(Generic[Question, Answer]):
    """A thread that answers questions in batches of at most ``size``.

    The first question of a batch waits ``wait_s`` for others. A batch that fails fails for
    all that are in it.
    """

    def __init__(
        self, answer: Callable[[Sequence[Question]], Sequence[Answer]], size: int, wait_s: float
    ) -> None:
        self._answer, self._size, self._wait_s = answer, size, wait_s
        self._waiting: SimpleQueue[tuple[Question, Future[Answer]]] = SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="transformers", daemon=True)
        self._thread.start()

    def ask(self, question: Question) -> Answer:
        """The answer, as soon as its batch is done."""
        future: Future[Answer] = Future()
        self._waiting.put((question, future))
        return future.result()

    def _serve(self) -> None:
        while True:
            batch = self._gathered()
            try:
                answers = self._answer([question for question, _ in batch])
            except Exception as exc:  # it is raised where the questions were asked
                for _, future in batch:
                    future.set_exception(exc)
            else:
                for (_, future), answer in zip(batch, answers, strict=True):
                    future.set_result(answer)

    def _gathered(self) -> list[Any]:
        batch = [self._waiting.get()]
        until = time.monotonic() + self._wait_s
        while len(batch) < self._size:
            try:
                batch.append(self._waiting.get(timeout=max(0.0, until - time.monotonic())))
            except Empty:
                break
        return batch
