"""Recorded dialogues are replayed in the domain that they belong to, and judged as rollouts are."""

import pytest

from scaleenv_core.config import parse_config
from scaleenv_core.stages.replay import alike, recorded_calls
from scaleenv_core.types import Message, ToolCall


@pytest.mark.parametrize(
    ("recorded", "ours", "same"),
    [
        pytest.param('{"a": 1, "b": 2.0}', '{"b":2,"a":1}', True, id="order of keys"),
        pytest.param("Line is on.", '"Line is on."', True, id="text"),
        pytest.param("123", '"123"', True, id="text that looks like a number"),
        pytest.param("Error: no such order", None, True, id="both errors"),
        pytest.param("Error: no such order", "{}", False, id="only theirs"),
        pytest.param("{}", None, False, id="only ours"),
        pytest.param("[1]", "[2]", False, id="different"),
    ],
)
def test_alike(recorded, ours, same):
    """Answers are compared as data, errors as errors."""
    assert alike(recorded, ours) is same


def test_ids_may_repeat():
    """An id that a log uses twice is paired by position."""
    call = ToolCall(id="c", tool="look", arguments={})
    messages = (
        Message(role="assistant", tool_calls=(call,)),
        Message(role="tool", content="1", tool_call_id="c"),
        Message(role="user", tool_calls=(call,), private=True),
        Message(role="tool", content="2", tool_call_id="c", private=True),
        Message(role="assistant", tool_calls=(call,)),
    )

    found = [(held_by, answer) for _, held_by, answer in recorded_calls(messages)]

    assert found == [("agent", "1"), ("user", "2"), ("agent", None)]


def test_logs_are_chosen_by_name():
    """A config may name logs, and need not."""
    assert parse_config({}).use["log"] == ()
    assert parse_config({"log": {"use": "tau2"}}).use["log"] == ("tau2",)
