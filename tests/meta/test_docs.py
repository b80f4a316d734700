"""The generated pages are what the code says."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scaleenv_core.plugins import Plugins
from scaleenv_core.testing.chat import sample_chats

ROOT = Path(__file__).parents[2]


def test_pages_are_current():
    """docs/hooks.md and docs/cli.md equal what docs/generate.py would write."""
    command = [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True)

    assert done.returncode == 0, f"{done.stdout}{done.stderr}: run 'nox -s docs'"


def test_readme_commands_are_nox_sessions():
    """The two commands of the README are sessions of the noxfile, and CI runs the test command."""
    readme = (ROOT / "README.md").read_text()
    noxfile = (ROOT / "noxfile.py").read_text()

    for name in ("demo", "tests"):
        assert f".venv/bin/nox -s {name}" in readme
        assert f"\ndef {name}(session" in noxfile
    assert ".venv/bin/nox -s tests\n" in (ROOT / ".ci" / "run").read_text()


@pytest.mark.parametrize("name", ["openai", "huggingface", "trl", "sharegpt", "verl"])
def test_export_examples_are_real(name, tmp_path):
    """The line that docs/exports.md shows of a format is what the exporter writes."""
    page = (ROOT / "docs" / "exports.md").read_text("utf-8")
    shown = page.partition(f"### {name}\n")[2].partition("```json\n")[2].partition("\n```")[0]
    chat = sample_chats(1)[0]
    given = {**chat, "tools": chat["tools"][:1]}

    Plugins.of({"exporter": [name]}, {}).hook.export_chats(splits={"train": [given]}, out=tmp_path)

    (path,) = tmp_path.glob("train.*")
    assert json.loads(shown) == (_row(path) if path.suffix == ".parquet" else json.loads(path.read_text()))


def _row(path):
    """The only row; where all of it is lists of JSON, decoded."""
    from pyarrow import parquet

    (row,) = parquet.read_table(path).to_pylist()
    texts = all(isinstance(part, list) and isinstance(part[0], str) for part in row.values())
    return {name: list(map(json.loads, part)) for name, part in row.items()} if texts else row
