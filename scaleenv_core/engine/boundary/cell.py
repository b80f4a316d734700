"""The parent's side: a warden, and the cells that it forks for foreign code.

A cell speaks JSON over two pipes and nothing else. What comes out of it is data of
unknown truth: it is parsed, bounded, matched with its request, and never unpickled.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn

import msgspec
import orjson
from attrs import asdict

from scaleenv_core.converters import from_json, json_bytes
from scaleenv_core.engine.boundary.limits import Grants, Limits
from scaleenv_core.engine.boundary.warden import CONTROL_SIZE
from scaleenv_core.engine.boundary.wire import Wire, WireEndedError, WireError
from scaleenv_core.errors import (
    DomainError,
    MachineryError,
    Refusal,
    SandboxError,
    ToolCrash,
    ToolLied,
    WorkerDied,
)
from scaleenv_core.settings import LAYERS, SandboxSettings

_START_SECONDS = 300.0  # a busy machine is no error
_ERRORS = {kind.__name__: kind for kind in (DomainError, MachineryError, Refusal, ToolCrash, ToolLied)}


REQUIRED = SandboxSettings().require


class Warden:
    """Forks cells; a context manager. Of one thread at a time.

    ``preload`` are modules that it imports first, or functions (``module:function``) that it
    calls: a cell can import nothing that was not.
    Raises :class:`~scaleenv_core.errors.SandboxError` on the first cell where a layer of
    ``required`` is missing on this machine.
    """

    def __init__(
        self, preload: Sequence[str] = (), *, required: Sequence[str] = SandboxSettings().require
    ) -> None:
        self._required = required
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        place = tempfile.mkdtemp()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-B", "-c", f"from {_MODULE} import main; main()"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                cwd=place,
                env={"PYTHONHASHSEED": "0", "PYTHONPATH": os.pathsep.join(sys.path), "LC_ALL": "C.UTF-8"},
            )
        Path(place).rmdir()  # its working directory is none: nothing can be made there
        self._control.settimeout(_START_SECONDS)
        self._ask(list(preload))

    def __enter__(self) -> Warden:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End it and all its cells."""
        self._control.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def cell(self, service: str, *, limits: Limits | None = None, grants: Grants | None = None) -> Cell:
        """A new cell.

        ``service`` names (``module:function``) what is called inside, after the lock-down,
        for the methods that :meth:`Cell.call` may call: a mapping of functions from JSON to
        JSON. What it loads then is foreign code's own affair.
        """
        limits, grants = limits or Limits(), grants or Grants()
        for path in map(Path, (*grants.read, *grants.databases)):
            if not (path.is_absolute() and path.exists()):
                raise SandboxError(
                    f"{path} cannot be granted to foreign code: give the whole path of what is there"
                )
        requests, ours = os.pipe()
        theirs, answers = os.pipe()
        request = {"service": service, "limits": asdict(limits), "grants": asdict(grants)}
        number = self._ask(request, (requests, answers))
        os.close(requests)
        os.close(answers)
        for descriptor in (theirs, ours):
            os.set_blocking(descriptor, False)
        return Cell(self, number, Wire(theirs, ours), limits, self._required)

    def end(self, number: int, patience: float) -> int:
        """The exit code of a cell, or minus the signal; 0 for one that has to be killed after so long."""
        return int(self._ask({"end": number, "patience": patience}))

    def _ask(self, request: Any, descriptors: Sequence[int] = ()) -> Any:
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", descriptors))] if descriptors else []
        try:
            self._control.sendmsg([orjson.dumps(request)], rights)
            answer = self._control.recv(CONTROL_SIZE)
        except OSError as exc:
            raise SandboxError(f"the warden of the sandbox is gone: {exc}") from exc
        if not answer:
            raise SandboxError("the warden of the sandbox ended; what it wrote stands above")
        return orjson.loads(answer)


_MODULE = "scaleenv_core.engine.boundary.warden"


class _Error(msgspec.Struct):
    kind: str
    text: str


class _Frame(msgspec.Struct):
    """What a cell answers; the answer itself is read when it is known whose it is."""

    nonce: str
    answer: msgspec.Raw = msgspec.Raw(b"null")
    error: _Error | None = None


class Cell:
    """A locked-down process with foreign code in it; a context manager. Made by :meth:`Warden.cell`.

    All code in one cell can see and fake all of it: give what must not meet cells of
    their own.
    """

    def __init__(
        self, warden: Warden, number: int, wire: Wire, limits: Limits, required: Sequence[str]
    ) -> None:
        self._warden = warden
        self._number = number
        self._wire = wire
        self._limits = limits
        self._ended = ""
        hello = self._read(self._receive(time.monotonic() + _START_SECONDS), dict[str, str])
        lacking = {name: hello.get(name, "there is none of that name") for name in required}
        lacking = {name: why for name, why in lacking.items() if why}
        self.layers: dict[str, str] = {name: hello.get(name) or "active" for name in LAYERS}
        """Every layer → ``active``, or why it is missing."""

        if lacking:
            self.close()
            why = "; ".join(f"{name} ({lacking[name]})" for name in lacking)
            rest = ", ".join(f'"{name}"' for name in required if name not in lacking)
            raise SandboxError(
                f"this machine lacks {why}; to run foreign code without: [sandbox] require = [{rest}]"
            )

    def __enter__(self) -> Cell:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """Whether it can be called."""
        return not self._ended

    def close(self) -> None:
        """End it."""
        if not self._ended:
            self._end("it was closed")

    def call(self, method: str, kind: Any = Any, /, **arguments: Any) -> Any:
        """Call a method of its service; JSON data and records in, JSON data out, or what is of a ``kind``.

        Raises what the method raised, if that is a refusal or broken machinery, as text of
        the same class; :class:`~scaleenv_core.errors.WorkerDied` where the cell broke a
        limit or the protocol: it is then ended, and every later call says so.
        """
        if self._ended:
            raise WorkerDied(f"its cell is no more: {self._ended}")
        nonce = secrets.token_hex(8)
        deadline = time.monotonic() + self._limits.wall_seconds
        if not self._wire.silent():
            self._died("it spoke before it was asked")
        try:
            self._wire.send(json_bytes({"nonce": nonce, "method": method, "arguments": arguments}), deadline)
        except WireError as exc:
            self._died(str(exc), ended=isinstance(exc, WireEndedError))
        frame = self._read(self._receive(deadline), _Frame)
        if frame.nonce != nonce:
            self._died("it answered what was not asked")
        if frame.error is None:
            return self._read(frame.answer, kind)
        raise _ERRORS.get(frame.error.kind, MachineryError)(printable(frame.error.text))

    def _receive(self, deadline: float) -> bytes:
        try:
            return self._wire.receive(int(self._limits.answer_mb * 1_000_000) + 1000, deadline)
        except WireError as exc:
            self._died(str(exc), ended=isinstance(exc, WireEndedError))

    def _read(self, text: bytes, kind: Any) -> Any:
        try:
            return from_json(text, kind)
        except ValueError as exc:
            self._died(f"its answer is none: {exc}")

    def _died(self, why: str, *, ended: bool = False) -> NoReturn:
        raise WorkerDied(f"the process of foreign code was ended: {self._end(why, 5.0 if ended else 0.0)}")

    def _end(self, why: str, patience: float = 0.0) -> str:
        self._ended = why  # even if the warden is gone
        self._wire.close()
        code = self._warden.end(self._number, patience)
        self._ended = _CODES.get(code) or (f"{why} with exit code {code}" if code else why)
        return self._ended


_CODES = {
    -signal.SIGSYS: "it made a forbidden system call",
    -signal.SIGXCPU: "it used up its processor time",
    -signal.SIGKILL: "it used up its processor time or memory",
    -signal.SIGPROF: "it held on after its time was over",
    -signal.SIGSEGV: "it crashed (SIGSEGV)",
    -signal.SIGABRT: "it crashed (SIGABRT)",
}


def printable(text: str) -> str:
    """What foreign code says goes to terminals and logs: no control characters."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "�" for sign in text)


def layers() -> dict[str, str]:
    """What holds foreign code on this machine: layer → ``active``, or why it is missing."""
    with Warden(required=()) as warden, warden.cell(f"{__name__}:nothing") as cell:
        return cell.layers


def nothing() -> dict[str, Any]:
    """A service without methods."""
    return {}
