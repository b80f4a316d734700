"""A live domain: reset it, call its tools, see what changed, go back to any point."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from typing import Any

import orjson
from attrs import asdict, frozen

from scaleenv_core.engine.boundary import foreign
from scaleenv_core.engine.database import Database
from scaleenv_core.engine.faults import KEY, Faults, cut_short, with_keys
from scaleenv_core.engine.folder import DomainFolder
from scaleenv_core.engine.journal import fingerprint
from scaleenv_core.engine.observation import Observation, said
from scaleenv_core.engine.seedreads import SeedReads
from scaleenv_core.engine.session import CutShort, Row, Session
from scaleenv_core.engine.store import ClosedStore, Store, sqlite_store
from scaleenv_core.engine.toolcode import ToolFunction
from scaleenv_core.engine.validation import ArgumentCheck
from scaleenv_core.errors import Refusal, ToolCrash, ToolLied, nearest
from scaleenv_core.settings import FaultSettings
from scaleenv_core.types import Check, Holder, JsonObject, PlannedFault, RowChange, Tool


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
        open_store: Callable[[DomainFolder], Store] = sqlite_store,
        faults: FaultSettings | None = None,
        fault_seed: int = 0,
    ) -> None:
        self.domain = domain
        self._open_store = open_store
        self._disturbed = faults if faults and faults.on else None
        self._fault_seed = fault_seed
        self._faults = Faults(self._disturbed, fault_seed) if self._disturbed else None
        store = open_store(domain)
        self._session = Session(store, domain.schema, domain.seed_reads.setdefault(type(store), SeedReads()))
        self._database = Database(self._session, domain.manifest.now, domain.manifest.seed)
        self.tools, self._checks = domain.tools, domain.checks
        if self._disturbed:
            self.tools = with_keys(domain.tools.values(), lambda name: domain.functions[name].writes)
            self._checks = {}

    def __enter__(self) -> Environment:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the database; a closed environment can only be closed again."""
        store, self._session.store = self._session.store, ClosedStore()
        store.close()

    def offered(self, held_by: Holder = "agent") -> dict[str, Tool]:
        """The tools of one holder, by call name."""
        functions = self.domain.functions
        return {name: tool for name, tool in self.tools.items() if functions[name].held_by == held_by}

    def reset(
        self,
        start: Iterable[RowChange] = (),
        fault_seed: int | None = None,
        planned: tuple[PlannedFault, ...] = (),
    ) -> None:
        """Back to the seed rows, or to how a task's world starts, with the faults that it plans."""
        self._session.reset()
        if fault_seed is not None:
            self._fault_seed = fault_seed
        on = self._disturbed or planned
        self._faults = Faults(self._disturbed or FaultSettings(), self._fault_seed, planned) if on else None
        if start:
            self._session.apply((change.table, change.key, change.after) for change in start)

    def snapshot(self) -> Snapshot:
        """The point that the episode is at, to come back to."""
        changes = [(change.table, change.key, change.after) for change in self.changes]
        faults = self._faults
        parked = None
        if faults:
            planned = [asdict(fault) for fault in faults.planned]
            parked = (faults.seed, planned, faults.calls, faults.made, faults.answers)
        return Snapshot(zlib.compress(orjson.dumps((changes, self._session.counters, parked))))

    def restore(self, snapshot: Snapshot) -> None:
        """To the point of a snapshot, of this or another instance of the domain."""
        changes, counters, parked = orjson.loads(zlib.decompress(snapshot.state))
        seed, planned, calls, made, answers = parked or (None, (), 0, {}, {})
        self.reset((), seed, tuple(PlannedFault(**fault) for fault in planned))
        self._session.apply(changes)
        self._session.counters.update(counters)
        if self._faults:
            self._faults.calls, self._faults.answers = calls, answers
            self._faults.made.update(made)

    def fork(self) -> Environment:
        """Another instance at this point; the two go on apart."""
        made = Environment(self.domain, open_store=self._open_store, faults=self._disturbed)
        made.restore(self.snapshot())
        return made

    @property
    def changes(self) -> tuple[RowChange, ...]:
        """Net row changes since reset; costs O(rows touched)."""
        return self._session.changes()

    def rows(self) -> dict[str, list[Row]]:
        """Every row as it is now, by table and in the order of keys; costs O(database)."""
        store, tables = self._session.store, self.domain.schema.tables.values()
        return {spec.name: spec.dicts(store.read(f"{spec.select} ORDER BY {spec.order}")) for spec in tables}

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
        problem, sent = self._problem(tool, arguments, held_by)
        if problem:
            return Observation(tool, arguments, held_by, "rejected", said(problem))
        if self._faults:
            return self._faults.deliver(self._run, tool, sent, held_by)
        return self._run(tool, sent, held_by)

    def holds(self, check: Check) -> bool:
        """Whether a task's check holds now; asked without faults, and without a trace."""
        held_by = self.domain.functions[check.tool].held_by if check.tool in self.tools else "world"
        problem, sent = self._problem(check.tool, check.arguments, held_by)
        if problem:
            raise ToolCrash(f"a check cannot be asked: {problem}")
        seen = self._run(check.tool, sent, held_by)
        return seen.status == "answered" and seen.content == check.expected

    def _problem(self, tool: str, arguments: JsonObject | str, held_by: Holder) -> tuple[str, JsonObject]:
        """What is wrong with a call; else its arguments, copied: whoever called may change theirs."""
        if tool not in self.tools or self.domain.functions[tool].held_by != held_by:
            return f"there is no tool {tool!r}{nearest(tool, self.offered(held_by))}", {}
        if not isinstance(arguments, dict):
            return f"the arguments of {tool!r} are not a JSON object: {arguments[:200]!r}", {}
        try:
            sent = orjson.loads(orjson.dumps(arguments))
        except TypeError as exc:  # a lone surrogate, a number beyond 64 bits, no text as a name
            return f"the arguments of {tool!r} are not JSON: {exc}", {}
        return self.check(tool).problem(sent), sent

    def _run(
        self, tool: str, sent: JsonObject, held_by: Holder, most_writes: int | None = None
    ) -> Observation:
        """Carry a valid call out, whole or not at all."""
        session, code, names = self._session, self.domain.functions[tool], self.check(tool).names
        own = self.domain.tools[tool].parameters.get("properties", {})
        # The tool may change its own copy only: the record keeps what was sent.
        given = {names[name]: _own(value) for name, value in sent.items() if name != KEY or name in own}
        reads, writes = session.begin(most_writes)
        seen = Observation(tool, sent, held_by, "answered", "", reads=reads, writes=writes)
        try:
            with foreign(code.label, ToolCrash):
                answer = code.function(self._database, **given)
            seen.text = _text(answer, code, session)
            session.end()
        except Refusal as exc:
            session.undo()
            seen.status, seen.text = "refused", said(str(exc))
            writes.clear()
        except CutShort:
            session.end()
            cut_short(seen)
        except BaseException:
            session.undo()
            raise
        return seen


def _own(value: Any) -> Any:
    return orjson.loads(orjson.dumps(value)) if isinstance(value, (dict, list)) else value


def _text(answer: object, code: ToolFunction, session: Session) -> str:
    if session.writes and not code.writes:
        wrote = ", ".join(sorted({table for table, _ in session.writes}))
        raise ToolLied(f"tool {code.name!r} is declared as reading and wrote {wrote}")
    try:
        return orjson.dumps(answer).decode()
    except TypeError as exc:
        raise ToolCrash(f"tool {code.name!r} answered what is not JSON: {exc}") from exc
