"""The engine measured: against tau2-bench's retail environment, the bare driver, and itself.

Everything that is compared is timed in turn in one run; the ratios are what counts. For
tau2-bench set TAU2_PYTHON to a Python >= 3.12 that has it installed, and TAU2_DATA_DIR to
its data folder; without them its column is left out.
Usage: engine_bench.py [ROUNDS [DOMAIN_FOLDER]]
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from scaleenv_core.engine import DomainFolder, Environment, SqliteStore, load_domain, read_tasks
from scaleenv_core.engine.journal import Place, Values
from scaleenv_core.engine.seedreads import Answer, SeedReads
from scaleenv_core.engine.store import open_template
from scaleenv_core.plugins import Plugins
from scaleenv_core.types import Task

CALLS = 10
Episode = list[tuple[str, dict[str, Any]]]


def retail(into: Path) -> Path:
    """The retail world: with τ²-bench's data where it is at hand, else our own."""
    data = Path(os.environ.get("SCALEENV_SHARED", "../shared")) / "benchmarks" / "tau2"
    if data.is_dir():
        plugins = Plugins.of(
            {"domain": ("tau2",)}, {"domain": {"tau2": {"data": str(data), "domains": ["retail"]}}}
        )
    else:
        plugins = Plugins.of({"domain": ("retail",)}, {})
    (slugs,) = plugins.hook.write_domains(into=into)
    return into / slugs[0]


def episodes(tasks: list[Task], domain: DomainFolder) -> list[tuple[Task, Episode]]:
    """Gold sequences of ten calls: shorter ones begin with their own reads again."""
    found = []
    for task in tasks:
        gold = [(action.tool, action.arguments) for action in task.actions]
        reads = [call for call in gold if not domain.functions[call[0]].writes]
        if len(reads) < len(gold) <= CALLS and reads and not task.start:
            more = [reads[number % len(reads)] for number in range(CALLS - len(gold))]
            found.append((task, more + gold))
    return found


def timed(
    function: Callable[..., Any],
    *arguments: Any,
    times: int = 1,
    clock: Callable[[], float] = time.process_time,
) -> float:
    """Processor seconds of one call, the mean of some in a row: other work on the machine tells less."""
    start = clock()
    for _ in range(times):
        function(*arguments)
    return (clock() - start) / times


def play(environment: Environment, episode: Episode) -> None:
    """Make an episode's calls, and read each answer as an agent does."""
    for tool, arguments in episode:
        environment.call(tool, arguments).text  # noqa: B018


def first(environment: Environment, task: Task, episode: Episode) -> None:
    """The same with nothing remembered: as if nobody had ever read of this task's rows."""
    environment.domain.seed_reads[SqliteStore].forget()
    whole(environment, task, episode)


def whole(environment: Environment, task: Task, episode: Episode) -> None:
    """From reset to the comparison with gold."""
    environment.reset()
    play(environment, episode)
    assert environment.fingerprint == task.fingerprint, task.id


class Recorder(SqliteStore):
    """A store that notes every statement, so that the bare driver can run the same."""

    # ruff: noqa: D102 - the methods are those of a store
    def __init__(self, domain: DomainFolder) -> None:
        super().__init__(domain)
        self.log: list[tuple[str, tuple[Any, ...]]] = []
        execute = self._connection.execute

        def read(sql: str, values: Any = ()) -> Any:
            self.log.append((sql, tuple(values)))
            return execute(sql, values)

        self.read = read

    def write(self, sql: str, values: Any) -> int:
        self.log.append((sql, tuple(values)))
        return super().write(sql, values)


class Forgetful(SeedReads):
    """Remembers nothing."""

    def keep(self, asked: tuple[Any, ...], answer: Answer) -> None:
        """Let it go."""

    def keep_row(self, place: Place, row: Values | None) -> None:
        """Let it go."""


def statements(domain: DomainFolder, calls: Episode) -> list[tuple[str, tuple[Any, ...]]]:
    """The SQL of these calls; the comparison needs none."""
    domain.seed_reads[Recorder] = Forgetful()  # every statement is run, and noted
    stores: list[Recorder] = []

    def opened(wanted: DomainFolder) -> Recorder:
        stores.append(Recorder(wanted))
        return stores[0]

    with Environment(domain, open_store=opened) as environment:
        environment.reset()
        stores[0].log.clear()
        play(environment, calls)
        return stores[0].log


def bare(connection: Any, log: list[tuple[str, tuple[Any, ...]]]) -> None:
    """Run the statements, fetching what they give."""
    execute = connection.execute
    for sql, values in log:
        execute(sql, values).fetchall()


def bare_episode(connection: Any, log: list[tuple[str, tuple[Any, ...]]]) -> None:
    """The same from reset on."""
    connection.execute("ROLLBACK")
    connection.execute("BEGIN")
    bare(connection, log)


class Tau2:
    """The driver process of tau2-bench."""

    def __init__(self, python: str, found: list[Episode]) -> None:
        script = str(Path(__file__).with_name("tau2_driver.py"))
        environment = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
        self._process = subprocess.Popen(
            [python, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self._say(json.dumps(found))

    def _say(self, line: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def round(self, number: int) -> dict[str, float]:
        """Seconds of one round."""
        assert self._process.stdout
        self._say(str(number))
        made: dict[str, float] = json.loads(self._process.stdout.readline())
        return made


def rounds(domain: DomainFolder, found: list[tuple[Task, Episode]], count: int) -> dict[str, list[float]]:
    """All that is compared, in turn."""
    seconds: dict[str, list[float]] = {}
    python = os.environ.get("TAU2_PYTHON")
    tau2 = Tau2(python, [episode for _, episode in found]) if python else None
    connection = open_template(domain.template)
    connection.execute("BEGIN")
    reads = [call for _, episode in found for call in episode if not domain.functions[call[0]].writes][:200]
    read_log = statements(domain, reads)
    with Environment(domain) as live:
        for task, episode in found:
            whole(live, task, episode)  # schemas and statements are compiled once
        live.reset()
        play(live, reads)
        for number in range(count):
            task, episode = found[number % len(found)]
            log = statements(domain, episode)
            made = {
                "ours episode": timed(whole, live, task, episode, times=5),
                "ours first": timed(first, live, task, episode, times=5),
                "bare episode": timed(bare_episode, connection, log, times=5),
                "ours fresh": timed(lambda: Environment(domain).close(), times=5),
                "ours new": timed(lambda: SqliteStore(domain).drop(), times=5),
                "ours read": timed(play, live, reads) / len(reads),
                "bare read": timed(bare, connection, read_log) / len(reads),
            }
            write = next(call for call in reversed(episode) if domain.functions[call[0]].writes)
            made |= write_times(domain, live, connection, episode, write)
            whole(live, task, episode)
            made["ours compare"] = timed(lambda: live.fingerprint == task.fingerprint, times=20)  # noqa: B023
            if tau2:
                made |= {f"tau2 {name}": took for name, took in tau2.round(number).items()}
            for name, took in made.items():
                seconds.setdefault(name, []).append(took)
    return seconds


def write_times(
    domain: DomainFolder, live: Environment, connection: Any, episode: Episode, write: Any
) -> dict[str, float]:
    """One write call where it stands in its episode, beside its statements on the bare driver; a reset."""
    before = episode[: len(episode) - 1 - episode[::-1].index(write)]
    log, prefix = statements(domain, [*before, write]), statements(domain, before)
    ours, theirs, resets = [], [], []
    for _ in range(5):
        live.reset()
        play(live, before)
        ours.append(timed(play, live, [write]))
        resets.append(timed(live.reset))
        bare_episode(connection, prefix)
        theirs.append(timed(bare, connection, log[len(prefix) :]))
    return {"ours write": median(ours), "bare write": median(theirs), "ours reset": median(resets)}


def report(seconds: dict[str, list[float]]) -> None:
    """The table of ratios, each the median over rounds."""
    for name, took in sorted(seconds.items()):
        spread = f"{min(took) * 1e6:,.1f} to {max(took) * 1e6:,.1f}"
        print(f"{name:<14} median {median(took) * 1e6:>12,.1f} µs  ({spread})")
    wanted = [
        ("tau2 reset", "ours reset", 5000, "at least"),
        ("tau2 reset", "ours fresh", 300, "at least"),
        ("tau2 reset", "ours new", 300, "at least"),
        ("tau2 episode", "ours episode", 300, "at least"),
        ("tau2 episode", "ours first", 300, "at least"),
        ("tau2 compare", "ours compare", 500, "at least"),
        ("ours episode", "bare episode", 2, "at most"),
        ("ours first", "bare episode", 2, "at most"),
        ("ours read", "bare read", 3, "at most"),
        ("ours write", "bare write", 5, "at most"),
    ]
    for one, other, goal, side in wanted:
        if one in seconds and other in seconds:
            ratio = median(a / b for a, b in zip(seconds[one], seconds[other], strict=True))
            print(f"{one} / {other}: {ratio:,.2f} x (wanted: {side} {goal:,})")


def main() -> None:
    """All of it."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as place:
        folder = Path(sys.argv[2]) if len(sys.argv) > 2 else retail(Path(place))
        domain, tasks = load_domain(folder), read_tasks(folder)
        found = episodes(tasks, domain)
        print(f"{folder.name}: {len(domain.rows):,} rows, {len(found)} episodes, {count} rounds")
        report(rounds(domain, found, count))


if __name__ == "__main__":
    main()
