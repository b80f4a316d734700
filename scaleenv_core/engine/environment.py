"""A live domain: reset it, call its tools, see what changed, go back to any point."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable

import orjson
from attrs import evolve, frozen

from scaleenv_core.config import FaultSettings
from scaleenv_core.engine.boundary import foreign
from scaleenv_core.engine.database import Database
from scaleenv_core.engine.faults import Faults, cut_short, with_keys
from scaleenv_core.engine.folder import DomainFolder
from scaleenv_core.engine.journal import fingerprint
from scaleenv_core.engine.observation import Observation, error
from scaleenv_core.engine.session import CutShort, Row, Session, touched
from scaleenv_core.engine.store import SqliteStore, Store
from scaleenv_core.engine.toolcode import ToolFunction
from scaleenv_core.engine.validation import ArgumentCheck
from scaleenv_core.errors import Refusal, ToolCrash, ToolLied, nearest
from scaleenv_core.types import CallRecord, Check, Holder, JsonObject, RowChange, Tool


@frozen
class Snapshot:
    """A parked episode: some hundred bytes, good in any process that has the domain."""

    state: bytes


class Environment:
    """One live instance of a domain; instances of one domain are isolated from each other.

    Not to be shared between threads. A call that fails leaves nothing behind: neither
    rows nor ids. Use as a context manager, or :meth:`close` it. Faults are off unless
    settings are given; ``fault_seed`` draws them.
    """

    def __init__(
        self,
        domain: DomainFolder,
        *,
        open_store: Callable[[DomainFolder], Store] = SqliteStore,
        faults: FaultSettings | None = None,
        fault_seed: int = 0,
    ) -> None:
        self.domain = domain
        self._open_store = open_store
        self._faults = Faults(faults, fault_seed) if faults and faults.on else None
        self._session = Session(open_store(domain), domain.schema)
        self._database = Database(self._session, domain.manifest.now, domain.manifest.seed)
        self.tools, self._checks = domain.tools, domain.checks
        if self._faults:
            self.tools = with_keys(domain.tools.values(), lambda name: domain.functions[name].writes)
            self._checks = {}

    def __enter__(self) -> Environment:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the database."""
        self._session.store.close()

    def offered(self, held_by: Holder = "agent") -> dict[str, Tool]:
        """The tools of one holder, by call name."""
        functions = self.domain.functions
        return {name: tool for name, tool in self.tools.items() if functions[name].held_by == held_by}

    def reset(self, start: Iterable[RowChange] = (), fault_seed: int | None = None) -> None:
        """Back to the seed rows, or to how a task's world starts."""
        self._session.reset()
        if self._faults:
            seed = self._faults.seed if fault_seed is None else fault_seed
            self._faults = Faults(self._faults.settings, seed)
        if start:
            self._session.apply((change.table, change.key, change.after) for change in start)

    def snapshot(self) -> Snapshot:
        """The point that the episode is at, to come back to."""
        changes = [(change.table, change.key, change.after) for change in self.changes]
        faults = self._faults
        parked = (faults.seed, faults.calls, faults.answers) if faults else None
        return Snapshot(zlib.compress(orjson.dumps((changes, self._session.counters, parked))))

    def restore(self, snapshot: Snapshot) -> None:
        """To the point of a snapshot, of this or another instance of the domain."""
        changes, counters, parked = orjson.loads(zlib.decompress(snapshot.state))
        self.reset()
        self._session.apply(changes)
        self._session.counters.update(counters)
        if self._faults and parked:
            self._faults.seed, self._faults.calls, self._faults.answers = parked

    def fork(self) -> Environment:
        """Another instance at this point; the two go on apart."""
        settings = self._faults.settings if self._faults else None
        made = Environment(self.domain, open_store=self._open_store, faults=settings)
        made.restore(self.snapshot())
        return made

    @property
    def changes(self) -> tuple[RowChange, ...]:
        """Net row changes since reset; costs O(rows touched)."""
        return self._session.changes()

    def rows(self) -> dict[str, list[Row]]:
        """Every row as it is now, by table and in the order of keys; costs O(database)."""
        store, tables = self._session.store, self.domain.schema.tables.values()
        return {
            spec.name: [spec.decoded(row) for row in store.read(f"{spec.select} ORDER BY {spec.order}")]
            for spec in tables
        }

    @property
    def fingerprint(self) -> str:
        """sha256 of the net changes without exempt columns."""
        return fingerprint(self.changes, self.domain.manifest.compare)

    def check(self, tool: str) -> ArgumentCheck:
        """The compiled schemas of one tool."""
        if tool not in self._checks:
            self._checks[tool] = ArgumentCheck(self.tools[tool])
        return self._checks[tool]

    def call(self, tool: str, arguments: JsonObject | str, held_by: Holder = "agent") -> Observation:
        """Call a tool as its holder does: bad calls and refusals are observations.

        Raises :class:`ToolCrash` where the tool fails, :class:`ToolLied` where a tool
        declared as reading wrote; both roll the call back.
        """
        made = CallRecord(tool=tool, arguments=arguments, status="rejected", held_by=held_by)
        problem, sent = self._problem(made)
        if problem:
            return error(problem, made)
        return self._faults.deliver(self._run, made, sent) if self._faults else self._run(made, sent)

    def holds(self, check: Check) -> bool:
        """Whether a task's check holds now; asked without faults, and without a trace."""
        held_by = self.domain.functions[check.tool].held_by if check.tool in self.tools else "world"
        made = CallRecord(tool=check.tool, arguments=check.arguments, status="rejected", held_by=held_by)
        problem, sent = self._problem(made)
        if problem:
            raise ToolCrash(f"a check cannot be asked: {problem}")
        seen = self._run(made, sent)
        return seen.status == "answered" and seen.content == check.expected

    def _problem(self, made: CallRecord) -> tuple[str, JsonObject]:
        """What is wrong with a call; else its arguments, copied: the tool may change its own."""
        arguments = made.arguments
        if made.tool not in self.tools or self.domain.functions[made.tool].held_by != made.held_by:
            return f"there is no tool {made.tool!r}{nearest(made.tool, self.offered(made.held_by))}", {}
        if not isinstance(arguments, dict):
            return f"the arguments of {made.tool!r} are not a JSON object: {arguments[:200]!r}", {}
        try:
            sent = orjson.loads(orjson.dumps(arguments))
        except TypeError as exc:  # a lone surrogate, a number beyond 64 bits, no text as a name
            return f"the arguments of {made.tool!r} are not JSON: {exc}", {}
        return self.check(made.tool).problem(sent), sent

    def _run(self, made: CallRecord, sent: JsonObject, most_writes: int | None = None) -> Observation:
        """Carry a valid call out, whole or not at all."""
        session, code, names = self._session, self.domain.functions[made.tool], self.check(made.tool).names
        given = {names[name]: value for name, value in sent.items()}
        session.begin(most_writes)
        try:
            with foreign(f"tool {made.tool!r}", ToolCrash):
                answer = code.function(self._database, **given)
            text = _said(answer, code, session)
            session.end()
        except Refusal as exc:
            session.undo()
            return error(str(exc), evolve(made, status="refused", reads=touched(session.reads)))
        except CutShort:
            session.end()
            return cut_short(self._seen(made))
        except BaseException:
            session.undo()
            raise
        return Observation(text, self._seen(made))

    def _seen(self, made: CallRecord) -> CallRecord:
        reads, writes = touched(self._session.reads), touched(self._session.writes)
        return evolve(made, status="answered", reads=reads, writes=writes)


def _said(answer: object, code: ToolFunction, session: Session) -> str:
    if session.writes and not code.writes:
        wrote = ", ".join(sorted(session.writes))
        raise ToolLied(f"tool {code.name!r} is declared as reading and wrote {wrote}")
    try:
        return orjson.dumps(answer).decode()
    except TypeError as exc:
        raise ToolCrash(f"tool {code.name!r} answered what is not JSON: {exc}") from exc
