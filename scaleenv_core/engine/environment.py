"""A live domain: reset it, call its tools, see what changed."""

from __future__ import annotations

import sqlite3
from typing import Any, Literal

import orjson
from attrs import frozen

from scaleenv_core.engine.boundary import foreign
from scaleenv_core.engine.database import Database
from scaleenv_core.engine.folder import DomainFolder
from scaleenv_core.engine.journal import fingerprint
from scaleenv_core.engine.validation import ArgumentCheck
from scaleenv_core.errors import Refusal, ToolCrash, ToolLied, nearest
from scaleenv_core.names import python_names
from scaleenv_core.types import CallRecord, JsonObject, RowChange


@frozen(kw_only=True)
class Observation:
    """What an agent gets back from one call, and what the engine saw of it."""

    status: Literal["answered", "refused", "rejected"]
    """``refused``: the domain said no; ``rejected``: unknown tool or invalid arguments."""

    content: Any
    """The tool's answer, or the text of the refusal."""

    record: CallRecord

    @property
    def text(self) -> str:
        """As the agent reads it: JSON."""
        shown = self.content if self.status == "answered" else {"error": self.content}
        return orjson.dumps(shown).decode()


class Environment:
    """One live instance of a domain; instances of one domain are isolated from each other.

    Not to be shared between threads. A call that fails leaves nothing behind: neither
    rows nor ids. Use as a context manager, or :meth:`close` it.
    """

    def __init__(self, domain: DomainFolder) -> None:
        self.domain = domain
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        self._connection.deserialize(domain.template)
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.execute("BEGIN")
        self._database = Database(self._connection, domain.schema, domain.manifest.now)
        self._checks: dict[str, ArgumentCheck] = {}

    def __enter__(self) -> Environment:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the database."""
        self._connection.close()

    def reset(self) -> None:
        """Back to the seed rows: a rollback of the one transaction that holds all changes."""
        self._connection.execute("ROLLBACK")
        self._connection.execute("BEGIN")
        self._database.journal.clear()
        self._database.counters.clear()

    @property
    def changes(self) -> tuple[RowChange, ...]:
        """Net row changes since reset; costs O(rows touched)."""
        tables = self.domain.schema.tables
        return self._database.journal.net(lambda table: tables[table].key)

    @property
    def fingerprint(self) -> str:
        """sha256 of the net changes without exempt columns."""
        return fingerprint(self.changes, self.domain.manifest.compare)

    def call(self, tool: str, arguments: JsonObject | str) -> Observation:
        """Call a tool as an agent does: bad calls and refusals are observations.

        Raises :class:`ToolCrash` where the tool fails, :class:`ToolLied` where a tool
        declared as reading wrote; both roll the call back.
        """
        problem = self._problem(tool, arguments)
        if problem:
            return self._seen("rejected", problem, tool, arguments)
        assert isinstance(arguments, dict)
        database = self._database
        database.reads, database.writes = set(), set()
        counters = dict(database.counters)
        self._connection.execute("SAVEPOINT call")
        try:
            content = self._run(tool, arguments)
        except Refusal as exc:
            self._undo(counters)
            return self._seen("refused", str(exc), tool, arguments)
        except BaseException:
            self._undo(counters)
            raise
        self._connection.execute("RELEASE call")
        return self._seen("answered", content, tool, arguments)

    def check(self, tool: str) -> ArgumentCheck:
        """The compiled schemas of one tool."""
        if tool not in self._checks:
            self._checks[tool] = ArgumentCheck(self.domain.tools[tool])
        return self._checks[tool]

    def _problem(self, tool: str, arguments: JsonObject | str) -> str:
        if tool not in self.domain.tools:
            return f"there is no tool {tool!r}{nearest(tool, self.domain.tools)}"
        if not isinstance(arguments, dict):
            return f"the arguments of {tool!r} are not a JSON object: {arguments[:200]!r}"
        return self.check(tool).problem(arguments)

    def _run(self, tool: str, arguments: JsonObject) -> Any:
        code = self.domain.functions[tool]
        names = python_names(self.domain.tools[tool].parameters.get("properties", {}))
        unknown = [name for name in arguments if name not in names]
        if unknown:
            raise Refusal(f"unknown argument {unknown[0]!r}{nearest(unknown[0], names)}")
        given = orjson.loads(orjson.dumps(arguments))  # the tool may change its own copy only
        with foreign(f"tool {tool!r}", ToolCrash):
            answer = code.function(self._database, **{names[key]: value for key, value in given.items()})
        if self._database.writes and not code.writes:
            tables = ", ".join(sorted(self._database.writes))
            raise ToolLied(f"tool {tool!r} is declared as reading and wrote {tables}")
        try:
            return orjson.loads(orjson.dumps(answer))
        except orjson.JSONEncodeError as exc:
            raise ToolCrash(f"tool {tool!r} answered what is not JSON: {exc}") from exc

    def _undo(self, counters: dict[str, int]) -> None:
        self._connection.execute("ROLLBACK TO call")
        self._connection.execute("RELEASE call")
        self._database.counters = counters

    def _seen(
        self,
        status: Literal["answered", "refused", "rejected"],
        content: Any,
        tool: str,
        arguments: JsonObject | str,
    ) -> Observation:
        ran = status != "rejected"
        record = CallRecord(
            tool=tool,
            arguments=arguments,
            status=status,
            reads=tuple(sorted(self._database.reads)) if ran else (),
            writes=tuple(sorted(self._database.writes)) if status == "answered" else (),
        )
        return Observation(status=status, content=content, record=record)
