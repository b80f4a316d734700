"""What a cell may use, and what it may open: plain records that go to the warden as JSON."""

from __future__ import annotations

from attrs import field, frozen
from attrs.validators import gt


@frozen(kw_only=True)
class Limits:
    """What foreign code may use. It never has processes, threads, a network or a file to write."""

    memory_mb: int = field(default=4096, validator=gt(0))
    """Address space of its process."""

    call_seconds: float = field(default=2.0, validator=gt(0.0))
    """Processor time of one piece of foreign code; code that holds on is killed after thrice as much."""

    cpu_seconds: int = field(default=600, validator=gt(0))
    """Processor time of a cell's whole life."""

    wall_seconds: float = field(default=600.0, validator=gt(0.0))
    """Time until a cell has answered one request."""

    answer_mb: float = field(default=64.0, validator=gt(0.0))
    """Size of one answer."""

    open_files: int = field(default=512, validator=gt(3))
    """Files open at once, where a grant lets it open any."""


@frozen(kw_only=True)
class Grants:
    """All of the file system that a cell can open; nothing by default."""

    read: tuple[str, ...] = ()
    """Files, or folders of files, that it may read."""

    databases: tuple[str, ...] = ()
    """Files, or folders of files, that it may open for writing, as SQLite must to begin a transaction.

    It still cannot change them: no system call that writes, truncates, creates, renames or
    maps a shared file passes the filter.
    """

    def __bool__(self) -> bool:
        return bool(self.read or self.databases)
