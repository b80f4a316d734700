"""Where tasks of a kind are made: fresh rows to try calls on, and chance."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import field, frozen

from scaleenv_core.engine import DomainFolder, Environment, Observation
from scaleenv_core.errors import ToolCrash, ToolLied
from scaleenv_core.stages.arguments import ArgumentMaker
from scaleenv_core.types import JsonObject, Rule, Tool

TRIES = 12
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
        for _ in range(TRIES):
            arguments = self.maker.make(tool, self.rng, optional=0.1, given=given or {})
            if seen := self.tried(tool.name, arguments):
                yield seen

    def refusals(self, tool: Tool) -> list[Observation]:
        """Calls that the domain refuses now, having looked at its rows: first those that it found."""
        found = [seen for seen in self.calls(tool) if seen.status == "refused" and seen.reads]
        return sorted(found, key=lambda seen: not any(touched.keys for touched in seen.reads))


def seeds(domain: DomainFolder) -> dict[tuple[str, tuple[Any, ...]], Row]:
    """A domain's rows, by table and key."""
    tables = domain.schema.tables
    return {(table, tuple(row.get(c) for c in tables[table].key)): row for table, row in domain.rows}
