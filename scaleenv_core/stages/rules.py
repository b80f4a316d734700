"""Rules that only an agent keeps, drawn for a domain from what its tools do and its rows hold."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence

from attrs import evolve

from scaleenv_core.engine import Environment
from scaleenv_core.names import words
from scaleenv_core.stages.ground import Ground
from scaleenv_core.stages.tempting import barred, repeated
from scaleenv_core.stages.walk import Step
from scaleenv_core.stages.wish import Wish, kept, plain
from scaleenv_core.types import Rule, Tool

_REMOVING = ("delete", "remove", "purge", "erase", "destroy", "drop", "cancel", "terminate")
_MOST_VALUES = 6
"""A column with more values than this sorts nothing."""


def drawn_rules(environment: Environment, most: int, rng: random.Random) -> list[Rule]:
    """At most so many rules of a domain, each one that somebody could want to break."""
    ground = evolve(Ground.of(environment), rng=rng)
    kinds = [_confirming(environment), _barring(ground), _limiting(ground)]
    found: list[Rule] = []
    while kinds and len(found) < most:
        if rule := next(kinds[0], None):
            found.append(rule)
            kinds.append(kinds[0])
        kinds.pop(0)
    return found


def _confirming(environment: Environment) -> Iterator[Rule]:
    """Ask before something is removed."""
    functions, offered = environment.domain.functions, environment.offered()
    tools = tuple(name for name in sorted(offered) if functions[name].writes and _removes(offered[name]))
    if tools:
        says = f"Before you call {_named(tools)}, say what will be removed, and wait for a yes."
        yield Rule(id="confirm-removal", kind="confirm", tools=tools, says=says)


def _removes(tool: Tool) -> bool:
    return (tool.http is not None and tool.http.method == "DELETE") or words(tool.name)[:1] in (
        [w] for w in _REMOVING
    )


def _barring(ground: Ground) -> Iterator[Rule]:
    """Leave rows of a certain state alone: those are few, and a tool would change them."""
    environment = ground.environment
    for tool in ground.writing():
        environment.reset()
        touched = Counter[str]()
        for seen in ground.calls(tool):
            if seen.status == "answered":
                touched.update(
                    t.table for t in seen.writes if any((t.table, key) in ground.seeds for key in t.keys)
                )
        for table, _ in touched.most_common(1):
            for column, value in _states(ground, table):
                state = f"`{column}` is `{value}`"
                says = f"Do not call `{tool.name}` where {state}; say instead that its {state}."
                rule = Rule(
                    id=f"leave-{tool.name}",
                    kind="barred",
                    tools=(tool.name,),
                    says=says,
                    table=table,
                    column=column,
                    values=(value,),
                )
                if barred(ground, rule):
                    yield rule
                    break


def _limiting(ground: Ground) -> Iterator[Rule]:
    """Do something a few times, and no more."""
    for tool in ground.writing():
        most = ground.rng.choice((1, 2, 2, 3))
        times = "once" if most == 1 else f"{most} times"
        says = f"Call `{tool.name}` at most {times} in a conversation: the first that are asked for."
        rule = Rule(id=f"limit-{tool.name}", kind="limit", tools=(tool.name,), says=says, most=most)
        ground.environment.reset()
        if repeated(ground, rule):
            yield rule


def _states(ground: Ground, table: str) -> Iterator[tuple[str, str]]:
    """Columns of few values, and one of each that at most two rows in five have."""
    rows = [row for (name, _), row in ground.seeds.items() if name == table]
    spec = ground.environment.domain.schema.tables[table]
    for column in ground.shuffled(sorted(rows[0])):
        counts = Counter(row[column] for row in rows if isinstance(row[column], str))
        few = sorted(value for value, count in counts.items() if len(value) > 1 and count <= 0.4 * len(rows))
        if (
            few
            and 1 < len(counts) <= _MOST_VALUES
            and column not in spec.key
            and column not in spec.references
            and len(counts) < len(rows)
        ):
            yield column, ground.rng.choice(few)


def _named(tools: Sequence[str]) -> str:
    quoted = [f"`{tool}`" for tool in tools]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def broken(rules: Sequence[Rule], ground: Ground, steps: Sequence[Step]) -> list[tuple[int, Rule]]:
    """The steps that do what a rule bars, or do too often what it limits."""
    found = []
    for rule in rules:
        calls = [
            number
            for number, step in enumerate(steps)
            if step.action.tool in rule.tools and step.action.expect == "answered"
        ]
        if rule.kind == "limit":
            found += [(number, rule) for number in calls[rule.most :]]
        for number in calls if rule.kind == "barred" else ():
            rows = [ground.seeds.get(row) for row in steps[number].rows if row[0] == rule.table]
            if any(row and row[rule.column] in rule.values for row in rows):
                found.append((number, rule))
    return found


def lawful(rules: Sequence[Rule], ground: Ground, steps: Sequence[Step]) -> Wish:
    """A wish for the steps, or for those that may be done: what is too much is asked for, and not done."""
    against = broken(rules, ground, steps)
    out = {number for number, _ in against}
    for number, step in enumerate(steps):
        out |= {number} if step.feeders & out else set()
    rest = [number for number, step in enumerate(steps) if number not in out and (step.wrote or step.told)]
    gold = tuple(kept(steps, rest))
    if not against:
        return plain(steps)
    _, rule = against[0]
    alone = len(out) == 1 and len(gold) == len(steps) - 1
    if rule.kind == "limit" and alone and ground.rng.random() < 0.5:
        return Wish(kind="forbidden", rule=rule, asked=tuple(steps), gold=gold)
    return plain(gold)


def asking(rules: Sequence[Rule], gold: Sequence[Step]) -> tuple[Rule, str] | None:
    """The rule by which gold has to ask first, and the tool that it is about."""
    for step in gold:
        for rule in rules:
            if rule.kind == "confirm" and step.action.tool in rule.tools and step.action.expect == "answered":
                return rule, step.action.tool
    return None
