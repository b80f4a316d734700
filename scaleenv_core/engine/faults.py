"""Faults put between a caller and its tools: seeded, off by default, and always in the record.

They are what real services do: answer late, turn callers away, lose an answer after the
work is done, stop half way, deliver a call twice. The record says what happened, so that
a verifier can tell whether an agent reported it truthfully.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Any

from attrs import define, evolve, field

from scaleenv_core.config import FaultSettings
from scaleenv_core.engine.observation import Observation, error
from scaleenv_core.names import digest, subseed
from scaleenv_core.types import CallRecord, JsonObject, Tool

KEY = "idempotency_key"
"""The argument that write tools take while faults are on."""

_SAID: Mapping[str, str] = {
    "rate-limit": "429 too many requests: the call was not carried out; try again",
    "expired-auth": "401 the session had expired and is renewed now: the call was not carried out",
    "timeout-before": "504 timeout: no answer came, and it is not known whether the call was carried out",
    "timeout-after": "504 timeout: no answer came, and it is not known whether the call was carried out",
    "partial-failure": "500 internal error: the call stopped half way",
}

Run = Callable[[CallRecord, JsonObject, int | None], Observation]
"""Carries a call out; the number is the most writes it may make."""


@define
class Faults:
    """The disturbances of one episode."""

    settings: FaultSettings
    seed: int
    calls: int = 0
    """Calls so far: each has its own draw."""

    answers: dict[str, tuple[str, str]] = field(factory=dict)
    """Idempotency key → (digest of the call, its answer)."""

    def deliver(self, run: Run, made: CallRecord, sent: JsonObject) -> Observation:
        """Carry a valid call out, or what becomes of it."""
        rng = Random(subseed(self.seed, "fault", self.calls))
        self.calls += 1
        fault = self._drawn(rng)
        if self.settings.latency_ms:
            made = evolve(made, latency_ms=round(rng.expovariate(1 / self.settings.latency_ms)))
        if fault in ("rate-limit", "expired-auth", "timeout-before"):
            return error(_SAID[fault], evolve(made, status="failed", fault=fault))
        key = str(sent.pop(KEY, ""))
        call = digest(repr((made.tool, made.held_by, sorted(sent.items()))))
        if key in self.answers:
            return self._again(made, key, call)
        most = 1 if fault == "partial-failure" else None
        seen = run(made, dict(sent), most)
        if key and seen.status == "answered":
            self.answers[key] = (call, seen.text)
        elif fault == "duplicate":
            seen = _twice(seen, run(made, dict(sent), None))
        return _lost(seen) if fault == "timeout-after" else seen

    def _drawn(self, rng: Random) -> str:
        at = rng.random()
        for name, share in self.settings.shares():
            at -= share
            if at < 0:
                return name
        return ""

    def _again(self, made: CallRecord, key: str, call: str) -> Observation:
        before, text = self.answers[key]
        if before != call:
            return error(f"{KEY} {key!r} was used for another call", made)
        return Observation(text, evolve(made, status="answered"))


def _twice(first: Observation, second: Observation) -> Observation:
    """Both deliveries as one record; the caller hears the second, as behind a proxy that retries."""
    record = evolve(
        second.record,
        fault="duplicate",
        reads=(*first.record.reads, *second.record.reads),
        writes=(*first.record.writes, *second.record.writes),
    )
    return Observation(second.text, record)


def _lost(seen: Observation) -> Observation:
    return error(_SAID["timeout-after"], evolve(seen.record, status="failed", fault="timeout-after"))


def cut_short(record: CallRecord) -> Observation:
    """What the caller of a partial failure hears."""
    return error(_SAID["partial-failure"], evolve(record, status="failed", fault="partial-failure"))


def with_keys(tools: Iterable[Tool], writing: Callable[[str], bool]) -> dict[str, Tool]:
    """The tools as they are offered while faults are on: those that write take a key."""
    asked: Any = {
        "type": "string",
        "description": "Calls with one key are carried out once, however often they are sent.",
    }

    def keyed(tool: Tool) -> Tool:
        properties = {**tool.parameters.get("properties", {}), KEY: asked}
        return evolve(tool, parameters={**tool.parameters, "properties": properties})

    return {tool.name: keyed(tool) if writing(tool.name) else tool for tool in tools}
