"""Tool source: every method of Google's discovery documents, typed, without a network."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import field, frozen
from attrs.validators import ge

from scaleenv_core import hookimpl
from scaleenv_core.catalogs import catalog_files, fingerprint
from scaleenv_core.types import Dropped, Tool


@frozen(kw_only=True)
class Google:
    """Reads the discovery documents of the installed google-api-python-client, and others.

    Raises :class:`~scaleenv_core.errors.SourceError` for a glob that matches no document
    and for a path that is not there. A file that is no discovery document is one
    ``Dropped`` (``unreadable``); a version left out for a better one is one ``Dropped``
    (``superseded``).
    """

    services: tuple[str, ...] = ()
    """Globs on document names (``calendar.v3``, ``drive.*``) or API names (``sheets``); empty takes all."""

    paths: tuple[str, ...] = ()
    """More discovery files, or folders of them; they win over the carried ones of the same name."""

    newest_only: bool = True
    """Of several versions of one API, keep one: preferred, else newest; alpha and beta below stable."""

    returns_depth: int = field(default=4, validator=ge(1))
    """Levels of nested objects and arrays kept of request bodies and answers."""

    @hookimpl
    def collect_tools(self) -> Iterator[Tool | Dropped]:
        """Every method once, by document name, in each document's own order."""
        from scaleenv_source_google.documents import chosen_documents
        from scaleenv_source_google.methods import document_tools

        for found in chosen_documents(self.services, self.paths, newest_only=self.newest_only):
            if isinstance(found, Dropped):
                yield found
            else:
                yield from document_tools(found, self.returns_depth)

    @hookimpl
    def fingerprint_catalog(self) -> str:
        """What the named files hold, and the version of the package that carries the others."""
        files = catalog_files(self.paths, (".json",)) if self.paths else []
        return fingerprint(files, ("google-api-python-client",))


__all__ = ["Google"]
