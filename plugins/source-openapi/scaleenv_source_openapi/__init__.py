"""Tool source ``openapi``: OpenAPI 2.0, 3.0, 3.1 and 3.2 documents, in JSON and YAML."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from attrs import field, frozen
from attrs.validators import ge

from scaleenv_core import hookimpl
from scaleenv_core.catalogs import CatalogFile, Ids, Unreadable, catalog_files, fingerprint, one_line
from scaleenv_core.types import Dropped, Tool
from scaleenv_source_openapi.documents import SUFFIXES, Document, Library, NotOpenApi, open_document
from scaleenv_source_openapi.inputs import Limits
from scaleenv_source_openapi.operations import Operation, Reader, operations

__all__ = ["OpenApi"]


@frozen(kw_only=True)
class OpenApi:
    """Reads OpenAPI documents; references to the network are left open, never fetched."""

    paths: tuple[str, ...]
    """Files, folders (all ``.json``, ``.yaml``, ``.yml`` below, also ``.gz``) and globs."""

    include: tuple[str, ...] = ()
    """Globs over operation names or ``METHOD /path``; empty takes all."""

    exclude: tuple[str, ...] = ()
    """Globs of operations to leave out, after ``include``."""

    parameters_depth: int = field(default=4, validator=ge(1))
    """Nested objects of a parameter that are opened; deeper ones stay open objects."""

    returns_depth: int = field(default=3, validator=ge(1))
    """Nested objects of an answer that are opened."""

    budget: int = field(default=400, validator=ge(1))
    """Subschemas of one parameter, body or answer that are opened."""

    @hookimpl
    def collect_tools(self) -> Iterator[Tool | Dropped]:
        """Every operation of every document, in the order of the paths."""
        files = catalog_files(self.paths, SUFFIXES)
        return self._collected(files)

    @hookimpl
    def fingerprint_catalog(self) -> str:
        """What the files hold; not those that they refer to elsewhere."""
        return fingerprint(catalog_files(self.paths, SUFFIXES))

    def _collected(self, files: list[CatalogFile]) -> Iterator[Tool | Dropped]:
        ids, library = Ids(), Library()
        for file in files:
            try:
                document = open_document(file, library)
            except Unreadable as exc:
                yield Dropped(origin=file.origin, reason="unreadable", detail=one_line(str(exc)))
            except NotOpenApi as exc:
                yield Dropped(origin=file.origin, reason=exc.reason, detail=one_line(str(exc)))
            else:
                yield from self._document(document, ids)

    def _document(self, document: Document, ids: Ids) -> Iterator[Tool | Dropped]:
        reader = Reader(
            document,
            ids,
            Limits(self.parameters_depth, self.budget),
            Limits(self.returns_depth, self.budget),
        )
        found = False
        for operation in operations(document):
            found = True
            if isinstance(operation, Dropped):
                yield operation
                continue
            name = reader.name(operation)
            if self._wanted(operation, name):
                yield reader.tool(operation, name)
            else:
                yield Dropped(
                    origin=f"{document.origin} {operation.heading}",
                    reason="excluded",
                    detail="left out by 'include' or 'exclude'",
                )
        if not found:
            yield Dropped(
                origin=document.origin,
                reason="no-operations",
                detail="declares no operation: a file of schemas, or of webhooks",
            )
        yield from _unresolved(document)

    def _wanted(self, operation: Operation, name: str) -> bool:
        words = (name, operation.heading)

        def hit(globs: tuple[str, ...]) -> bool:
            return any(fnmatchcase(word, glob) for glob in globs for word in words)

        return (not self.include or hit(self.include)) and not hit(self.exclude)


def _unresolved(document: Document) -> Iterator[Dropped]:
    """One line a kind of reference that leads nowhere: what it referred to was dropped."""
    for reason, refs in document.unresolved.items():
        if refs:
            first, why = next(iter(refs.items()))
            count = f"{len(refs)} reference{'s' * (len(refs) > 1)}"
            detail = one_line(f"{count} left open, such as {first} ({why})")
            yield Dropped(origin=document.origin, reason=reason, detail=detail)
