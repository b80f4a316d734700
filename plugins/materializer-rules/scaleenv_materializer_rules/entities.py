"""From what many tools say about one noun to one table: columns and key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from attrs import define, evolve, field, frozen

from scaleenv_core.names import words
from scaleenv_core.types import JsonSchema

from . import lexicon as lx
from .constraints import NUMBERED, asked, both, nullable
from .nouns import fold, is_plural, plain_name, plural
from .plan import Column, Entity, Figure, Kind, Part
from .shapes import Located, properties
from .signature import Parameter, Signature, kind_of
from .told import told_values

KEYED = ("get", "update", "delete", "transition", "exists", "upsert")


@frozen(kw_only=True)
class Pair:
    """Two things that go together in many ways: users and groups."""

    name: str
    """The entity of their links."""

    owner: str
    member: str
    by: str
    """The parameter with the owner's key."""

    to: str = ""
    """The parameter with the member's key; none for a list of members."""


@frozen(kw_only=True)
class Tagged:
    """What a tool of tags is told."""

    by: str
    """The parameter that says which resource."""

    tags: str = ""
    """The parameter with the tags, or their keys; none where it lists them."""


@frozen(kw_only=True)
class Reading:
    """One tool with its verb and noun settled, and its answer's record found."""

    signature: Signature
    verb: str
    entity: str
    located: Located | None
    demands: tuple[str, ...] = ()
    """States that it asks of the record."""

    part: str = ""
    """What it changes of the record: ``address`` of an order."""

    pair: Pair | None = None
    """The two things that it joins or parts, or whose links it follows."""

    device: bool = False
    """It tells the status of the one thing that other tools switch."""

    figure: Figure | None = None
    """What an aggregate answers."""

    tagged: Tagged | None = None
    """What it is told about the tags of a resource."""

    @property
    def tool(self) -> str:
        """The tool's call name."""
        return self.signature.tool.name


@define
class Drafted:
    """A table in the making."""

    name: str
    noun: tuple[str, ...]
    columns: dict[str, Column] = field(factory=dict)
    """By folded name."""

    key: tuple[str, ...] = ()
    single: bool = False
    others: frozenset[tuple[str, ...]] = frozenset()
    """The nouns of the domain's other things."""

    aliases: dict[str, str] = field(factory=dict)
    """Folded parameter → folded column: what a path calls ``ruleId`` the record calls ``id``."""

    parts: dict[str, Part] = field(factory=dict)
    """Lists of objects that have tables of their own, by property."""

    owner: str = ""
    """The entity whose part it is."""

    bearers: tuple[tuple[str, str], ...] = ()
    """(table, column) of what rows of it may be about, where those are things of many kinds."""

    refers: dict[str, str] = field(factory=dict)
    """Columns that refer by what they are, and not by their name → the entity."""

    @property
    def table(self) -> str:
        """Its table's name."""
        return "_".join([*self.noun[:-1], plural(self.noun[-1])])

    def add(
        self,
        name: str,
        schema: JsonSchema,
        *,
        shown: bool = True,
        required: bool = False,
        kind: Kind | None = None,
        assumed: bool = False,
    ) -> Column:
        """A column; one that is there keeps its type, and becomes required where any record says so."""
        name = plain_name(name)
        folded = fold(name) or name
        there = self.columns.get(folded)
        if kind_of(schema) == "text" and (told := told_values(name, schema)):
            schema = {**schema, "examples": told}
        if there is None:
            kind = kind or kind_of(schema)
            there = Column(
                name=name,
                kind=kind,
                schema=schema,
                enum=_enum(schema, kind),
                shown=shown,
                assumed=assumed,
                stamp="created" if folded in lx.CREATED else "updated" if folded in lx.UPDATED else "",
            )
        elif there.kind == kind_of(schema):
            merged = both(there.schema, schema)
            there = evolve(there, schema=merged, enum=_enum(merged, there.kind))
        if required and not nullable(schema):
            there = evolve(there, required=True)
        self.columns[folded] = there
        return there

    def narrow(self, column: Column, schema: JsonSchema) -> Column:
        """The column, minding what a parameter that is compared with it or stored in it may be."""
        if (column.kind, kind_of(schema)) == ("text", "integer"):
            schema = {"type": "string", "pattern": NUMBERED}
            if column.enum or {"pattern", "format"} & {*column.schema}:
                return column
        if column.kind != kind_of(schema) or column.kind not in ("text", "integer", "real"):
            return column
        folded = next(name for name, own in self.columns.items() if own.name == column.name)
        self.columns[folded] = evolve(column, schema=asked(column.schema, schema))
        return self.columns[folded]

    def property(self, name: str) -> Column | None:
        """The column of a record's property."""
        name = plain_name(name)
        return self.columns.get(fold(name) or name)

    def resolve(self, name: str) -> Column | None:
        """The column that a parameter or property of this name means."""
        name = plain_name(name)
        folded = fold(name)
        found = self.columns.get(self.aliases.get(folded, folded))
        if found:
            return found
        spelt = tuple(words(name))
        for own in {self.noun, self.noun[-1:]}:
            if spelt == own:
                return self._first("name", "id", "key", "slug", "code", "title")
            if spelt[: len(own)] == own and len(spelt) > len(own):
                rest = "".join(spelt[len(own) :])
                return self._first(rest, *(("uuid", "guid") if rest == "id" else ()))
        if spelt[:1] in (("new",), ("updated",), ("target",)) and len(spelt) > 1:
            return self.columns.get("".join(spelt[1:]))
        return None

    def _first(self, *names: str) -> Column | None:
        return next((self.columns[name] for name in names if name in self.columns), None)


def _enum(schema: JsonSchema, kind: Kind) -> tuple[str, ...]:
    values = schema.get("enum")
    if kind != "text" or not isinstance(values, list):
        return ()
    return tuple(dict.fromkeys(v for v in values if isinstance(v, str)))


SOLE = 90
"""The rank of a parameter that selects only because there is no other."""


def selector(
    signature: Signature, noun: tuple[str, ...], others: frozenset[tuple[str, ...]] = frozenset()
) -> Parameter | None:
    """The parameter that says which record is meant; never one that selects a thing of ``others``."""
    scalars = [
        p
        for p in signature.parameters
        if p.kind in ("text", "integer") and p.folded not in lx.PRESENTATION - {"version"} and not p.constant
    ]
    foreign = others - {noun, noun[-1:]} - {noun[:length] for length in range(1, len(noun))}
    if signature.ends_in_key and signature.path:
        last = signature.get(signature.path[-1])
        if last is not None and last.constant and len(signature.path) > 1:
            last = signature.get(signature.path[-2])  # the policy named ``default`` of a server
        if last is not None and last in scalars:
            return last
    scalars = [p for p in scalars if p.words[:-1] not in foreign]
    ranked = sorted(
        (
            (rank, not p.required, at, p)
            for at, p in enumerate(scalars)
            if (rank := _rank(p, noun, scalars)) is not None
        ),
        key=lambda entry: entry[:3],
    )
    if ranked and ranked[0][0] >= SOLE and signature.many:
        return None  # many records, and one parameter that is not theirs: a scope, not a key
    return ranked[0][3] if ranked else None


def _rank(parameter: Parameter, noun: tuple[str, ...], scalars: Sequence[Parameter]) -> int | None:
    spelt = parameter.words
    if not spelt:
        return None
    if spelt[-1] in lx.ID_SUFFIXES and spelt[:-1] in (
        noun,
        noun[-1:],
        noun[:1] if len(noun) > 1 and len(scalars) == 1 else noun,
    ):
        return lx.ID_SUFFIXES.index(spelt[-1])
    if spelt in (("id",), ("uuid",), ("guid",)):
        return 20
    if spelt in (noun, noun[-1:]):
        return 30
    needed = [p for p in scalars if p.required]
    if (
        spelt[-1] in lx.STRONG_ID
        and parameter.required
        and sum(p.words[-1:] and p.words[-1] in lx.STRONG_ID for p in needed) == 1
    ):
        return 40
    if parameter.required and spelt[-1] in lx.ID_SUFFIXES and len(spelt) == 1:
        return 50 + lx.ID_SUFFIXES.index(spelt[-1])
    if parameter.required and len(needed) == 1:
        return SOLE
    return None


def draft_entity(name: str, readings: Sequence[Reading], names: Iterable[str] = ()) -> Drafted:
    """The columns that records declare, and the key; ``names`` are all the domain's entities."""
    others = frozenset(tuple(other.split("_")) for other in names if other != name)
    made = Drafted(name=name, noun=tuple(name.split("_")), others=others)
    order = ("get", "list", "create", "update", "upsert", "transition")
    for reading in sorted(readings, key=lambda r: order.index(r.verb) if r.verb in order else 9):
        if reading.verb in order and described(reading, made):
            _add_record(made, reading)
    _choose_key(made, readings)
    return made


def described(reading: Reading, made: Drafted) -> bool:
    """Whether the answer holds the record, and not only a notice about it."""
    located = reading.located
    if located is None or located.kind == "notice" or (reading.device and located.kind == "scalar"):
        return False
    if reading.verb in ("get", "list"):
        return True
    if located.kind == "scalar":
        return False
    inside = properties(located.schema)
    own = [name for name in inside if made.resolve(name)]
    takes = {p.folded for p in reading.signature.parameters}
    return bool(own) or any(fold(n) in takes or (words(n) or [""])[-1] in lx.STRONG_ID for n in inside)


def _add_record(made: Drafted, reading: Reading) -> None:
    located = reading.located
    assert located is not None
    if located.kind == "scalar":
        made.add(scalar_name(reading), located.schema, required=True)
        return
    needed = set(located.schema.get("required", ()))
    seen: set[str] = set()
    for name, schema in properties(located.schema).items():
        if fold(name) not in seen:
            seen.add(fold(name))
            made.add(name, schema, required=name in needed)


def scalar_name(reading: Reading) -> str:
    """The column of an answer that is one plain value."""
    located = reading.located
    if located is None or not located.path:
        return reading.entity.split("_")[-1]
    name = located.path[-1]
    return (
        name[:-1]
        if located.many and len(name) > 3 and name.endswith("s") and is_plural(words(name)[-1])
        else name
    )


def _choose_key(made: Drafted, readings: Sequence[Reading]) -> None:
    votes: Counter[str] = Counter()
    chosen: dict[str, Parameter] = {}
    for reading in readings:
        if reading.verb not in KEYED:
            continue
        picked = selector(reading.signature, made.noun, made.others)
        if picked is None or (reading.verb == "get" and not picked.required):
            continue
        column = made.resolve(picked.name)
        own = made.columns.get("id")
        last = picked.name in reading.signature.path[-1:]
        if column is None and last and own is not None and own.kind == picked.kind:
            made.aliases[picked.folded] = "id"
            column = own
        name = column.name if column else plain_name(picked.name)
        if column and column.kind not in ("text", "integer"):
            continue
        votes[name] += 1 + (picked.words[-1] in lx.STRONG_ID)
        chosen.setdefault(name, picked)
    if votes:
        name = max(sorted(votes), key=lambda n: votes[n])
        column = made.resolve(name)
        if column is None:
            name = plain_name(name)
            made.columns = {
                fold(name): Column(
                    name=name,
                    kind=chosen[name].kind,
                    schema=chosen[name].schema,
                    enum=_enum(chosen[name].schema, chosen[name].kind),
                ),
                **made.columns,
            }
            column = made.columns[fold(name)]
        _set_key(made, column)
        return
    last = made.noun[-1]
    for folded in (
        "id",
        "".join(made.noun) + "id",
        last + "id",
        "uuid",
        "guid",
        "".join(made.noun) + "uuid",
        "arn",
        "key",
        "slug",
        "code",
    ):
        column = made.columns.get(folded)
        if column and column.kind in ("text", "integer"):
            _set_key(made, column)
            return
    # No name of the API may mean it, so it is filed under what no name folds to.
    name = "row_no" if "rowid" in made.columns else "row_id"
    made.columns = {
        "#": Column(name=name, kind="integer", schema={"type": "integer"}, shown=False),
        **made.columns,
    }
    made.key = (name,)


def _set_key(made: Drafted, column: Column) -> None:
    folded = fold(column.name)
    made.columns = {
        folded: evolve(column, required=True, stamp=""),
        **{k: v for k, v in made.columns.items() if k != folded},
    }
    made.key = (column.name,)


def finished(made: Drafted, references: dict[str, tuple[str, str]]) -> Entity:
    """The table as it will be."""
    return Entity(
        name=made.name,
        table=made.table,
        columns=tuple(made.columns.values()),
        key=made.key,
        references=references,
        single=made.single,
        parts=tuple(made.parts.values()),
        owner=made.owner,
        bearers=made.bearers,
    )
