"""The command line answers fast, lists what there is, and imports nothing heavy."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from scaleenv_core.cli import COMMANDS, cli


def test_help_lists_every_command():
    """--help names every command with its line."""
    text = CliRunner().invoke(cli, ["--help"]).output

    for name in COMMANDS:
        assert f"\n  {name} " in text


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help_with_an_example(name):
    """Each command's --help has an example."""
    result = CliRunner().invoke(cli, [name, "--help"])

    assert result.exit_code == 0, result.output
    assert f"scaleenv {name}" in result.output


HEAVY = "torch transformers igraph leidenalg numpy scipy networkx sqlalchemy jsonschema rich cattrs".split()


def test_help_imports_nothing_heavy():
    """--help imports click, and neither rich nor any library that a stage wants."""
    script = (
        "import sys\nsys.argv = ['scaleenv', '--help']\n"
        "from scaleenv_core.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stderr.strip() == "[]"


def test_core_imports_no_plugin_library():
    """Importing all of the core's stages pulls in no clustering or training library."""
    script = (
        "import sys, scaleenv_core.stages.pipeline, scaleenv_core.engine\n"
        f"print([name for name in {HEAVY[:7]} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_plugins_json():
    """Plugins --json lists kind, name, version, distribution and state."""
    rows = json.loads(CliRunner().invoke(cli, ["plugins", "--json"]).output)

    oracle = next(row for row in rows if row["name"] == "oracle")
    assert oracle == {
        "kind": "agent",
        "name": "oracle",
        "version": "0.1.0",
        "distribution": "scaleenv-agent-oracle",
        "state": "ok",
    }


def test_unknown_command():
    """A typo is told the nearest command."""
    result = CliRunner().invoke(cli, ["stauts"])

    assert result.exit_code == 2
    assert "did you mean 'status'" in result.output


def test_init(tmp_path):
    """Init writes a config that parses, and never over another file."""
    from scaleenv_core.config import load_config

    path = tmp_path / "c.toml"

    first = CliRunner().invoke(cli, ["init", str(path)])
    second = CliRunner().invoke(cli, ["init", str(path)])

    assert first.exit_code == 0
    assert load_config(path).use["source"] == ("google",)
    assert second.exit_code == 1
    assert "already there" in second.output
