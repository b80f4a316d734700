"""What makes a task hard beside its length: a walk's steps → a wish of a kind, where the domain has it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve, field, frozen

from scaleenv_core.engine import DomainFolder, Environment, Observation
from scaleenv_core.errors import ToolCrash, ToolLied
from scaleenv_core.stages.arguments import ArgumentMaker, name_key
from scaleenv_core.stages.gate import replays
from scaleenv_core.stages.walk import Fact, Step
from scaleenv_core.stages.wish import Wish, inserted, kept
from scaleenv_core.types import Action, Binding, JsonObject, Kind, PlannedFault, Rule, Tool

_TRIES = 12
"""Calls tried for one that is needed."""

Row = Mapping[str, Any]


@frozen
class Ground:
    """What kinds are made on: fresh rows to try calls on, and chance."""

    environment: Environment
    maker: ArgumentMaker
    rules: Sequence[Rule]
    seeds: Mapping[tuple[str, tuple[Any, ...]], Row]
    """The domain's rows, by table and key."""

    rng: random.Random = field(factory=random.Random)

    @classmethod
    def of(cls, environment: Environment, rules: Sequence[Rule] = ()) -> Ground:
        """On an environment's rows."""
        domain = environment.domain
        return cls(environment, ArgumentMaker(domain), rules, seeds(domain))

    def shuffled(self, things: Sequence[Any]) -> list[Any]:
        """In any order."""
        return self.rng.sample(things, len(things))

    def writing(self) -> list[Tool]:
        """The agent's tools that write, in any order."""
        functions, offered = self.environment.domain.functions, self.environment.offered()
        return self.shuffled([offered[name] for name in sorted(offered) if functions[name].writes])

    def reading(self) -> list[Tool]:
        """The agent's tools that read, in any order."""
        functions, offered = self.environment.domain.functions, self.environment.offered()
        return self.shuffled([offered[name] for name in sorted(offered) if not functions[name].writes])

    def tried(self, tool: str, arguments: JsonObject) -> Observation | None:
        """What a call says now, taken back; nothing where it breaks its tool."""
        point = self.environment.snapshot()
        try:
            return self.environment.call(tool, arguments)
        except (ToolCrash, ToolLied):
            return None
        finally:
            self.environment.restore(point)

    def calls(self, tool: Tool, given: JsonObject | None = None) -> Iterator[Observation]:
        """Calls of a tool that go with what is given, and what they say now."""
        for _ in range(_TRIES):
            arguments = self.maker.make(tool, self.rng, optional=0.1, given=given or {})
            if seen := self.tried(tool.name, arguments):
                yield seen

    def refusals(self, tool: Tool) -> list[Observation]:
        """Calls that the domain refuses now: first those that it looked at rows for."""
        found = [seen for seen in self.calls(tool) if seen.status == "refused"]
        return sorted(found, key=lambda seen: not any(touched.keys for touched in seen.reads))


def seeds(domain: DomainFolder) -> dict[tuple[str, tuple[Any, ...]], Row]:
    """A domain's rows, by table and key."""
    tables = domain.schema.tables
    return {(table, tuple(row.get(c) for c in tables[table].key)): row for table, row in domain.rows}


Maker = Callable[[Ground, Sequence[Step]], Wish | None]


def recovery(ground: Ground, steps: Sequence[Step]) -> Wish | None:
    """Before a write the user wants another one of the kind, which the domain refuses."""
    for at in ground.shuffled([number for number, step in enumerate(steps) if step.wrote]):
        wanted = steps[at].action
        if not replays(ground.environment, steps[:at]):
            return None
        for seen in ground.refusals(ground.environment.tools[wanted.tool])[:1]:
            gold = inserted(steps, at, _attempt(seen, wanted))
            return Wish(kind="recovery", asked=gold, gold=gold)
    return None


def _attempt(seen: Observation, like: Action | None = None) -> Step:
    """A call that comes to nothing; what it shares with another, it has from the same place."""
    assert isinstance(seen.arguments, dict)
    known = (
        {b.argument: b for b in like.bindings if like.arguments[b.argument] == seen.arguments.get(b.argument)}
        if like
        else {}
    )
    bindings = tuple(known.get(name, Binding(argument=name, origin="user")) for name in seen.arguments)
    action = Action(
        tool=seen.tool,
        arguments=seen.arguments,
        bindings=bindings,
        expect="refused" if seen.status == "refused" else "failed",
    )
    return Step(action, seen, None, wrote=False)


def impossible(ground: Ground, steps: Sequence[Step]) -> Wish | None:
    """After some reading the user wants what the domain refuses, and has to be told why."""
    if any(step.wrote for step in steps) or not replays(ground.environment, steps):
        return None
    for tool in ground.writing()[:6]:
        for seen in ground.refusals(tool)[:3]:
            attempt = _attempt(seen)
            why = _reason(ground, seen, _said([*steps, attempt]))
            if why:
                gold = (*steps, evolve(attempt, told=(why,)))
                return Wish(kind="impossible", asked=gold, gold=gold)
    return None


def _reason(ground: Ground, seen: Observation, known: set[str]) -> Fact | None:
    """What a refusal tells of the rows that it was found in."""
    for touched in seen.reads:
        for key in touched.keys:
            for column, value in ground.seeds.get((touched.table, key), {}).items():
                text = str(value)
                if (
                    text
                    and text not in known
                    and isinstance(value, str | int | float)
                    and not isinstance(value, bool)
                ):
                    if re.search(rf"(?<!\w){re.escape(text)}(?!\w)", seen.content):
                        return column, text
    return None


def _said(steps: Sequence[Step]) -> set[str]:
    return {str(value) for step in steps for value in step.action.arguments.values()}


def forbidden(ground: Ground, steps: Sequence[Step]) -> Wish | None:
    """After some reading the user wants what a rule bars, and has to be told why."""
    if any(step.wrote for step in steps) or not replays(ground.environment, steps):
        return None
    for rule in ground.shuffled([rule for rule in ground.rules if rule.kind == "barred"]):
        found = barred(ground, rule)
        if found and not {found[0].told[0][1]} & _said([*steps, found[1]]):
            look, wanted = found
            gold = (*steps, look)
            return Wish(kind="forbidden", rule=rule, asked=(*steps, wanted), gold=gold)
    return None


def barred(ground: Ground, rule: Rule) -> tuple[Step, Step] | None:
    """A look-up that shows why, and the call that a rule bars and that the domain would carry out."""
    for name in rule.tools:
        tool = ground.environment.tools[name]
        for seen in ground.calls(tool):
            row = _row(ground, rule, seen)
            if row is None:
                continue
            look = _look(ground, seen, row, rule.column)
            if look:
                return look, _step(seen)
    return None


def _row(ground: Ground, rule: Rule, seen: Observation) -> Row | None:
    """The row that a call writes against a rule."""
    if seen.status != "answered":
        return None
    rows = [ground.seeds.get((t.table, key)) for t in seen.writes if t.table == rule.table for key in t.keys]
    return next((row for row in rows if row and row[rule.column] in rule.values), None)


def _look(ground: Ground, wanted: Observation, row: Row, column: str) -> Step | None:
    """A read, of what the user knows, that shows a column of a row."""
    assert isinstance(wanted.arguments, dict)
    given = wanted.arguments
    for tool in ground.reading():
        for seen in list(ground.calls(tool, given))[:3]:
            assert isinstance(seen.arguments, dict)
            known = {name_key(name): value for name, value in given.items()}
            spoken = all(known.get(name_key(name)) == value for name, value in seen.arguments.items())
            if spoken and seen.status == "answered" and _shows(seen.content, row, column):
                return evolve(_step(seen), told=((column, str(row[column])),))
    return None


def _shows(content: Any, row: Row, column: str) -> bool:
    if isinstance(content, list):
        return any(_shows(part, row, column) for part in content)
    if not isinstance(content, dict):
        return False
    same = sum(content.get(name) == value for name, value in row.items() if value is not None)
    if content.get(column) == row[column] and same >= min(3, len(row)):
        return True
    return any(_shows(part, row, column) for part in content.values() if isinstance(part, dict | list))


def _step(seen: Observation) -> Step:
    """A call whose arguments the user says."""
    assert isinstance(seen.arguments, dict)
    bindings = tuple(Binding(argument=name, origin="user") for name in seen.arguments)
    action = Action(tool=seen.tool, arguments=seen.arguments, bindings=bindings)
    return Step(action, seen, seen.content, wrote=bool(seen.writes))


def withheld(ground: Ground, steps: Sequence[Step]) -> Wish | None:
    """The user leaves out one or two things that a call needs, and says them when asked."""
    tools, found = ground.environment.tools, []
    for number, step in enumerate(steps):
        required = tools[step.action.tool].parameters.get("required", ())
        for binding in step.action.bindings:
            value = step.action.arguments[binding.argument]
            if binding.origin == "user" and binding.argument in required and _sayable(value, steps):
                found.append((number, binding.argument))
    chosen = sorted(ground.rng.sample(found, min(len(found), ground.rng.choice((1, 1, 2)))))
    return (
        Wish(kind="withheld", asked=tuple(steps), gold=tuple(steps), withheld=tuple(chosen))
        if chosen
        else None
    )


def _sayable(value: Any, steps: Sequence[Step]) -> bool:
    """Whether nobody could guess it, and nothing else that is said gives it away."""
    if isinstance(value, bool) or not isinstance(value, str | int | float) or not 1 < len(str(value)) <= 80:
        return False
    return sum(value in step.action.arguments.values() for step in steps) == 1


def changing(ground: Ground, steps: Sequence[Step]) -> Wish | None:
    """The user first wants another value in a write, which the right one covers without a trace."""
    environment, fed = ground.environment, {number for step in steps for number in step.feeders}
    if not replays(environment, steps):
        return None
    end = environment.fingerprint
    for at in ground.shuffled([n for n, step in enumerate(steps) if step.wrote and n not in fed]):
        first = _another(ground, steps[at])
        if first is None or not replays(environment, steps[:at]):
            continue
        seen = ground.tried(first.tool, first.arguments)
        if seen is None or seen.status != "answered":
            continue
        before = Step(first, seen, seen.content, wrote=True)
        instead = [*steps[:at], before, *steps[at + 1 :]]
        acted = inserted(steps, at, before)
        if (
            replays(environment, instead, answers=False)
            and environment.fingerprint != end
            and replays(environment, acted)
            and environment.fingerprint == end
        ):
            return Wish(kind="changing", asked=tuple(steps), gold=tuple(steps), first=(at, before))
    return None


def _another(ground: Ground, step: Step) -> Action | None:
    """A write with another value for one thing that the user says."""
    action, tool = step.action, ground.environment.tools[step.action.tool]
    spoken = [b.argument for b in action.bindings if b.origin == "user"]
    for name in ground.shuffled(spoken):
        for _ in range(_TRIES // 3):
            value = ground.maker.make(tool, ground.rng, optional=1.0, given=action.arguments).get(name)
            if value is not None and value != action.arguments[name]:
                return evolve(action, arguments={**action.arguments, name: value})
    return None


def fault(ground: Ground, steps: Sequence[Step]) -> Wish | None:
    """A tool fails at its first call, and does at its second; or it always fails, and the rest is done."""
    first = {step.action.tool: number for number, step in reversed(list(enumerate(steps)))}
    fed = {number for step in steps for number in step.feeders}
    for at in ground.shuffled(sorted(first.values())):
        action = steps[at].action
        once = sum(step.action.tool == action.tool for step in steps) == 1
        rest = kept(steps, set(range(len(steps))) - {at}) if at not in fed else []
        down = once and ground.rng.random() < 0.3 and any(step.told or step.wrote for step in rest)
        kinds = [
            "rate-limit",
            "expired-auth",
            "timeout-before" if down or not steps[at].wrote else "timeout-after",
        ]
        name: Any = ground.rng.choice(kinds)
        planned = PlannedFault(tool=action.tool, fault=name, times=0 if down else 1)
        wish = _disturbed(ground, steps, at, planned, rest if down else None)
        if wish:
            return wish
    return None


def _disturbed(
    ground: Ground, steps: Sequence[Step], at: int, planned: PlannedFault, rest: Sequence[Step] | None
) -> Wish | None:
    environment, action = ground.environment, steps[at].action
    if not replays(environment, steps[:at], faults=(planned,)):
        return None
    attempt = evolve(_attempt(environment.call(action.tool, action.arguments), action), told=())
    attempt = evolve(attempt, action=evolve(attempt.action, bindings=action.bindings))
    gold = inserted(steps if rest is None else rest, at, attempt)
    if rest is None:
        replays(environment, steps)
        end = environment.fingerprint
        if not (replays(environment, gold, faults=(planned,)) and environment.fingerprint == end):
            return None  # what was carried out already is not to be done twice
    return Wish(kind="fault", asked=tuple(steps), gold=gold, faults=(planned,))


MAKERS: Mapping[Kind, Maker] = {
    "recovery": recovery,
    "fault": fault,
    "withheld": withheld,
    "impossible": impossible,
    "forbidden": forbidden,
    "changing": changing,
}
"""How a walk becomes a task of a kind; ``merged`` takes two walks, ``plain`` nothing."""

READING: frozenset[Kind] = frozenset({"impossible", "forbidden"})
"""Kinds that are made of walks that only read."""
