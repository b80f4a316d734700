"""The few calls to the Linux kernel that Python's library lacks. Elsewhere each is an ``OSError``."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any

_OPTIONS = {
    "PR_SET_PDEATHSIG": 1,
    "PR_SET_DUMPABLE": 4,
    "PR_SET_SECCOMP": 22,
    "PR_CAPBSET_DROP": 24,
    "PR_SET_NO_NEW_PRIVS": 38,
    "PR_CAP_AMBIENT": 47,
}

# CLONE_NEWUSER, NEWNET, NEWPID, NEWIPC, NEWUTS, NEWNS
_NAMESPACES = 0x10000000 | 0x40000000 | 0x20000000 | 0x08000000 | 0x04000000 | 0x00020000


def _libc() -> ctypes.CDLL:
    if sys.platform != "linux":
        raise OSError(0, f"{sys.platform} is not Linux")
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def syscall(number: int, *arguments: Any) -> int:
    """A system call by number."""
    given = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    return _checked(_libc().syscall(ctypes.c_long(number), *given), f"system call {number}")


def prctl(option: str, *arguments: int) -> int:
    """``prctl``, its option by name."""
    given = [ctypes.c_ulong(value) for value in (*arguments, *(0,) * (4 - len(arguments)))]
    return _checked(_libc().prctl(ctypes.c_int(_OPTIONS[option]), *given), option)


def new_namespaces() -> None:
    """Leave the network, the processes, the mounts and the users of the machine behind.

    The process itself keeps its process number; its next child is the first of the new ones.
    """
    _checked(_libc().unshare(ctypes.c_int(_NAMESPACES)), "unshare")


def drop_privileges() -> None:
    """No capability, now or by way of a program; no debugger; no core."""
    prctl("PR_SET_NO_NEW_PRIVS", 1)
    prctl("PR_CAP_AMBIENT", 4)  # PR_CAP_AMBIENT_CLEAR_ALL
    for capability in range(64):
        try:
            prctl("PR_CAPBSET_DROP", capability)
        except OSError:  # none of that number, or not ours to drop: then there is none to keep
            break
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this process
    _checked(_libc().capset(header, (ctypes.c_uint32 * 6)()), "capset")
    prctl("PR_SET_DUMPABLE", 0)
