"""Sessions: ``nox -s demo`` and ``nox -s tests`` are the two that a newcomer needs.

Plugins are found by looking into ``plugins/`` and ``domains_contrib/``: adding one edits no list.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nox

nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["tests"]

ROOT = Path(__file__).parent
TRAINERS = sorted(ROOT.glob("plugins/trainer-*"))
PLUGINS = [
    path.parent
    for folder in ("plugins", "domains_contrib")
    for path in sorted(ROOT.glob(f"{folder}/*/pyproject.toml"))
    if path.parent not in TRAINERS
]
TEST_TOOLS = ("pytest>=9", "pytest-xdist>=3.6", "hypothesis>=6.100", "uv>=0.5")


def install(session: nox.Session, *what: str | Path) -> None:
    """Install local distributions together, so that none of them is looked for on an index."""
    session.install("-c", "constraints.txt", *map(str, what), env=_links())


def _links() -> dict[str, str]:
    """Pip may know a folder of local wheels (a CPU build of torch); uv has to be told."""
    if os.environ.get("UV_FIND_LINKS"):
        return {}
    asked = subprocess.run(
        [sys.executable, "-m", "pip", "config", "get", "global.find-links"], capture_output=True, text=True
    )
    links = os.environ.get("PIP_FIND_LINKS") or asked.stdout.strip()
    return {"UV_FIND_LINKS": links.replace(" ", ",")} if links else {}


@nox.session
def demo(session: nox.Session) -> None:
    """The main job on the built-in catalogs, into ./world."""
    install(session, ".", *PLUGINS)
    session.run("scaleenv", "run", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """All tests that need no torch."""
    install(session, ".[testing]", *PLUGINS, *TEST_TOOLS)
    session.run("pytest", "-n", "2", *[f"--ignore={path}" for path in TRAINERS], *session.posargs)


@nox.session
def tests_alone(session: nox.Session) -> None:
    """Each plugin's tests against the built core, with nothing else installed."""
    wheels = Path(session.create_tmp())
    session.install("uv")
    session.run("uv", "build", "--quiet", "--wheel", "--out-dir", str(wheels), ".")
    (core,) = wheels.glob("scaleenv_core-*.whl")
    for plugin in PLUGINS:
        if not (plugin / "tests").is_dir():
            continue
        home = wheels / plugin.name
        shutil.rmtree(home, ignore_errors=True)
        python = str(home / "bin" / "python")
        session.run("uv", "venv", "--quiet", "--python", sys.executable, str(home), silent=True)
        session.run(
            "uv", "pip", "install", "--quiet", "--python", python, str(core), str(plugin), *TEST_TOOLS
        )
        session.run(python, "-m", "pytest", "-q", str(plugin / "tests"), external=True)


@nox.session
def tests_train(session: nox.Session) -> None:
    """The trainers' tests: they need torch."""
    install(session, ".[testing]", *TRAINERS, *TEST_TOOLS)
    session.run("pytest", *map(str, TRAINERS), *session.posargs, env={"OMP_NUM_THREADS": "1"})


@nox.session
def lint(session: nox.Session) -> None:
    """Style, and the layers of the core."""
    install(session, ".", "ruff==0.17.5", "import-linter>=2.16")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")


@nox.session
def types(session: nox.Session) -> None:
    """The core under mypy's strict rules."""
    install(session, ".[testing]", "mypy==2.4.1")
    session.run("mypy")


@nox.session
def docs(session: nox.Session) -> None:
    """Write the generated pages anew: hooks and commands."""
    install(session, ".", *PLUGINS)
    session.run("python", "docs/generate.py", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Time the main job, one worker beside two; prints ratios."""
    install(session, ".", *PLUGINS)
    session.run("python", "docs/bench.py", *session.posargs)


@nox.session
def experiments(session: nox.Session) -> None:
    """Measures of quality on the shared catalogs and labels: tables to read, no asserts."""
    install(session, ".", *PLUGINS)
    for script in sorted(ROOT.glob("plugins/*/experiments/*.py")):
        session.run("python", str(script), *session.posargs)
