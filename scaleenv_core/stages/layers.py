"""The layers of the funnel: the chosen verifiers, ready to judge."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from scaleenv_core.artifacts import World
from scaleenv_core.endpoints import Endpoints, open_client
from scaleenv_core.stages.running import Run
from scaleenv_core.stages.workers import Seat
from scaleenv_core.types import Verdict

Layers = Mapping[str, Callable[..., list[Verdict]]]
"""Name → what gives its verdict, in the order of the funnel."""


@contextmanager
def layers(seat: Seat, world: World) -> Iterator[Layers]:
    """All layers; one that asks a model does so as the role ``judge``."""
    plugins = seat.plugins("verifier")
    with Endpoints(seat.config, world.completions) as endpoints:
        endpoint = endpoints.role("judge")
        yield {
            name: partial(plugins.only("verifier", name), endpoint=endpoint)
            for name in plugins.names("verifier")
        }


def component(run: Run) -> list[Any]:
    """What identifies the layers in a hash: the plugins, and the judge's model if one asks it."""
    chosen = run.component("verifier")
    if run.plugins("verifier").takes("verifier", "endpoint"):
        chosen.append(open_client(run.config, "judge").identity)
    return chosen
