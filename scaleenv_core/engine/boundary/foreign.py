"""Foreign code inside a process: one place that catches, and an audit hook that denies.

While foreign code runs (:func:`foreign`) the hook denies it files, processes, sockets,
threads and imports. That keeps honest code honest and gives clear errors early; who
defeats it meets the operating system (:mod:`.lockdown`).
"""

from __future__ import annotations

import signal
import sys
import threading
from types import TracebackType
from typing import Any

from scaleenv_core.engine.boundary.limits import Limits
from scaleenv_core.errors import MachineryError, Refusal, ScaleEnvError

_DENIED = (
    "open",
    "socket.",
    "subprocess.",
    "os.",
    "shutil.",
    "pty.",
    "ctypes.",
    "fcntl.",
    "mmap.",
    "pathlib.",
    "tempfile.",
    "urllib.",
    "glob.",
    "marshal.",
    "pickle.",
    "signal.",
    "resource.",
    "syslog.",
    "webbrowser.",
    "winreg.",
    "gc.",
    "sys.setprofile",
    "sys.settrace",
    "sys.addaudithook",
    "_thread.",
    "sqlite3.",
    "code.__new__",
    "object.__setattr__",  # of code and defaults
    "object.__delattr__",
    "import",
)
"""Audit events, or their beginnings, that foreign code may not raise."""

_FRAMES = ("tb_frame", "gi_frame", "cr_frame", "ag_frame")
"""Attributes that lead to the caller's variables."""

_state = threading.local()
_hooked = False


class _TooLong(BaseException):
    """Raised by the timer inside foreign code; not an Exception, so honest handlers let it pass."""


def _audit(event: str, args: tuple[Any, ...]) -> None:
    if not getattr(_state, "foreign", False):
        return
    if event.startswith(_DENIED) or (event == "object.__getattr__" and args[1] in _FRAMES):
        raise PermissionError(f"foreign code may not use {event!r}")


def _install_hook() -> None:
    global _hooked
    if not _hooked:
        _hooked = True
        sys.addaudithook(_audit)


def enter_worker(limits: Limits) -> None:
    """Bound this process for good: called once at the start of a worker."""
    import resource

    size = limits.memory_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGVTALRM, _ring)
    _state.seconds = limits.call_seconds
    _install_hook()


def _ring(_signum: int, _frame: object) -> None:
    raise _TooLong


class foreign:  # noqa: N801 - used as a function; a class costs half as much in every call
    """Run foreign code: a refusal and our own errors pass; anything else becomes ``error``.

    A context manager. Here and in :func:`machinery` stand the only broad handlers of the
    project, because foreign code may raise anything.
    """

    __slots__ = ("_error", "_outer", "_seconds", "_what")

    def __init__(self, what: str, error: type[ScaleEnvError]) -> None:
        self._what = what
        self._error = error

    def __enter__(self) -> None:
        if not _hooked:
            _install_hook()
        self._outer = getattr(_state, "foreign", False)
        self._seconds = 0.0 if self._outer else getattr(_state, "seconds", 0.0)
        if self._seconds:
            signal.setitimer(signal.ITIMER_VIRTUAL, self._seconds)
            # Who sits in C, or catches what the first timer raises, ends with the process.
            signal.setitimer(signal.ITIMER_PROF, 3 * self._seconds)
        _state.foreign = True

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if exc is not None and not isinstance(exc, (Refusal, ScaleEnvError)):
                text = self._told(exc)  # foreign code, too
                _state.foreign = self._outer
                raise self._error(f"{self._what}: {text}{_line(exc)}") from exc
        finally:
            _state.foreign = self._outer
            if self._seconds:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
                signal.setitimer(signal.ITIMER_PROF, 0.0)

    def _told(self, exc: BaseException) -> str:
        if isinstance(exc, _TooLong):
            return f"ran longer than {self._seconds:g} s of processor time"
        if isinstance(exc, MemoryError):
            return "out of memory"
        return _said(exc)


class machinery:  # noqa: N801 - as above
    """Run a chosen plugin in the middle of a run: what it raises makes this unit invalid."""

    __slots__ = ("_error", "_what")

    def __init__(self, what: str, error: type[MachineryError] = MachineryError) -> None:
        self._what = what
        self._error = error

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(exc, (Exception, SystemExit)) and not isinstance(exc, ScaleEnvError):
            raise self._error(f"{self._what}: {_said(exc)}") from exc


def _said(exc: BaseException) -> str:
    try:
        return f"{type(exc).__name__}: {exc}"[:2000]
    except BaseException:
        return "an error without a text"


def _line(exc: BaseException) -> str:
    trace, line = exc.__traceback__, ""
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name.endswith(("tools.py", "schema.py")) and "site-packages" not in name:
            line = f" (line {trace.tb_lineno})"
        trace = trace.tb_next
    return line
