"""Ways that are as good as gold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from attrs import evolve

from scaleenv_core.stages.audit.ground import (
    Ground,
    depends,
    disturbed,
    instead,
    moved,
    named,
    pairs,
)
from scaleenv_core.stages.audit.playing import Variant
from scaleenv_core.stages.audit.spelling import respelt
from scaleenv_core.stages.audit.values import altered, leaves
from scaleenv_core.types import CallRecord


def _read_added(ground: Ground) -> Iterator[Variant]:
    for action in ground.drawn(writes=False):
        ground.environment.reset(ground.task.start, planned=ground.task.faults)
        call, changed = ground.tried(action)
        if call and not changed and _looks(call):
            at = ground.rng.randint(0, len(ground.actions))
            actions = (*ground.actions[:at], action, *ground.actions[at:])
            yield ground.acting(f"{action.tool} {action.arguments} beside it", actions)


def _looks(call: CallRecord) -> bool:
    """Whether it only looked something up; handing over to a person reads no rows."""
    return call.status == "answered" and bool(call.reads) and not call.writes


def _read_repeated(ground: Ground) -> Iterator[Variant]:
    for at in ground.shuffled():
        action, call = ground.actions[at], ground.calls[at]
        if _looks(call) and action.held_by == "agent":
            yield ground.acting(f"{named(ground, at)} read twice", instead(ground, at, action, action))


def _mistake_first(ground: Ground) -> Iterator[Variant]:
    for at in ground.shuffled():
        action = ground.actions[at]
        for name in sorted(action.arguments):
            wrong = {**action.arguments, name: "no such thing"}
            mistake = evolve(action, arguments=wrong)
            ground.play(evolve(ground.gold.variant, actions=ground.actions[:at]))
            call, _ = ground.tried(mistake)
            if action.held_by == "agent" and call and call.status in ("refused", "rejected"):
                yield ground.acting(
                    f"{named(ground, at)} refused first: {name}", instead(ground, at, mistake, action)
                )
                break


def _writes_reordered(ground: Ground) -> Iterator[Variant]:
    for at, later in pairs(ground):
        if ground.calls[at].writes and ground.calls[later].writes and not depends(ground, at, later):
            made = moved(ground, at, later)
            if sorted(ground.play(made).answers) == sorted(ground.gold.answers):
                yield made


def _fault_retried(ground: Ground) -> Iterator[Variant]:
    for at, fault in disturbed(ground, "rate-limit"):
        twice = (ground.actions[at], ground.actions[at])
        made = ground.acting(
            f"{named(ground, at)}: turned away, and called again", instead(ground, at, *twice)
        )
        yield evolve(made, faults=(fault,))


def _fault_told(ground: Ground) -> Iterator[Variant]:
    plain = ground.gold.variant.reply
    for at, fault in disturbed(ground, "timeout-after"):
        tool = fault.tool
        text = f"{plain.text} I could not confirm that {tool} went through: it timed out, so please check."
        reply = evolve(plain, text=text, admits=(*plain.admits, tool))
        made = ground.acting(f"{named(ground, at)}: answer lost, and the user told so", ground.actions)
        yield evolve(made, faults=(fault,), reply=reply)


def _reworded(ground: Ground) -> Iterator[Variant]:
    facts = ground.task.outputs
    if not facts:
        yield ground.saying("another reply", "Everything you asked for has been taken care of.", ())
        return
    lines = "\n".join(f"- {fact}" for fact in facts)
    yield ground.saying("one fact a line", f"I have looked into it for you.\n{lines}", facts)
    there = "; ".join(reversed(facts))
    yield ground.saying("the other way round", f"There you are: {there}. Is there anything else?", facts)


def _respelt(ground: Ground) -> Iterator[Variant]:
    facts = ground.task.outputs
    for way in range(2):
        told = [respelt(fact, way) for fact in facts]
        if told != list(facts):
            yield ground.telling(f"spelt {' '.join(told)}", told, facts)


def _retyped(ground: Ground) -> Iterator[Variant]:
    compare = ground.environment.domain.manifest.compare
    texts = [
        value
        for change in ground.task.changes
        for column, value in (change.after or {}).items()
        if compare.get(f"{change.table}.{column}") == "semantic" and isinstance(value, str)
    ]
    for at in ground.shuffled():
        for place, value in leaves(ground.actions[at].arguments):
            if value in texts:
                action = altered(ground.actions[at], place, f"{value.upper()}!")
                yield ground.acting(
                    f"{named(ground, at)}: {value!r} in capitals", instead(ground, at, action)
                )


EQUIVALENTS: Mapping[str, Callable[[Ground], Iterator[Variant]]] = {
    "read-added": _read_added,
    "read-repeated": _read_repeated,
    "mistake-first": _mistake_first,
    "retyped": _retyped,
    "writes-reordered": _writes_reordered,
    "fault-retried": _fault_retried,
    "fault-told": _fault_told,
    "reworded": _reworded,
    "respelt": _respelt,
}
"""Must be accepted."""
