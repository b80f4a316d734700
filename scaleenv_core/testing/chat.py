"""Sample chats, in the form in which a run exports trajectories for training.

A line is ``{"id", "domain", "task", "messages", "tools"}``: OpenAI chat messages, with a
call's ``arguments`` as a JSON object, and OpenAI function tools.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random
from typing import Any

from scaleenv_core.names import subseed

ChatLine = dict[str, Any]
"""One line of the data set."""

_DOMAINS: Mapping[str, tuple[str, str]] = {
    "shop": ("order", "cancel_order"),
    "library": ("loan", "return_loan"),
    "clinic": ("appointment", "cancel_appointment"),
}
_NOTES = ("please", "it is urgent", "zu spät, leider", "no hurry 🙂")


def sample_chats(count: int = 12, seed: int = 0) -> list[ChatLine]:
    """So many chats over three domains, each one read and one write; some hold a refused call.

    Among them are Unicode, leading spaces and newlines, empty texts, nested and absent
    arguments, two calls in one message, and a chat without tools.
    """
    names = sorted(_DOMAINS)
    return [
        _chat(number, names[number % len(names)], Random(subseed(seed, "chat", number)))
        for number in range(count)
    ]


def write_chats(path: Path, chats: Iterable[ChatLine]) -> Path:
    """Write a chat a line; returns ``path``."""
    lines = [json.dumps(chat, ensure_ascii=False) + "\n" for chat in chats]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def _chat(number: int, domain: str, random: Random) -> ChatLine:
    entity, write = _DOMAINS[domain]
    if number % 7 == 6:
        messages = [_said("user", "Hello?"), _said("assistant", "\n  Hello! How can I help?")]
        return {
            "id": f"chat-{number}",
            "domain": domain,
            "task": f"t{number}",
            "messages": messages,
            "tools": [],
        }
    key = f"{entity[0].upper()}{random.randrange(100, 1000)}"
    calls = [_call(f"c{number}-0", f"get_{entity}", {f"{entity}_id": key})]
    if number % 3 == 1:
        calls.append(_call(f"c{number}-1", "today", {}))
    messages = [
        _said("system", f"You are the agent of a {domain}. Follow its rules."),
        _said("user", f"Take {entity} {key} off my list, {random.choice(_NOTES)}."),
        _said("assistant", " One moment." if number % 2 else "", calls),
        *[_answer(call, {"id": key, "status": "open", "total": random.randrange(50)}) for call in calls],
    ]
    if number % 4 == 3:
        wrong = _call(f"c{number}-2", write, {f"{entity}_id": key.lower()})
        messages += [
            _said("assistant", "", [wrong]),
            _answer(wrong, {"error": f"no {entity} {key.lower()!r}"}),
        ]
    done = _call(f"c{number}-3", write, {f"{entity}_id": key, "reason": {"code": 7, "tags": ["user", "ü"]}})
    messages += [
        _said("assistant", "", [done]),
        _answer(done, {"id": key, "status": "cancelled"}),
        _said("assistant", f"Done: {entity} {key} is off your list."),
        _said("user", "Thank you, goodbye."),
    ]
    tools = [_tool(f"get_{entity}", entity), _tool(write, entity), _tool("today")]
    return {
        "id": f"chat-{number}",
        "domain": domain,
        "task": f"t{number}",
        "messages": messages,
        "tools": tools,
    }


def _said(role: str, content: str, calls: Iterable[dict[str, Any]] = ()) -> dict[str, Any]:
    made: dict[str, Any] = {"role": role, "content": content}
    if given := list(calls):
        made["tool_calls"] = given
    return made


def _call(key: str, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {"id": key, "type": "function", "function": {"name": name, "arguments": arguments}}


def _answer(call: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call["id"], "content": json.dumps(answer)}


def _tool(name: str, entity: str = "") -> dict[str, Any]:
    properties = {f"{entity}_id": {"type": "string"}} if entity else {}
    parameters = {"type": "object", "properties": properties, "required": sorted(properties)}
    text = f"{name.replace('_', ' ').capitalize()}."
    return {"type": "function", "function": {"name": name, "description": text, "parameters": parameters}}
