"""Frames of bytes over a pair of pipes, with deadlines and a greatest size."""

from __future__ import annotations

import os
import select
import struct
import time

from attrs import frozen

_HEAD = struct.Struct(">I")


class WireError(Exception):
    """The other side was too slow, or sent what is no frame."""


class WireEndedError(WireError):
    """The other side closed the pipe."""


@frozen
class Wire:
    """One end: two non-blocking file descriptors, that of a process that trusts nothing."""

    reads: int
    writes: int

    def send(self, body: bytes, deadline: float) -> None:
        """Send a frame; raises :class:`WireError`."""
        left = memoryview(_HEAD.pack(len(body)) + body)
        while left:
            self._wait(self.writes, select.POLLOUT, deadline)
            try:
                left = left[os.write(self.writes, left) :]
            except BlockingIOError:
                continue
            except BrokenPipeError as exc:
                raise WireEndedError("it ended") from exc

    def receive(self, most: int, deadline: float) -> bytes:
        """The next frame; raises :class:`WireError`, before reading one of more than ``most`` bytes."""
        (size,) = _HEAD.unpack(self._read(_HEAD.size, deadline))
        if size > most:
            raise WireError(f"its answer of {size:,} bytes is larger than {most:,}")
        return self._read(size, deadline)

    def silent(self) -> bool:
        """Whether nothing has been sent that was not received."""
        return not self._ready(self.reads, select.POLLIN, 0.0)

    def close(self) -> None:
        """Close both pipes."""
        os.close(self.reads)
        os.close(self.writes)

    def _read(self, size: int, deadline: float) -> bytes:
        parts, left = [], size
        while left:
            self._wait(self.reads, select.POLLIN, deadline)
            try:
                part = os.read(self.reads, min(left, 1 << 20))
            except BlockingIOError:
                continue
            if not part:
                raise WireEndedError("it ended")
            parts.append(part)
            left -= len(part)
        return b"".join(parts)

    def _wait(self, descriptor: int, event: int, deadline: float) -> None:
        if not self._ready(descriptor, event, max(deadline - time.monotonic(), 0.0)):
            raise WireError("it took too long")

    @staticmethod
    def _ready(descriptor: int, event: int, seconds: float) -> bool:
        poll = select.poll()
        poll.register(descriptor, event)
        return bool(poll.poll(seconds * 1000))


def send(descriptor: int, body: bytes) -> None:
    """Send a frame, as a cell does: its pipe blocks."""
    left = memoryview(_HEAD.pack(len(body)) + body)
    while left:
        left = left[os.write(descriptor, left) :]


def receive(descriptor: int) -> bytes | None:
    """The next frame, as a cell reads it; ``None`` at the end."""
    head = _read(descriptor, _HEAD.size)
    return None if head is None else _read(descriptor, _HEAD.unpack(head)[0])


def _read(descriptor: int, size: int) -> bytes | None:
    parts, left = [], size
    while left:
        part = os.read(descriptor, min(left, 1 << 20))
        if not part:
            return None
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
