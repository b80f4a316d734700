"""The warden: a clean process that never runs foreign code and forks the cells that do.

It is started by :class:`~.cell.Warden` with nothing but the modules that cells need: no
environment, no open file, an empty working directory. So what a cell finds in its memory
is that, and what was sent to it. It ends when its control socket closes, and takes
its cells along.
"""

from __future__ import annotations

import importlib
import os
import signal
import socket
import time
from array import array
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from scaleenv_core.converters import json_bytes
from scaleenv_core.engine.boundary.foreign import machinery
from scaleenv_core.engine.boundary.limits import Grants, Limits
from scaleenv_core.engine.boundary.linux import new_namespaces
from scaleenv_core.engine.boundary.lockdown import die_with_parent, lock_down
from scaleenv_core.engine.boundary.wire import receive, send
from scaleenv_core.errors import MachineryError, Refusal, ScaleEnvError

CONTROL_SIZE = 1 << 16
"""Longest message on the control socket."""

_REQUESTS, _ANSWERS, _NOTHING = 0, 1, 2


def main() -> None:
    """Serve the parent on file descriptor 0 until it closes it."""
    control = socket.socket(fileno=0)
    for entry in orjson.loads(control.recv(CONTROL_SIZE)):
        module, _, name = entry.partition(":")
        loaded = importlib.import_module(module)
        if name:
            getattr(loaded, name)()
    import gc

    gc.collect()
    gc.freeze()  # or each cell's first collection would copy all of the warden's memory
    missing = _leave_namespaces()
    control.send(orjson.dumps(missing))
    _serve(control, missing)


def _leave_namespaces() -> str:
    """Go on in namespaces of our own; why that cannot be, or nothing."""
    try:
        new_namespaces()
    except OSError as exc:
        return exc.strerror or str(exc)
    child = os.fork()
    if child:  # stay, so that whoever kills us kills the new namespaces' first process
        os.close(0)
        os.waitpid(child, 0)
        os._exit(0)
    return die_with_parent(0)  # the number that a process outside has here


def _serve(control: socket.socket, missing: str) -> None:
    while True:
        message, descriptors = _received(control)
        if not message:
            os._exit(0)
        request = orjson.loads(message)
        if "end" in request:
            control.send(orjson.dumps(_end(request["end"], request["patience"])))
            continue
        warden = os.getpid()
        cell = os.fork()
        if cell == 0:
            _become_cell(control, descriptors, warden, missing, request)
        for descriptor in descriptors:
            os.close(descriptor)
        control.send(orjson.dumps(cell))


def _received(control: socket.socket) -> tuple[bytes, array[int]]:
    descriptors: array[int] = array("i")
    message, ancillary, _, _ = control.recvmsg(CONTROL_SIZE, socket.CMSG_SPACE(2 * descriptors.itemsize))
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            descriptors.frombytes(data)
    return message, descriptors


def _end(cell: int, patience: float) -> int:
    """How a cell ended, as :func:`os.waitstatus_to_exitcode` has it; 0 if it had to be killed."""
    give_up = time.monotonic() + patience
    found, status = os.waitpid(cell, os.WNOHANG)
    while not found and time.monotonic() < give_up:
        time.sleep(0.001)
        found, status = os.waitpid(cell, os.WNOHANG)
    if found:
        return os.waitstatus_to_exitcode(status)
    os.kill(cell, signal.SIGKILL)
    os.waitpid(cell, 0)
    return 0


def _become_cell(
    control: socket.socket, descriptors: array[int], warden: int, missing: str, request: Any
) -> None:
    try:
        die_with_parent(warden)
        control.detach()
        for number, descriptor in zip((_REQUESTS, _ANSWERS), descriptors, strict=True):
            os.dup2(descriptor, number, inheritable=False)
        os.dup2(os.open(os.devnull, os.O_RDWR), _NOTHING)
        os.closerange(_NOTHING + 1, 1 << 16)
        limits, grants = Limits(**request["limits"]), Grants(**request["grants"])
        module, _, name = request["service"].partition(":")
        service = getattr(importlib.import_module(module), name)
        held = lock_down(limits, grants)
        send(_ANSWERS, orjson.dumps({**held, "namespaces": missing}))
        answer_all(service, int(limits.answer_mb * 1_000_000))
    finally:
        os._exit(0)


def answer_all(service: Callable[[], Mapping[str, Callable[..., Any]]], most: int) -> None:
    """A cell's life: open the service, then answer requests until there are no more."""
    methods: Mapping[str, Callable[..., Any]] = {}
    while (frame := receive(_REQUESTS)) is not None:
        request = orjson.loads(frame)
        try:
            with machinery(request["method"] or "opening"):
                if not methods:
                    methods = service()
                answer = {"answer": methods[request["method"]](**request["arguments"])}
                body = json_bytes({"nonce": request["nonce"], **answer})
                if len(body) > most:
                    raise MachineryError(f"the answer of {len(body):,} bytes is larger than {most:,}")
        except (Refusal, ScaleEnvError) as exc:
            error = {"kind": type(exc).__name__, "text": str(exc)[:4000]}
            body = orjson.dumps({"nonce": request["nonce"], "error": error})
        send(_ANSWERS, body)
