"""Requests and answers in the OpenAI form, with the ways in which servers differ."""

import json

import pytest

from scaleenv_core.chat import asked_wait, chat_request, pause, read_chat
from scaleenv_core.errors import EndpointBusy
from scaleenv_core.types import CompletionRequest, Message, Sampling, ToolCall, Usage


def answer(message, **choice):
    return json.dumps({"model": "m", "choices": [{"message": message, **choice}]})


@pytest.mark.parametrize(
    ("content", "text"),
    [
        pytest.param("Hello.", "Hello.", id="text"),
        pytest.param(None, "", id="null"),
        pytest.param(
            [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo."}], "Hello.", id="parts"
        ),
    ],
)
def test_text(content, text):
    """A text may be null or come in parts."""
    assert read_chat(answer({"content": content})).text == text


def test_refusal():
    """A refusal in its own field is what was said."""
    assert read_chat(answer({"content": None, "refusal": "I will not."})).text == "I will not."


@pytest.mark.parametrize(
    ("given", "arguments"),
    [
        pytest.param('{"a": 1}', {"a": 1}, id="object"),
        pytest.param({"a": 1}, {"a": 1}, id="not written as text"),
        pytest.param("", {}, id="empty"),
        pytest.param(None, {}, id="null"),
        pytest.param('{"a": ', '{"a": ', id="cut off"),
        pytest.param("[1]", "[1]", id="no object"),
    ],
)
def test_arguments(given, arguments):
    """Arguments are an object where there is one, else the text that was written."""
    made = read_chat(answer({"tool_calls": [{"id": "c", "function": {"name": "f", "arguments": given}}]}))

    assert made.tool_calls == (ToolCall(id="c", tool="f", arguments=arguments),)


@pytest.mark.parametrize(
    ("said", "calls", "finish"),
    [
        ("stop", False, "stop"),
        ("stop", True, "tool_calls"),
        ("length", True, "length"),
        ("eos", False, "stop"),
        (None, False, "stop"),
        ("content_filter", False, "content_filter"),
    ],
)
def test_finish(said, calls, finish):
    """Servers' own words for an end, and calls that end with ``stop``, come out as one of four."""
    message = {"tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]} if calls else {"content": "x"}

    assert read_chat(answer(message, finish_reason=said)).finish == finish


@pytest.mark.parametrize(
    "body",
    [
        *["", "{", "[]", "null", "{}", '{"choices": [{}]}', '{"choices": [{"message": null}]}'],
        answer({"content": 3}),
        answer({"tool_calls": [{"function": {}}]}),
        answer({"tool_calls": [{"function": {"name": 3}}]}),
        answer({"tool_calls": [None]}),
    ],
)
def test_no_completion(body):
    """What is not a chat completion may be one when it is asked again; the error is one line."""
    with pytest.raises(EndpointBusy) as caught:
        read_chat(body)

    assert "\n" not in str(caught.value)


def test_usage():
    """Tokens are read where they are counted."""
    counted = json.loads(answer({"content": "x"})) | {"usage": {"prompt_tokens": 3, "completion_tokens": 4}}

    assert read_chat(json.dumps(counted)).usage == Usage(prompt=3, completion=4)
    assert read_chat(answer({"content": "x"})).usage is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X-RateLimit-Remaining-Requests": "0", "X-RateLimit-Reset-Requests": "6m0s"}, 360.0),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "20ms"}, 0.02),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1.5"}, 1.5),
        ({"x-ratelimit-remaining-tokens": "9", "x-ratelimit-reset-tokens": "1h"}, 0.0),
        ({"x-ratelimit-remaining-tokens": "0"}, 0.0),
    ],
)
def test_pause(headers, seconds):
    """A limit that is used up asks for a pause until it is reset."""
    assert pause(headers) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "2.5"}, 2.5),
        ({"Retry-After-Ms": "250"}, 0.25),
        ({"retry-after": "-1"}, 0.0),
        ({"retry-after": "soon"}, 0.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({}, 0.0),
    ],
)
def test_asked_wait(headers, seconds):
    """Retry-After is read in all its forms; what is not one asks for nothing."""
    assert asked_wait(headers) == seconds


def test_request():
    """Only what is set is sent; a seed fits into 31 bits."""
    plain = CompletionRequest(messages=(Message(role="user", content="x"),))
    seeded = CompletionRequest(messages=plain.messages, sampling=Sampling(seed=2**62 + 5))

    assert chat_request(plain) == {"messages": [{"role": "user", "content": "x"}]}
    assert chat_request(seeded)["seed"] == 5
