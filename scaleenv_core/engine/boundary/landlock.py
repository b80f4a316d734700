"""Landlock: nothing of the file system but the granted folders (Linux 5.13 and later)."""

from __future__ import annotations

import ctypes
import os
import struct
from pathlib import Path

from scaleenv_core.engine.boundary.limits import Grants
from scaleenv_core.engine.boundary.linux import syscall

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same numbers on every machine

# LANDLOCK_ACCESS_FS_*
_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}  # version of the interface → how many rights it knows
_MOST_RIGHTS = 16


def version() -> int:
    """Which version of the interface the kernel has; raises :class:`OSError` where none."""
    return syscall(_CREATE, 0, 0, 1)  # LANDLOCK_CREATE_RULESET_VERSION


def restrict(grants: Grants) -> None:
    """Leave this process only what is granted, for good.

    Raises :class:`OSError` where the kernel has no Landlock, or a granted path is missing.
    """
    known = version()
    # Handled and granted nowhere: any use of the file system, TCP, and reaching processes outside.
    parts = [(1 << _RIGHTS.get(known, _MOST_RIGHTS)) - 1]
    if known >= 4:
        parts.append(0b11)  # bind and connect
    if known >= 6:
        parts.append(0b11)  # abstract sockets and signals
    handled = struct.pack(f"={len(parts)}Q", *parts)
    rules = syscall(_CREATE, _address(handled), len(handled), 0)
    try:
        for path in grants.read:
            _allow(rules, path, _READ_FILE | (_READ_DIR if Path(path).is_dir() else 0))
        for path in grants.databases:
            _allow(rules, path, _READ_FILE | _WRITE_FILE)
        syscall(_RESTRICT, rules, 0)
    finally:
        os.close(rules)


def _allow(rules: int, path: str, rights: int) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        syscall(_ADD, rules, 1, _address(struct.pack("=Qi", rights, place)), 0)  # LANDLOCK_RULE_PATH_BENEATH
    finally:
        os.close(place)


def _address(data: bytes) -> ctypes.Array[ctypes.c_char]:
    return ctypes.create_string_buffer(data, len(data))
