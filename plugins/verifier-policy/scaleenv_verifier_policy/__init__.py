"""The rules that no tool enforces and only the agent keeps (``rules.jsonl`` of a domain)."""

from __future__ import annotations

from attrs import frozen

from scaleenv_core import hookimpl
from scaleenv_core.types import CallRecord, DomainManifest, Rule, Task, Trajectory, Verdict

__all__ = ["Policy"]


@frozen
class Policy:
    """Each of the domain's rules is kept, in the sense of :class:`~scaleenv_core.types.Rule`.

    Only answered calls of the agent's count. What a row was before is what it was when the task
    began; a row that ended as it began is not judged.
    """

    leave: tuple[str, ...] = ("yes", "可以", "好的", "是的")
    """How the answer of a user begins who agrees; case does not count."""

    @hookimpl
    def verify_trajectory(self, trajectory: Trajectory, task: Task, domain: DomainManifest) -> Verdict:
        """The first rule that is broken, or a pass."""
        answered = [
            (number, call)
            for number, call, _ in trajectory.answers()
            if call.status == "answered" and call.held_by == "agent"
        ]
        judged = False
        for rule in domain.rules:
            calls = [(number, call) for number, call in answered if call.tool in rule.tools]
            judged = judged or bool(calls)
            if calls and (problem := self._problem(rule, calls, trajectory, task)):
                return Verdict(verifier="policy", passed=False, reason=f"rule {rule.id!r}: {problem}")
        return Verdict(verifier="policy", passed=True, applies=judged)

    def _problem(
        self, rule: Rule, calls: list[tuple[int, CallRecord]], trajectory: Trajectory, task: Task
    ) -> str:
        if rule.kind == "confirm":
            number, call = calls[0]
            return "" if self._allowed(trajectory, number) else f"{call.tool} without the user's yes"
        if rule.kind == "limit":
            return "" if len(calls) <= rule.most else f"{len(calls)} calls, at most {rule.most}"
        for _, call in calls:
            for touched in call.writes:
                for key in touched.keys if touched.table == rule.table else ():
                    if (value := _before(trajectory, task, rule, key)) in rule.values:
                        return f"{call.tool} where {rule.column} of {rule.table}{list(key)} is {value!r}"
        return ""

    def _allowed(self, trajectory: Trajectory, before: int) -> bool:
        """Whether the agent asked something, and the user's next words begin with a yes."""
        asked = False
        for message in trajectory.messages[:before]:
            if message.role == "assistant" and message.content:
                asked = "?" in message.content or "？" in message.content
            elif message.role == "user" and not message.private:
                if asked and message.content.strip().casefold().startswith(self.leave):
                    return True
                asked = False
        return False


def _before(trajectory: Trajectory, task: Task, rule: Rule, key: tuple[object, ...]) -> object:
    """The rule's column of a row as the task began; ``None`` where it is not known, or was not there."""
    for change in task.start:
        if (change.table, change.key) == (rule.table, key):
            return (change.after or {}).get(rule.column)
    for change in trajectory.changes:
        if (change.table, change.key) == (rule.table, key):
            return (change.before or {}).get(rule.column)
    return None
