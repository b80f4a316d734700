"""Which columns refer to which table, without cycles."""

from __future__ import annotations

from collections.abc import Sequence

from scaleenv_core.names import words

from . import lexicon as lx
from .entities import Drafted
from .nouns import singular
from .plan import Column, Entity

_ROLES = frozenset(["default", "destination", "from", "parent", "primary", "source", "target", "to"])
"""First words of a reference that say its part, and not whom it refers to."""


def find_references(drafted: Sequence[Drafted]) -> dict[str, dict[str, tuple[str, str]]]:
    """Entity → column → (table, key); a reference that would close a circle stays a plain column."""
    made: dict[str, dict[str, tuple[str, str]]] = {draft.name: {} for draft in drafted}
    names = {draft.table: draft.name for draft in drafted}
    owners = {draft.name: draft for draft in drafted}
    for draft in drafted:
        for column, name in draft.refers.items():
            made[draft.name][column] = (owners[name].table, owners[name].key[0])
    for draft in drafted:
        for folded, own in draft.columns.items():
            if own.name in made[draft.name] or folded.startswith("#"):
                continue  # what the compiler added means no other thing, whatever its name
            if own.kind not in ("text", "integer") or own.enum:
                continue
            parent = parent_of(draft, own, drafted)
            if parent is None or _leads(parent.name, draft.name, made, names):
                continue
            made[draft.name][own.name] = (parent.table, parent.key[0])
    return made


def _leads(start: str, goal: str, made: dict[str, dict[str, tuple[str, str]]], names: dict[str, str]) -> bool:
    seen, waiting = set(), [start]
    while waiting:
        name = waiting.pop()
        if name == goal:
            return True
        if name not in seen:
            seen.add(name)
            waiting += [names[table] for table, _ in made[name].values()]
    return False


def parent_of(draft: Drafted, column: Column, drafted: Sequence[Drafted]) -> Drafted | None:
    """The thing that a column of this name refers to."""
    spelt = words(column.name)
    if not spelt:
        return None
    if len(spelt) > 2 and spelt[0] in _ROLES:
        spelt = spelt[1:]
    close: list[Drafted] = []
    for other in drafted:
        key = other.columns.get("".join(words(other.key[0])))
        if other is draft or len(other.key) != 1 or key is None or key.kind != column.kind or not key.shown:
            continue
        if other.single:
            continue
        last = words(other.key[0])[-1]
        wholes = {(*other.noun, last)}
        if last in ("name", "id") and not column.shown:
            wholes |= {other.noun}
        name = (*spelt[:-1], singular(spelt[-1]))
        if last not in lx.ID_SUFFIXES or draft.key == (column.name,):
            continue
        if name in wholes:
            return other
        if name == (other.noun[-1], last):
            close.append(other)
    return close[0] if len(close) == 1 else None


def parents_first(entities: Sequence[Entity]) -> tuple[Entity, ...]:
    """Sorted so that what is referred to comes before what refers."""
    tables = {entity.table: entity for entity in entities}
    done: dict[str, Entity] = {}

    def visit(entity: Entity) -> None:
        if entity.name in done:
            return
        for table, _ in sorted(entity.references.values()):
            visit(tables[table])
        done[entity.name] = entity

    for entity in sorted(entities, key=lambda e: e.name):
        visit(entity)
    return tuple(done.values())
