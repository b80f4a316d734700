"""The boundary around foreign code: a worker process with limits, and one place that catches.

A worker calls :func:`enter_worker` once; from then on its memory and CPU time are bounded,
and while foreign code runs (:func:`foreign`) an audit hook denies it files, processes,
sockets, threads and imports. Outside a worker only the time limit is missing.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from attrs import field, frozen
from attrs.validators import gt

from scaleenv_core.errors import MachineryError, Refusal, ScaleEnvError


@frozen(kw_only=True)
class Limits:
    """What foreign code may use."""

    memory_mb: int = field(default=4096, validator=gt(0))
    """Address space of a worker process."""

    call_seconds: float = field(default=2.0, validator=gt(0.0))
    """Processor time of one piece of foreign code."""


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
    "import",
)
"""Audit events, or their beginnings, that foreign code may not raise."""

_state = threading.local()
_hooked = False


class _TooLong(BaseException):
    """Raised by the timer inside foreign code; not an Exception, so honest handlers let it pass."""


def _audit(event: str, _args: tuple[Any, ...]) -> None:
    if not getattr(_state, "foreign", False):
        return
    if event.startswith(_DENIED):
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


@contextmanager
def foreign(what: str, error: type[ScaleEnvError]) -> Iterator[None]:
    """Run foreign code: a refusal and our own errors pass; anything else becomes ``error``.

    Here and in :func:`machinery` stand the only broad handlers of the project, because
    foreign code may raise anything.
    """
    _install_hook()
    outer = getattr(_state, "foreign", False)
    seconds = getattr(_state, "seconds", 0.0)
    if seconds and not outer:
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    _state.foreign = True
    try:
        yield
    except (Refusal, ScaleEnvError):
        raise
    except _TooLong as exc:
        raise error(f"{what}: ran longer than {seconds:g} s of processor time") from exc
    except MemoryError as exc:
        raise error(f"{what}: out of memory") from exc
    except (Exception, SystemExit, KeyboardInterrupt) as exc:
        raise error(f"{what}: {type(exc).__name__}: {exc}{_line(exc)}") from exc
    finally:
        _state.foreign = outer
        if seconds and not outer:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)


@contextmanager
def machinery(what: str, error: type[MachineryError] = MachineryError) -> Iterator[None]:
    """Run a chosen plugin in the middle of a run: what it raises makes this unit invalid."""
    try:
        yield
    except ScaleEnvError:
        raise
    except (Exception, SystemExit) as exc:
        raise error(f"{what}: {type(exc).__name__}: {exc}") from exc


def _line(exc: BaseException) -> str:
    trace, line = exc.__traceback__, ""
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name.endswith(("tools.py", "schema.py")) and "site-packages" not in name:
            line = f" (line {trace.tb_lineno})"
        trace = trace.tb_next
    return line
