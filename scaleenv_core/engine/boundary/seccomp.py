"""The system-call filter: an allow-list as a classic BPF program, written by hand.

An instruction is ``struct sock_filter``; the data it looks at ``struct seccomp_data``
(Linux, include/uapi/linux/{filter,seccomp}.h). A rule is a jump over its own block, so no
jump is long, whatever the number of rules.
"""

from __future__ import annotations

import ctypes
import platform
import struct
from collections.abc import Mapping, Sequence

from scaleenv_core.engine.boundary.linux import prctl
from scaleenv_core.engine.boundary.syscalls import (
    ALWAYS,
    KILLED,
    NUMBERS,
    WITH_FILES,
    Condition,
    NoneOf,
    OneOf,
    Unless,
)

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # AUDIT_ARCH_*
_X32 = 0x40000000  # a second numbering of x86_64's calls

_KILL, _REFUSE, _ALLOW = 0x80000000, 0x00050001, 0x7FFF0000  # SECCOMP_RET_*; refuse with EPERM
_LOAD, _EQUAL, _AT_LEAST, _BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06

_NUMBER, _ARCHITECTURE = 0, 4  # offsets in seccomp_data


def _argument(index: int) -> int:
    return 16 + 8 * index  # its low word: both machines are little-endian


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, then, otherwise, value)


def _end(action: int) -> bytes:
    return _step(_RETURN, action)


def _test(condition: Condition) -> list[bytes]:
    """Go on where it holds, refuse where not."""
    load = _step(_LOAD, _argument(condition.argument))
    match condition:
        case Unless(bits=bits):
            return [load, _step(_BITS, bits, 0, 1), _end(_REFUSE)]
        case OneOf(values=values):
            left = len(values)
            tests = [_step(_EQUAL, value, left - index) for index, value in enumerate(values)]
            return [load, *tests, _end(_REFUSE)]
        case NoneOf(values=values):
            tests = [part for value in values for part in (_step(_EQUAL, value, 0, 1), _end(_REFUSE))]
            return [load, *tests]


def _rule(number: int, conditions: Sequence[Condition], action: int) -> list[bytes]:
    block = [part for condition in conditions for part in _test(condition)] + [_end(action)]
    return [_step(_EQUAL, number, 0, len(block)), *block]


def program(machine: str, *, files: bool) -> bytes:
    """The filter for one machine; raises :class:`KeyError` for a machine without a table."""
    numbers = NUMBERS[machine]
    allowed: Mapping[str, tuple[Condition, ...]] = {**ALWAYS, **WITH_FILES} if files else ALWAYS
    steps = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_EQUAL, _ARCHITECTURES[machine], 1, 0),
        _end(_KILL),
        _step(_LOAD, _NUMBER),
        _step(_AT_LEAST, _X32, 0, 1),
        _end(_KILL),
    ]
    for name, conditions in allowed.items():
        if name in numbers:
            steps += _rule(numbers[name], conditions, _ALLOW)
    for name in sorted(KILLED & set(numbers)):
        steps += _rule(numbers[name], (), _KILL)
    return b"".join([*steps, _end(_REFUSE)])


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def install(*, files: bool) -> None:
    """Put this process under the filter for good; raises :class:`OSError` where that cannot be."""
    machine = platform.machine()
    if machine not in NUMBERS:
        raise OSError(0, f"no table of system calls for {machine}")
    code = program(machine, files=files)
    kept = ctypes.create_string_buffer(code, len(code))
    made = _Program(len(code) // 8, ctypes.addressof(kept))
    prctl("PR_SET_SECCOMP", 2, ctypes.addressof(made))  # SECCOMP_MODE_FILTER
