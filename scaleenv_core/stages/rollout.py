"""Rollout: agent × user × environment → trajectories in the run's store, by any number of workers.

What is to be played lies in the store as units. A worker takes some under leases, plays them, and
puts what came of them back; a worker, a driver or a machine that dies loses nothing but time.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from attrs import define, field

from scaleenv_core.artifacts import Summary, UnitRecord, World, inputs_hash
from scaleenv_core.config import RunConfig
from scaleenv_core.converters import json_bytes, to_plain
from scaleenv_core.endpoints import Endpoints
from scaleenv_core.engine import content_hash, read_policy
from scaleenv_core.errors import DomainError, MachineryError, StageError, WorkerDied
from scaleenv_core.names import digest, subseed
from scaleenv_core.runstore import Result, RunStore, Standing, Unit, owner_name
from scaleenv_core.stages.dialogue import Part, unplayed
from scaleenv_core.stages.ensemble import Ensemble
from scaleenv_core.stages.running import FEW, Run, totals
from scaleenv_core.stages.watching import watched
from scaleenv_core.stages.workers import Job, Seat
from scaleenv_core.types import Failure, Task, Trajectory

_PUT_S = 1.0
"""Seconds until what a worker has played is kept, and its leases are renewed."""

_DEADLY = 5
"""So many workers died at a rollout, before it is given up."""

_IN_VAIN = 2 * _DEADLY
"""So many workers died for each that is wanted, and no rollout was played or given up: it is none of them."""

_ENOUGH = 50
"""Rollouts after which a worker may say that too many are broken."""


def run(run: Run) -> Summary:
    """Play what is not yet in the store of ``runs/<name>``."""
    with run.world.open_store(run.name) as store:
        inputs = plan(run, store)
        _play(run, store)
        found = store.standings()
        _check_broken(found.values(), run.config)
        store.settle()
        records = [_record(run, store, slug, inputs[slug], found.get(slug)) for slug in inputs]
    run.world.forget(f"rollout-{run.name}", inputs)
    return totals(record.summary for record in records)


def join(run: Run) -> Summary:
    """Help with a run that another command drives, until there is nothing to take."""
    mine = {slug: inputs for slug, (inputs, _) in _wanted(run).items()}
    with run.world.open_store(run.name) as store:
        for slug, inputs in store.inputs().items():
            if mine.get(slug) != inputs:
                raise StageError(
                    f"{slug!r} is not here as run {run.name!r} plays it: copy its world, and install the "
                    "same plugins"
                )
        _play(run, store)
        played, wanted = store.progress()
    return {"trajectories": played, "wanted": wanted}


def plan(run: Run, store: RunStore) -> dict[str, str]:
    """Have the units of all sound domains in the store; the hash of what each domain's are made from."""
    rollout, wanted = run.config.rollout, _wanted(run)
    for slug, (inputs, count) in wanted.items():
        if run.again:
            store.clear(slug)
        if store.plan(slug, inputs, count, rollout.chunk, rollout.retry):
            run.world.drop(f"verify-{run.name}", slug)  # its judgements are of other trajectories
    store.keep_only(wanted)
    store.release_dead()
    return {slug: inputs for slug, (inputs, _) in wanted.items()}


def _wanted(run: Run) -> dict[str, tuple[str, int]]:
    """What each domain's rollouts are made from, as a hash, and how many there are to be."""
    rollout = run.config.rollout
    components: list[Any] = [run.component(kind) for kind in ("agent", "user", "database")]
    components += [rollout.trials, rollout.max_turns, to_plain(run.config.faults)]
    components += [run.asked("agent"), run.asked("user")]
    wanted = {}
    for slug in run.sound_domains():
        folder = run.world.domain(slug)
        tasks = run.world.need(folder / "tasks.jsonl", "synthesize").read_bytes()
        made_of = [components, content_hash(folder), read_policy(folder), digest(tasks)]
        inputs = inputs_hash("rollout", run.config.seed, *made_of)
        wanted[slug] = inputs, tasks.count(b"\n") * rollout.trials
    return wanted


def _play(run: Run, store: RunStore) -> None:
    """Have workers take units until none is left, here or on any machine."""
    with watched(run.progress, f"rollout-{run.name}", partial(run.world.open_store, run.name)):
        while (wait := store.seconds_to_wait()) is not None:
            if wait > 0:  # somebody else is at what is left
                time.sleep(min(wait, 1.0))
                continue
            played, deaths = store.progress(), 0
            for _, outcome in run.workers.run(play_units, _jobs(run, store)):
                store.release_dead()
                if not isinstance(outcome, Exception):
                    continue
                if not isinstance(outcome, WorkerDied):
                    raise outcome
                before, played = played, store.progress()
                deaths = deaths + 1 if played == before else 1
                if deaths > _IN_VAIN * run.workers.count:
                    raise StageError(
                        f"{deaths} workers died one after the other, and played nothing: {outcome}"
                    )


def _jobs(run: Run, store: RunStore) -> Iterator[Job]:
    """One a worker, and another for each that ended before its time."""
    number = 0
    while number < store.units_left() or store.seconds_to_wait() == 0.0:
        yield Job(f"worker {number}", (str(run.world.root), run.name))
        number += 1


def _record(run: Run, store: RunStore, slug: str, inputs: str, standing: Standing | None) -> UnitRecord:
    """A finished domain in the ledger."""
    standing = standing or Standing(0, 0, 0, 0, "")  # no task at all
    if standing.error:
        summary: Summary = {"domains_broken": 1, "failures": {standing.error: 1}}
        record = UnitRecord(inputs=inputs, outputs=(), output_hash="", summary=summary)
    else:
        summary = {
            "trajectories": standing.played,
            "calls": standing.calls,
            "broken": standing.broken,
        }
        hashed = digest("".join(store.digests(slug)))
        record = UnitRecord(inputs=inputs, outputs=(), output_hash=hashed, summary=summary)
    if run.world.recorded(f"rollout-{run.name}", slug) != record:
        run.world.finish(f"rollout-{run.name}", slug, record)
    return record


def _check_broken(standings: Iterable[Standing], config: RunConfig) -> None:
    """Raise where machinery broke in too many rollouts of a run."""
    found = list(standings)
    broken, played = sum(each.broken for each in found), sum(each.played for each in found)
    if played >= FEW and broken > config.rollout.max_invalid * played:
        raise StageError(_too_many(broken, played, config))


def _too_many(broken: int, played: int, config: RunConfig) -> str:
    share = f"[rollout] max_invalid = {config.rollout.max_invalid:g}"
    retried = " and ".join(config.rollout.retry) or "nobody"
    return (
        f"machinery broke in {broken:,} of {played:,} rollouts, more than {share} allows: nothing is lost; "
        f"mend it, and the same command plays those broken by {retried} again"
    )


# In a worker


def play_units(seat: Seat, root: str, name: str) -> int:
    """Take units and play them until there are none to take; how many rollouts were played."""
    world, config = World(Path(root)), seat.config
    with (
        world.open_store(name) as store,
        Endpoints(config, world.completions) as endpoints,
        Ensemble(seat, endpoints, config.rollout.concurrency) as ensemble,
    ):
        player = _Player(seat, world, store, ensemble, owner_name())
        try:
            while player.go_on():
                pass
        finally:
            player.keep(at_once=True)
            store.release(player.owner)
        return player.played


@define
class _Player:
    """A worker's units, and what it has played of them."""

    seat: Seat
    world: World
    store: RunStore
    ensemble: Ensemble
    owner: str
    played: int = 0
    _broken: int = 0
    _units: dict[tuple[str, int], Unit] = field(factory=dict)
    """The unit under way of each rollout that is left, by domain and place."""

    _careful: deque[tuple[Unit, list[Part]]] = field(factory=deque)
    """What is to be played alone."""

    _made: dict[Unit, list[Result]] = field(factory=dict)
    """What is to be kept."""

    _kept: float = field(factory=time.monotonic)
    _dry: float = 0.0
    """When there was nothing to take."""

    _tasks: tuple[str, list[Task]] = ("", [])
    """Of the domain that was taken last."""

    def go_on(self) -> bool:
        """Take, play and keep a little; whether there is more to do."""
        if self._careful and not self.ensemble.busy:
            self._begin(*self._careful.popleft())
        while not (self._careful or self.ensemble.full) and self._take():
            pass
        if not self.ensemble.busy:
            return bool(self._careful)
        self.ensemble.step()
        for domain, part, trajectory in self.ensemble.ended:
            self._note(self._units.pop((domain, part.place)), part, trajectory)
        self.ensemble.ended.clear()
        self.keep()
        return True

    def _take(self) -> bool:
        """Another unit, if there is one."""
        if self.ensemble.busy and time.monotonic() - self._dry < _PUT_S:
            return False
        unit = self.store.take(self.owner)
        if unit is None:
            self._dry = time.monotonic()
            return False
        parts = self._parts(unit)
        if unit.attempts >= _DEADLY:
            died = Failure(owner="worker", error=f"{_DEADLY} workers died at it (memory, time, or a crash)")
            self._note(unit, parts[0], unplayed(parts.pop(0), self.ensemble.cast.names, died))
        if unit.attempts:  # workers died: one after the other, and each kept at once, to see which it is
            self._careful.extend((unit, [part]) for part in parts)
        else:
            self._begin(unit, parts)
        return True

    def _begin(self, unit: Unit, parts: list[Part]) -> None:
        try:
            self.ensemble.add(unit.domain, self.world.domain(unit.domain), parts)
        except (MachineryError, DomainError) as exc:
            self.store.fail(unit.domain, str(exc))
            self._careful = deque(one for one in self._careful if one[0].domain != unit.domain)
        else:
            if unit.attempts:
                self.store.begin(unit)
            self._units.update({(unit.domain, part.place): unit for part in parts})

    def _parts(self, unit: Unit) -> list[Part]:
        if self._tasks[0] != unit.domain:
            self._tasks = unit.domain, self.world.domain_tasks(unit.domain)
        return [part_of(self.seat.config, self._tasks[1], place) for place in unit.left]

    def _note(self, unit: Unit, part: Part, trajectory: Trajectory) -> None:
        made = result(unit.domain, part.place, trajectory)
        self._made.setdefault(unit, []).append(made)
        self.played += 1
        self._broken += bool(made.broken)

    def keep(self, *, at_once: bool = False) -> None:
        """Keep what was played: now and then, or at once what is under suspicion."""
        late = at_once or time.monotonic() - self._kept > _PUT_S
        if late or any(unit.attempts for unit in self._made):
            self.store.put(self.owner, self._made)
            self._made = {}
            self._kept = time.monotonic()
        allowed = self.seat.config.rollout.max_invalid * self.played
        if self.played >= _ENOUGH and self._broken > allowed and not at_once:
            raise StageError(_too_many(self._broken, self.played, self.seat.config))


def result(domain: str, place: int, trajectory: Trajectory) -> Result:
    """A trajectory as the store keeps it."""
    body = json_bytes(trajectory)
    return Result(
        domain=domain,
        place=place,
        id=trajectory.id,
        digest=digest(body),
        calls=len(trajectory.calls),
        broken=trajectory.failure.owner if trajectory.failure else "",
        body=body,
    )


def part_of(config: RunConfig, tasks: Sequence[Task], place: int) -> Part:
    """The rollout at a place among a domain's: task by task, trial by trial."""
    task, trial = tasks[place // config.rollout.trials], place % config.rollout.trials
    return Part(task, trial, subseed(config.seed, "rollout", task.id, trial), place)


def rollouts(seat: Seat, folder: Path, tasks: Sequence[Task], endpoints: Endpoints) -> list[Trajectory]:
    """Every task of a domain as often as the config says, played here and kept nowhere."""
    places = range(len(tasks) * seat.config.rollout.trials)
    with Ensemble(seat, endpoints, seat.config.rollout.concurrency) as ensemble:
        ensemble.add(folder.name, folder, [part_of(seat.config, tasks, place) for place in places])
        while ensemble.busy:
            ensemble.step()
        return [trajectory for _, _, trajectory in sorted(ensemble.ended, key=lambda end: end[1].place)]
