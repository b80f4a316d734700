"""A wish: what a user asks for, and the calls that a good agent makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import evolve, frozen

from scaleenv_core.stages.walk import Step
from scaleenv_core.types import Kind, PlannedFault, Rule


@frozen(kw_only=True)
class Wish:
    """One task on its way: what its words say, and what its gold does."""

    asked: tuple[Step, ...]
    """What the user wants, in order; bindings count within it."""

    gold: tuple[Step, ...]
    """What is executed: without what must not be done, with attempts that come to nothing."""

    kind: Kind = "plain"
    rule: Rule | None = None
    """The rule that the wish tempts the agent to break."""

    withheld: tuple[tuple[int, str], ...] = ()
    """Step of :attr:`asked` and argument that the user says only when asked."""

    consent: str = ""
    """The tool whose call the agent has to ask leave for; the user gives it."""

    first: tuple[int, Step] | None = None
    """A step of :attr:`asked`, and what the user wanted in its place at first."""

    missing: frozenset[str] = frozenset()
    """Tools that are not offered."""

    faults: tuple[PlannedFault, ...] = ()


def plain(steps: Sequence[Step]) -> Wish:
    """What is asked is what is done."""
    return Wish(asked=tuple(steps), gold=tuple(steps))


def renumbered(step: Step, places: dict[int, int]) -> Step:
    """A step whose arguments come from the same answers, at their new places."""
    bindings = tuple(
        b if b.origin == "user" else evolve(b, origin=f"action {places[int(b.origin.split()[1])]}")
        for b in step.action.bindings
    )
    return evolve(step, action=evolve(step.action, bindings=bindings))


def kept(steps: Sequence[Step], wanted: Iterable[int]) -> list[Step]:
    """These steps and those that feed them, renumbered."""
    keep = set(wanted)
    for number in range(len(steps) - 1, -1, -1):
        if number in keep:
            keep |= steps[number].feeders
    places = {old: new for new, old in enumerate(sorted(keep))}
    return [renumbered(steps[old], places) for old in places]


def inserted(steps: Sequence[Step], at: int, step: Step) -> tuple[Step, ...]:
    """The steps with one more before another; it may take values from those before it."""
    places = {old: old + (old >= at) for old in range(len(steps))}
    later = (renumbered(other, places) for other in steps[at:])
    return (*steps[:at], step, *later)


def joined(steps: Sequence[Step], more: Sequence[Step]) -> list[Step]:
    """Steps, and others that take nothing from them."""
    places = {old: old + len(steps) for old in range(len(more))}
    return [*steps, *(renumbered(step, places) for step in more)]


def said(steps: Sequence[Step]) -> set[str]:
    """What user and agent say anyway."""
    given = {str(value) for step in steps for value in step.action.arguments.values()}
    return given | {fact for step in steps for _, fact in step.told}
