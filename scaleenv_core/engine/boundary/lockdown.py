"""Lock this process down for good, layer by layer; say which layers hold.

Layers, each of which holds something alone: ``limits`` (memory, processor time, files),
``namespaces`` (no network, no other processes), ``privileges`` (no capability, no new
one, no debugger), ``landlock`` (no file but those granted), ``seccomp`` (no system call but
a few dozen).
"""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable

from scaleenv_core.engine.boundary import landlock, seccomp
from scaleenv_core.engine.boundary.foreign import enter_worker
from scaleenv_core.engine.boundary.limits import Grants, Limits
from scaleenv_core.engine.boundary.linux import drop_privileges, prctl


def lock_down(limits: Limits, grants: Grants) -> dict[str, str]:
    """Close every layer that there is; layer → why it is missing, empty where it holds."""
    missing = {"limits": "", "namespaces": ""}
    enter_worker(limits)
    _set_limits(limits)
    layers: tuple[tuple[str, Callable[[], None]], ...] = (
        ("privileges", drop_privileges),
        ("landlock", lambda: landlock.restrict(grants)),
        ("seccomp", lambda: seccomp.install(files=bool(grants))),
    )
    for name, close in layers:
        missing[name] = _reason(close)
    return missing


def _reason(close: Callable[[], object]) -> str:
    try:
        close()
    except OSError as exc:
        return exc.strerror or str(exc)
    return ""


def _set_limits(limits: Limits) -> None:
    for name, value in (
        ("RLIMIT_CPU", limits.cpu_seconds),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_NOFILE", limits.open_files),
        ("RLIMIT_NPROC", 0),
        ("RLIMIT_MEMLOCK", 0),
        ("RLIMIT_MSGQUEUE", 0),
        ("RLIMIT_SIGPENDING", 0),
    ):
        if hasattr(resource, name):  # some are Linux's alone
            resource.setrlimit(getattr(resource, name), (value, value))


def die_with_parent(parent: int) -> str:
    """Be killed when the parent dies; why that cannot be, or nothing."""
    reason = _reason(lambda: prctl("PR_SET_PDEATHSIG", signal.SIGKILL))
    if os.getppid() != parent:  # it died before this was set
        os._exit(1)
    return reason
