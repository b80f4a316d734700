"""The OpenAI form of chats: requests and answers as most endpoints speak them over HTTP."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from scaleenv_core.errors import EndpointBusy, EndpointError, StageError
from scaleenv_core.types import Completion, CompletionRequest, JsonObject, Message, Tool, ToolCall, Usage

_SEED_BITS = 0x7FFFFFFF
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def function(tool: Tool) -> JsonObject:
    """A tool as chat templates and endpoints take it."""
    about = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": about}


def chat_request(request: CompletionRequest) -> JsonObject:
    """The body of a request, without the model; only what is set is in it."""
    sampling = request.sampling
    made: JsonObject = {"messages": [_message(message) for message in request.messages]}
    if request.tools:
        made["tools"] = [function(tool) for tool in request.tools]
    for name in ("temperature", "top_p", "max_tokens"):
        if getattr(sampling, name) is not None:
            made[name] = getattr(sampling, name)
    if sampling.stop:
        made["stop"] = list(sampling.stop)
    if sampling.seed is not None:
        made["seed"] = sampling.seed & _SEED_BITS
    return made


def _message(message: Message) -> JsonObject:
    made: JsonObject = {"role": message.role, "content": message.content}
    if message.tool_calls:
        made["tool_calls"] = [_call(call) for call in message.tool_calls]
    if message.role == "tool":
        made["tool_call_id"] = message.tool_call_id
    return made


def _call(call: ToolCall) -> JsonObject:
    about = {"name": call.tool, "arguments": arguments_text(call.arguments)}
    return {"id": call.id, "type": "function", "function": about}


def arguments_text(given: JsonObject | str) -> str:
    """A call's arguments as endpoints take them: JSON in a text, or what the agent wrote in its stead."""
    return given if isinstance(given, str) else orjson.dumps(given).decode()


def until_last_answer(chat: JsonObject) -> list[JsonObject]:
    """A chat line's messages without those that no answer follows.

    Raises :class:`StageError` where the agent never spoke: there is nothing to learn.
    """
    said: list[JsonObject] = chat["messages"]
    spoken = [at for at, message in enumerate(said) if message["role"] == "assistant"]
    if not spoken:
        raise StageError(f"chat {chat['id']!r} has no assistant message, so there is nothing to learn")
    return said[: spoken[-1] + 1]


def require_objects(chat: JsonObject) -> JsonObject:
    """The chat line itself, where all calls' arguments are objects; else a :class:`StageError`."""
    for message in chat["messages"]:
        for call in message.get("tool_calls", ()):
            if not isinstance(call["function"]["arguments"], dict):
                name = call["function"]["name"]
                raise StageError(
                    f"chat {chat['id']!r}: the arguments of a call of {name!r} are no JSON object"
                )
    return chat


def read_chat(body: bytes | str) -> Completion:
    """The body of an answer; one that is not to be read is an :class:`EndpointBusy`."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError as exc:
        raise EndpointBusy(f"the answer is not JSON: {exc}") from exc
    try:
        choice = answer["choices"][0]
        said = choice["message"]
        calls = tuple(_read_call(call) for call in said.get("tool_calls") or ())
        return Completion(
            model=str(answer.get("model") or ""),
            text=_text(said.get("content")) or _text(said.get("refusal")),
            tool_calls=calls,
            finish=_finish(choice.get("finish_reason"), calls),
            usage=_usage(answer.get("usage")),
        )
    except (LookupError, TypeError, ValueError, AttributeError) as exc:
        seen = orjson.dumps(answer)[:200].decode(errors="replace")
        raise EndpointBusy(f"the answer is no chat completion: {seen}") from exc


def _text(content: Any) -> str:
    """A text, or one in parts."""
    if isinstance(content, list):
        return "".join(_text(part.get("text")) for part in content)
    if not isinstance(content, str | None):
        raise TypeError(content)
    return content or ""


def _read_call(call: Any) -> ToolCall:
    asked = call["function"]
    return ToolCall(id=str(call.get("id") or ""), tool=_text(asked["name"]), arguments=_arguments(asked))


def _arguments(asked: Any) -> JsonObject | str:
    given = asked.get("arguments")
    if isinstance(given, dict):  # some servers do not write them as text
        return given
    try:
        read = orjson.loads(given or "{}")
    except orjson.JSONDecodeError:
        return str(given)
    return read if isinstance(read, dict) else str(given)


def _finish(given: Any, calls: tuple[ToolCall, ...]) -> Any:
    """Servers disagree on calls that end an answer, and make up words of their own."""
    if given in ("length", "content_filter"):
        return given
    return "tool_calls" if calls else "stop"


def _usage(given: Any) -> Usage | None:
    if not given:
        return None
    return Usage(prompt=int(given["prompt_tokens"]), completion=int(given.get("completion_tokens") or 0))


def status_error(status: int, headers: Mapping[str, str], said: str) -> EndpointError:
    """The error that an HTTP status means, with the wait that its headers ask for."""
    problem = f"HTTP {status}: {' '.join(said.split())[:300] or 'no text'}"
    passing = status in (408, 409, 425, 429) or status >= 500
    if passing and "insufficient_quota" not in said:
        return EndpointBusy(problem, wait_s=asked_wait(headers) or pause(headers))
    return EndpointError(problem)


def asked_wait(headers: Mapping[str, str]) -> float:
    """Seconds that ``Retry-After`` (seconds or a date) or ``retry-after-ms`` asks for; else 0."""
    low = {name.lower(): value.strip() for name, value in headers.items()}
    try:
        if "retry-after-ms" in low:
            return max(0.0, float(low["retry-after-ms"]) / 1000)
        return max(0.0, float(low.get("retry-after", "0")))
    except ValueError:
        return _until(low.get("retry-after", ""))


def _until(date: str) -> float:
    try:
        return max(0.0, parsedate_to_datetime(date).timestamp() - time.time())
    except ValueError:
        return 0.0


def pause(headers: Mapping[str, str]) -> float:
    """Seconds until a rate limit that is used up (``x-ratelimit-remaining-*: 0``) is reset; else 0."""
    low = {name.lower(): value.strip() for name, value in headers.items()}
    return max(
        (
            _duration(low.get(f"x-ratelimit-reset-{what}", ""))
            for what in ("requests", "tokens")
            if low.get(f"x-ratelimit-remaining-{what}") == "0"
        ),
        default=0.0,
    )


def _duration(text: str) -> float:
    """``6m0s``, ``20ms``, or plain seconds."""
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    return sum(float(number) * _SECONDS[unit] for number, unit in _DURATION.findall(text))
