"""Cells beyond attacks: the filter's program, layers, limits of the wire, databases, and who is left."""

import errno
import fcntl
import mmap
import os
import select
import sqlite3
import struct

import pytest

from scaleenv_core.engine.boundary import Grants, Limits, Warden, layers, syscalls
from scaleenv_core.engine.boundary.seccomp import program
from scaleenv_core.errors import MachineryError, SandboxError, WorkerDied
from scaleenv_core.settings import LAYERS

RAW = "scaleenv_core.testing.cells:raw"
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
KILL, ALLOW, REFUSE = 0x80000000, 0x7FFF0000, 0x00050000 | errno.EPERM


def decided(code, architecture, number, *arguments):
    """What a filter program does with a system call: an interpreter of the few instructions it uses."""
    padded = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    data = struct.pack("=IIQ6Q", number, architecture, 0, *padded)
    steps = [struct.unpack_from("=HBBI", code, place) for place in range(0, len(code), 8)]
    accumulator, counter = 0, 0
    while True:
        operation, then, otherwise, value = steps[counter]
        counter += 1
        if operation == 0x06:
            return value
        if operation == 0x20:
            accumulator = struct.unpack_from("=I", data, value)[0]
            continue
        holds = {
            0x15: accumulator == value,
            0x35: accumulator >= value,
            0x45: bool(accumulator & value),
        }[operation]
        counter += then if holds else otherwise


CALLS = {
    "read": (("read", 7), False, ALLOW),
    "write on the pipe": (("write", 1), False, ALLOW),
    "write elsewhere": (("write", 2), False, REFUSE),
    "write on the pipe, by its low word": (("write", 1 << 32 | 3), False, REFUSE),
    "close the pipe": (("close", 1), False, REFUSE),
    "close": (("close", 3), False, ALLOW),
    "map": (("mmap", 0, 4096, mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_PRIVATE), False, ALLOW),
    "map a program": (("mmap", 0, 4096, mmap.PROT_EXEC, mmap.MAP_PRIVATE), False, REFUSE),
    "map shared": (("mmap", 0, 4096, mmap.PROT_WRITE, mmap.MAP_SHARED), False, REFUSE),
    "protect": (("mprotect", 0, 4096, mmap.PROT_READ), False, ALLOW),
    "open, without a grant": (("openat", 0, 0, os.O_RDONLY), False, REFUSE),
    "open": (("openat", 0, 0, os.O_RDWR | os.O_CLOEXEC), True, ALLOW),
    "open and create": (("openat", 0, 0, os.O_RDWR | os.O_CREAT), True, REFUSE),
    "open and empty": (("openat", 0, 0, os.O_RDWR | os.O_TRUNC), True, REFUSE),
    "open a nameless file": (("openat", 0, 0, os.O_RDWR | os.O_TMPFILE), True, REFUSE),
    "a lock": (("fcntl", 3, fcntl.F_SETLK), True, ALLOW),
    "an owner": (("fcntl", 3, fcntl.F_SETOWN), True, REFUSE),
    "a copy": (("fcntl", 3, fcntl.F_DUPFD), True, REFUSE),
    "a program": (("execve",), True, KILL),
    "a socket": (("socket", 2, 1), True, KILL),
    "ptrace": (("ptrace",), False, KILL),
}


@pytest.mark.parametrize("machine", ARCHITECTURES)
@pytest.mark.parametrize("name", CALLS)
def test_filter(machine, name):
    """The filter of each machine decides each system call as its table says."""
    (call, *arguments), files, expected = CALLS[name]
    code = program(machine, files=files)

    assert decided(code, ARCHITECTURES[machine], syscalls.NUMBERS[machine][call], *arguments) == expected


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_filter_knows_its_machine(machine):
    """Calls of another machine, or of x86_64's second numbering, end the process; new ones are refused."""
    code = program(machine, files=True)
    (other,) = set(ARCHITECTURES) - {machine}

    assert decided(code, ARCHITECTURES[other], 0) == KILL
    assert decided(code, ARCHITECTURES[machine], 0x40000000) == KILL
    assert decided(code, ARCHITECTURES[machine], 999) == REFUSE


def test_tables_are_whole():
    """Each call that a rule names has a number, and no number is given twice on one machine."""
    ruled = {*syscalls.ALWAYS, *syscalls.WITH_FILES, *syscalls.KILLED}
    for numbers in syscalls.NUMBERS.values():
        assert len(set(numbers.values())) == len(numbers)

    assert ruled == set(syscalls.NUMBERS["x86_64"])
    assert not syscalls.KILLED & {*syscalls.ALWAYS, *syscalls.WITH_FILES}


def test_layers():
    """Every layer is said to be active, or why it is not."""
    found = layers()

    assert tuple(found) == LAYERS
    assert all(found.values())


def test_a_missing_layer_stops():
    """A layer that is asked for and not there is an error that says what to write."""
    lacks = r'lacks moat .*require = \["limits"\]'
    with Warden(required=("limits", "moat")) as warden, pytest.raises(SandboxError, match=lacks):
        warden.cell(RAW)


@pytest.fixture(scope="module")
def warden():
    with Warden(["scaleenv_core.testing.cells"]) as made:
        yield made


def test_calls_and_errors(warden):
    """JSON goes in and comes out; an error of a method is an error here, and the cell goes on."""
    with warden.cell(RAW) as cell:
        assert cell.call("echo", value={"a": [1, None, "ü"]}) == {"a": [1, None, "ü"]}
        with pytest.raises(MachineryError, match="ZeroDivisionError"):
            cell.call("run", source="1 / 0", given={})
        with pytest.raises(MachineryError, match="KeyError: 'no such method'"):
            cell.call("no such method")
        assert cell.call("echo", value=2) == 2


def test_a_large_request_and_answer(warden):
    """Frames far larger than a pipe's buffer pass in both directions."""
    text = "x" * 3_000_000
    with warden.cell(RAW) as cell:
        assert cell.call("echo", value=text) == text


def test_a_dead_cell_stays_dead(warden):
    """After its end every call says why; other cells do not notice."""
    with warden.cell(RAW) as other, warden.cell(RAW) as cell:
        with pytest.raises(WorkerDied, match="exit code 3"):
            cell.call("run", source="import os; os._exit(3)", given={})
        with pytest.raises(WorkerDied, match="exit code 3"):
            cell.call("echo", value=1)
        assert other.call("echo", value=1) == 1


def test_it_speaks_only_when_asked(warden):
    """What a cell says between two questions ends it: it is no answer to the next."""
    source = """
import os, signal
signal.signal(signal.SIGALRM, lambda *_: os.write(1, b"\\0\\0\\0\\x02{}"))
signal.setitimer(signal.ITIMER_REAL, 0.001)
"""
    with warden.cell(RAW) as cell:
        cell.call("run", source=source, given={})
        select.select([cell._wire.reads], [], [], 10)
        with pytest.raises(WorkerDied, match="spoke before it was asked"):
            cell.call("echo", value=1)


def test_a_cell_begins_clean(warden):
    """What one cell does to the host's objects is not there in the next."""
    spoil = "import orjson, sys; sys.modules['orjson'] = None; sys.spoilt = True"
    with warden.cell(RAW) as cell:
        cell.call("run", source=spoil, given={})
    with warden.cell(RAW) as cell:
        assert cell.call("run", source="import sys; got = hasattr(sys, 'spoilt')", given={}) is False


def test_memory_is_limited(warden):
    """Memory past the limit is an error of the code, and the cell goes on."""
    with warden.cell(RAW, limits=Limits(memory_mb=500)) as cell:
        with pytest.raises(MachineryError, match="MemoryError"):
            cell.call("run", source="got = len(bytearray(600_000_000))", given={})
        assert cell.call("echo", value=1) == 1


OPEN = """
import sqlite3
here = sqlite3.connect("file:" + path + "?mode=rw&nolock=1", uri=True, isolation_level=None)
for pragma in ("journal_mode = MEMORY", "synchronous = OFF", "temp_store = MEMORY", "cache_spill = OFF"):
    here.execute("PRAGMA " + pragma)
here.execute("BEGIN")
here.execute("INSERT INTO t VALUES (2)")
got = here.execute("SELECT count(*) FROM t ORDER BY random()").fetchone()[0]
here.execute("ROLLBACK")
"""


def test_sqlite_works_on_a_granted_file(warden, tmp_path):
    """A never-committed transaction on a granted template, opened while running, leaves the file as it is."""
    path = tmp_path / "template.db"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE t (x)")
        made.execute("INSERT INTO t VALUES (1)")
    made.close()
    before = path.read_bytes()
    with warden.cell(RAW, grants=Grants(databases=(str(path),))) as cell:
        counts = [cell.call("run", source=OPEN, given={"path": str(path)}) for _ in range(3)]

    assert counts == [2, 2, 2]
    assert path.read_bytes() == before


def test_nobody_is_left(warden):
    """With its warden a cell ends, even one that is busy."""
    with Warden(["scaleenv_core.testing.cells"]) as gone:
        cell = gone.cell(RAW, limits=Limits(wall_seconds=0.2))
        process = gone._process
    with pytest.raises((WorkerDied, SandboxError)):
        cell.call("echo", value=1)

    assert process.returncode is not None


@pytest.mark.parametrize("path", ["somewhere/domain", "/nowhere/at/all"])
def test_grants_are_whole_paths(path):
    """What is not there, or not said in full, is one clear error, and no missing layer."""
    with Warden() as warden, pytest.raises(SandboxError, match=f"{path} cannot be granted"):
        warden.cell("scaleenv_core.engine.boundary.cell:nothing", grants=Grants(read=(path,)))
