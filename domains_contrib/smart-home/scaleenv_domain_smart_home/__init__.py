"""A house and its assistant: lights, heating, locks, cameras, blinds, plugs and an alarm."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from scaleenv_core import hookimpl
from scaleenv_core.files import copy_folder

__all__ = ["SmartHome"]


@frozen
class SmartHome:
    """Brings the domain ``smart-home``, which lies in this package's folder of that name."""

    @hookimpl
    def write_domains(self, into: Path) -> Sequence[str]:
        """Copy the domain."""
        copy_folder(Path(__file__).parent / "smart-home", into / "smart-home")
        return ["smart-home"]
