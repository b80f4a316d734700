"""A mobile carrier's support desk: the agent has the records, the user has the phone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from scaleenv_core import hookimpl
from scaleenv_core.files import copy_folder

__all__ = ["Telecom"]


@frozen
class Telecom:
    """Brings the domain ``telecom``."""

    @hookimpl
    def write_domains(self, into: Path) -> Sequence[str]:
        """Copy the domain's folder, as it was written and sealed."""
        copy_folder(Path(__file__).parent / "telecom", into / "telecom")
        return ["telecom"]
