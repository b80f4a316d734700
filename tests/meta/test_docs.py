"""The generated pages are what the code says."""

import subprocess
import sys
from pathlib import Path

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
