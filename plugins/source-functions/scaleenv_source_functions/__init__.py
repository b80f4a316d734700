"""Tool source ``functions``: function lists in many dialects, MCP tool lists, catalog lines."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import field, frozen
from attrs.validators import ge

from scaleenv_core import hookimpl
from scaleenv_core.catalogs import CatalogFile, catalog_files, fingerprint
from scaleenv_core.types import Dropped, Tool
from scaleenv_source_functions.files import SUFFIXES
from scaleenv_source_functions.reader import Reader, settled

__all__ = ["Functions"]


@frozen(kw_only=True)
class Functions:
    """Reads lists of functions; what a file gives as a tool's name and id is kept."""

    paths: tuple[str, ...]
    """Files, folders (all ``.json``, ``.jsonl``, ``.ndjson`` below, also ``.gz``) and globs."""

    depth: int = field(default=6, validator=ge(1))
    """Nested objects of a schema that are opened; deeper ones stay open objects."""

    budget: int = field(default=2000, validator=ge(1))
    """Subschemas of one schema that are opened."""

    @hookimpl
    def collect_tools(self) -> Iterator[Tool | Dropped]:
        """Every function of every file, in the order of the paths."""
        return self._collected(catalog_files(self.paths, SUFFIXES))

    @hookimpl
    def fingerprint_catalog(self) -> str:
        """What the files hold."""
        return fingerprint(catalog_files(self.paths, SUFFIXES))

    def _collected(self, files: list[CatalogFile]) -> Iterator[Tool | Dropped]:
        reader = Reader(self.depth, self.budget)
        for file in files:
            yield from settled(file.origin, reader.file(file))
