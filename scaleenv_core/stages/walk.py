"""Walks: chains of executed calls in which outputs really become inputs."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from attrs import define, evolve, field, frozen

from scaleenv_core.engine import Environment, Observation
from scaleenv_core.stages.arguments import ArgumentMaker, fits, name_key
from scaleenv_core.types import Action, Binding, JsonObject

_STEP = re.compile(r"([^.\[\]]+)|\[(\d*)\]")


class Link(NamedTuple):
    """One data-flow edge inside a domain: an output of one tool fits a parameter of another."""

    source: str
    target: str
    path: str
    """In the source's answer: ``items[].id``."""
    parameter: str


@frozen
class Step:
    """One executed call of a walk."""

    action: Action
    seen: Observation
    wrote: bool


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


@define
class Walker:
    """Walks one domain's tools along its data flow, each from the seed rows."""

    environment: Environment
    maker: ArgumentMaker
    links: Mapping[str, Sequence[Link]]
    """By source tool."""

    _steps: list[Step] = field(factory=list)

    def walk(self, rng: random.Random, longest: int) -> list[Step]:
        """One walk of at most this many calls; empty where the start was refused."""
        self.environment.reset()
        self._steps = []
        tools = sorted(self.environment.offered())
        wanted = rng.randint(1, longest)
        if not self._start(rng, tools):
            return []
        while len(self._steps) < wanted and self._continue(rng):
            pass
        return self._steps

    def _start(self, rng: random.Random, tools: Sequence[str]) -> bool:
        # Reads that lead somewhere start most walks, as they do a person's.
        leading = [name for name in tools if self.links.get(name)]
        for _ in range(4):
            name = rng.choice(leading if leading and rng.random() < 0.75 else tools)
            if self._execute(name, {}, rng):
                return True
        return False

    def _continue(self, rng: random.Random) -> bool:
        used = {step.action.tool for step in self._steps}
        offered = self.environment.offered()
        ways = [
            (number, link)
            for number, step in enumerate(self._steps)
            for link in self.links.get(step.action.tool, ())
            if link.target not in used and link.target in offered
        ]
        writes = [way for way in ways if self.environment.domain.functions[way[1].target].writes]
        for _ in range(6):
            if not ways:
                return False
            number, link = rng.choice(writes if writes and rng.random() < 0.6 else ways)
            if self._execute(link.target, self._bound(number, link, rng), rng):
                return True
        return False

    def _bound(self, number: int, link: Link, rng: random.Random) -> dict[str, tuple[Any, Binding]]:
        """What the walk so far gives to the target's parameters."""
        schema = self.environment.domain.tools[link.target].parameters["properties"][link.parameter]
        found = [
            (path, value)
            for path, value in values_at(self._steps[number].seen.content, link.path)
            if fits(value, schema)
        ]
        if not found:
            return {}
        path, value = rng.choice(found)
        return {
            link.parameter: (value, Binding(argument=link.parameter, origin=f"action {number}", path=path))
        }

    def _execute(self, name: str, bound: dict[str, tuple[Any, Binding]], rng: random.Random) -> bool:
        tool = self.environment.domain.tools[name]
        arguments: JsonObject = self.maker.make(tool, rng)
        said = {name_key(b.argument): s for s in self._steps for b in s.action.bindings if b.origin == "user"}
        for argument in arguments:
            # What the user said once holds for the whole request.
            earlier = said.get(name_key(argument))
            if earlier is not None and argument in earlier.action.arguments:
                arguments[argument] = earlier.action.arguments[argument]
        arguments.update({argument: value for argument, (value, _) in bound.items()})
        bindings = tuple(
            bound[argument][1] if argument in bound else Binding(argument=argument, origin="user")
            for argument in arguments
        )
        mark = self.environment.fingerprint
        seen = self.environment.call(name, arguments)
        if seen.status != "answered":
            return False
        action = Action(tool=name, arguments=arguments, bindings=bindings)
        self._steps.append(Step(action, seen, self.environment.fingerprint != mark))
        return True


def needed(steps: Sequence[Step]) -> list[Step]:
    """The steps that the walk's end needs: its writes, its last step, and what feeds them."""
    keep = {number for number, step in enumerate(steps) if step.wrote} or {len(steps) - 1}
    for number in range(len(steps) - 1, -1, -1):
        if number in keep:
            keep.update(_feeders(steps[number].action))
    order = sorted(keep)
    places = {old: new for new, old in enumerate(order)}
    return [evolve(steps[old], action=_renumbered(steps[old].action, places)) for old in order]


def without(steps: Sequence[Step], number: int) -> list[Step]:
    """The steps without one that feeds no other."""
    order = [old for old in range(len(steps)) if old != number]
    places = {old: new for new, old in enumerate(order)}
    return [evolve(steps[old], action=_renumbered(steps[old].action, places)) for old in order]


def feeds(steps: Sequence[Step], number: int) -> bool:
    """Whether a later step takes a value from this one."""
    return any(number in _feeders(step.action) for step in steps)


def _feeders(action: Action) -> set[int]:
    return {int(b.origin.split()[1]) for b in action.bindings if b.origin != "user"}


def _renumbered(action: Action, places: Mapping[int, int]) -> Action:
    def moved(binding: Binding) -> Binding:
        if binding.origin == "user":
            return binding
        return evolve(binding, origin=f"action {places[int(binding.origin.split()[1])]}")

    return evolve(action, bindings=tuple(map(moved, action.bindings)))
