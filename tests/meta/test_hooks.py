"""The house keeps its promises: every hook has an example that runs, a contract, and a shipped plugin."""

import importlib
import inspect
import re
import textwrap
from pathlib import Path

import pluggy
import pytest

import scaleenv_core
from scaleenv_core import hookspecs, interfaces, types
from scaleenv_core.plugins import KINDS, OPTIONAL

ROOT = Path(__file__).parents[2]
PLUGINS = sorted(ROOT.glob("plugins/*-*/pyproject.toml"))
SHIPPED = [*PLUGINS, *sorted(ROOT.glob("domains_contrib/*/pyproject.toml"))]


@pytest.mark.parametrize("hook", [*KINDS.values(), *OPTIONAL.values()])
def test_example_runs(hook):
    """The example in a hook's docstring is a plugin that pluggy takes."""
    text = inspect.getdoc(getattr(hookspecs, hook))
    code = textwrap.dedent(text.partition("Example::")[2])
    from attrs import evolve, frozen

    space = {**vars(types), "hookimpl": scaleenv_core.hookimpl, "frozen": frozen, "evolve": evolve}
    exec(code, space)
    (plugin,) = [value for value in space.values() if inspect.isclass(value) and hook in vars(value)]

    manager = pluggy.PluginManager("scaleenv")
    manager.add_hookspecs(hookspecs)
    manager.register(plugin())
    manager.check_pending()

    assert hook in [caller.name for caller in manager.get_hookcallers(manager.get_plugins().pop())]


@pytest.mark.parametrize(("kind", "hook"), KINDS.items())
def test_kind_is_whole(kind, hook):
    """Each kind has a protocol, a contract suite and a shipped plugin."""
    protocols = [
        value for value in vars(interfaces).values() if inspect.isclass(value) and hook in vars(value)
    ]
    module = importlib.import_module(f"scaleenv_core.testing.{kind}")
    contracts = [name for name in vars(module) if name.endswith("Contract")]

    assert len(protocols) == 1
    assert contracts
    assert [path for path in SHIPPED if f'"scaleenv.{kind}"' in path.read_text()]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_plugin_is_an_outsiders(path):
    """Each plugin's distribution, module and entry point are named by the rule, and it has a README."""
    import tomllib

    kind, _, name = path.parent.name.partition("-") if path in PLUGINS else ("domain", "", path.parent.name)
    project = tomllib.loads(path.read_text())["project"]

    assert project["name"] == f"scaleenv-{kind}-{name}"
    assert list(project["entry-points"]) == [f"scaleenv.{kind}"]
    assert name in project["entry-points"][f"scaleenv.{kind}"]
    assert project["name"] in (path.parent / "README.md").read_text()


def test_plugins_import_the_public_core_only():
    """No plugin imports another plugin, or a core name with an underscore."""
    found = []
    for path in ROOT.glob("plugins/*/scaleenv_*/**/*.py"):
        own = path.relative_to(ROOT / "plugins").parts[1]
        for line in path.read_text().splitlines():
            match = re.match(r"\s*(?:from|import) (scaleenv_\w+)(.*)", line)
            if match and match[1] not in ("scaleenv_core", own):
                found.append(f"{path.name}: {line}")
            if match and match[1] == "scaleenv_core" and re.search(r"[ .]_\w", match[2]):
                found.append(f"{path.name}: {line}")

    assert found == []


def test_small_files():
    """No source file is longer than 450 lines."""
    long = [str(p) for p in ROOT.glob("scaleenv_core/**/*.py") if len(p.read_text().splitlines()) > 450]

    assert long == []
