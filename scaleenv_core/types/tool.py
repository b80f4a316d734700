"""A tool as every catalog is normalised to, and what was dropped on the way."""

from __future__ import annotations

from typing import Any

from attrs import frozen

JsonSchema = dict[str, Any]
"""A JSON Schema (draft 2020-12) that stands alone: no ``$ref`` leaves it."""

JsonObject = dict[str, Any]
"""A JSON object: what tools take and give."""


@frozen(kw_only=True)
class Http:
    """The operation behind a tool, where it is one of an HTTP API."""

    method: str
    """Upper case: ``GET``, ``POST``, …"""

    path: str
    """A template with ``{braces}``, without the server's address."""


@frozen(kw_only=True)
class Tool:
    """One API operation in the one normal form: explicit, typed input and output."""

    id: str
    """Unique in a catalog and stable between runs: ``source/service/name``."""

    name: str
    """As the API spells it; within a domain, the unique name that agents call."""

    description: str
    """Whole, plain text; empty only if the catalog has none."""

    parameters: JsonSchema
    """``type: object``; path, query, header and body parameters side by side."""

    returns: JsonSchema | None = None
    """The successful answer's schema; ``None`` where the catalog does not say."""

    service: str = ""
    """One API of a provider, such as ``calendar.v3``. A label: clustering never reads it."""

    provider: str = ""
    """Who offers the service, such as ``google``. A label: clustering never reads it."""

    source: str = ""
    """The tool source that read it, by its plugin name."""

    http: Http | None = None
    tags: tuple[str, ...] = ()


@frozen(kw_only=True)
class Dropped:
    """Something of a catalog that did not become a tool."""

    origin: str
    """Where: a file, or a file and an operation."""

    reason: str
    """A short word to count by: ``unreadable``, ``no-description``, ``duplicate``, …"""

    detail: str
    """One clear line for a person."""
