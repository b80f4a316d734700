"""What a model wrote, read strictly: its problems go back to it, a bounded number of times."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import orjson
from cattrs.errors import BaseValidationError

from scaleenv_core.catalogs import Unreadable, one_line, parse_json, text
from scaleenv_core.converters import from_plain, problems
from scaleenv_core.names import subseed
from scaleenv_core.prompting import prompt
from scaleenv_core.types import JsonObject, Message, Sampling

if TYPE_CHECKING:
    from scaleenv_core.interfaces import Endpoint

T = TypeVar("T")

_FENCE = re.compile(r"^[ \t]*```[ \t]*([\w+-]*)[^\n]*\n(.*?)^[ \t]*```[ \t]*$", re.MULTILINE | re.DOTALL)


class Unusable(ValueError):  # noqa: N818 - it says what the answer is
    """An answer is not what was asked for; the text tells the model why."""


def usable(
    endpoint: Endpoint, question: Sequence[Message], read: Callable[[str], T], *, seed: int, attempts: int
) -> T:
    """What ``read`` makes of the endpoint's answer; raises the last :class:`Unusable` after so many.

    ``read`` raises :class:`Unusable` for an answer that it cannot use: the model is told, and
    answers again.
    """
    dialogue, number = list(question), 1
    while True:
        made = endpoint.complete(dialogue, sampling=Sampling(seed=subseed(seed, "attempt", number)))
        answer = text(made.text)
        try:
            return _whole(made.finish, answer, read)
        except Unusable as exc:
            if number == attempts:
                raise
            dialogue += [
                Message(role="assistant", content=answer or "(nothing)"),
                Message(role="user", content=prompt("scaleenv_core", "again", problem=str(exc))),
            ]
        number += 1


def _whole(finish: str, answer: str, read: Callable[[str], T]) -> T:
    if finish == "length":
        raise Unusable("it was cut off at the limit of tokens: be shorter")
    return read(answer)


def fenced(answer: str, *languages: str) -> str | None:
    """The first fenced block of an answer that is in one of these languages, if there is one."""
    found = (match[2] for match in _FENCE.finditer(answer) if match[1].lower() in languages)
    return next(found, None)


def json_object(answer: str) -> JsonObject:
    """The JSON object of an answer: in a fence, or all that stands between its outer braces."""
    block = fenced(answer, "json", "")
    found = answer[answer.find("{") : answer.rfind("}") + 1] if block is None else block
    try:
        data = parse_json(found)
        orjson.dumps(data)  # no lone surrogate, no number beyond 64 bits
    except (Unreadable, TypeError) as exc:
        raise Unusable(f"it holds no JSON object: {one_line(str(exc))}") from exc
    if not isinstance(data, dict):
        raise Unusable(f"expected a JSON object, got {type(data).__name__}")
    return data


def record(data: JsonObject, kind: type[T]) -> T:
    """A JSON object as a record; raises :class:`Unusable` with each field that is wrong."""
    try:
        return from_plain(data, kind)
    except BaseValidationError as exc:
        raise Unusable("; ".join(problems(exc)[:20])) from exc
