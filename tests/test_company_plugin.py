"""A company's plugin, from scaffold to wheel, installed in a clean environment beside the core alone."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scaleenv_core.cli.new_plugin import CONTRACTS

ROOT = Path(__file__).parents[1]
UV = (sys.executable, "-m", "uv")


def sh(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("kind", CONTRACTS)
def test_scaffold_passes_its_contract(tmp_path, kind):
    """Each scaffold passes its contract as it is written."""
    sh(sys.executable, "-m", "scaleenv_core.cli.main", "new-plugin", kind, "acme", "--into", tmp_path)
    folder = tmp_path / f"scaleenv-{kind}-acme"

    text = sh(sys.executable, "-m", "pytest", "-q", folder, env={"PYTHONPATH": str(folder), "PATH": ""})

    assert " passed" in text


def test_wheel_in_a_clean_environment(tmp_path):
    """Core and one company wheel, nothing else: the plugin is listed, and its tools are collected."""
    sh(sys.executable, "-m", "scaleenv_core.cli.main", "new-plugin", "source", "acme", "--into", tmp_path)
    wheels = tmp_path / "wheels"
    for folder in (ROOT, tmp_path / "scaleenv-source-acme"):
        sh(*UV, "build", "-q", "--wheel", "--out-dir", wheels, folder)
    sh(*UV, "venv", "-q", "--python", sys.executable, tmp_path / "venv")
    bin_ = tmp_path / "venv" / "bin"
    sh(*UV, "pip", "install", "-q", "--python", bin_ / "python", *wheels.glob("*.whl"))

    rows = json.loads(sh(bin_ / "scaleenv", "plugins", "--json"))
    config = tmp_path / "c.toml"
    config.write_text('[source]\nuse = ["acme"]\n')
    world = tmp_path / "world"
    world.mkdir()
    (world / "scaleenv.toml").write_text(config.read_text())
    summary = json.loads(sh(bin_ / "scaleenv", "collect", world, "--json"))

    assert [(row["kind"], row["name"], row["state"]) for row in rows] == [("source", "acme", "ok")]
    assert summary["tools"] == 1
