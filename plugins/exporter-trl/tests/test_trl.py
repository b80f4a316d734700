"""Parquet that datasets decodes, and TRL trains on."""

import json

import pytest
from scaleenv_exporter_trl import Trl

from scaleenv_core.testing.chat import sample_chats
from scaleenv_core.testing.exporter import ExporterContract

parquet = pytest.importorskip("pyarrow.parquet")


def rows(folder, split):
    """What pyarrow reads, its JSON decoded."""
    table = parquet.read_table(folder / f"{split}.parquet").to_pylist()
    return [{name: list(map(json.loads, value)) for name, value in row.items()} for row in table]


def wanted(chats):
    return [{"messages": chat["messages"], "tools": chat["tools"]} for chat in chats]


class TestTrl(ExporterContract):
    @pytest.fixture
    def plugin(self):
        return Trl()

    @pytest.fixture
    def read(self):
        return rows

    @pytest.fixture
    def unfit(self):
        call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{"}}
        said = {"role": "assistant", "content": "", "tool_calls": [call]}
        return {**sample_chats(1)[0], "id": "garbled", "messages": [said]}


def test_arguments_are_not_filled_up(tmp_path):
    """Every message and tool comes back as it was: no key of another call, no null."""
    Trl().export_chats(splits={"train": sample_chats()}, out=tmp_path)

    assert rows(tmp_path, "train") == wanted(sample_chats())


def test_more_than_a_row_group(tmp_path):
    """Chats beyond the first row group follow in order."""
    Trl().export_chats(splits={"train": sample_chats(501)}, out=tmp_path)

    assert parquet.ParquetFile(tmp_path / "train.parquet").num_row_groups == 2
    assert rows(tmp_path, "train")[500] == wanted(sample_chats(501))[500]


def test_trl_takes_it(tmp_path, monkeypatch):
    """``datasets`` decodes the same chats, and TRL's own check sees a conversation."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets", reason="nox -s tests_train brings datasets")
    trl = pytest.importorskip("trl")
    Trl().export_chats(splits={"train": sample_chats()}, out=tmp_path)

    loaded = datasets.load_dataset(
        "parquet", data_files=str(tmp_path / "train.parquet"), cache_dir=str(tmp_path / "cache")
    )["train"]

    assert list(loaded) == wanted(sample_chats())
    assert all(trl.data_utils.is_conversational(row) for row in loaded)
