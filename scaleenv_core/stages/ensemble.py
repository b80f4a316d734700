"""Many rollouts at once in one process: a cell is asked for all of them together, models in threads."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, NoReturn

from attrs import define, field

from scaleenv_core.endpoints import Endpoints
from scaleenv_core.engine import read_manifest, read_policy
from scaleenv_core.errors import DomainError, MachineryError, WorkerDied
from scaleenv_core.stages.dialogue import Cast, Dialogue, OfRole, OfRoom, Part, Play, Role, Scene
from scaleenv_core.stages.remote import Playground, opened
from scaleenv_core.stages.workers import Seat
from scaleenv_core.types import Trajectory

_ROLES: tuple[Role, ...] = ("agent", "user")
_WAIT_S = 1.0
_SIDE_BY_SIDE = 8
"""Dialogues of a process that play at once without waiting for a model: enough to fill a frame. Each more
would need a room more, which opens a database and prepares its statements anew."""

_STACK_BYTES = 1 << 20  # of a thread that asks: hundreds of them have to fit into a worker's memory


@define(eq=False)
class _Live:
    """A dialogue on its way."""

    part: Part
    play: Play
    room: int


@define(eq=False)
class _Open:
    """One domain, opened."""

    name: str
    scene: Scene
    playground: Playground
    closing: ExitStack
    backlog: deque[Part] = field(factory=deque)
    alone: deque[Part] = field(factory=deque)
    """Those that were in a cell when it broke: one at a time, so that it is seen whose fault it is."""

    live: set[_Live] = field(factory=set)
    asked: list[tuple[_Live, OfRoom]] = field(factory=list)
    rooms: list[int] = field(factory=list)
    """Free ones."""

    @property
    def idle(self) -> bool:
        """Whether nothing is left to play here."""
        return not (self.live or self.backlog or self.alone)


_Answered = tuple[_Open, _Live, Callable[[], Any]]


@define
class Ensemble:
    """Plays rollouts side by side. A context manager, of one thread.

    Who is played beside it never changes a rollout. Where code breaks a cell, nobody knows
    whose it was: all dialogues in it begin again, one at a time.
    """

    seat: Seat
    endpoints: Endpoints
    most: int
    """Dialogues under way at once."""

    ended: list[tuple[str, Part, Trajectory]] = field(factory=list, init=False)
    """Domain, part and record of the rollouts that ended: to be taken away by the caller."""

    live: int = field(default=0, init=False)
    """Dialogues under way."""

    cast: Cast = field(init=False)
    _domains: dict[str, _Open] = field(factory=dict, init=False)
    _ready: deque[_Answered] = field(factory=deque, init=False)
    _told: SimpleQueue[_Answered] = field(factory=SimpleQueue, init=False)
    _waiting: int = field(default=0, init=False)
    """Answers of roles that are still to come."""

    _threads: ThreadPoolExecutor | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        plugins = {role: self.seat.plugins(role) for role in _ROLES}
        names = {role: plugins[role].names(role)[0] for role in _ROLES}
        starts = {
            role: partial(plugins[role].only(role, names[role]), endpoint=self.endpoints.role(role))
            for role in _ROLES
        }
        asking = frozenset(role for role in _ROLES if plugins[role].takes(role, "endpoint"))
        self.cast = Cast(names, starts, asking)

    def __enter__(self) -> Ensemble:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
        while self._domains:
            self._domains.popitem()[1].closing.close()

    @property
    def busy(self) -> bool:
        """Whether there is anything left to play."""
        return any(not found.idle for found in self._domains.values())

    @property
    def full(self) -> bool:
        """Whether more rollouts would have to wait."""
        return self.live + sum(len(found.backlog) + len(found.alone) for found in self._domains.values()) >= (
            self.most
        )

    def add(self, domain: str, folder: Path, parts: Iterable[Part]) -> None:
        """Have rollouts of a domain played; raises where the domain cannot be opened at all."""
        if domain not in self._domains:
            for idle in [name for name, found in self._domains.items() if found.idle]:
                self._domains.pop(idle).closing.close()
            self._domains[domain] = self._opened(domain, folder)
        self._domains[domain].backlog.extend(parts)

    def _opened(self, name: str, folder: Path) -> _Open:
        with ExitStack() as stack:
            playground = stack.enter_context(self.seat.playground(folder))
            scene = Scene(read_manifest(folder), read_policy(folder), playground.tools)
            return _Open(name, scene, playground, stack.pop_all())

    def step(self) -> None:
        """Let everybody go on who can; what ended is in :attr:`ended`. Waits a second at most."""
        for domain in self._domains.values():
            self._begin(domain)
        self._listen(wait=not self._ready and self._waiting > 0)
        while self._ready:
            self._advance(*self._ready.popleft())
        for domain in self._domains.values():
            if domain.asked:
                self._ask(domain)

    def _begin(self, domain: _Open) -> None:
        """Start dialogues where there is room for them."""
        waiting = domain.alone or domain.backlog
        most = min(self.most, self._waiting + _SIDE_BY_SIDE)
        while waiting and self.live < most and not (domain.alone and domain.live):
            part = waiting.popleft()
            room = domain.rooms.pop() if domain.rooms else len(domain.live)
            dialogue = Dialogue(domain.scene, part, self.cast, self.seat.config.rollout.max_turns)
            live = _Live(part, dialogue.play(), room)
            domain.live.add(live)
            self.live += 1
            self._ready.append((domain, live, _nothing))

    def _listen(self, *, wait: bool) -> None:
        """Take what the threads have brought."""
        try:
            while True:
                self._ready.append(self._told.get(block=wait, timeout=_WAIT_S))
                self._waiting -= 1
                wait = False
        except Empty:
            return

    def _advance(self, domain: _Open, live: _Live, answer: Callable[[], Any]) -> None:
        """Give a dialogue its answer; it goes on until it needs something that takes time."""
        if live not in domain.live:
            return  # it began again
        go = live.play.send
        try:
            given = answer()
        except (MachineryError, DomainError) as exc:
            given, go = exc, live.play.throw
        try:
            need = go(given)
        except StopIteration as stop:
            self._leave(domain, live)
            self.ended.append((domain.name, live.part, stop.value))
            return
        if isinstance(need, OfRoom):
            domain.asked.append((live, need))
        else:
            self._ask_role(domain, live, need)

    def _ask_role(self, domain: _Open, live: _Live, need: OfRole) -> None:
        if self._threads is None:
            threading.stack_size(_STACK_BYTES)
            self._threads = ThreadPoolExecutor(self.most, thread_name_prefix="rollout")
        self._waiting += 1
        future = self._threads.submit(need.act)
        future.add_done_callback(lambda done: self._told.put((domain, live, done.result)))

    def _ask(self, domain: _Open) -> None:
        """Have the domain's cell do all that is asked of it."""
        asked, domain.asked = domain.asked, []
        try:
            answers = domain.playground.do([(live.room, need.method, need.given) for live, need in asked])
        except WorkerDied as exc:
            if len(domain.live) > 1:
                self._begin_again(domain)
            else:
                self._ready.extend((domain, live, partial(_raised, exc)) for live, _ in asked)
            return
        for (live, _), answer in zip(asked, answers, strict=True):
            self._ready.append((domain, live, partial(opened, answer)))

    def _begin_again(self, domain: _Open) -> None:
        """One at a time; in the order of their places, whoever was how far."""
        domain.alone.extend(sorted((live.part for live in domain.live), key=lambda part: part.place))
        for live in list(domain.live):
            self._leave(domain, live)
        domain.asked.clear()

    def _leave(self, domain: _Open, live: _Live) -> None:
        live.play.close()
        domain.live.remove(live)
        domain.rooms.append(live.room)
        self.live -= 1


def _nothing() -> None:
    return None


def _raised(exc: Exception) -> NoReturn:
    raise exc
