"""The engine under load: a growing database, a thousand instances, hostile sequences, PostgreSQL.

Usage: engine_scale.py [DOMAIN_FOLDER]
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from attrs import evolve
from engine_bench import Episode, episodes, play, retail, timed, whole
from sqlalchemy import UniqueConstraint

from scaleenv_core.engine import DomainFolder, Environment, load_domain, read_tasks
from scaleenv_core.errors import Refusal, ToolCrash
from scaleenv_core.stages.arguments import ArgumentMaker
from scaleenv_core.types import Task


def resident() -> float:
    """MB of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def memory(domain: DomainFolder, found: list[tuple[Task, Episode]], count: int = 1000) -> None:
    """A thousand live instances, each with an episode behind it, and a parked one."""
    play(Environment(domain), found[0][1])
    gc.collect()
    before = resident()
    live = [Environment(domain) for _ in range(count)]
    for number, environment in enumerate(live):
        play(environment, found[number % len(found)][1])
    gc.collect()
    more = resident() - before
    parked = sorted(len(environment.snapshot().state) for environment in live)
    resumed = timed(lambda: live[0].restore(live[1].snapshot()), times=50)
    for environment in live:
        environment.close()
    print(f"{count:,} live instances after ten calls each: {more:.0f} MB more than one")
    print(f"a parked episode: median {median(parked):.0f} bytes, largest {parked[-1]:,}")
    print(f"parked and resumed in {resumed * 1e6:.0f} µs")


def fuzz(domain: DomainFolder, sequences: int = 1000) -> None:
    """The journal beside a comparison of whole dumps, over random and hostile sequences."""
    tables, disagreements = domain.schema.tables, 0
    rng, maker = Random(0), ArgumentMaker(domain)

    def dump(environment: Environment) -> dict[Any, Any]:
        return {(t, tables[t].key_of(row)): row for t, rows in environment.rows().items() for row in rows}

    with Environment(domain) as environment:
        before = dump(environment)
        for _ in range(sequences):
            environment.reset()
            points = [environment.snapshot()]
            for _ in range(rng.randint(1, 12)):
                hostile_step(environment, maker, rng, points)
            after = dump(environment)
            differ = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
            disagreements += {(c.table, c.key) for c in environment.changes} != differ
        environment.reset()
        disagreements += dump(environment) != before
    print(f"journal against whole dumps: {disagreements} disagreements in {sequences:,} sequences")


def hostile_step(environment: Environment, maker: ArgumentMaker, rng: Random, points: list[Any]) -> None:
    """A call, or writes and their undoing, straight at the tables, or a jump to an earlier point."""
    if rng.random() < 0.1:
        points.append(environment.snapshot())
    elif rng.random() < 0.1:
        environment.restore(rng.choice(points))
    elif rng.random() < 0.5:
        name = rng.choice(sorted(environment.tools))
        held_by = environment.domain.functions[name].held_by
        try:
            environment.call(name, maker.make(environment.tools[name], rng), held_by)
        except ToolCrash:
            return
    else:
        raw_writes(environment, rng)


def raw_writes(environment: Environment, rng: Random) -> None:
    """What a wild tool might do: update, delete and put back, half of it undone."""
    session, database = environment._session, environment._database
    session.begin()
    try:
        for _ in range(rng.randint(1, 6)):
            spec = rng.choice(list(environment.domain.schema.tables.values()))
            rows = database.find(spec.name, limit=3, offset=rng.randint(0, 20))
            if not rows:
                continue
            row = rng.choice(rows)
            key = spec.key_of(row)
            columns = [name for name in spec.columns if name not in spec.key]
            kind = rng.random()
            if kind < 0.5 and columns:
                column = rng.choice(columns)
                database.update(spec.name, key, {column: rng.choice(rows)[column]})
            else:
                database.delete(spec.name, key)
                if kind < 0.8:
                    database.insert(spec.name, row)
    except Refusal:
        session.undo()
    else:
        session.undo() if rng.random() < 0.4 else session.end()


def larger(domain: DomainFolder, times: int) -> DomainFolder:
    """The same domain with every row copied so often, under keys of their own."""
    tables = domain.schema.tables
    own = {(table, column) for table, spec in tables.items() for column in (*spec.key, *spec.references)}
    for table in domain.schema.metadata.sorted_tables:
        own |= {(table.name, c.name) for c in table.columns if c.unique}
        for constraint in table.constraints:
            if isinstance(constraint, UniqueConstraint):
                own |= {(table.name, c.name) for c in constraint.columns}

    def copied(table: str, row: dict[str, Any], number: int) -> dict[str, Any]:
        return {
            name: _renamed(value, number) if (table, name) in own else value for name, value in row.items()
        }

    rows = tuple((table, copied(table, row, n)) for n in range(times) for table, row in domain.rows)
    manifest = evolve(domain.manifest, content_hash=f"{domain.manifest.content_hash} x {times}")
    return evolve(domain, rows=rows, manifest=manifest)


def _renamed(value: Any, number: int) -> Any:
    if number == 0 or value is None or isinstance(value, bool):
        return value
    return f"{value}~{number}" if isinstance(value, str) else value + number * 10**9


def growth(domain: DomainFolder, found: list[tuple[Task, Episode]]) -> None:
    """Comparison, reset and episode as the database grows."""
    for times in (1, 10, 100):
        made = larger(domain, times)
        with Environment(made) as live:
            task, episode = found[0]
            live.call(*episode[0])
            compared, resets = [], []
            for _ in range(20):
                whole(live, task, episode)
                compared.append(timed(lambda: live.fingerprint, times=20))
                resets.append(timed(live.reset))
            took = median(timed(whole, live, task, episode) for _ in range(20))
            print(
                f"{len(made.rows):>9,} rows ({made.template.stat().st_size / 1e6:.1f} MB): "
                f"compare {median(compared) * 1e6:6.1f} µs, reset {median(resets) * 1e6:5.1f} µs, "
                f"episode {took * 1e6:7.1f} µs"
            )


def postgres(domain: DomainFolder, found: list[tuple[Task, Episode]]) -> None:
    """The same episodes on a PostgreSQL server, beside the built-in store."""
    from scaleenv_database_postgres import Postgres
    from scaleenv_database_postgres.testing import binary, temporary_server

    if binary("pg_ctl") is None:
        print("PostgreSQL: no server programs here")
        return
    wall = partial(timed, clock=time.perf_counter)  # the server is another process
    with temporary_server() as url:
        open_store = Postgres(url).open_store
        Environment(domain, open_store=open_store).close()
        fresh = median(wall(lambda: Environment(domain, open_store=open_store).close()) for _ in range(10))
        with Environment(domain, open_store=open_store) as live, Environment(domain) as built_in:
            theirs, ours, resets = [], [], []
            for task, episode in found[:30]:
                for environment, seconds in ((live, theirs), (built_in, ours)):
                    whole(environment, task, episode)
                    seconds.append(wall(whole, environment, task, episode))
                resets.append(wall(live.reset))
            print(
                f"PostgreSQL on a socket: episode {median(theirs) * 1e3:.2f} ms "
                f"({median(theirs) / median(ours):.1f} x the built-in store), "
                f"reset {median(resets) * 1e3:.2f} ms, fresh instance {fresh * 1e3:.0f} ms"
            )


def main() -> None:
    """All of it."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else retail(Path(place))
        domain, tasks = load_domain(folder), read_tasks(folder)
        found = episodes(tasks, domain)
        memory(domain, found)  # first: later, memory that others gave back would hide it
        growth(domain, found)
        fuzz(domain)
        postgres(domain, found)


if __name__ == "__main__":
    main()
