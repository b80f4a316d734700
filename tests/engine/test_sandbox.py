"""A corpus of escape attempts: none obtains anything, each leaves a clear verdict, and work goes on.

Each attempt runs twice: as tool code, and as an attacker who already runs any Python and any
machine call that ctypes can make, so that the operating system alone has to hold. The
attempts on files, processes and the network also run with nothing around them: there they
must succeed, or they would prove nothing.
"""

import os
import platform
import re
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from attrs import frozen

from scaleenv_core.engine.boundary import Grants, Limits, Warden
from scaleenv_core.engine.boundary.syscalls import NUMBERS
from scaleenv_core.engine.toolcode import PRELOAD
from scaleenv_core.errors import DomainError, MachineryError

SECRET = "canary-5f1d0c"
MACHINE = platform.machine()
OTHER_NUMBERS = {"x86_64": {"clone": 56, "tgkill": 234}, "aarch64": {"clone": 220, "tgkill": 131}}

linux = pytest.mark.skipif(MACHINE not in NUMBERS or sys.platform != "linux", reason="needs Linux")

TIGHT = Limits(memory_mb=600, call_seconds=0.1, wall_seconds=0.6, answer_mb=1.0)
ROOMY = Limits(memory_mb=800, call_seconds=5.0, wall_seconds=4.0)


@frozen
class Attack:
    group: str
    name: str
    flags: str
    source: str


def corpus():
    """The attempts of ``attacks/*.txt``, one after each line ``=== name [flags]``."""
    found = []
    for path in sorted(Path(__file__).parent.glob("attacks/*.txt")):
        head = re.compile(r"^=== (.+?)(?: \[(.+)\])?\n", re.M)
        parts = head.split(path.read_text())[1:]
        for name, flags, source in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
            found.append(Attack(path.stem, name, flags or "", source))
    return found


ATTACKS = corpus()


def listed(attacks):
    return pytest.mark.parametrize("attack", attacks, ids=lambda a: f"{a.group}: {a.name}")


class Playground:
    """What an attacker would like to have: files, sockets, and a process that is not theirs."""

    def __init__(self, place):
        self.place = place
        (place / "folder").mkdir()
        (place / "canary.py").write_text(f"secret = {SECRET!r}\n")
        (place / "folder" / "link").symlink_to(place / "canary.py")
        for name in ("secret.db", "folder/template.db"):
            with sqlite3.connect(place / name) as made:
                made.execute("CREATE TABLE t (x)")
                made.execute("CREATE TABLE secret (x)")
                made.execute("INSERT INTO secret VALUES (?)", (SECRET,))
            made.close()
        self.tcp = socket.create_server(("127.0.0.1", 0))
        port = self.tcp.getsockname()[1]
        self.udp = socket.socket(type=socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", port))
        abstract = f"scaleenv-{os.getpid()}"
        self.unix, self.abstract = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        self.unix.bind(os.path.relpath(place / "socket"))
        self.abstract.bind("\0" + abstract)
        for listening in (self.unix, self.abstract):
            listening.listen()
        for each in (self.tcp, self.udp, self.unix, self.abstract):
            each.setblocking(False)
        self.victim = subprocess.Popen(["sleep", "600"], env={"SCALEENV_CANARY": SECRET})
        self.before = self.state()
        maps = Path(f"/proc/{self.victim.pid}/maps").read_text()
        self.given = {
            "CANARY": str(place / "canary.py"),
            "DATABASE": str(place / "secret.db"),
            "TEMPLATE": str(place / "folder" / "template.db"),
            "MARK": str(place / "mark"),
            "PORT": port,
            "SOCKET": str(place / "socket"),
            "ABSTRACT": abstract,
            "VICTIM": self.victim.pid,
            "TEXT": int(maps.partition("-")[0], 16),
            "NUMBERS": {**NUMBERS[MACHINE], **OTHER_NUMBERS[MACHINE]},
        }

    def state(self):
        """Everything that an attack could have touched."""
        files = {
            path.relative_to(self.place): (path.lstat().st_mode, path.read_bytes() if path.is_file() else b"")
            for path in sorted(self.place.rglob("*"))
        }
        number = self.victim.pid
        process = (
            self.victim.poll(),
            resource.prlimit(number, resource.RLIMIT_NOFILE),
            os.getpriority(os.PRIO_PROCESS, number),
            os.sched_getaffinity(number),
            [line for line in Path(f"/proc/{number}/status").read_text().splitlines() if "Tracer" in line],
        )
        return files, process, self.heard()

    def heard(self):
        """How many sockets somebody has reached."""
        count = 0
        for each in (self.tcp, self.unix, self.abstract):
            try:
                each.accept()[0].close()
                count += 1
            except BlockingIOError:
                continue
        try:
            return count + bool(self.udp.recv(10))
        except BlockingIOError:
            return count

    def close(self):
        self.victim.kill()
        self.victim.wait()
        for each in (self.tcp, self.udp, self.unix, self.abstract):
            each.close()


@pytest.fixture
def playground(tmp_path, monkeypatch):
    monkeypatch.setenv("SCALEENV_CANARY", SECRET)
    made = Playground(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="module")
def warden():
    os.environ["SCALEENV_CANARY"] = SECRET
    # What an attempt imports is there already, or it would fail for that alone.
    asked = {name for a in ATTACKS for name in re.findall(r"^(?:import|from) ([\w.]+)", a.source, re.M)}
    with Warden([*PRELOAD, "scaleenv_core.testing.cells", *sorted(asked - {"pty"})]) as made:
        yield made
    del os.environ["SCALEENV_CANARY"]


def attempt(warden, service, attack, playground):
    """What it got, and the verdict."""
    folder = str(playground.place / "folder")
    grants = Grants(read=(folder,), databases=(folder,)) if attack.group == "granted" else Grants()
    limits = TIGHT if attack.group in ("limits", "wire") else ROOMY
    with warden.cell(f"scaleenv_core.testing.cells:{service}", limits=limits, grants=grants) as cell:
        try:
            got = cell.call("run", source=attack.source, given=playground.given)
            cell.call("echo", value=1)
        except (DomainError, MachineryError) as exc:
            return None, str(exc)
    return got, "answered"


@linux
@listed(ATTACKS)
def test_nothing_is_obtained(warden, playground, attack):
    """The attempt gets nothing and touches nothing, its verdict is clear, the next cell works."""
    for service in ("raw", "guarded"):
        got, verdict = attempt(warden, service, attack, playground)

        assert not got
        assert SECRET not in orjson.dumps(got).decode() + verdict
        assert playground.state() == playground.before
        assert verdict.strip()
        assert len(verdict) < 5000
        assert verdict.replace("\n", "").isprintable()
        assert attack.group != "limits" or verdict != "answered"
    with warden.cell("scaleenv_core.testing.cells:raw") as cell:
        assert cell.call("echo", value=[1, "two"]) == [1, "two"]


CONTROL = """
import sys, orjson
source, space = orjson.loads(sys.stdin.buffer.read())
try:
    exec(source, space)
finally:
    print("GOT", bool(space.get("got")), flush=True)
"""


@linux
@listed([a for a in ATTACKS if a.group in ("files", "processes", "network") and a.flags != "uncontrolled"])
def test_it_would_succeed_outside(playground, attack):
    """With nothing around it the same attempt obtains something, or touches something."""
    done = subprocess.run(
        [sys.executable, "-c", CONTROL],
        input=orjson.dumps([attack.source, playground.given]),
        capture_output=True,
        pass_fds=(playground.tcp.fileno(),),
        cwd="/",
    )
    if b"GOT True" not in done.stdout and playground.state() == playground.before:
        pytest.skip(f"not even outside, on this machine: {done.stderr.decode()[-100:].strip()}")

    assert done.returncode != -signal.SIGSYS
