"""Walks: sequences of executed calls that grow along the data flow, outputs really becoming inputs.

A tool joins a walk when what it needs is there: taken from an earlier answer, fetched by
calls made for it, or said by the user (dependency-aware expansion, ScaleEnv, phase 2).
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from attrs import define, evolve, field, frozen

from scaleenv_core.engine import Environment, Observation
from scaleenv_core.engine.journal import canonical
from scaleenv_core.errors import ToolCrash, ToolLied
from scaleenv_core.stages.arguments import ArgumentMaker, fits, name_key
from scaleenv_core.types import Action, Binding, Tool

_STEP = re.compile(r"([^.\[\]]+)|\[(\d*)\]")
_MISSES = 8
"""Calls refused in a row after which a walk ends as it is."""

Bound = dict[str, tuple[Any, Binding]]
"""Argument → its value, and where that comes from."""

Fact = tuple[str, str]
"""The name of a field of an answer, and its value as text."""


class Link(NamedTuple):
    """One data-flow edge inside a domain: an output of one tool fits a parameter of another."""

    source: str
    target: str
    path: str
    """In the source's answer: ``items[].id``."""
    parameter: str


@frozen
class Flow:
    """A domain's data flow, by where it leads."""

    into: Mapping[str, Mapping[str, Sequence[Link]]]
    """By target tool and parameter."""

    sources: frozenset[str]

    @classmethod
    def of(cls, links: Iterable[Link], tools: Mapping[str, Tool]) -> Flow:
        """The links whose ends are there."""
        into: dict[str, dict[str, list[Link]]] = {}
        for link in sorted(set(links)):
            if link.source not in tools or link.target not in tools:
                continue
            if link.parameter in tools[link.target].parameters.get("properties", {}):
                into.setdefault(link.target, {}).setdefault(link.parameter, []).append(link)
        found = (link for parameters in into.values() for links in parameters.values() for link in links)
        return cls(into, frozenset(link.source for link in found))

    def needs(self, tool: Tool) -> list[str]:
        """The required parameters that other tools' answers give."""
        return [name for name in tool.parameters.get("required", ()) if name in self.into.get(tool.name, {})]


@frozen
class Step:
    """One executed call of a walk."""

    action: Action
    seen: Observation
    content: Any
    """The answer as data."""

    wrote: bool
    told: tuple[Fact, ...] = ()
    """Facts of the answer that the user wants to know."""

    @property
    def feeders(self) -> set[int]:
        """The steps whose answers it takes values from."""
        return {int(b.origin.split()[1]) for b in self.action.bindings if b.origin != "user"}

    @property
    def rows(self) -> set[tuple[str, tuple[Any, ...]]]:
        """The rows that it wrote."""
        return {(touched.table, key) for touched in self.seen.writes for key in touched.keys}


def values_at(content: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every value at a path, with the path it really has: ``items[2].id``."""
    found: list[tuple[str, Any]] = [("", content)]
    for name, index in _STEP.findall(path):
        found = list(_below(found, name, index))
    yield from found


def _below(found: Sequence[tuple[str, Any]], name: str, index: str) -> Iterator[tuple[str, Any]]:
    for path, value in found:
        if name and isinstance(value, dict) and name in value:
            yield f"{path}.{name}" if path else name, value[name]
        elif not name and isinstance(value, list):
            wanted = range(len(value)) if index == "" else range(int(index), min(int(index) + 1, len(value)))
            for number in wanted:
                yield f"{path}[{number}]", value[number]


def _paths(bound: Bound) -> set[str]:
    return {re.sub(r"\[\d+\]", "[]", binding.path) for _, binding in bound.values()}


@define
class Walker:
    """Walks one domain's tools, each walk from the seed rows."""

    environment: Environment
    maker: ArgumentMaker
    flow: Flow
    _steps: list[Step] = field(factory=list)
    _past: Sequence[Step] = ()
    """What other goals did before."""

    _made: set[str] = field(factory=set)
    _mark: str = ""
    _longest: int = 0

    def walk(
        self, rng: random.Random, wanted: int, *, writing: bool, past: Sequence[Step] = ()
    ) -> list[Step]:
        """One walk of about this many calls; it leaves the rows alone unless ``writing``.

        It goes on where the ``past``, the walk before, came to, and takes nothing from its answers.
        """
        if not past:
            self.environment.reset()
            self._made = set()
        self._steps, self._past, self._mark = [], past, self.environment.fingerprint
        self._longest = wanted + 3  # what a last call needs may still come
        functions = self.environment.domain.functions
        tools = sorted(n for n in self.environment.offered() if writing or not functions[n].writes)
        misses = 0
        while tools and len(self._steps) < wanted and misses < _MISSES:
            name = self._next(tools, wanted, rng)
            misses = 0 if self._add(name, rng, 2) else misses + 1
        return self._steps

    def follow(self, rng: random.Random, chain: Sequence[str]) -> list[Step]:
        """A walk along these tools, in order, with the reads that they need; what is refused is left out."""
        self.environment.reset()
        self._made = set()
        self._steps, self._past, self._mark = [], (), self.environment.fingerprint
        self._longest = 2 * len(chain) + 3
        for name in chain:
            if name in self.environment.offered():
                any(self._add(name, rng, 1) for _ in range(_MISSES))
        return self._steps

    def _next(self, tools: Sequence[str], wanted: int, rng: random.Random) -> str:
        """A tool that the walk so far leads to, or one for another goal; seldom what was used often."""
        uses = Counter(step.action.tool for step in self._steps)
        led = [name for name in tools if any(link.source in uses for link in self._links(name))]
        if not uses:
            # Reads that lead somewhere start many walks, as they do a person's.
            led = [name for name in tools if name in self.flow.sources]
        pool = led if led and rng.random() < 0.8 else tools
        functions = self.environment.domain.functions
        late = len(self._steps) + 1 >= wanted and not any(step.wrote for step in self._steps)
        writes = [name for name in (tools if late else pool) if functions[name].writes]
        if writes and (late or rng.random() < 0.6):
            pool = writes
        return rng.choices(pool, [1 / (1 + uses[name]) ** 2 for name in pool])[0]

    def _links(self, target: str) -> Iterator[Link]:
        for links in self.flow.into.get(target, {}).values():
            yield from links

    def _add(self, name: str, rng: random.Random, depth: int) -> bool:
        """Call a tool, after the calls that fetch what it needs; whether it answered."""
        tool = self.environment.domain.tools[name]
        bound = self._bound(tool, rng)
        for parameter in self.flow.needs(tool):
            room = depth > 0 and len(self._steps) + 1 < self._longest
            # Now and then the user knows it by heart.
            if parameter not in bound and room and rng.random() < 0.9:
                self._fetch(tool, parameter, rng, depth)
                bound = self._bound(tool, rng)
        return self._execute(tool, bound, rng)

    def _fetch(self, tool: Tool, parameter: str, rng: random.Random, depth: int) -> None:
        """Calls that only read until one gives the parameter; those that give none are forgotten."""
        functions, offered = self.environment.domain.functions, self.environment.offered()
        sources = {link.source for link in self.flow.into[tool.name][parameter]} - {tool.name}
        reads = sorted(name for name in sources if name in offered and not functions[name].writes)
        for source in rng.choices(reads, k=3) if reads else ():
            before = len(self._steps)
            if self._add(source, rng, depth - 1) and self._drawn(tool, parameter, rng):
                return
            del self._steps[before:]

    def _bound(self, tool: Tool, rng: random.Random) -> Bound:
        """What the walk so far gives to a tool's parameters, the newest answers first."""
        into, required = self.flow.into.get(tool.name, {}), tool.parameters.get("required", ())
        newest = {step.action.tool: number for number, step in enumerate(self._steps)}
        ages = {name: max(newest.get(link.source, -1) for link in links) for name, links in into.items()}
        found: Bound = {}

        def rank(name: str) -> tuple[bool, int, bool, str]:
            # What the newest answer was asked with follows from what is taken of it.
            asked = self._steps[ages[name]].action.arguments if ages[name] >= 0 else ()
            return name not in required, -ages[name], name_key(name) in map(name_key, asked), name

        for name in sorted(into, key=rank):
            if ages[name] < 0 or (name not in required and rng.random() < 0.5):
                continue
            if name not in required and any(link.path in _paths(found) for link in into[name]):
                continue  # the same thing under another name
            taken = self._inherited(name, found) or self._drawn(tool, name, rng)
            if taken:
                found[name] = taken
        return found

    def _inherited(self, name: str, found: Bound) -> tuple[Any, Binding] | None:
        """What the calls behind the other arguments took: an event's id goes with its calendar's."""
        behind = sorted({int(b.origin.split()[1]) for _, b in found.values() if b.origin != "user"})
        while behind:
            step = self._steps[behind.pop()]
            for binding in step.action.bindings:
                if name_key(binding.argument) == name_key(name):
                    return step.action.arguments[binding.argument], evolve(binding, argument=name)
            behind = sorted({*behind, *step.feeders})
        return None

    def _drawn(self, tool: Tool, name: str, rng: random.Random) -> tuple[Any, Binding] | None:
        """A value of an earlier answer, rather one that this tool was not yet called with."""
        schema = tool.parameters["properties"][name]
        places: dict[str, list[int]] = {}
        used = set()
        for number, step in enumerate(self._steps):
            places.setdefault(step.action.tool, []).append(number)
            if step.action.tool == tool.name:
                used.add(canonical(step.action.arguments.get(name)))
        ways = [
            (number, link)
            for link in self.flow.into[tool.name][name]
            for number in places.get(link.source, ())
        ]
        for number, link in rng.sample(ways, min(4, len(ways))):
            values = list(values_at(self._steps[number].content, link.path))
            rng.shuffle(values)
            values.sort(key=lambda pair: canonical(pair[1]) in used)
            for path, value in values[:8]:
                if fits(value, schema):
                    return value, self._origin(name, value, number, path)
        return None

    def _origin(self, name: str, value: Any, number: int, path: str) -> Binding:
        """Where a value is first known from: what a call was given, its answer merely repeats."""
        for step in self._steps[: number + 1]:
            for binding in step.action.bindings:
                if step.action.arguments[binding.argument] == value and (
                    name_key(binding.argument) == name_key(name) or len(str(value)) > 5
                ):
                    return evolve(binding, argument=name)
        return Binding(argument=name, origin=f"action {number}", path=path)

    def _execute(self, tool: Tool, bound: Bound, rng: random.Random) -> bool:
        given = {name: value for name, (value, _) in bound.items()}
        made = self.maker.make(tool, rng, given=given)
        for name in made:
            taken = None if name in bound else self._inherited(name, bound) or self._held(tool, name, rng)
            if taken:
                bound[name] = taken
        arguments = made | {name: value for name, (value, _) in bound.items()}
        bindings = tuple(
            bound[name][1] if name in bound else Binding(argument=name, origin="user") for name in arguments
        )
        call = canonical([tool.name, arguments])
        if call in self._made:
            return False
        self._made.add(call)
        return self._call(Action(tool=tool.name, arguments=arguments, bindings=bindings))

    def _held(self, tool: Tool, name: str, rng: random.Random) -> tuple[Any, Binding] | None:
        """What the user said once mostly holds on, where it says which thing is meant."""
        if name not in self.flow.into.get(tool.name, {}) or rng.random() < 0.3:
            return None
        for step in reversed(self._steps):
            for binding in step.action.bindings:
                if binding.origin == "user" and name_key(binding.argument) == name_key(name):
                    return step.action.arguments[binding.argument], evolve(binding, argument=name)
        return None

    def _call(self, action: Action) -> bool:
        environment = self.environment
        writes = environment.domain.functions[action.tool].writes
        point = environment.snapshot() if writes else None
        try:
            seen = environment.call(action.tool, action.arguments)
        except (ToolCrash, ToolLied):  # on arguments that testing did not meet
            return False
        if seen.status != "answered":
            return False
        step = Step(action, seen, seen.content, writes)
        if point:
            mark = environment.fingerprint
            if mark == self._mark or self._undoes(step):
                environment.restore(point)
                return False
            self._mark = mark
        self._steps.append(step)
        return True

    def _undoes(self, step: Step) -> bool:
        """Whether it makes an earlier write pointless: the row is gone, or written by the same tool."""
        earlier = {row: other.action.tool for other in (*self._past, *self._steps) for row in other.rows}
        again = step.rows & set(earlier)
        if not again:
            return False
        left = {(change.table, change.key): change.after for change in self.environment.changes}
        return any(earlier[row] == step.action.tool or left.get(row) is None for row in again)
