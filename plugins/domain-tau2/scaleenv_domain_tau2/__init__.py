"""τ²-bench's data, policies and tasks on our own hand-written domains."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from attrs import field, frozen
from attrs.validators import deep_iterable, in_, min_len

from scaleenv_core import hookimpl
from scaleenv_core.errors import SourceError

__all__ = ["Tau2"]

DOMAINS = ("airline", "retail", "telecom")


@frozen(kw_only=True)
class Tau2:
    """Writes ``tau2-<domain>``: our tables and tools, τ²-bench's rows, policy and tasks.

    It needs our domain of that name installed (``scaleenv-domain-retail``, …).
    """

    data: str = field(validator=min_len(1))
    """Folder with τ²-bench's data, a folder a domain: ``retail/db.json`` or ``db.json.gz``, …"""

    domains: tuple[str, ...] = field(default=DOMAINS, validator=deep_iterable(in_(DOMAINS)))
    """Which of them to bring."""

    tasks: dict[str, str] = field(factory=dict, hash=False)  # pluggy keeps plugins in sets
    """Other tasks for a domain, by its name: a task file, or a result file for the tasks that it
    was recorded with. τ²-bench mends its tasks now and then."""

    first: str = ""
    """A result file of the first tau-bench, airline: brings its tasks as ``tau-airline``."""

    @hookimpl
    def write_domains(self, into: Path) -> Sequence[str]:
        """Convert each domain."""
        from scaleenv_domain_tau2.airline import write_airline, write_first
        from scaleenv_domain_tau2.retail import write_retail
        from scaleenv_domain_tau2.telecom import write_telecom

        writers = {"airline": write_airline, "retail": write_retail, "telecom": write_telecom}
        tasks = {name: Path(file) for name, file in self.tasks.items()}
        slugs = [writers[name](into, self._folder(name), tasks.get(name)) for name in self.domains]
        if self.first:
            slugs.append(write_first(into, self._folder("airline"), Path(self.first)))
        return slugs

    def _folder(self, name: str) -> Path:
        folder = Path(self.data) / name
        if not folder.is_dir():
            raise SourceError(
                "[domain.tau2] data", f"no folder {folder}; it is data/tau2/domains in τ²-bench's repository"
            )
        return folder
