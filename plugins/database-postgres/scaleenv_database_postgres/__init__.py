"""Environments on PostgreSQL: the same domains, unchanged, on a server."""

from __future__ import annotations

from attrs import field, frozen
from attrs.validators import min_len

from scaleenv_core import hookimpl
from scaleenv_core.engine import DomainFolder, Store

__all__ = ["Postgres"]


@frozen
class Postgres:
    """Opens each environment as temporary tables of a connection of its own."""

    url: str = field(validator=min_len(1))
    """A libpq connection string: ``postgresql://user@host/database``, or ``host=/socket/folder …``."""

    @hookimpl
    def open_store(self, domain: DomainFolder) -> Store:
        """A store on the server; raises :class:`~scaleenv_core.errors.StageError` where there is none."""
        from scaleenv_database_postgres.store import PostgresStore

        return PostgresStore(self.url, domain)
