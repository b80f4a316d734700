"""JSON Lines that load as they are, by the card."""

import json

import pytest
from scaleenv_exporter_huggingface import HuggingFace

from scaleenv_core.testing.chat import sample_chats
from scaleenv_core.testing.exporter import ExporterContract


def lines(folder, split):
    return [json.loads(line) for line in (folder / f"{split}.jsonl").read_text("utf-8").splitlines()]


class TestHuggingFace(ExporterContract):
    @pytest.fixture
    def plugin(self):
        return HuggingFace()

    @pytest.fixture
    def read(self):
        return lines

    @pytest.fixture
    def unfit(self):
        call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{"}}
        said = {"role": "assistant", "content": "", "tool_calls": [call]}
        return {**sample_chats(1)[0], "id": "garbled", "messages": [said]}


def test_lines_are_the_chats(tmp_path):
    """A line is the chat itself."""
    HuggingFace().export_chats(splits={"train": sample_chats()}, out=tmp_path)

    assert lines(tmp_path, "train") == sample_chats()


def test_card_names_each_file(tmp_path):
    """The card's head lists a path for each split, and the two columns of JSON."""
    HuggingFace().export_chats(splits={"train": sample_chats(1), "test": sample_chats(1)}, out=tmp_path)

    head = (tmp_path / "README.md").read_text().split("---")[1]
    assert head.count("path:") == 2
    assert head.count("list: json") == 2


def test_loads_with_datasets_and_renders(tmp_path, monkeypatch):
    """``load_dataset`` gives back every chat, arguments and all, and a chat template renders it."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets", reason="nox -s tests_train brings datasets")
    utils = pytest.importorskip("transformers.utils.chat_template_utils")
    splits = {"train": sample_chats(), "test": sample_chats(3, seed=1)}
    HuggingFace().export_chats(splits=splits, out=tmp_path / "data")

    loaded = datasets.load_dataset(str(tmp_path / "data"), cache_dir=str(tmp_path / "cache"))

    assert {split: list(rows) for split, rows in loaded.items()} == splits
    template = "{% for m in messages %}{{ m.content }}{{ m.tool_calls | tojson if m.tool_calls }}{% endfor %}"
    row = loaded["train"][0]
    rendered, _ = utils.render_jinja_template([row["messages"]], tools=row["tools"], chat_template=template)
    assert '"tags": ["user", "ü"]' in rendered[0]
