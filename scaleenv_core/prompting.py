"""Prompts are Markdown files in the package that uses them; a variable missing or left over is an error."""

from __future__ import annotations

import string
from importlib.resources import files

from scaleenv_core.errors import StageError


def prompt(package: str, name: str, **variables: str) -> str:
    """The prompt ``prompts/<name>.md`` of a package, filled in."""
    text = (files(package) / "prompts" / f"{name}.md").read_text(encoding="utf-8")
    wanted = {found for _, found, _, _ in string.Formatter().parse(text) if found}
    if wanted != set(variables):
        raise StageError(f"prompt {name!r} has the variables {sorted(wanted)}, got {sorted(variables)}")
    return text.format(**variables).strip()
