"""What a simulated user must not do, by rule: each problem completes the sentence *it …*."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from scaleenv_core.types import STOP, Message, Task, Tool, Withheld

_AS_AGENT = re.compile(
    r"\bhow (?:can|may) i (?:help|assist)|anything else (?:that )?i can (?:help|do|assist)"
    r"|\bthank you for (?:contacting|calling|reaching out)"
    r"|\b(?:let me|i will|i'll) (?:check|look up|pull up) your\b"
    r"|\bi(?:'ve| have) (?:now |just )?(?:cancelled|canceled|processed|updated|issued|booked|refunded) your\b"
    r"|\byour (?:order|request|refund|reservation|account) has (?:now )?been\b|^(?:agent|assistant)\s*:",
    re.I | re.M,
)
_AS_MODEL = re.compile(
    r"\bas an ai\b|\blanguage model\b|\bsimulat(?:ed|ion|or)\b|</?(?:tool_call|think|function)", re.I
)
_ID = re.compile(r"[\w.+-]+@[\w.-]+\w|#?[\w-]*\d[\w-]*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}(?:st|nd|rd|th|am|pm)|\d{1,2}[/-]\d{1,2}[/-]\d{2,4}", re.I)


def problem(turn: Message, heard: Sequence[Message], task: Task, tools: Sequence[Tool]) -> str:
    """What is wrong with a turn, or nothing."""
    return next(_problems(turn, heard, task, tools), "")


def _problems(turn: Message, heard: Sequence[Message], task: Task, tools: Sequence[Tool]) -> Iterator[str]:
    held = {tool.name for tool in tools}
    for call in turn.tool_calls:
        if call.tool not in held:
            yield f"uses the tool {call.tool!r}, which the customer does not hold"
        elif isinstance(call.arguments, str):
            yield f"calls {call.tool!r} with arguments that are no JSON object"
    if turn.tool_calls:
        return
    words = turn.content.replace(STOP, "").strip()
    own = [m for m in heard[len(task.history) :] if m.role == "user" and m.content]
    if not turn.content:
        yield "is empty"
    if STOP in turn.content and not own:
        yield "ends the dialogue before the customer has said what they want"
    elif STOP in turn.content and len(own) <= len(task.later):
        yield "ends the dialogue before the customer has said that they think again"
    if not any("?" in message.content for message in heard if message.role == "assistant"):
        for fact in task.withheld:
            if any(_folded(part) in _folded(words) for part in _telling(fact, task)):
                yield f"tells {fact.about} before the agent has asked anything"
    if said := _AS_AGENT.search(words):
        yield f"speaks as the agent does: {said[0]!r}"
    if said := _AS_MODEL.search(words):
        yield f"falls out of the part: {said[0]!r}"
    known = _folded("\n".join(_known(heard, task)))
    for token in _ids(words):
        if _folded(token) not in known:
            yield f"says {token!r}, which the customer cannot know"


def _telling(fact: Withheld, task: Task) -> Iterator[str]:
    """The values in something held back that give it away: the instruction does not have them."""
    told = _folded(task.instruction)
    for part in re.findall(r'"([^"]+)"|([\w#@.+-]*\d[\w@.+-]*)', fact.says):
        value = "".join(part).rstrip(".")
        if len(value) > 1 and _folded(value) not in told:
            yield value


def _known(heard: Sequence[Message], task: Task) -> Iterator[str]:
    """All texts that a user may repeat."""
    yield task.instruction
    yield from (fact.says for fact in task.withheld)
    yield from task.later
    for message in (*task.history, *heard):
        if message.role != "system":
            yield message.content


def _ids(text: str) -> Iterable[str]:
    """What looks like an id, an address or a long number: no date, and no small number."""
    for token in _ID.findall(text):
        letters = any(character.isalpha() for character in token)
        digits = sum(character.isdigit() for character in token)
        if not _DATE.fullmatch(token) and (
            "@" in token or token[0] == "#" or digits > 4 or (letters and digits > 1)
        ):
            yield token


def _folded(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())
