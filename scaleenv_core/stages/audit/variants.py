"""What an audit tries on a task."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Literal

from attrs import evolve

from scaleenv_core.errors import ToolCrash, ToolLied
from scaleenv_core.stages.audit.equivalents import EQUIVALENTS
from scaleenv_core.stages.audit.ground import Ground
from scaleenv_core.stages.audit.mutants import MUTANTS
from scaleenv_core.stages.audit.playing import Variant


def variants(ground: Ground, most: int) -> Iterator[Variant]:
    """At most so many of each kind."""
    planned: Literal["mutant", "equivalent"]
    for planned in ("mutant", "equivalent"):
        makers = MUTANTS if planned == "mutant" else EQUIVALENTS
        for kind, make in makers.items():
            done: list[Variant] = []
            with suppress(ToolCrash, ToolLied):  # a tool that breaks while one is sought ends its kind
                for variant in make(ground):
                    made = evolve(variant, kind=kind, planned=planned)
                    if made not in done:
                        done.append(made)
                    if len(done) == most:
                        break
            yield from done
