"""The form of LLaMA-Factory's data/README.md: strict turns, tools and calls as JSON texts."""

import json

import pytest
from scaleenv_exporter_sharegpt import ShareGpt

from scaleenv_core.testing.chat import sample_chats
from scaleenv_core.testing.exporter import ExporterContract


def lines(folder, split):
    return [json.loads(line) for line in (folder / f"{split}.jsonl").read_text("utf-8").splitlines()]


def said(role, content, *calls):
    made = {"role": role, "content": content}
    asked = [{"id": name, "type": "function", "function": {"name": name, "arguments": {}}} for name in calls]
    return {**made, "tool_calls": asked} if asked else made


def turns(tmp_path, *messages):
    """The turns of a chat of these messages."""
    chat = {"id": "one", "domain": "d", "task": "t", "messages": list(messages), "tools": []}
    ShareGpt().export_chats(splits={"train": [chat]}, out=tmp_path)
    return [(turn["from"], turn["value"]) for turn in lines(tmp_path, "train")[0]["conversations"]]


class TestShareGpt(ExporterContract):
    @pytest.fixture
    def plugin(self):
        return ShareGpt()

    @pytest.fixture
    def read(self):
        return lines

    @pytest.fixture
    def unfit(self):
        messages = [said("user", "Hello"), said("assistant", "", "f"), said("assistant", "", "g")]
        return {**sample_chats(1)[0], "id": "unanswered", "messages": messages}


def test_turns_alternate(tmp_path):
    """The user's side has the odd turns, the agent's the even ones, and the agent has the last."""
    ShareGpt().export_chats(splits={"train": sample_chats()}, out=tmp_path)

    for row in lines(tmp_path, "train"):
        speakers = [turn["from"] for turn in row["conversations"]]
        assert set(speakers[::2]) <= {"human", "observation"}
        assert set(speakers[1::2]) <= {"gpt", "function_call"}
        assert len(speakers) % 2 == 0
        assert isinstance(json.loads(row["tools"]), list)


def test_parallel_calls(tmp_path):
    """Several calls of a message are one turn with a list, and their answers one turn."""
    tools = [said("tool", "1"), said("tool", "2")]

    made = turns(
        tmp_path, said("user", "Go"), said("assistant", "", "f", "g"), *tools, said("assistant", "Ok")
    )

    assert json.loads(made[1][1]) == [{"name": "f", "arguments": {}}, {"name": "g", "arguments": {}}]
    assert made[2] == ("observation", "1\n</tool_response>\n<tool_response>\n2")


def test_text_beside_a_call_is_thought(tmp_path):
    """What the agent says beside a call stands before it, between the template's thought words."""
    made = turns(tmp_path, said("user", "Go"), said("assistant", "Hm", "f"))

    assert made[1] == ("function_call", '<think>\nHm\n</think>\n\n{"name": "f", "arguments": {}}')


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        pytest.param(
            [said("assistant", "Hi"), said("user", "Go"), said("assistant", "Ok")],
            [("human", "Go"), ("gpt", "Ok")],
            id="greeting",
        ),
        pytest.param(
            [said("user", "Go"), said("user", "on"), said("assistant", "Ok"), said("user", "Bye")],
            [("human", "Go\n\non"), ("gpt", "Ok")],
            id="two texts, and a last word",
        ),
    ],
)
def test_uneven_dialogues(tmp_path, messages, expected):
    """A greeting and a last word are left out; two texts of one speaker are one."""
    assert turns(tmp_path, *messages) == expected


def test_dataset_info(tmp_path):
    """Every split has an entry that names its file and the columns."""
    ShareGpt(name="shops").export_chats(splits={"train": [], "test": []}, out=tmp_path)

    entries = json.loads((tmp_path / "dataset_info.json").read_text())
    assert {name: entry["file_name"] for name, entry in entries.items()} == {
        "shops": "train.jsonl",
        "shops_test": "test.jsonl",
    }
    assert {entry["formatting"] for entry in entries.values()} == {"sharegpt"}


def test_loads_with_datasets(tmp_path, monkeypatch):
    """``datasets``, by which LLaMA-Factory loads it, gives back every line."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets", reason="nox -s tests_train brings datasets")
    ShareGpt().export_chats(splits={"train": sample_chats()}, out=tmp_path)

    path, cache = str(tmp_path / "train.jsonl"), str(tmp_path / "cache")
    loaded = datasets.load_dataset("json", data_files=path, cache_dir=cache)["train"]

    assert list(loaded) == lines(tmp_path, "train")


@pytest.mark.filterwarnings("ignore")
def test_llama_factory_reads_it(tmp_path, monkeypatch):
    """LLaMA-Factory finds the files by its own list, and its converter skips no line."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    pytest.importorskip("llamafactory", reason="docs/exports.md says when it was tried")
    from llamafactory.data.converter import SharegptDatasetConverter
    from llamafactory.data.parser import get_dataset_list
    from llamafactory.hparams import DataArguments

    ShareGpt(name="shops").export_chats(splits={"train": sample_chats()}, out=tmp_path)
    (found,) = get_dataset_list(["shops"], str(tmp_path))
    convert = SharegptDatasetConverter(dataset_attr=found, data_args=DataArguments())

    for line in lines(tmp_path, "train"):
        made = convert(line)
        assert len(made["_prompt"]) + len(made["_response"]) == len(line["conversations"])
        assert made["_response"]
        assert json.loads(made["_tools"]) == json.loads(line["tools"])
