"""Services for tests of the sandbox: they live here, because a warden has to import them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def raw() -> Mapping[str, Callable[..., Any]]:
    """Runs any Python with nothing but the operating system to hold it."""
    return {"run": run, "echo": echo}


def run(source: str, **given: Any) -> Any:
    """Execute a text that was given these names; what it leaves in ``got``."""
    space: dict[str, Any] = dict(given)
    exec(source, space)
    return space.get("got")


def echo(value: Any) -> Any:
    """The value."""
    return value
