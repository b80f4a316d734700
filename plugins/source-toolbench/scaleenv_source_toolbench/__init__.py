"""Tool source ``toolbench``: RapidAPI endpoints as ToolBench and StableToolBench keep them."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from scaleenv_core import hookimpl
from scaleenv_core.catalogs import CatalogFile, catalog_files, fingerprint
from scaleenv_core.types import Dropped, Tool
from scaleenv_source_toolbench.reader import Reader, answers_of

__all__ = ["ToolBench"]

SUFFIXES = (".json", ".json.gz")


@frozen(kw_only=True)
class ToolBench:
    """Reads tool files and question files; the tool's name is the service, its category a tag."""

    paths: tuple[str, ...]
    """Tool files and question files: files, folders (all ``.json`` below, also ``.gz``) and globs."""

    responses: tuple[str, ...] = ()
    """Response examples: they give the answers of the endpoints of the same folder, file and name."""

    @hookimpl
    def collect_tools(self) -> Iterator[Tool | Dropped]:
        """Every endpoint of every file, in the order of the paths."""
        return self._collected(*self._files())

    @hookimpl
    def fingerprint_catalog(self) -> str:
        """What the files hold."""
        files, responses = self._files()
        return fingerprint([*files, *responses])

    def _files(self) -> tuple[list[CatalogFile], list[CatalogFile]]:
        responses = catalog_files(self.responses, SUFFIXES) if self.responses else []
        return catalog_files(self.paths, SUFFIXES), responses

    def _collected(self, files: list[CatalogFile], responses: list[CatalogFile]) -> Iterator[Tool | Dropped]:
        reader = Reader()
        for file in responses:
            yield from answers_of(file, reader.answers)
        for file in files:
            yield from reader.file(file)
