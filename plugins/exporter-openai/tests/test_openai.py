"""The form that OpenAI's fine-tuning guide documents."""

import json

import pytest
from scaleenv_exporter_openai import OpenAI

from scaleenv_core.testing.chat import sample_chats
from scaleenv_core.testing.exporter import ExporterContract


def lines(folder, split):
    return [json.loads(line) for line in (folder / f"{split}.jsonl").read_text("utf-8").splitlines()]


class TestOpenAI(ExporterContract):
    @pytest.fixture
    def plugin(self):
        return OpenAI()

    @pytest.fixture
    def read(self):
        return lines

    @pytest.fixture
    def unfit(self):
        chat = sample_chats(1)[0]
        return {**chat, "id": "mute", "messages": chat["messages"][:2]}


@pytest.fixture
def rows(tmp_path):
    OpenAI().export_chats(splits={"train": sample_chats()}, out=tmp_path)
    return lines(tmp_path, "train")


def test_arguments_are_texts_of_the_same_objects(rows):
    """Each call's arguments are a JSON text of the object that the agent gave."""
    for row, chat in zip(rows, sample_chats(), strict=True):
        texts = [call["function"]["arguments"] for m in row["messages"] for call in m.get("tool_calls", ())]
        given = [call["function"]["arguments"] for m in chat["messages"] for call in m.get("tool_calls", ())]
        assert [json.loads(text) for text in texts] == given


def test_shape(rows):
    """Only messages and tools, the last message the agent's, no empty list of tools."""
    for row in rows:
        assert {"messages"} <= row.keys() <= {"messages", "tools"}
        assert row["messages"][-1]["role"] == "assistant"
        assert row.get("tools") != []


def test_client_library_knows_every_message(rows):
    """Each message and tool is one of the parameters that OpenAI's own client declares."""
    chat = pytest.importorskip("openai.types.chat", reason="endpoint-openai brings the client")
    from pydantic import TypeAdapter

    messages = TypeAdapter(list[chat.ChatCompletionMessageParam])
    tools = TypeAdapter(list[chat.ChatCompletionToolParam])

    for row in rows:
        seen = messages.validate_python(row["messages"])
        assert [message["role"] for message in seen] == [message["role"] for message in row["messages"]]
        assert tools.validate_python(row.get("tools", [])) == row.get("tools", [])
