"""Which layer of the sandbox holds which escape attempts: the corpus with layers switched off.

    python experiments/sandbox_layers.py [COLUMN …]

Each column is a warden whose cells lack some layers; a number counts the attempts, run as raw
Python, that obtained or touched something, and each of them is named. Attempts that would harm
the machine they run on are left out.
"""

from __future__ import annotations

import importlib.util
import os
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import NoReturn

from scaleenv_core.engine.boundary import Warden, linux, lockdown, warden
from scaleenv_core.engine.toolcode import PRELOAD

HERE = Path(__file__).resolve().parent
COLUMNS = {
    "all layers": (),
    "no seccomp": ("seccomp",),
    "no landlock": ("landlock",),
    "no namespaces": ("namespaces",),
    "seccomp alone": ("landlock", "namespaces", "privileges"),
    "landlock alone": ("seccomp", "namespaces", "privileges"),
    "namespaces alone": ("seccomp", "landlock", "privileges"),
    "limits alone": ("seccomp", "landlock", "namespaces", "privileges"),
}


def _off(*_: object, **__: object) -> NoReturn:
    raise OSError(0, "switched off")


def no_seccomp() -> None:
    """Called in the warden."""
    lockdown.seccomp.install = _off


def no_landlock() -> None:
    """Called in the warden."""
    lockdown.landlock.restrict = _off


def no_namespaces() -> None:
    """Called in the warden."""
    warden.new_namespaces = _off


def no_privileges() -> None:
    """Called in the warden; a filter and Landlock still need no_new_privs."""
    lockdown.drop_privileges = lambda: linux.prctl("PR_SET_NO_NEW_PRIVS", 1)


def main() -> None:
    """Print what gets through where."""
    found = importlib.util.spec_from_file_location("corpus", HERE.parent / "tests/engine/test_sandbox.py")
    assert found
    assert found.loader
    corpus = importlib.util.module_from_spec(found)
    sys.modules["corpus"] = corpus
    found.loader.exec_module(corpus)
    os.environ["SCALEENV_CANARY"] = corpus.SECRET
    sys.path.insert(0, str(HERE))
    attacks = [a for a in corpus.ATTACKS if a.flags != "uncontrolled" and a.group != "limits"]
    asked = {name for a in attacks for name in re.findall(r"^(?:import|from) ([\w.]+)", a.source, re.M)}
    preload = [*PRELOAD, "scaleenv_core.testing.cells", *sorted(asked - {"pty"})]
    groups = Counter(attack.group for attack in attacks)
    print(f"{len(attacks)} attempts: {', '.join(f'{group} {count}' for group, count in groups.items())}")
    for column in sys.argv[1:] or COLUMNS:
        switched = [f"sandbox_layers:no_{name}" for name in COLUMNS[column]]
        with Warden([*preload, *switched], required=()) as made:
            through = [attack for attack in attacks if _gains(corpus, made, attack)]
        print(f"{column}: {len(through)} got through", flush=True)
        for attack in through:
            print(f"    {attack.group}: {attack.name}", flush=True)


def _gains(corpus, made, attack) -> bool:  # type: ignore[no-untyped-def]
    with tempfile.TemporaryDirectory() as place:
        playground = corpus.Playground(Path(place))
        try:
            got, verdict = corpus.attempt(made, "raw", attack, playground)
            return bool(got) or corpus.SECRET in verdict or playground.state() != playground.before
        except ProcessLookupError:
            return True  # the victim is gone
        finally:
            playground.close()


if __name__ == "__main__":
    main()
