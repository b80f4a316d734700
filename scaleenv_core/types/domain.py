"""A domain on its way from a community of tools to a folder that a person can edit."""

from __future__ import annotations

from typing import Any, Literal

from attrs import field, frozen

from scaleenv_core.types.tool import Dropped, JsonObject, Tool

Holder = Literal["agent", "user", "world"]
"""Who may call a tool. What the world holds, only tasks call: events that set a scene, and
checks that judge its end."""


@frozen(kw_only=True)
class Community:
    """What a clusterer finds: tools that belong to one world."""

    tools: tuple[str, ...]
    """Tool ids, sorted."""


@frozen(kw_only=True)
class DomainDraft:
    """A community with its name and its tools: what a materializer is given."""

    slug: str
    """Unique in a world; a folder name: lower case, digits and hyphens."""

    title: str
    tools: tuple[Tool, ...]
    """Sorted by id; each ``name`` is already the one that agents call: unique in the domain,
    ``[A-Za-z0-9_-]{1,64}``."""


@frozen(kw_only=True)
class Operation:
    """What one tool of a domain does, as its author declares it; the engine observes the truth."""

    tool: str
    """The tool's call name."""

    writes: bool
    tables: tuple[str, ...] = ()
    """Tables that it reads or writes."""

    held_by: Holder = "agent"

    selects: dict[str, str] = field(factory=dict)
    """Parameter → the ``table.column`` that says which rows are meant, where one does."""

    stores: dict[str, str] = field(factory=dict)
    """Parameter → the ``table.column`` that it is stored in, where it is; ``items[].product_id``
    is a property of each entry of a list, and refers to a row."""


@frozen(kw_only=True)
class Effect:
    """One row that a call changes, as an author expects it; exempt columns are not compared."""

    table: str
    key: tuple[Any, ...] = ()
    """The primary key's values; empty for a new row whose key the tool makes."""

    values: JsonObject | None
    """Of a new row: what it has to hold. Of another: all that changes in it. ``None``: it goes."""


@frozen(kw_only=True)
class Case:
    """A call on the seed rows, and what its author says must come of it: a procedural test."""

    tool: str
    arguments: JsonObject
    outcome: Literal["answered", "refused"]
    effects: tuple[Effect, ...] | None = None
    """All rows that change, and no other; ``None`` leaves that open."""


@frozen(kw_only=True)
class Rule:
    """A rule that only the agent keeps: no tool enforces it. ``rules.jsonl`` holds a domain's.

    Judged by what was said, called and changed, without running anything.
    """

    id: str
    """Unique in the domain: ``confirm-delete-order``."""

    kind: Literal["confirm", "barred", "limit"]
    """``confirm``: before an answered call of one of the tools the agent asked, and the user's
    answer to that begins with "yes". ``barred``: no row of ``table`` whose ``column`` had one of
    ``values`` before is written by one of the tools. ``limit``: at most ``most`` calls of the
    tools are answered in a dialogue."""

    tools: tuple[str, ...]
    says: str
    """The sentence in the policy."""

    table: str = ""
    column: str = ""
    values: tuple[Any, ...] = ()
    most: int = 0


@frozen(kw_only=True)
class DomainSource:
    """A materialised domain as text: what a materializer returns and a folder holds."""

    schema: str
    """Python source: SQLAlchemy tables on one ``metadata``. See :mod:`scaleenv_core.engine`."""

    tools: str
    """Python source: one function a tool."""

    rows: dict[str, tuple[JsonObject, ...]]
    """Seed rows by table, parents before children."""

    policy: str
    """Markdown: the rules that the domain keeps."""

    operations: tuple[Operation, ...]
    quarantined: tuple[Dropped, ...] = ()
    """Tools that could not be understood, by call name, with the reason; never faked."""

    cases: tuple[Case, ...] = ()
    """The author's own procedural tests, beside those that are generated."""

    extra: dict[str, str] = field(factory=dict)
    """Further files by name, such as the materializer's intermediate form."""


@frozen(kw_only=True)
class Repair:
    """One attempt at what procedural testing found, after which more tools were sound."""

    attempt: int
    cured: tuple[str, ...]
    """Tools that were not sound before."""

    changed: tuple[str, ...]
    """What is another than before: ``schema``, ``tools``, ``rows``, ``operations``, ``cases``."""


@frozen(kw_only=True)
class DomainManifest:
    """``domain.json``: who made the domain, from what, and what it promises."""

    name: str
    title: str
    now: str
    """The simulated time at reset, ISO 8601 UTC."""

    seed: int
    lineage: tuple[str, ...] = ()
    """Ids of the catalog entries that it came from; empty for a hand-written one."""

    made_by: str = "hand"
    """Materializer and version, or ``hand``."""

    model: JsonObject = field(factory=dict)
    """The model that wrote it, as its endpoint says; such code runs in cells alone. Else empty."""

    operations: tuple[Operation, ...] = ()
    quarantined: tuple[Dropped, ...] = ()
    repaired: tuple[Repair, ...] = ()
    """How procedural testing changed what the author had written."""

    compare: dict[str, str] = field(factory=dict)
    """``table.column`` → ``exempt`` or ``semantic``; all others are ``hard``. Read from the
    schema when the domain is loaded, so that it cannot contradict it."""

    rules: tuple[Rule, ...] = ()
    """Those that only the agent keeps; read from ``rules.jsonl`` when the domain is loaded."""

    content_hash: str = ""
    """sha256 over schema, rows, tools and policy when it was written."""


@frozen(kw_only=True)
class ToolReport:
    """The procedural test's finding for one tool."""

    tool: str
    cases: int
    """Calls made."""

    answered: int
    """Calls that gave an answer valid against the declared return schema."""

    refused: int
    """Calls that gave a declared refusal."""

    writes: int
    """Calls that changed the database."""

    tables: tuple[str, ...]
    """Tables touched, as observed."""

    failure: str = ""
    """Why it is quarantined: the first unexpected failure; empty for a sound tool."""


@frozen(kw_only=True)
class Finding:
    """What procedural testing holds against one tool, for whoever repairs it."""

    tool: str
    """Its call name; empty where the domain as a whole does not load."""

    failure: str
    """As in its :class:`ToolReport`."""

    tables: tuple[str, ...] = ()
    """Tables that it was seen to touch."""

    calls: tuple[JsonObject, ...] = ()
    """Its cases, in order: ``arguments``, ``outcome``, and the text that was ``said``."""
