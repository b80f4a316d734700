"""Discovery reads metadata only; what is broken or doubled stops only a run that chose it."""

import sys

import pytest

from scaleenv_core.errors import ConfigError, PluginAmbiguous, PluginBroken, PluginNotFound
from scaleenv_core.plugins import Plugins, discover, find


def distribution(folder, name, points, code, module):
    """Put an installed distribution on the path by hand, as an outsider's would lie there."""
    info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(points)
    (folder / f"{module}.py").write_text(code)


GOOD = """
from attrs import frozen
from scaleenv_core import hookimpl
from scaleenv_core.types import Community

@frozen
class One:
    size: int = 3

    @hookimpl
    def cluster_tools(self, graph):
        return [Community(tools=tuple(graph.nodes))]
"""


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("zz_")]:
        del sys.modules[name]


def add(site, name="zz-one", point="zzone", code=GOOD, target="One"):
    module = name.replace("-", "_")
    distribution(site, name, f"[scaleenv.clusterer]\n{point} = {module}:{target}\n", code, module)


def test_nothing_is_imported_until_chosen(site):
    """Discovery finds a plugin that would explode at import, and imports nothing."""
    add(site, code="raise RuntimeError('boom')")

    names = [info.name for info in discover("clusterer")]

    assert "zzone" in names
    assert "zz_one" not in sys.modules


def test_chosen_with_its_table(site):
    """A chosen class is made from its table."""
    add(site)

    plugins = Plugins.of({"clusterer": ["zzone"]}, {"clusterer": {"zzone": {"size": 9}}})

    assert plugins.names("clusterer") == ["zzone"]
    assert plugins.version("clusterer", "zzone") == "zz-one 1.0"


@pytest.mark.parametrize(
    ("code", "target", "part"),
    [
        pytest.param("raise RuntimeError('boom')", "One", "RuntimeError: boom", id="import fails"),
        pytest.param("import no_such_module_zz", "One", "No module named", id="dependency missing"),
        pytest.param("", "One", "has no attribute 'One'", id="class missing"),
        pytest.param("class One: pass", "One", "no method 'cluster_tools'", id="method missing"),
        pytest.param(
            "class One:\n    def cluster_tools(self, graph): ...", "One", "does not mark", id="not marked"
        ),
        pytest.param(GOOD.replace("self, graph", "self, grahp"), "One", "grahp", id="wrong argument"),
        pytest.param("raise SystemExit(3)", "One", "SystemExit", id="exits"),
    ],
)
def test_broken(site, code, target, part):
    """A broken plugin stops the run that chose it, with one line: which, whose, why."""
    add(site, code=code, target=target)

    with pytest.raises(PluginBroken) as caught:
        Plugins.of({"clusterer": ["zzone"]}, {})

    assert part in str(caught.value)
    assert "zz-one 1.0" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_unknown_key(site):
    """A typo in the table names the key and the nearest."""
    add(site)

    with pytest.raises(ConfigError, match=r"\[clusterer.zzone\]: unknown key 'sise'; did you mean 'size'"):
        Plugins.of({"clusterer": ["zzone"]}, {"clusterer": {"zzone": {"sise": 9}}})


def test_unknown_name(site):
    """An unknown name lists what is installed and what to install."""
    add(site)

    with pytest.raises(
        PluginNotFound, match=r"'zzon'.*did you mean 'zzone'.*pip install scaleenv-clusterer-zzon"
    ):
        find("clusterer", "zzon")


def test_ambiguous_name(site):
    """Two distributions of one name are an error naming both, which distribution:name settles."""
    add(site)
    add(site, name="zz-two")

    with pytest.raises(PluginAmbiguous, match="zz-one and zz-two"):
        find("clusterer", "zzone")
    assert find("clusterer", "zz-two:zzone").distribution == "zz-two"


def test_disabled(site, monkeypatch):
    """SCALEENV_DISABLE hides a distribution."""
    add(site)
    monkeypatch.setenv("SCALEENV_DISABLE", "ZZ_One")

    assert "zzone" not in [info.name for info in discover("clusterer")]
