"""Seed rows: parents first, references whole, values that mean something."""

from __future__ import annotations

from random import Random
from typing import Any

from scaleenv_core.names import subseed, words
from scaleenv_core.types import JsonObject

from . import lexicon as lx
from .behaviour import comparable
from .plan import Column, Entity, Plan
from .values import Values


def seed_rows(plan: Plan, seed: int, count: int) -> dict[str, tuple[JsonObject, ...]]:
    """``count`` rows a table (one where one row is all there is), in the plan's order."""
    made: dict[str, tuple[JsonObject, ...]] = {}
    for entity in sorted(plan.entities, key=lambda entity: bool(entity.bearers)):  # labels want their bearers
        made[entity.table] = tuple(_rows(plan, entity, made, subseed(seed, entity.table), count))
    return {entity.table: made[entity.table] for entity in plan.entities}


def _rows(
    plan: Plan, entity: Entity, made: dict[str, tuple[JsonObject, ...]], seed: int, count: int
) -> list[JsonObject]:
    values = Values(seed)
    if entity.owner:
        return _part_rows(plan, entity, made, values)
    if entity.bearers:
        return _labels(entity, made, values)
    number = 1 if entity.single else max(1, count)
    states = {s.state for s in plan.steps if s.entity == entity.name and s.state}
    scopes = {
        v.column
        for s in plan.steps
        if s.entity == entity.name
        for v in s.scope
        if not entity.column(v.column).shown
    }
    scopes |= {
        c
        for s in plan.steps
        if s.entity == entity.name
        for f in s.filters
        if f.test in ("equal", "one_of")
        for c in f.columns
    }
    wanted: dict[str, list[str]] = {}
    for s in plan.steps:
        for check in s.checks:
            if s.entity == entity.name and check.kind == "allowed":
                wanted.setdefault(check.column, []).append(check.values[0])
    sole = {c.column for s in plan.steps if s.entity == entity.name for c in s.checks if c.kind == "unique"}
    drawn = {
        column.name: values.apart(column, entity, number)
        if column.name in sole
        else _drawn(column, entity, made, values, number, states, scopes, wanted)
        for column in entity.columns
    }
    rows: list[JsonObject] = []
    taken: set[tuple[Any, ...]] = set()
    for at in range(number):
        row = {column.name: drawn[column.name][at] for column in entity.columns}
        _agree(plan, entity, row, made)
        _in_order(entity, row)
        key = tuple(row[column] for column in entity.key)
        if key in taken:
            continue
        taken.add(key)
        rows.append(row)
    return rows


def _in_order(entity: Entity, row: JsonObject) -> None:
    """What begins ends later."""
    free = [c for c in entity.columns if c.name not in entity.references and c.name not in entity.key]
    for column in free:
        spelt = words(column.name)
        for at, word in enumerate(spelt):
            ends = [[*spelt[:at], end, *spelt[at + 1 :]] for end in lx.ENDS] if word in lx.STARTS else []
            for other in (c for c in free if words(c.name) in ends and comparable(column, c)):
                pair = (row[column.name], row[other.name])
                if None not in pair:
                    row[column.name], row[other.name] = sorted(pair)


def _agree(plan: Plan, entity: Entity, row: JsonObject, made: dict[str, tuple[JsonObject, ...]]) -> None:
    """Of two parents, one of which is the other's child, the row has a pair that goes together."""
    for column, (table, key) in entity.references.items():
        inner = next(parent for parent in plan.entities if parent.table == table)
        for own, (outer, _) in inner.references.items():
            same = [c for c, (other, _) in entity.references.items() if other == outer and c != column]
            whose = next((r[own] for r in made[table] if r[key] == row[column]), None)
            if len(same) == 1 and whose is not None:
                row[same[0]] = whose


_LABELS = {
    "environment": ("production", "staging", "test"),
    "team": ("payments", "platform", "search"),
    "project": ("atlas", "borealis", "cobalt"),
    "owner": ("dana", "lee", "mika"),
}


def _labels(entity: Entity, made: dict[str, tuple[JsonObject, ...]], values: Values) -> list[JsonObject]:
    """Tags of some of what can bear them: none, one, or several."""
    by, key = entity.key
    bearing = [entity.references[by]] if by in entity.references else entity.bearers
    whose = [row[column] for table, column in bearing for row in made[table][:6] if row[column]]
    rows: list[JsonObject] = []
    for at, one in enumerate(dict.fromkeys(whose)):
        for name in sorted(values.chance.sample(sorted(_LABELS), (1, 3, 0, 2)[at % 4])):
            told = {column.name: values.chance.choice(_LABELS[name]) for column in entity.columns}
            rows.append({**told, by: one, key: name})
    return rows


def _part_rows(
    plan: Plan, entity: Entity, made: dict[str, tuple[JsonObject, ...]], values: Values
) -> list[JsonObject]:
    """The lists of each record: some have none, some one object, some several."""
    owner = plan.entity(entity.owner)
    part = next(part for part in owner.parts if part.entity == entity.name)
    most = 3 if part.most is None else min(3, part.most)
    rows: list[JsonObject] = []
    for at, record in enumerate(made[owner.table]):
        many = max(part.least, min(most, (1, 2, 0, 3)[at % 4]))
        for position in range(1, many + 1):
            row: JsonObject = {part.by: record[owner.key[0]], part.position: position}
            for column in entity.columns:
                if column.name not in row:
                    row[column.name] = _part_value(column, entity, made, values, position)
            rows.append(row)
    return rows


def _part_value(
    column: Column, entity: Entity, made: dict[str, tuple[JsonObject, ...]], values: Values, at: int
) -> Any:
    if column.name in entity.references:
        table, key = entity.references[column.name]
        return _spread([row[key] for row in made[table]], values.chance, 1)[0]
    optional = not column.required and values.chance.random() < 0.1
    return None if optional else values.of(column, entity, at)


def _drawn(
    column: Column,
    entity: Entity,
    made: dict[str, tuple[JsonObject, ...]],
    values: Values,
    number: int,
    states: set[tuple[str, Any]],
    scopes: set[str],
    wanted: dict[str, list[str]],
) -> list[Any]:
    """The column's value in each row."""
    chance = values.chance
    if column.name in entity.references:
        table, key = entity.references[column.name]
        parents = [row[key] for row in made[table]]
        if column.name == entity.key[-1] and len(entity.key) == 1:
            return [parents[at % len(parents)] for at in range(number)]
        return _spread(parents, chance, number)
    if column.name == entity.key[-1]:
        return values.distinct(column, entity, number)
    if column.name in wanted:
        # Every change that asks for a state finds rows in it.
        return [
            wanted[column.name][at // 2 % len(wanted[column.name])]
            if at % 2 == 0
            else values.of(column, entity, at)
            for at in range(number)
        ]
    targets = sorted(str(v) for c, v in states if c == column.name and isinstance(v, str))
    if targets and not column.enum:
        others = ["active", "active"] if targets != ["active"] else ["inactive"]
        return [chance.choice([*others, *targets]) for _ in range(number)]
    if column.name in scopes and column.kind in ("text", "integer") and not column.enum:
        # A scope that is no table: few values, so that a list finds none, one and many.
        few = values.distinct(column, entity, max(3, number // 3))
        return [few[min(int(chance.expovariate(0.7)), len(few) - 1)] for _ in range(number)]
    drawn = [values.of(column, entity, at) for at in range(number)]
    if column.required or column.name in entity.key:
        return drawn
    return [None if chance.random() < 0.1 and at else value for at, value in enumerate(drawn)]


def _spread(parents: list[Any], chance: Random, number: int) -> list[Any]:
    """Some parents have no child, some one, some many."""
    childless = max(1, len(parents) // 4) if len(parents) > 1 else 0
    some = parents[: len(parents) - childless]
    return [some[min(int(chance.expovariate(2.5) * len(some)), len(some) - 1)] for _ in range(number)]
