"""One TOML file, typed; each mistake is one line that names key and remedy."""

import tomllib

import pytest

from scaleenv_core.config import load_config, parse_config, to_toml
from scaleenv_core.errors import ConfigError


def test_defaults_round_trip():
    """The written config reads back as itself."""
    config = parse_config({"seed": 3, "clusterer": {"use": "leiden", "leiden": {"resolution": 0.5}}})

    assert parse_config(tomllib.loads(to_toml(config))) == config


def test_overrides():
    """--set reaches any key; values are TOML, bare words are strings."""
    config = parse_config({}, ["tasks.per_domain=3", "clusterer.use=louvain", 'source.use=["aws"]'])

    assert config.tasks.per_domain == 3
    assert config.use["clusterer"] == ("louvain",)
    assert config.use["source"] == ("aws",)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ({"tasksx": {}}, "'tasksx': unknown key; did you mean 'tasks'"),
        ({"tasks": {"per_domian": 1}}, "[tasks]: unknown key 'per_domian'; did you mean 'per_domain'"),
        ({"tasks": {"per_domain": "3"}}, "expected int, got '3' at per_domain"),
        ({"tasks": {"per_domain": 0}}, "'per_domain' must be >= 1"),
        ({"tasks": 3}, "[tasks]: expected a table"),
        ({"seed": "x"}, "'seed': expected an integer"),
        ({"workers": -1}, "'workers' must be >= 0"),
        ({"clusterer": "leiden"}, "[clusterer]: expected a table with 'use'"),
        ({"clusterer": {"use": ["a", "b"]}}, "a run uses one clusterer"),
        ({"verifier": {"use": ["a", "a"]}}, "stands twice"),
        ({"clusterer": {"usee": "leiden"}}, "unknown key 'usee'; did you mean 'use'"),
        ({"clusterer": {"use": 3}}, "expected a name or a list of names"),
    ],
)
def test_mistakes(data, line):
    """Each mistake names where it is and what would be right."""
    with pytest.raises(ConfigError) as caught:
        parse_config(data)

    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [(None, "no such file"), (b"a = ", "not valid TOML"), (b"\xff\xfe", "not valid TOML")],
)
def test_unreadable_files(tmp_path, text, line):
    """A file that is missing or no TOML is one line with its path."""
    path = tmp_path / "c.toml"
    if text is not None:
        path.write_bytes(text)

    with pytest.raises(ConfigError, match=line):
        load_config(path)


@pytest.mark.parametrize("override", ["tasks", "=3", "tasks..x=1", "seed.x=1"])
def test_bad_override(override):
    """A malformed --set says what it should be."""
    with pytest.raises(ConfigError, match="--set"):
        parse_config({"seed": 1}, [override])
