"""What the agent told the user it had looked up, and had seen before it told it."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from scaleenv_core import hookimpl
from scaleenv_core.types import CallRecord, Evidence, Task, Touched, Trajectory, Verdict
from scaleenv_core.wording import tells

__all__ = ["Grounded"]


@frozen
class Grounded:
    """Each of the task's facts that was told stood before in the answer of a call that can know it.

    That is one of gold's own calls, or any that read a row where gold has the fact from. Where gold
    learns it from being refused, seeing such a row is enough: one may look first. A fact that
    gold computes is not judged, and neither is one that was not told.
    """

    @hookimpl
    def verify_trajectory(self, trajectory: Trajectory, task: Task) -> Verdict:
        """The first fact that was told and not looked up, or a pass."""
        answers = list(trajectory.answers())
        judged = [pair for pair in zip(task.outputs, task.evidence, strict=False) if pair[1].actions]
        for fact, source in judged:
            told = [
                number
                for number, message in enumerate(trajectory.messages)
                if message.role == "assistant" and tells(message.content, fact)
            ]
            seen = (number for number, call, text in answers if _knows(call, text, fact, task, source))
            if told and next(seen, told[-1]) >= told[-1]:
                return Verdict(
                    verifier="grounded", passed=False, reason=f"{fact!r} was told and not looked up before"
                )
        return Verdict(verifier="grounded", passed=True, applies=bool(judged))


def _knows(call: CallRecord, text: str, fact: str, task: Task, source: Evidence) -> bool:
    """Whether a call and its answer are as good as gold's for this fact."""
    gold = [task.actions[number] for number in source.actions]
    met = _meet(call.reads, source.rows)
    if not tells(text, fact):
        return met and all(action.expect != "answered" for action in gold)
    return met or any((call.tool, call.arguments) == (action.tool, action.arguments) for action in gold)


def _meet(some: Iterable[Touched], others: Iterable[Touched]) -> bool:
    keys = {touched.table: {*touched.keys} for touched in others}
    return any(not keys.get(touched.table, set()).isdisjoint(touched.keys) for touched in some)
