"""Sessions: ``nox -s demo`` and ``nox -s tests`` are the two that a newcomer needs.

Plugins are found by looking into ``plugins/`` and ``domains_contrib/``: adding one edits no list.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import nox

nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["tests"]

ROOT = Path(__file__).parent
HEAVY = sorted(
    [
        *ROOT.glob("plugins/trainer-*"),
        ROOT / "plugins" / "embedder-minilm",
        ROOT / "plugins" / "agent-transformers",
    ]
)
"""They bring torch."""

EXPORTERS = sorted(ROOT.glob("plugins/exporter-*"))
"""The libraries that read what they write come with torch, too."""

PLUGINS = [
    path.parent
    for folder in ("plugins", "domains_contrib")
    for path in sorted(ROOT.glob(f"{folder}/*/pyproject.toml"))
    if path.parent not in HEAVY
]
BENCHES = [
    ROOT / "docs" / "bench.py",
    *(
        ROOT / "experiments" / f"{name}.py"
        for name in (
            "engine_bench",
            "engine_scale",
            "graph_scale",
            "tasks_bench",
            "rollout_bench",
            "rollout_endpoint_bench",
        )
    ),
    ROOT / "plugins" / "materializer-rules" / "experiments" / "materialize_scale.py",
]
EXPERIMENTS = sorted(
    path
    for folder in ("experiments", "plugins/*/experiments")
    for path in ROOT.glob(f"{folder}/*.py")
    if path not in BENCHES and path.stem != "tau2_driver"
)
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
    session.run("pytest", "-n", "2", *[f"--ignore={path}" for path in HEAVY], *session.posargs)


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
    """The tests of the plugins that bring torch, and of the exporters with the libraries that read them."""
    install(session, ".[testing]", *HEAVY, *EXPORTERS, *TEST_TOOLS)
    session.run("pytest", *map(str, [*HEAVY, *EXPORTERS]), *session.posargs, env={"OMP_NUM_THREADS": "1"})


@nox.session
def tests_litellm(session: nox.Session) -> None:
    """The litellm endpoint's tests: it holds back the openai client, so it has an environment alone."""
    plugin = ROOT / "plugins" / "endpoint-litellm"
    install(session, ".[testing]", f"{plugin}[litellm]", *TEST_TOOLS)
    session.run("pytest", str(plugin), *session.posargs)


@nox.session
def tests_ray(session: nox.Session) -> None:
    """The Ray executor's tests, on a cluster that they start here: Ray has an environment alone."""
    plugins = [ROOT / "plugins" / name for name in ("agent-oracle", "user-scripted")]
    plugin = ROOT / "plugins" / "executor-ray"
    install(session, ".[testing]", f"{plugin}[ray]", *plugins, *TEST_TOOLS)
    # Ray leaves its own processes for the end of ours.
    quiet = ["-W", "ignore::ResourceWarning", "-W", "ignore::pytest.PytestUnraisableExceptionWarning"]
    session.run("pytest", *quiet, str(plugin), *session.posargs)


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


def _scripts(session: nox.Session, scripts: Sequence[Path]) -> None:
    """Run the scripts whose names are among the arguments, or all; other arguments go to them."""
    named = {path.stem for path in scripts} & set(session.posargs)
    options = [given for given in session.posargs if given not in named]
    for path in scripts:
        if not named or path.stem in named:
            session.run("python", str(path), *options)


@nox.session
def bench(session: nox.Session) -> None:
    """Time the main job, the engine and the graph; prints ratios and tables. A name as argument picks one."""
    install(session, ".[testing]", *PLUGINS)
    _scripts(session, BENCHES)


@nox.session
def experiments(session: nox.Session) -> None:
    """How good it is, on the shared data: tables to read, no asserts. A name as argument picks one."""
    heavy = HEAVY if "--minilm" in session.posargs else ()
    install(session, ".[testing]", *PLUGINS, *heavy)
    _scripts(session, EXPERIMENTS)
