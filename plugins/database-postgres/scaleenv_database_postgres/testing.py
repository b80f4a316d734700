"""A server of one's own, from the machine's PostgreSQL package, on a socket in a temporary folder."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def binary(name: str) -> str | None:
    """Where a server program is: on the path, or where Debian puts it."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return shutil.which(name) or next((str(p / name) for p in places if (p / name).exists()), None)


@contextmanager
def temporary_server() -> Iterator[str]:
    """Run a server in a folder of its own; its connection string. Root runs it as ``postgres``."""
    initdb, pg_ctl = binary("initdb"), binary("pg_ctl")
    if initdb is None or pg_ctl is None:
        raise FileNotFoundError("no PostgreSQL server programs: install the package postgresql")
    user = "postgres" if os.getuid() == 0 else getpass.getuser()
    with tempfile.TemporaryDirectory(prefix="scaleenv-pg-") as home:
        shutil.chown(home, user)

        def told(*command: str) -> None:
            as_user = user if os.getuid() == 0 else None
            done = subprocess.run(
                command, user=as_user, cwd=home, capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise RuntimeError(f"{' '.join(command)}: {done.stderr or done.stdout}")

        told(initdb, "-D", f"{home}/data", "-U", user, "--no-sync", "-E", "UTF8", "--locale=C")
        options = f"-c listen_addresses='' -c unix_socket_directories='{home}' -c fsync=off"
        told(pg_ctl, "-D", f"{home}/data", "-o", options, "-l", f"{home}/log", "-w", "start")
        try:
            yield f"host={home} dbname=postgres user={user}"
        finally:
            told(pg_ctl, "-D", f"{home}/data", "-m", "immediate", "-w", "stop")
