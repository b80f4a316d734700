"""Attribution: whose failure it was that a trajectory did not pass, by rule and in one line.

Broken machinery says itself whose it was. Of a valid trajectory that failed, the user is
asked first: a user who never says what only they know, or leaves before it, makes any agent
fail. What is left is the agent's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson

from scaleenv_core.names import singular, words
from scaleenv_core.types import STOP, Action, Blame, CallRecord, Failure, Message, Task, Trajectory, Verdict

_ASKS = re.compile(r"[?？]|\b(?:please|need|provide|let me know|tell me)\b|请", re.I)

_SAID = {
    "policy": "rule-broken",
    "truthful": "failure-hidden",
    "communicate": "fact-not-told",
    "grounded": "not-looked-up",
}
"""Verifiers that judge what was said beside what was done → what it is that they find."""


def blame(
    trajectory: Trajectory, task: Task, verdicts: Sequence[Verdict], failure: Failure | None
) -> Blame | None:
    """Who failed, and how; ``None`` where nobody did."""
    if failure is not None:
        return Blame(owner=failure.owner, kind="broken", reason=" ".join(failure.error.split()))
    failed = [verdict for verdict in verdicts if not verdict.passed]
    if not failed:
        return None
    users = next(_users(trajectory, task), None)
    if users is not None:
        return Blame(owner="user", kind=users[0], reason=users[1])
    kind, reason = next(_agents(trajectory, task, failed))
    return Blame(owner="agent", kind=kind, reason=reason)


def _users(trajectory: Trajectory, task: Task) -> Iterator[tuple[str, str]]:
    """What the user did wrong."""
    said = trajectory.messages[1 + len(task.history) :]
    heard = [message.content for message in said if message.role == "assistant" and message.content]
    acted = any(message.role == "assistant" for message in said)
    if trajectory.ended == "user_stop" and not acted:
        yield "left-early", "the user ended the dialogue before the agent could act"
    spoke = sum(
        m.role == "user" and not m.private and bool(m.content.replace(STOP, "").strip()) for m in said
    )
    if trajectory.ended == "user_stop" and spoke <= len(task.later):
        yield "left-early", "the user ended the dialogue without thinking again, as the task says"
    for name, value in _told(task):
        if not _said(value, said, task) and any(_asks_for(text, words(name)) for text in heard):
            yield "kept-silent", f"the user never said the {' '.join(words(name))} that the agent asked for"
            break
    made = [call.tool for call in trajectory.calls if call.held_by == "user"]
    for action in task.actions:
        if (
            action.held_by == "user"
            and action.tool not in made
            and any(_asks_to(t, action.tool) for t in heard)
        ):
            yield "not-done", f"the user did not do what the agent asked for: {action.tool}"
    wanted = {action.tool for action in task.actions}
    for call in trajectory.calls:
        if call.held_by == "user" and call.writes and call.tool not in wanted:
            if not any(_asks_to(text, call.tool) for text in heard):
                yield "wrong-write", f"the user called {_spelled(call)}, which nobody asked for"


def _told(task: Task) -> Iterator[tuple[str, Any]]:
    """What the gold actions take from the user."""
    for action in task.actions:
        for binding in action.bindings:
            if binding.origin == "user" and binding.argument in action.arguments:
                yield binding.argument, action.arguments[binding.argument]


def _said(value: Any, messages: Iterable[Message], task: Task) -> bool:
    """Whether a user said a value, whatever its spelling."""
    if isinstance(value, (dict, list)) or value is None or isinstance(value, bool):
        return True  # no one spelling
    texts = [m.content for m in (*messages, *task.history) if m.role == "user" and not m.private]
    return _folded(str(value)) in _folded("\n".join(texts))


def _folded(text: str) -> str:
    return re.sub(r"[^\w.]+", "", text.casefold())


def _asks_for(text: str, name: Sequence[str]) -> bool:
    """Whether words of an agent ask for something of this name."""
    said = {singular(word) for word in words(text)}
    return bool(_ASKS.search(text)) and {singular(word) for word in name} <= said


def _asks_to(text: str, tool: str) -> bool:
    """Whether words of an agent ask to use a tool: all that its name says beside the verb."""
    _, *rest = words(tool)
    return bool(rest) and _asks_for(text, rest)


def _agents(trajectory: Trajectory, task: Task, failed: Sequence[Verdict]) -> Iterator[tuple[str, str]]:
    """What the agent did wrong: the last is always there."""
    names = {verdict.verifier: verdict.reason for verdict in failed}
    acts = [message for message in trajectory.messages if message.role == "assistant"]
    if trajectory.ended == "max_turns":
        yield "max-turns", f"no end after {len(acts)} turns"
    if "validity" in names:
        yield "malformed", names["validity"]
    calls = [call for call in trajectory.calls if call.held_by == "agent"]
    gold = [action for action in task.actions if action.held_by == "agent" and action.expect == "answered"]
    if gold and not calls:
        yield "gave-up", "the agent called nothing"
    if names.keys() - _SAID.keys():
        yield from _calls(calls, gold)
    made = {call.tool for call in trajectory.calls if call.held_by == "user"}
    for action in task.actions:
        if action.held_by == "user" and action.tool not in made:
            yield "user-not-asked", f"the user was never asked for their part: {action.tool}"
    yield from ((kind, names[verifier]) for verifier, kind in _SAID.items() if verifier in names)
    yield failed[0].verifier, failed[0].reason


def _calls(calls: Sequence[CallRecord], gold: Sequence[Action]) -> Iterator[tuple[str, str]]:
    """How the agent's calls differ from gold's."""
    left = list(gold)
    others = []
    for call in calls:
        same = next((action for action in left if _same(call, action)), None)
        if call.status == "answered" and same is not None:
            left.remove(same)
        elif call.status == "answered":
            others.append(call)
    for call in others:
        meant = next((action for action in left if action.tool == call.tool), None)
        if meant is not None:
            yield "wrong-argument", f"{call.tool}: {_difference(call.arguments, meant.arguments)}"
    for call in others:
        if call.writes:
            yield "wrong-write", f"not asked for: {_spelled(call)}"
    for action in left:
        tried = next((call.status for call in calls if call.tool == action.tool), "")
        more = f" (tried, and {tried})" if tried and tried != "answered" else ""
        yield "missing-call", f"not called{more}: {_spelled(action)}"
    for call in others:
        yield "extra-call", f"not asked for: {_spelled(call)}"


def _same(call: CallRecord, action: Action) -> bool:
    if call.tool != action.tool or isinstance(call.arguments, str):
        return False
    counted = set(action.compare) if action.compare is not None else {*call.arguments, *action.arguments}
    return all(call.arguments.get(name) == action.arguments.get(name) for name in counted)


def _difference(given: Any, gold: dict[str, Any]) -> str:
    if not isinstance(given, dict):
        return f"{given!r} are no arguments"
    for name in sorted({*given, *gold}):
        if given.get(name) != gold.get(name):
            return f"{name} {_short(given.get(name))}, gold {_short(gold.get(name))}"
    return "the same call again"


def _spelled(call: CallRecord | Action) -> str:
    return f"{call.tool} {_short(call.arguments)}"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text if len(text) <= 120 else f"{text[:117]}..."
