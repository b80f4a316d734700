"""Services for tests of the sandbox: they live here, because a warden has to import them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from scaleenv_core.engine.boundary import foreign
from scaleenv_core.engine.toolcode import TOOL_IMPORTS, run_source
from scaleenv_core.errors import ToolCrash


def raw() -> Mapping[str, Callable[..., Any]]:
    """Runs any Python with nothing but the operating system to hold it."""
    return {"run": run, "echo": echo}


def guarded() -> Mapping[str, Callable[..., Any]]:
    """Runs Python as a domain's code is run: allow-lists and the audit hook on top."""
    return {"run": run_guarded, "echo": echo}


def run(source: str, given: dict[str, Any]) -> Any:
    """Execute a text that was given these names; what it leaves in ``got``."""
    space = dict(given)
    exec(source, space)
    return space.get("got")


def run_guarded(source: str, given: dict[str, Any]) -> Any:
    """The same, as tool code."""
    names = "".join(f"{name} = {value!r}\n" for name, value in given.items())
    space = run_source(names + source, "tools.py", TOOL_IMPORTS)
    with foreign("got", ToolCrash):
        return space.get("got")


def echo(value: Any) -> Any:
    """The value."""
    return value
