"""One command's actors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from attrs import define, field

from scaleenv_core.errors import WorkerDied


class Worker:
    """What an actor is: it begins once, and does a piece at a time."""

    def __init__(self, start: Callable[[], Callable[[Any], Any]]) -> None:
        self._work = start()

    def do(self, piece: Any) -> Any:
        """What comes of a piece."""
        return self._work(piece)


@define
class Session:
    """Actors, started when they are first needed."""

    connect: Callable[[int], tuple[Any, bool]]
    start: Callable[[], Callable[[Any], Any]]
    count: int
    cpus: float
    _ray: Any = field(default=None, init=False)
    _ours: bool = field(default=False, init=False)
    """Whether the connection to Ray is this session's."""

    _idle: list[Any] = field(factory=list, init=False)
    _busy: dict[Any, tuple[Any, Any]] = field(factory=dict, init=False)

    def run(self, pieces: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        """Each piece with what came of it, as they end."""
        if self._ray is None:
            self._ray, self._ours = self.connect(self.count)
        ray, waiting, more = self._ray, iter(pieces), True
        while more or self._busy:
            while more and len(self._busy) < self.count:
                try:
                    piece = next(waiting)
                except StopIteration:
                    more = False
                else:
                    worker = self._idle.pop() if self._idle else self._worker()
                    self._busy[worker.do.remote(piece)] = worker, piece
            for done in ray.wait(list(self._busy))[0] if self._busy else ():
                worker, piece = self._busy.pop(done)
                try:
                    outcome = ray.get(done)
                except ray.exceptions.RayActorError:
                    outcome = WorkerDied("its Ray actor died (memory, time, a crash, or its machine)")
                except ray.exceptions.RayTaskError as exc:
                    raise exc.cause from exc
                else:
                    self._idle.append(worker)
                yield piece, outcome

    def _worker(self) -> Any:
        actor = self._ray.remote(num_cpus=self.cpus, max_restarts=0)(Worker)
        return actor.remote(self.start)

    def close(self, *, at_once: bool) -> None:
        """End the actors; an actor that is killed takes its cells along."""
        if self._ray is None:
            return
        for worker in [*self._idle, *(worker for worker, _ in self._busy.values())]:
            if at_once or worker in self._idle:
                self._ray.kill(worker)
        self._idle, self._busy = [], {}
        if self._ours:
            self._ray.shutdown()
        self._ray = None
