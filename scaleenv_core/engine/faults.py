"""Faults put between a caller and its tools: seeded, off by default, and always in the record.

They are what real services do: answer late, turn callers away, lose an answer after the
work is done, stop half way, deliver a call twice. The record says what happened, so that
a verifier can tell whether an agent reported it truthfully.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Any

from attrs import define, evolve, field

from scaleenv_core.engine.observation import Observation, said
from scaleenv_core.names import digest, subseed
from scaleenv_core.settings import FaultSettings
from scaleenv_core.types import Holder, JsonObject, PlannedFault, Tool

KEY = "idempotency_key"
"""The argument that write tools take while faults are on."""

_SAID: Mapping[str, str] = {
    "rate-limit": "429 too many requests: the call was not carried out; try again",
    "expired-auth": "401 the session had expired and is renewed now: the call was not carried out",
    "timeout-before": "504 timeout: no answer came, and it is not known whether the call was carried out",
    "timeout-after": "504 timeout: no answer came, and it is not known whether the call was carried out",
    "partial-failure": "500 internal error: the call stopped half way",
}

Run = Callable[[str, JsonObject, Holder, int | None], Observation]
"""Carries a call out; the number is the most writes it may make."""


@define
class Faults:
    """The disturbances of one episode."""

    settings: FaultSettings
    seed: int
    planned: tuple[PlannedFault, ...] = ()
    """Those of the task; they come first."""

    made: Counter[str] = field(factory=Counter)
    """Valid calls so far, by tool."""

    calls: int = 0
    """Calls so far: each has its own draw."""

    answers: dict[str, tuple[str, str]] = field(factory=dict)
    """Idempotency key → (digest of the call, its answer)."""

    def deliver(self, run: Run, tool: str, sent: JsonObject, held_by: Holder) -> Observation:
        """Carry a valid call out, or what becomes of it."""
        rng = Random(subseed(self.seed, "fault", self.calls))
        self.calls += 1
        self.made[tool] += 1
        fault, latency = self._planned(tool) or self._drawn(rng), 0
        if self.settings.latency_ms:
            latency = round(rng.expovariate(1 / self.settings.latency_ms))
        if fault in ("rate-limit", "expired-auth", "timeout-before"):
            seen = Observation(tool, sent, held_by, "failed", said(_SAID[fault]), fault=fault)
        else:
            seen = self._carried_out(run, tool, sent, held_by, fault)
        return evolve(seen, arguments=sent, latency_ms=latency)

    def _carried_out(self, run: Run, tool: str, sent: JsonObject, held_by: Holder, fault: str) -> Observation:
        key, rest = str(sent.get(KEY, "")), sorted(pair for pair in sent.items() if pair[0] != KEY)
        call = digest(repr((tool, held_by, rest)))
        if key in self.answers:
            return self._again(tool, held_by, key, call)
        seen = run(tool, sent, held_by, 1 if fault == "partial-failure" else None)
        if key and seen.status == "answered":
            self.answers[key] = (call, seen.text)
        elif fault == "duplicate":
            seen = _twice(seen, run(tool, sent, held_by, None))
        if fault == "timeout-after":
            return evolve(seen, status="failed", fault=fault, text=said(_SAID[fault]))
        return seen

    def _planned(self, tool: str) -> str:
        number = self.made[tool]
        due = (p.fault for p in self.planned if p.tool == tool and (number <= p.times or not p.times))
        return next(due, "")

    def _drawn(self, rng: Random) -> str:
        at = rng.random()
        for name, share in self.settings.shares():
            at -= share
            if at < 0:
                return name
        return ""

    def _again(self, tool: str, held_by: Holder, key: str, call: str) -> Observation:
        before, text = self.answers[key]
        if before != call:
            problem = f"{KEY} {key!r} was used for another call"
            return Observation(tool, {}, held_by, "rejected", said(problem))
        return Observation(tool, {}, held_by, "answered", text)


def _twice(first: Observation, second: Observation) -> Observation:
    """Both deliveries as one call; the caller hears the second, as behind a proxy that retries."""
    return evolve(second, fault="duplicate").with_those_of(first)


def cut_short(seen: Observation) -> None:
    """Make it what the caller of a partial failure hears."""
    fault = "partial-failure"
    seen.status, seen.fault, seen.text = "failed", fault, said(_SAID[fault])


def with_keys(tools: Iterable[Tool], writing: Callable[[str], bool]) -> dict[str, Tool]:
    """The tools as they are offered while faults are on: those that write take a key."""
    asked: Any = {
        "type": "string",
        "description": "Calls with one key are carried out once, however often they are sent.",
    }

    def keyed(tool: Tool) -> Tool:
        properties = {KEY: asked, **tool.parameters.get("properties", {})}
        return evolve(tool, parameters={**tool.parameters, "properties": properties})

    return {tool.name: keyed(tool) if writing(tool.name) else tool for tool in tools}
