"""The intermediate form: what a domain holds and what each tool does, as data."""

from __future__ import annotations

from typing import Any, Literal

from attrs import field, frozen

from scaleenv_core.types import JsonSchema

from .plan_terms import Check, Filter, Labels, Link, Move, Payload, Tally, Transfer, Value

Kind = Literal["text", "integer", "real", "boolean", "json"]
Verb = Literal[
    "get",
    "list",
    "count",
    "aggregate",
    "exists",
    "create",
    "update",
    "upsert",
    "delete",
    "transition",
    "link",
    "unlink",
    "label",
    "unlabel",
    "transfer",
]


READS = ("get", "list", "count", "aggregate", "exists")
"""Verbs that change nothing."""

ROWLESS = ("count", "aggregate", "exists")
"""Verbs that answer something about rows, and show none."""


@frozen
class Figure:
    """What the numbers of many rows come to."""

    kind: Literal["sum", "mean", "least", "most"]
    column: str


@frozen(kw_only=True)
class Column:
    """One attribute of an entity, spelt as the API spells it."""

    name: str
    kind: Kind
    schema: JsonSchema
    """What a value must look like; JSON columns and seed values are made from it."""

    required: bool = False
    """NOT NULL."""

    enum: tuple[str, ...] = ()
    stamp: Literal["", "created", "updated"] = ""
    """Set by the server's clock; left out when final states are compared."""

    shown: bool = True
    """Part of the record that the API answers; a scope that only a path names is not."""

    assumed: bool = False
    """No signature names it; the entity's name suggests it."""


@frozen(kw_only=True)
class Part:
    """A list that a record holds: the rows of another table that refer to it."""

    name: str
    """The record's property."""

    entity: str
    by: str
    """Its column that says whose row it is."""

    position: str = ""
    """Its column that keeps the order of the list, with ``by`` its key. Empty where the rows are
    things of their own, with tools of their own, and the record only shows them."""

    fields: tuple[str, ...] = ()
    """Properties of an object; each is a column."""

    always: tuple[str, ...] = ()
    """Properties that are answered where they are NULL, too."""

    plain: str = ""
    """The column of a list of plain values: ids of other records."""

    least: int = 0
    most: int | None = None

    @property
    def own(self) -> bool:
        """Whether its rows come and go with the record."""
        return bool(self.position)


@frozen(kw_only=True)
class Entity:
    """One table."""

    name: str
    """Singular, snake case: ``order_line``."""

    table: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    references: dict[str, tuple[str, str]] = field(factory=dict)
    """Column → (table, its key)."""

    single: bool = False
    """One row is all there is: no tool tells it from another."""

    parts: tuple[Part, ...] = ()
    owner: str = ""
    """The entity whose part it is."""

    bearers: tuple[tuple[str, str], ...] = ()
    """(table, column) of the things that rows of it may be about, where those are of many kinds."""

    def part(self, name: str) -> Part | None:
        """The part of this name."""
        return next((p for p in self.parts if p.name == name), None)

    def column(self, name: str) -> Column:
        """The column of this name."""
        return next(c for c in self.columns if c.name == name)


@frozen(kw_only=True)
class Paging:
    """The parameters that cut a list; Python expressions, empty where the tool has none."""

    size: str = ""
    default_size: int | None = None
    offset: str = ""
    page: str = ""
    token: str = ""


@frozen(kw_only=True)
class Shape:
    """Where the record is in an answer, and what stands beside it."""

    kind: Literal["record", "records", "scalar", "scalars", "notice"] = "record"
    path: tuple[str, ...] = ()
    """Property names from the top of the answer down to the record(s)."""

    as_list: bool = False
    """One record, answered as a list of one."""

    fields: tuple[tuple[str, str], ...] = ()
    """(property, column) of the record; empty: all columns."""

    constants: tuple[tuple[str, str], ...] = ()
    """(property, text) that this answer always has, and other tools' answers do not."""

    required: tuple[str, ...] = ()
    beside: tuple[tuple[tuple[str, ...], str], ...] = ()
    """(path, Python expression) of what stands beside it."""


@frozen(kw_only=True)
class Step:
    """What one tool does."""

    tool: str
    verb: Verb
    entity: str
    """The entity's name."""

    function: str
    description: str
    parameters: tuple[tuple[str, str, str], ...] = ()
    """(Python name, annotation, default or nothing), required ones first."""

    key: tuple[Value, ...] = ()
    """What selects one row: its key columns, or others that do."""

    scope: tuple[Value, ...] = ()
    """Columns that must agree as well; at insert they are stored."""

    sets: tuple[Value, ...] = ()
    payload: Payload | None = None
    filters: tuple[Filter, ...] = ()
    paging: Paging | None = None
    sort: tuple[str, str] = ("", "")
    """Expressions of the column to sort by, and of the direction."""

    state: tuple[str, Any] | None = None
    """A transition's (column, value); ``None`` for a flag that is flipped."""

    word: str = ""
    """The verb as the signature has it."""

    demands: tuple[str, ...] = ()
    """States that the signature names as the only ones allowed."""

    nested: tuple[str, tuple[Value, ...]] | None = None
    """A JSON column, and the parameters that are its properties."""

    moves: tuple[Move, ...] = ()
    link: Link | None = None
    labels: Labels | None = None
    transfer: Transfer | None = None
    checks: tuple[Check, ...] = ()
    tallies: tuple[Tally, ...] = ()
    figure: Figure | None = None
    """What an aggregate answers."""

    shape: Shape = field(factory=Shape)
    ignored: tuple[str, ...] = ()
    """Parameters that only shape the answer, and have no effect here."""

    @property
    def inner(self) -> dict[str, str]:
        """Python name → property of the payload, where checks speak of it."""
        taken = {name for name, _, _ in self.parameters} | {self.entity}
        return self.payload.names(taken) if self.payload else {}

    @property
    def writes(self) -> bool:
        """Whether it changes rows."""
        return self.verb not in READS


@frozen(kw_only=True)
class Plan:
    """A whole domain."""

    title: str
    entities: tuple[Entity, ...]
    """Parents before children."""

    steps: tuple[Step, ...]

    def entity(self, name: str) -> Entity:
        """The entity of this name."""
        return next(e for e in self.entities if e.name == name)

    def children(self, entity: Entity) -> list[tuple[Entity, str]]:
        """Who refers to the entity, and by which column; its own parts do not count."""
        return [
            (other, column)
            for other in self.entities
            for column, (table, _) in other.references.items()
            if table == entity.table and other.owner != entity.name
        ]

    def tables(self, step: Step) -> tuple[str, ...]:
        """The tables that a step may read or write."""
        entity = self.entity(step.entity)
        names = {entity.table}
        written = {v.column for v in (*step.key, *step.scope, *step.sets)}
        written |= set(step.payload.fields.values()) if step.payload else set()
        names |= {self.entity(tally.entity).table for tally in step.tallies}
        if step.writes and step.verb != "delete":
            names |= {table for column, (table, _) in entity.references.items() if column in written}
        if step.verb == "delete":
            names |= {child.table for child, _ in self.children(entity)}
        links = {self.entity(f.link[0]).table for f in step.filters if f.link[0]}
        if step.link:
            links = {
                self.entity(name).table for name in (step.link.entity, step.link.owner, step.link.member)
            }
        names |= links
        names |= {table for table, _ in entity.bearers} if step.labels else set()
        for held in self._held(entity):
            names |= {held.table, *(table for table, _ in held.references.values())}
        return tuple(sorted(names))

    def _held(self, entity: Entity) -> list[Entity]:
        """Whose rows are answered as lists of a record, or as lists of those."""
        held = [self.entity(part.entity) for part in entity.parts]
        return held + [self.entity(part.entity) for one in held for part in one.parts if part.own]
