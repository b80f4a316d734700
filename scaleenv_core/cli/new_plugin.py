"""``scaleenv new-plugin``: the scaffold of a plugin, from its hook's own example."""

from __future__ import annotations

import inspect
import re
import textwrap
from pathlib import Path

import click

from scaleenv_core import hookspecs
from scaleenv_core.errors import ScaleEnvError
from scaleenv_core.files import whole_folder, write_text
from scaleenv_core.plugins import KINDS

CONTRACTS = {
    "source": "ToolSourceContract",
    "agent": "AgentContract",
    "user": "UserContract",
    "verifier": "VerifierContract",
}
"""Kinds whose example is a whole plugin that passes its contract."""

PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "scaleenv-{kind}-{name}"
version = "0.1.0"
description = "ScaleEnv {kind}: {name}"
readme = "README.md"
requires-python = ">=3.11"
dependencies = ["attrs>=25.1", "scaleenv-core>=0.1,<0.2"]

[project.optional-dependencies]
testing = ["scaleenv-core[testing]"]

[project.entry-points."scaleenv.{kind}"]
{name} = "{module}:{cls}"

[tool.hatch.build.targets.wheel]
packages = ["{module}"]
"""

TEST = '''\
"""The plugin keeps the contract of its kind."""

import pytest
from scaleenv_core.testing.{kind} import {contract}

from {module} import {cls}


class TestContract({contract}):
    @pytest.fixture
    def plugin(self):
        return {cls}()
'''

README = """\
# scaleenv-{kind}-{name}

    pip install -e '.[testing]'
    pytest
    scaleenv plugins --kind {kind}

Then choose it in a config: `[{kind}] use = {use}`. Its fields are its options, in `[{kind}.{name}]`.
"""


@click.command("new-plugin")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("name")
@click.option(
    "--into", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="Parent folder."
)
def new_plugin(kind: str, name: str, into: Path) -> None:
    """Write the scaffold of a plugin: a distribution with one class, an entry point and a test.

    \b
    Example:
      scaleenv new-plugin source acme && pip install -e scaleenv-source-acme
    """
    folder = into / f"scaleenv-{kind}-{name}"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ScaleEnvError(f"{name!r} is no plugin name: use lower-case letters, digits and underscores")
    if folder.exists():
        raise ScaleEnvError(f"{folder} is already there; choose another name, or --into another folder")
    if kind not in CONTRACTS:
        raise ScaleEnvError(
            f"there is no scaffold for a {kind} yet; copy a shipped one of plugins/{kind}-*, "
            f"its contract is scaleenv_core.testing.{kind}"
        )
    module = f"scaleenv_{kind}_{name}"
    code, cls = scaffold(kind)
    values = {"kind": kind, "name": name, "module": module, "cls": cls, "contract": CONTRACTS[kind]}
    use = f'["{name}"]' if kind in ("source", "verifier") else f'"{name}"'
    with whole_folder(folder) as made:
        write_text(made / "pyproject.toml", PYPROJECT.format(**values))
        write_text(made / "README.md", README.format(**values, use=use))
        write_text(made / module / "__init__.py", code)
        write_text(made / "tests" / f"test_{name}.py", TEST.format(**values))
    click.echo(f"wrote {folder}; next: pip install -e {folder} && pytest {folder}")


def scaffold(kind: str) -> tuple[str, str]:
    """A module's text and its class's name, from the example in the hook's docstring."""
    text = inspect.getdoc(getattr(hookspecs, KINDS[kind])) or ""
    example = textwrap.dedent(text.partition("Example::")[2]).strip()
    (cls,) = re.findall(r"@frozen\nclass (\w+)", example)
    used = sorted(set(re.findall(r"\b(Tool|Message|Verdict|STOP)\b", example)))
    head = [
        f'"""A {kind} plugin of ScaleEnv."""',
        "",
        "from attrs import frozen",
        "from scaleenv_core import hookimpl",
    ]
    if used:
        head.append(f"from scaleenv_core.types import {', '.join(used)}")
    return "\n".join([*head, "", "", example, ""]), cls


def command(_name: str) -> click.Command:
    """The command."""
    return new_plugin
