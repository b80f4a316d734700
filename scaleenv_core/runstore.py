"""A run's results in a database: what is to be played, who is at it, and what came of it.

The work of a run is divided into units, stretches of one domain's rollouts. A worker takes a
unit under a lease, which it renews as long as it lives; where it dies, the lease runs out and
another takes the unit. Results are kept under their id in one transaction with the
renewal: whoever plays a rollout a second time changes nothing. Readers see them by
place, never by arrival. SQLite by default; PostgreSQL by URL, for many machines.
"""

from __future__ import annotations

import os
import platform
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from attrs import asdict, define, field, frozen
from sqlalchemy import Connection, Table, and_, bindparam, case, delete, func, select, update

from scaleenv_core.rundatabase import JUDGEMENTS, TRAJECTORIES, UNITS, RunDatabase

_AT_ONCE = 64


@frozen(eq=False)  # a key by what it is: it is looked up at every step
class Unit:
    """Some rollouts of one domain, taken by a worker."""

    domain: str
    first: int
    """The place of the first among the domain's rollouts."""

    count: int
    attempts: int
    """How often it was begun since anything came of it, by workers that were not heard of again."""

    left: tuple[int, ...]
    """The places that have no result yet."""

    @property
    def last(self) -> int:
        """The place of the last."""
        return self.first + self.count - 1


@frozen(kw_only=True)
class Result:
    """One rollout as it is kept."""

    domain: str
    place: int
    id: str
    digest: str
    calls: int
    broken: str
    """Whose machinery broke; empty where none did."""

    body: bytes


@frozen
class Standing:
    """How far a domain is."""

    wanted: int
    played: int
    calls: int
    broken: int
    error: str
    """Why it cannot be played at all; empty where it can."""


def owner_name() -> str:
    """The process that runs here, as a holder of leases."""
    return f"{platform.node()}/{os.getpid()}/{secrets.token_hex(4)}"


@define
class RunStore:
    """The database of one run. Used by one thread at a time; a context manager."""

    url: str
    """An SQLAlchemy URL."""

    lease_s: float = 60.0
    """Seconds after which a worker that was not heard of has lost its units."""

    _database: RunDatabase = field(init=False)
    _free: Any = field(init=False)
    _taken: Any = field(init=False)
    """The two statements of :meth:`take`: to build them takes longer than to run them."""

    def __attrs_post_init__(self) -> None:
        self._database = RunDatabase.at(self.url)
        now = self._database.now
        self._free = (
            select(UNITS)
            .where(_OPEN, UNITS.c.expires < now, UNITS.c.owner != bindparam("by"))
            .order_by(UNITS.c.domain, UNITS.c.first)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        attempts = case((UNITS.c.attempts == 0, 1), else_=UNITS.c.attempts)
        self._taken = _AT.values(owner=bindparam("by"), expires=now + self.lease_s, attempts=attempts)

    def __enter__(self) -> RunStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of its connections."""
        self._database.close()

    # Planning

    def plan(self, domain: str, inputs: str, count: int, chunk: int, retried: Sequence[str] = ()) -> bool:
        """Have units for so many rollouts, unless they are there; whether anything is to be played.

        What was made from other inputs is dropped, and the broken rollouts of these owners.
        """
        with self._database.writing() as asked:
            rows = asked.execute(
                select(UNITS.c.inputs, UNITS.c.size, UNITS.c.played, UNITS.c.error).where(
                    UNITS.c.domain == domain
                )
            ).all()
            if sum(row.size for row in rows) != count or any(row.inputs != inputs for row in rows):
                self._forget(asked, domain)
                starts = range(0, count, chunk)
                made = [
                    {"domain": domain, "first": at, "size": min(chunk, count - at), "inputs": inputs}
                    for at in starts
                ]
                if made:
                    asked.execute(self._database.insert(UNITS), made)
                return bool(made)
            self._drop_broken(asked, domain, retried)
            left = select(func.count()).where(UNITS.c.domain == domain, _OPEN)
            return bool(asked.execute(left).scalar_one())

    def _drop_broken(self, asked: Connection, domain: str, owners: Sequence[str]) -> None:
        bad = (TRAJECTORIES.c.domain == domain) & TRAJECTORIES.c.broken.in_(owners)
        places = [row.place for row in asked.execute(select(TRAJECTORIES.c.place).where(bad))]
        for place in places:
            asked.execute(
                delete(TRAJECTORIES).where(TRAJECTORIES.c.domain == domain, TRAJECTORIES.c.place == place)
            )
            asked.execute(
                update(UNITS)
                .where(UNITS.c.domain == domain, UNITS.c.first <= place)
                .where(UNITS.c.first + UNITS.c.size > place)
                .values(played=UNITS.c.played - 1, owner="", expires=0.0, attempts=0)
            )
        asked.execute(
            update(UNITS).where(UNITS.c.domain == domain, UNITS.c.error != "").values(error="", attempts=0)
        )

    def replace(self, domain: str, inputs: str, results: Sequence[Result]) -> None:
        """Have these and no other results of a domain."""
        unit = {"domain": domain, "first": 0, "size": len(results), "played": len(results), "inputs": inputs}
        with self._database.writing() as asked:
            self._forget(asked, domain)
            asked.execute(self._database.insert(UNITS), unit)
            for at in range(0, len(results), _AT_ONCE):
                asked.execute(
                    self._database.insert(TRAJECTORIES),
                    [asdict(each, recurse=False) for each in results[at : at + _AT_ONCE]],
                )

    def keep_only(self, domains: Iterable[str]) -> None:
        """Drop what belongs to other domains."""
        kept = list(domains)
        with self._database.writing() as asked:
            for table in (UNITS, TRAJECTORIES, JUDGEMENTS):
                asked.execute(delete(table).where(table.c.domain.not_in(kept)))

    def clear(self, domain: str) -> None:
        """Drop all of a domain, so that it is played anew."""
        with self._database.writing() as asked:
            self._forget(asked, domain)

    def _forget(self, asked: Connection, domain: str) -> None:
        for table in (UNITS, TRAJECTORIES, JUDGEMENTS):
            asked.execute(delete(table).where(table.c.domain == domain))

    # Playing

    def take(self, owner: str) -> Unit | None:
        """The next unit that nobody is at; ``None`` where there is none now.

        Never one that the owner holds already: it is at it, however late its renewal is. A unit
        that nobody began before counts as begun: see :meth:`begin`.
        """
        with self._database.writing() as asked:
            row = asked.execute(self._free, {"by": owner}).first()
            if row is None:
                return None
            here = {"in_domain": row.domain, "at": row.first, "to": row.first + row.size - 1}
            asked.execute(self._taken, {**here, "by": owner})
            # Most units are new, and nothing is known of them.
            there = {found.place for found in asked.execute(_KNOWN, here)} if row.played else ()
            places = range(row.first, row.first + row.size)
            left = tuple(place for place in places if place not in there)
            return Unit(row.domain, row.first, row.size, row.attempts, left)

    def put(self, owner: str, made: Mapping[Unit, Sequence[Result]]) -> None:
        """Keep results of units, and renew the owner's leases. A result that is there stays as it is."""
        units = sorted((unit for unit in made if made[unit]), key=lambda unit: (unit.domain, unit.first))
        with self._database.writing() as asked:
            if units:
                places = [{"in_domain": unit.domain, "at": unit.first, "to": unit.last} for unit in units]
                # Whoever else is at these units waits here, so that the count below is of all of them.
                asked.execute(_AT.values(attempts=0), places)
                rows = [asdict(result, recurse=False) for unit in units for result in made[unit]]
                asked.execute(self._database.insert(TRAJECTORIES), rows)
                asked.execute(_COUNT, places)
            held = and_(UNITS.c.owner == owner, _OPEN)
            asked.execute(update(UNITS).where(held).values(expires=self._database.now + self.lease_s))

    def begin(self, unit: Unit) -> None:
        """Note that a suspect unit is about to be played: should that be deadly, the next will know."""
        with self._database.writing() as asked:
            here = {"in_domain": unit.domain, "at": unit.first}
            asked.execute(_AT.values(attempts=UNITS.c.attempts + 1), here)

    def fail(self, domain: str, error: str) -> None:
        """Note that a domain cannot be played at all."""
        with self._database.writing() as asked:
            asked.execute(update(UNITS).where(UNITS.c.domain == domain).values(error=error, expires=0.0))

    def release(self, owner: str, *, died: bool = False) -> None:
        """Give back an owner's units; where it ``died``, they stay under the suspicion of being deadly."""
        freed: dict[str, Any] = {"owner": "", "expires": 0.0}
        with self._database.writing() as asked:
            held = and_(UNITS.c.owner == owner, _OPEN)
            asked.execute(update(UNITS).where(held).values(freed if died else {**freed, "attempts": 0}))

    def release_dead(self) -> None:
        """Give back the units of this machine's processes that are no more."""
        with self._database.writing() as asked:
            owners = {row.owner for row in asked.execute(select(UNITS.c.owner).where(_OPEN).distinct())}
        for owner in sorted(owners):
            machine, _, rest = owner.partition("/")
            if machine == platform.node() and not _alive(int(rest.partition("/")[0])):
                self.release(owner, died=True)

    def seconds_to_wait(self) -> float | None:
        """Until a unit may be taken, if nobody renews its lease; ``None`` where all are done."""
        with self._database.reading() as asked:
            soonest, now = asked.execute(
                select(func.min(UNITS.c.expires), self._database.now).where(_OPEN)
            ).one()
        return None if soonest is None else max(float(soonest) - float(now), 0.0)

    # Reading

    def holds(self, domain: str) -> bool:
        """Whether anything is known of a domain."""
        with self._database.reading() as asked:
            return asked.execute(select(UNITS.c.first).where(UNITS.c.domain == domain)).first() is not None

    def standings(self) -> dict[str, Standing]:
        """How far each domain is."""
        units = select(
            UNITS.c.domain,
            func.sum(UNITS.c.size).label("wanted"),
            func.sum(UNITS.c.played).label("played"),
            func.max(UNITS.c.error).label("error"),
        )
        made = select(
            TRAJECTORIES.c.domain,
            func.sum(TRAJECTORIES.c.calls).label("calls"),
            func.count().filter(TRAJECTORIES.c.broken != "").label("broken"),
        )
        with self._database.reading() as asked:
            counts = {row.domain: row for row in asked.execute(made.group_by(TRAJECTORIES.c.domain))}
            found = asked.execute(units.group_by(UNITS.c.domain).order_by(UNITS.c.domain)).all()
        return {
            row.domain: Standing(
                wanted=int(row.wanted),
                played=int(row.played),
                calls=int(counts[row.domain].calls) if row.domain in counts else 0,
                broken=int(counts[row.domain].broken) if row.domain in counts else 0,
                error=row.error,
            )
            for row in found
        }

    def inputs(self) -> dict[str, str]:
        """What each domain's results are made from, as a hash."""
        wanted = select(UNITS.c.domain, UNITS.c.inputs).distinct().order_by(UNITS.c.domain)
        with self._database.reading() as asked:
            return {row.domain: row.inputs for row in asked.execute(wanted)}

    def units_left(self) -> int:
        """How many units are not done."""
        with self._database.reading() as asked:
            return int(asked.execute(select(func.count()).select_from(UNITS).where(_OPEN)).scalar_one())

    def progress(self) -> tuple[int, int]:
        """Rollouts played and wanted."""
        with self._database.reading() as asked:
            both = asked.execute(select(func.sum(UNITS.c.played), func.sum(UNITS.c.size))).one()
        return int(both[0] or 0), int(both[1] or 0)

    def digests(self, domain: str) -> Iterator[str]:
        """The digest of each trajectory, by place."""
        wanted = select(TRAJECTORIES.c.digest).where(TRAJECTORIES.c.domain == domain)
        with self._database.reading() as asked:
            yield from asked.execute(wanted.order_by(TRAJECTORIES.c.place)).scalars()

    def trajectories(self, domain: str) -> Iterator[tuple[int, bytes]]:
        """The place and text of each trajectory, by place; a few are in memory at once."""
        return self._bodies(TRAJECTORIES, domain)

    def judgements(self, domain: str) -> Iterator[tuple[int, bytes]]:
        """The same of judgements."""
        return self._bodies(JUDGEMENTS, domain)

    def _bodies(self, table: Table, domain: str) -> Iterator[tuple[int, bytes]]:
        after = -1
        while True:
            some = (
                select(table.c.place, table.c.body)
                .where(table.c.domain == domain, table.c.place > after)
                .order_by(table.c.place)
                .limit(_AT_ONCE)
            )
            with self._database.reading() as asked:
                rows = asked.execute(some).all()
            if not rows:
                return
            for row in rows:
                yield row.place, row.body
            after = rows[-1].place

    # Judging

    def judge(self, domain: str, judged: Iterable[tuple[int, bytes]]) -> None:
        """Replace a domain's judgements, some at a time; the argument may read from this store."""
        with self._database.writing() as asked:
            asked.execute(delete(JUDGEMENTS).where(JUDGEMENTS.c.domain == domain))
        rows = ({"domain": domain, "place": place, "body": body} for place, body in judged)
        while some := list(islice(rows, _AT_ONCE)):
            with self._database.writing() as asked:
                asked.execute(self._database.insert(JUDGEMENTS), some)

    def settle(self) -> None:
        """Have all that was kept safe on disk: a power cut cannot take it back."""
        self._database.settle()


_OPEN = and_(UNITS.c.played < UNITS.c.size, UNITS.c.error == "")
_AT = update(UNITS).where(UNITS.c.domain == bindparam("in_domain"), UNITS.c.first == bindparam("at"))
_THERE = and_(
    TRAJECTORIES.c.domain == bindparam("in_domain"),
    TRAJECTORIES.c.place.between(bindparam("at"), bindparam("to")),
)
_KNOWN = select(TRAJECTORIES.c.place).where(_THERE)
_COUNT = _AT.values(played=select(func.count()).where(_THERE).scalar_subquery())
"""Statements about one unit, or each of many."""


def _alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
