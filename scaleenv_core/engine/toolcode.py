"""A domain's source text → tables and functions, with an allow-list of imports and builtins."""

from __future__ import annotations

import builtins
import importlib
import inspect
import sys
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeVar

from attrs import frozen

from scaleenv_core.errors import DomainError
from scaleenv_core.types import Holder

F = TypeVar("F", bound=Callable[..., Any])

MARK = "__scaleenv_tool__"

DOOR = (
    "Database",
    "Refusal",
    "arithmetic",
    "at_least",
    "at_most",
    "between",
    "contains",
    "days_after",
    "given",
    "one_of",
    "other_than",
    "read_tool",
    "write_tool",
)
"""All that tool code may import from the engine."""

TOOL_IMPORTS: Mapping[str, frozenset[str] | None] = {
    "__future__": None,
    "collections": None,
    "decimal": None,
    "functools": None,
    "itertools": None,
    "json": None,
    "math": None,
    "operator": None,
    "re": None,
    "statistics": None,
    "string": None,
    "typing": None,
    "scaleenv_core.engine": frozenset(DOOR),
    "sqlalchemy": frozenset({"and_", "case", "desc", "func", "not_", "or_", "select"}),
}
"""What tool code may import: module → names, or ``None`` for all its public names.

No clock and no chance among them: :meth:`Database.now` and :meth:`Database.new_id` are the door.
"""

SCHEMA_IMPORTS: Mapping[str, frozenset[str] | None] = {"__future__": None, "sqlalchemy": None}

PRELOAD = (
    *TOOL_IMPORTS,
    "cattrs.v",
    "jsonschema_rs",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "sqlalchemy.sql.visitors",
)
"""What a warden imports for cells that load domains: in a cell nothing can be imported."""

FORBIDDEN = (
    "breakpoint",
    "compile",
    "delattr",
    "eval",
    "exec",
    "exit",
    "globals",
    "help",
    "input",
    "locals",
    "memoryview",
    "open",
    "quit",
    "setattr",
    "vars",
)
"""Builtins that no code of a domain has."""


def read_tool(name: str = "", *, held_by: Holder = "agent") -> Callable[[F], F]:
    """Declare a function as the tool of this call name, else of its own name; it only reads.

    ``held_by`` says who may call it: the agent, the user, or only the world (a task's
    events and checks).
    """
    return _marked(name, False, held_by)


def write_tool(name: str = "", *, held_by: Holder = "agent") -> Callable[[F], F]:
    """Declare a function as a tool that may write; otherwise as :func:`read_tool`."""
    return _marked(name, True, held_by)


def _marked(name: str, writes: bool, held_by: Holder) -> Callable[[F], F]:
    def mark(function: F) -> F:
        setattr(function, MARK, (name or function.__name__, writes, held_by))
        return function

    return mark


@frozen
class ToolFunction:
    """One tool's code."""

    name: str
    writes: bool
    held_by: Holder
    function: Callable[..., Any]

    @cached_property
    def label(self) -> str:
        """What messages call it."""
        return f"tool {self.name!r}"

    @property
    def parameters(self) -> tuple[str, ...]:
        """Its Python parameters after the database."""
        return tuple(inspect.signature(self.function).parameters)[1:]


def _importer(allowed: Mapping[str, frozenset[str] | None]) -> Callable[..., Any]:
    def guarded(
        name: str,
        globals_: Mapping[str, Any] | None = None,  # noqa: ARG001 - the signature of __import__
        locals_: Mapping[str, Any] | None = None,  # noqa: ARG001
        fromlist: tuple[str, ...] | None = (),
        level: int = 0,
    ) -> Any:
        if level or name not in allowed:
            raise ImportError(f"{name!r} may not be imported here; allowed: {', '.join(allowed)}")
        names = allowed[name]
        for wanted in fromlist or ():
            if wanted.startswith("_") or (names is not None and wanted not in names):
                raise ImportError(f"{wanted!r} may not be imported from {name!r}")
        if names is not None and not fromlist:
            raise ImportError(f"write: from {name} import {', '.join(sorted(names))}")
        return sys.modules[name]

    return guarded


def run_source(source: str, filename: str, allowed: Mapping[str, frozenset[str] | None]) -> dict[str, Any]:
    """Execute a module's text with only these imports; its namespace.

    Raises :class:`DomainError` naming file and line for whatever goes wrong in it. This
    keeps honest code honest; the process boundary (:mod:`.boundary`) holds the rest.
    """
    from scaleenv_core.engine.boundary import foreign

    safe = {name: value for name, value in vars(builtins).items() if name not in FORBIDDEN}
    namespace: dict[str, Any] = {
        "__builtins__": {**safe, "__import__": _importer(allowed)},
        "__name__": "domain",
    }
    try:
        code = compile(source, filename, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as exc:
        raise DomainError(f"{filename}: {exc}") from exc
    for name in allowed:
        importlib.import_module(name)  # here, because foreign code may import nothing new
    with foreign(f"loading {filename}", DomainError):
        exec(code, namespace)
    return namespace


def load_tools(source: str, filename: str) -> dict[str, ToolFunction]:
    """The tools of a ``tools.py``, by call name, in the order they are written."""
    namespace = run_source(source, filename, TOOL_IMPORTS)
    tools: dict[str, ToolFunction] = {}
    for value in list(namespace.values()):
        if not (inspect.isfunction(value) and hasattr(value, MARK)):
            continue
        name, writes, held_by = getattr(value, MARK)
        if name in tools:
            raise DomainError(f"{filename}: two functions are the tool {name!r}")
        tools[name] = ToolFunction(name, writes, held_by, value)
    return tools
