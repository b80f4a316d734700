"""The built-in executor: worker processes on this machine, one piece of work at a time each."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import Any, TypeVar

from attrs import define, field

from scaleenv_core.errors import WorkerDied

T = TypeVar("T")
Work = Callable[[Any], Any]

_work: Work


def _begin(start: Callable[[], Work]) -> None:
    global _work
    _die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    _work = start()


def _die_with_parent() -> None:
    """On Linux, a killed parent takes its workers along, so that none works on behind its back."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        parent = multiprocessing.parent_process()
        if parent is not None and os.getppid() != parent.pid:
            os._exit(1)  # killed before the line above: nobody would ever end this process


def _do(piece: Any) -> Any:
    return _work(piece)


@define(eq=False)
class _Process:
    """One worker; a pool of one, so that whoever dies takes nobody along."""

    start: Callable[[], Work]
    _pool: ProcessPoolExecutor = field(init=False)
    _number: Future[int] = field(init=False)

    def __attrs_post_init__(self) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(1, mp_context=spawn, initializer=_begin, initargs=(self.start,))
        self._number = self._pool.submit(os.getpid)

    def submit(self, piece: Any) -> Future[Any]:
        return self._pool.submit(_do, piece)

    def close(self, *, at_once: bool) -> None:
        if at_once:
            with suppress(BrokenProcessPool, ProcessLookupError):
                os.kill(self._number.result(), signal.SIGKILL)
        self._pool.shutdown()


@define
class Processes:
    """An :class:`~scaleenv_core.interfaces.ExecutorSession` of processes, started when first needed."""

    start: Callable[[], Work]
    count: int
    _idle: list[_Process] = field(factory=list, init=False)
    _busy: dict[Future[Any], tuple[_Process, Any]] = field(factory=dict, init=False)

    def run(self, pieces: Iterable[T]) -> Iterator[tuple[T, Any]]:
        """See :meth:`~scaleenv_core.interfaces.ExecutorSession.run`."""
        waiting = iter(pieces)
        more = True
        while more or self._busy:
            while more and len(self._busy) < self.count:
                try:
                    piece = next(waiting)
                except StopIteration:
                    more = False
                else:
                    process = self._idle.pop() if self._idle else _Process(self.start)
                    self._busy[process.submit(piece)] = process, piece
            for future in wait(self._busy, return_when=FIRST_COMPLETED).done:
                process, piece = self._busy.pop(future)
                try:
                    outcome = future.result()
                except BrokenProcessPool:
                    process.close(at_once=False)
                    outcome = WorkerDied("the worker process died (memory, time, or a crash)")
                else:
                    self._idle.append(process)
                yield piece, outcome

    def close(self, *, at_once: bool) -> None:
        """See :meth:`~scaleenv_core.interfaces.ExecutorSession.close`."""
        processes = [*self._idle, *(process for process, _ in self._busy.values())]
        self._idle, self._busy = [], {}
        for process in processes:
            process.close(at_once=at_once)
