"""A cell's service for a piece of foreign code: load a module's text, call its functions with JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import define, field

from scaleenv_core.engine.boundary import foreign
from scaleenv_core.engine.toolcode import TOOL_IMPORTS, run_source
from scaleenv_core.errors import ToolCrash

IMPORTS = {
    name: names for name, names in TOOL_IMPORTS.items() if not name.startswith(("scaleenv", "sqlalchemy"))
}
"""What such code may import: the harmless part of the standard library."""


@define
class _Code:
    names: dict[str, Any] = field(factory=dict)

    def load(self, source: str, filename: str) -> None:
        """Execute a module's text; raises :class:`~scaleenv_core.errors.DomainError` for what goes wrong."""
        self.names = run_source(source, filename, IMPORTS)

    def call(self, function: str, arguments: dict[str, Any]) -> Any:
        """Call one of its functions."""
        with foreign(function, ToolCrash):
            return self.names[function](**arguments)


def service() -> Mapping[str, Callable[..., Any]]:
    """``load(source, filename)`` and ``call(function, arguments)``."""
    code = _Code()
    return {"load": code.load, "call": code.call}
