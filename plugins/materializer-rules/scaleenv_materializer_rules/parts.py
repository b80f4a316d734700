"""Lists that records hold: objects and references become rows of a table, one an entry."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from scaleenv_core.names import words
from scaleenv_core.types import JsonSchema

from .entities import Drafted
from .fitting import fits
from .nouns import fold, plain_name, singular
from .plan import Column, Part, Step
from .references import parent_of
from .shapes import properties
from .signature import kind_of


def draft_parts(kept: Sequence[Drafted], steps: Sequence[Step]) -> list[Drafted]:
    """The tables of lists; their columns leave the tables that held them as JSON.

    A list of things that have tools of their own is joined from their table. A list inside an
    object of a list stays JSON, and so does one that is searched.
    """
    made: list[Drafted] = []
    taken = {draft.table for draft in kept} | {draft.name for draft in kept}
    for draft in kept:
        if len(draft.key) != 1:
            continue
        own = [step for step in steps if step.entity == draft.name]
        busy, written = _searched(own), _written(own)
        for folded, column in list(draft.columns.items()):
            if column.name in busy or not _is_list(column):
                continue
            if column.name not in written and (joined := _joined(draft, column, kept)):
                draft.parts[column.name] = joined
                del draft.columns[folded]
            elif (part := _part(draft, column, kept)) and not {part.table, part.name} & taken:
                made.append(part)
                taken |= {part.table, part.name}
                del draft.columns[folded]
            else:
                draft.parts.pop(column.name, None)
    return made


def _searched(steps: Sequence[Step]) -> set[str]:
    """Columns whose values are compared, opened or answered alone: they stay as they are."""
    found: set[str] = set()
    for step in steps:
        found |= {column for narrowing in step.filters for column in narrowing.columns}
        found |= {value.column for value in (*step.key, *step.scope)}
        found |= {step.nested[0]} if step.nested else set()
        found |= {argument for _, what, argument in step.shape.beside if what == "column"}  # type: ignore[misc]
        if step.shape.kind in ("scalar", "scalars"):
            found |= {column for _, column in step.shape.fields}
    return found


def _written(steps: Sequence[Step]) -> set[str]:
    found = {value.column for step in steps for value in step.sets}
    return found | {c for step in steps if step.payload for c in step.payload.fields.values()}


def _is_list(column: Column) -> bool:
    """Whether the column is a list, and nothing else, that a table can hold."""
    schema = column.schema
    types = schema.get("type")
    plain = types == "array" or (isinstance(types, list) and {*types} <= {"array", "null"})
    return column.kind == "json" and plain and not (column.required and schema.get("minItems", 0))


def _objects(column: Column) -> dict[str, JsonSchema]:
    """The properties of its entries, where each can be a column."""
    items = column.schema.get("items")
    inside = properties(items) if isinstance(items, dict) and items.get("type") == "object" else {}
    distinct = len({fold(name) for name in inside}) == len(inside)
    named = all(name == plain_name(name) and fold(name) for name in inside)
    return inside if len(inside) > 1 and distinct and named else {}


def _noun(column: Column) -> tuple[str, ...]:
    spelt = words(column.name)
    if len(spelt) > 1 and spelt[-1] in ("ids", "uuids", "arns", "keys"):
        spelt = spelt[:-1]  # ``category_ids`` of a product are its categories
    return (*spelt[:-1], singular(spelt[-1]))


def _joined(owner: Drafted, column: Column, kept: Sequence[Drafted]) -> Part | None:
    """The list as rows of a thing that has tools of its own, and refers to this one."""
    inside, noun = _objects(column), _noun(column)
    needed = set(column.schema["items"].get("required", ())) if inside else set()
    for other in kept:
        if not inside or other is owner or other.noun not in (noun, (*owner.noun, *noun)):
            continue
        by = [c for c in other.columns.values() if parent_of(other, c, kept) is owner]
        fields = tuple(
            n for n, s in inside.items() if n in other.parts or _same(other.columns.get(fold(n)), n, s)
        )
        if len(by) == 1 and needed <= set(fields) and len(fields) >= len(inside) / 2:
            own = [n for n in fields if n in needed and n not in other.parts]
            always = tuple(n for n in own if not other.columns[fold(n)].required)
            least = column.schema.get("minItems", 0)
            return Part(
                name=column.name, entity=other.name, by=by[0].name, fields=fields, always=always, least=least
            )
    return None


def _same(column: Column | None, name: str, schema: JsonSchema) -> bool:
    return column is not None and column.name == name and fits(column.schema, schema)


def _part(owner: Drafted, column: Column, kept: Sequence[Drafted]) -> Drafted | None:
    """The table of a list of objects, or of references to other records."""
    noun = _noun(column)
    noun = noun if noun[: len(owner.noun)] == owner.noun else (*owner.noun, *noun)
    names = {draft.name for draft in kept} | {draft.table for draft in kept}
    for spelt in (noun, (*noun, "entry")):
        made = Drafted(name="_".join(spelt), noun=spelt, owner=owner.name)
        if made.table not in names and made.name not in names:
            break
    inside, items = _objects(column), column.schema.get("items") or {}
    plain = "" if inside else _reference(owner, column, kept)
    if not inside and not plain:
        return None
    by = _by(owner, inside or {plain: items})
    position = "position" if "position" not in map(fold, inside) else "list_position"
    key = next(own for own in owner.columns.values() if own.name == owner.key[0])
    made.columns["#by"] = evolve(key, name=by, required=True, shown=False, assumed=False)
    made.columns["#at"] = Column(name=position, kind="integer", schema={"type": "integer"}, shown=False)
    made.key, made.refers = (by, position), {by: owner.name}
    needed = {plain} if plain else set(items.get("required", ()))
    for name, schema in (inside or {plain: items}).items():
        if name != by:
            made.add(name, schema, required=name in needed)
    owner.parts[column.name] = Part(
        name=column.name,
        entity=made.name,
        by=by,
        position=position,
        fields=tuple(inside),
        always=tuple(n for n in inside if n in needed and n != by and not made.columns[fold(n)].required),
        plain=plain,
        least=column.schema.get("minItems", 0),
        most=column.schema.get("maxItems"),
    )
    return made


def _reference(owner: Drafted, column: Column, kept: Sequence[Drafted]) -> str:
    """``product_ids`` of an order: what one of them is called, where it refers to a product."""
    items = column.schema.get("items")
    kind = kind_of(items) if isinstance(items, dict) else "json"
    spelt = words(column.name)
    if kind not in ("text", "integer") or items.get("enum") or len(spelt) < 2:  # type: ignore[union-attr]
        return ""
    last = column.name[:-1] if column.name.endswith("s") else column.name
    one = Column(name=last, kind=kind, schema=items or {})
    parent = parent_of(owner, one, kept)
    return last if parent is not None and parent is not owner else ""


def _by(owner: Drafted, inside: dict[str, JsonSchema]) -> str:
    """The name of the column that says whose row it is, spelt as the API spells."""
    key = owner.key[0]
    column = next(own for own in owner.columns.values() if own.name == key)
    spelt = words(key)
    if column.shown and len(spelt) > 1:
        name = key
    elif key[:1].isupper():
        name = "".join(word.capitalize() for word in (*owner.noun, *spelt))
    elif any(c.name != c.name.lower() and "_" not in c.name for c in owner.columns.values()):
        first, *rest = (*owner.noun, *spelt)
        name = first + "".join(word.capitalize() for word in rest)
    else:
        name = "_".join((*owner.noun, *spelt))
    if name in inside and kind_of(inside[name]) == column.kind:
        return name  # its objects say whose they are
    return name if fold(name) not in map(fold, inside) else f"of_{name}"
