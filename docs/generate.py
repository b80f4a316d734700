"""Write docs/hooks.md and docs/cli.md from the code; ``--check`` only compares."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from scaleenv_core import hookspecs, interfaces
from scaleenv_core.cli import COMMANDS, cli
from scaleenv_core.plugins import KINDS, OPTIONAL

HERE = Path(__file__).parent


def hooks() -> str:
    """One section a kind: the hook, when it is called, an example, and what its protocol asks."""
    parts = ["# Hooks\n\nGenerated from `scaleenv_core/hookspecs.py` and `interfaces.py`: `nox -s docs`.\n"]
    for kind, hook in [*KINDS.items(), *OPTIONAL.items()]:
        about, _, example = (inspect.getdoc(getattr(hookspecs, hook)) or "").partition("Example::")
        protocol = next(
            value for value in vars(interfaces).values() if inspect.isclass(value) and hook in vars(value)
        )
        code = inspect.cleandoc(example.strip("\n"))
        parts.append(
            f"## {kind}: `{hook}`\n\n{about.strip()}\n\n{inspect.getdoc(protocol)}\n\n"
            f"Entry-point group `scaleenv.{kind}`; contract `scaleenv_core.testing.{kind}`.\n\n"
            f"```python\n{code}\n```\n"
        )
    return "\n".join(parts)


def commands() -> str:
    """The ``--help`` of every command."""
    parts = ["# Command line\n\nGenerated from the commands' own help: `nox -s docs`.\n"]
    top = click.Context(cli, info_name="scaleenv", terminal_width=90)
    for name in COMMANDS:
        command = cli.get_command(top, name)
        assert command is not None
        parts += _helps(command, click.Context(command, info_name=name, parent=top, terminal_width=90))
    return "\n".join(parts)


def _helps(command: click.Command, context: click.Context) -> Iterator[str]:
    """A command's help, then those of its subcommands."""
    yield f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from _helps(inner, click.Context(inner, info_name=name, parent=context, terminal_width=90))


def main() -> None:
    """Write the pages, or with ``--check`` exit with 1 where one is stale."""
    stale = []
    for name, text in (("hooks.md", hooks()), ("cli.md", commands())):
        path = HERE / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
    if stale:
        print(f"{'stale' if '--check' in sys.argv else 'wrote'}: {', '.join(stale)}")
    sys.exit(1 if stale and "--check" in sys.argv else 0)


if __name__ == "__main__":
    main()
