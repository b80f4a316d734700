"""Chats in the OpenAI format become dialogues; what is none is dropped."""

import gzip
import json

import pytest
from scaleenv_log_openai import OpenAI

from scaleenv_core.errors import SourceError
from scaleenv_core.testing.log import LogContract
from scaleenv_core.types import Dropped, ToolCall

CALL = {
    "id": "c1",
    "type": "function",
    "function": {"name": "cancel_order", "arguments": '{"order_id": "o2"}'},
}
CHAT = {
    "id": "a1",
    "model": "some-model",
    "tools": [{"type": "function", "function": {"name": "cancel_order", "parameters": {"type": "object"}}}],
    "messages": [
        {"role": "developer", "content": "Be kind."},
        {"role": "user", "content": [{"type": "text", "text": "Cancel o2."}]},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "c1", "content": "{}"},
        {"role": "assistant", "content": "Done."},
    ],
}


@pytest.fixture
def written(tmp_path):
    def write(*lines, name="chats.jsonl"):
        text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines).encode()
        path = tmp_path / name
        path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
        return OpenAI(files=(str(path),))

    return write


class TestContract(LogContract):
    """It keeps the contract of a log reader."""

    @pytest.fixture
    def plugin(self, written):
        return written(CHAT, CHAT, "", "{")


@pytest.mark.parametrize("name", ["chats.jsonl", "chats.jsonl.gz"])
def test_reads_a_chat(written, name):
    """Roles, texts in parts, calls with their arguments, tools and model are there."""
    (dialogue,) = written(CHAT, name=name).read_log()

    assert [message.role for message in dialogue.messages] == [
        "system",
        "user",
        "assistant",
        "tool",
        "assistant",
    ]
    assert dialogue.messages[1].content == "Cancel o2."
    assert dialogue.messages[2].tool_calls == (
        ToolCall(id="c1", tool="cancel_order", arguments={"order_id": "o2"}),
    )
    assert [tool.name for tool in dialogue.tools] == ["cancel_order"]
    assert (dialogue.agent, dialogue.id, dialogue.ended) == ("some-model", "chats/000001/a1", "agent_stop")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param("{", "not-json", id="no JSON"),
        pytest.param({"prompt": "Hi"}, "no-chat", id="no messages"),
        pytest.param({"messages": []}, "no-chat", id="empty"),
        pytest.param({"messages": [{"role": "robot"}]}, "no-chat", id="an odd role"),
    ],
)
def test_drops(written, line, reason):
    """A line that is no chat is dropped, and the others are read."""
    dropped, dialogue = written(line, CHAT).read_log()

    assert isinstance(dropped, Dropped)
    assert (dropped.reason, dialogue.id) == (reason, "chats/000002/a1")


@pytest.mark.parametrize(
    ("more", "succeeded"),
    [({"success": False}, False), ({"reward": 1.0}, True), ({"reward": 0}, False), ({}, None)],
    ids=["success", "reward 1", "reward 0", "neither"],
)
def test_success(written, more, succeeded):
    """What the log says of the outcome is kept."""
    (dialogue,) = written({**CHAT, **more}).read_log()

    assert dialogue.succeeded is succeeded


def test_broken_off(written):
    """A chat that ends with a call is not finished; an answer to no call is left out."""
    stray = {"role": "tool", "tool_call_id": "c9", "content": "{}"}
    (dialogue,) = written({**CHAT, "messages": [*CHAT["messages"][:3], stray]}).read_log()

    assert dialogue.ended == "max_turns"
    assert [message.role for message in dialogue.messages] == ["system", "user", "assistant"]


def test_no_such_file():
    """A file that is not there is said so."""
    with pytest.raises(SourceError, match="no such file of chats"):
        list(OpenAI(files=("nowhere.jsonl",)).read_log())
