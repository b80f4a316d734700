"""Tool source: every operation of AWS's service models, typed, without a network."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import field, frozen
from attrs.validators import ge

from scaleenv_core import hookimpl
from scaleenv_core.catalogs import catalog_files, fingerprint
from scaleenv_core.types import Dropped, Tool


@frozen(kw_only=True)
class Aws:
    """Reads the service models of the installed botocore, and others of the same form.

    Raises :class:`~scaleenv_core.errors.SourceError` for a glob that matches no service
    and for a path that is not there. A file that is no service model is one ``Dropped``
    (``unreadable``). Of several versions of one service only the newest is a service;
    each other one is one ``Dropped`` (``superseded``).
    """

    services: tuple[str, ...] = ()
    """Globs on the services' names, as botocore spells them (``s3``, ``chime-*``); empty takes all."""

    paths: tuple[str, ...] = ()
    """More service models, or folders of them; they win over the carried ones of the same name."""

    returns_depth: int = field(default=4, validator=ge(1))
    """Levels of nested objects and arrays kept of parameters and answers."""

    @hookimpl
    def collect_tools(self) -> Iterator[Tool | Dropped]:
        """Every operation once, by service name, in each model's own order."""
        from scaleenv_source_aws.models import chosen_models
        from scaleenv_source_aws.operations import model_tools

        for found in chosen_models(self.services, self.paths):
            if isinstance(found, Dropped):
                yield found
            else:
                yield from model_tools(found, self.returns_depth)

    @hookimpl
    def fingerprint_catalog(self) -> str:
        """What the named files hold, and the version of the package that carries the others."""
        files = catalog_files(self.paths, (".json", ".json.gz")) if self.paths else []
        return fingerprint(files, ("botocore",))


__all__ = ["Aws"]
