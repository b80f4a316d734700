"""A parcel carrier: waybills, tracking, redirects, customs and claims."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from scaleenv_core import hookimpl
from scaleenv_core.files import copy_folder

__all__ = ["Logistics"]


@frozen
class Logistics:
    """Brings the domain ``logistics``, which lies in this package's folder of that name."""

    @hookimpl
    def write_domains(self, into: Path) -> Sequence[str]:
        """Copy the domain."""
        copy_folder(Path(__file__).parent / "logistics", into / "logistics")
        return ["logistics"]
