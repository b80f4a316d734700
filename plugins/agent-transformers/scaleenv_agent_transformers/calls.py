"""Tool calls in a model's text, in the forms in which open models are taught to write them.

| form | text |
|---|---|
| Hermes, Qwen | ``<tool_call>{"name": …, "arguments": {…}}</tool_call>`` |
| Llama 3 | ``{"name": …, "parameters": {…}}``, alone or after ``<|python_tag|>`` |
| Mistral | ``[TOOL_CALLS][{"name": …, "arguments": {…}}]`` |
| scaleenv-trainer-sft | ``<|call|>{"name": …, "arguments": {…}}`` |
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from scaleenv_core.types import JsonObject

Call = tuple[str, JsonObject | str]
"""A tool's name, and its arguments, or the text that should have been some."""

_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.S)
_OPENS = re.compile(r"<tool_call>|<\|python_tag\|>|\[TOOL_CALLS\]|<\|call\|>")
_CLOSES = re.compile(r"</tool_call>|<\|e[om][tm]_id\|>")
_FENCE = re.compile(r"^```(?:json)?\s*|\s*```$")
_NAME = re.compile(r'"name"\s*:\s*"([^"]*)"')
_ARGUMENTS = re.compile(r'"(?:arguments|parameters)"\s*:\s*')
_DECODER = json.JSONDecoder()


def read(text: str) -> tuple[str, list[Call]]:
    """What a text says to the user, and the calls that it makes.

    A call that is no JSON object with a name keeps its text as arguments, under the name
    that it seems to have, so that the world can say what is wrong with it.
    """
    text = _THOUGHT.sub("", text)
    said, *blocks = _OPENS.split(text)
    if blocks:
        return said.strip(), [call for block in blocks for call in _calls(_CLOSES.split(block)[0])]
    bare = _FENCE.sub("", text.strip())
    if bare.startswith(("{", "[")) and _NAME.search(bare) and _ARGUMENTS.search(bare):
        return "", list(_calls(bare))
    return text.strip(), []


def _calls(block: str) -> Iterator[Call]:
    """All calls of a block: an object, several with ``;`` or nothing between them, or a list of them."""
    block = _FENCE.sub("", block.strip())
    while block:
        try:
            value, end = _DECODER.raw_decode(block)
        except ValueError:
            yield _broken(block)
            return
        yield from map(_call, value if isinstance(value, list) else [value])
        block = block[end:].lstrip(" \n\t;,")


def _call(value: Any) -> Call:
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return _broken(json.dumps(value, ensure_ascii=False))
    given = value.get("arguments", value.get("parameters", {}))
    if isinstance(given, str):  # some models write the arguments as JSON in a text
        try:
            given = json.loads(given)
        except ValueError:
            return value["name"], given
    return value["name"], given if isinstance(given, dict) else json.dumps(given, ensure_ascii=False)


def _broken(text: str) -> Call:
    """A call that broke off or is no JSON."""
    name, arguments = _NAME.search(text), _ARGUMENTS.search(text)
    return name[1] if name else "unreadable", text[arguments.end() :] if arguments else text
