"""What it means to be a trainer."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path

import pytest

from scaleenv_core.converters import from_plain
from scaleenv_core.errors import StageError
from scaleenv_core.interfaces import Trainer
from scaleenv_core.testing.chat import sample_chats, write_chats
from scaleenv_core.types import TrainingReport


class TrainerContract:
    """Inherit it and give one fixture, ``plugin``: a configuration that learns a dozen chats quickly."""

    def test_learns(self, plugin: Trainer, tmp_path: Path) -> None:
        """The loss falls over at least two steps, and every chat is an example."""
        data = write_chats(tmp_path / "data.jsonl", sample_chats())

        report = plugin.train_model(data=data, out=tmp_path / "out", seed=5)

        assert report.examples == 12
        assert report.steps > 1
        assert report.last_loss < report.first_loss

    def test_leaves_model_and_report(self, plugin: Trainer, tmp_path: Path) -> None:
        """The folder holds a model beside ``report.json``, which is the returned report."""
        out = tmp_path / "deep" / "out"

        report = plugin.train_model(
            data=write_chats(tmp_path / "data.jsonl", sample_chats()), out=out, seed=5
        )

        assert from_plain(json.loads((out / "report.json").read_text()), TrainingReport) == report
        assert sum(path.stat().st_size for path in out.rglob("*") if path.is_file()) > 1000
        assert {path.name for path in (tmp_path / "deep").iterdir()} == {"out"}

    def test_same_seed_same_report(self, plugin: Trainer, tmp_path: Path) -> None:
        """The same data and seed give the same report; another seed another first loss."""
        data = write_chats(tmp_path / "data.jsonl", sample_chats())

        first, second, other = (
            plugin.train_model(data=data, out=tmp_path / name, seed=seed)
            for name, seed in (("a", 5), ("b", 5), ("c", 6))
        )

        assert first == second
        assert first.first_loss != other.first_loss

    def test_counts_learnt_and_context_tokens(self, plugin: Trainer, tmp_path: Path) -> None:
        """Context tokens count what others say, learnt tokens what the agent says, over the data once."""
        chats = sample_chats(4)
        longer = deepcopy(chats)
        for chat in longer:
            for message in chat["messages"]:
                if message["role"] != "assistant":
                    message["content"] += " and so on" * 20

        short, long = (
            plugin.train_model(data=write_chats(tmp_path / name, lines), out=tmp_path / f"{name}.out", seed=5)
            for name, lines in (("short", chats), ("long", longer))
        )

        assert short.learnt_tokens > 0
        assert short.context_tokens > 0
        assert long.context_tokens > short.context_tokens

    @pytest.mark.parametrize(
        ("text", "named"),
        [
            pytest.param("", "data.jsonl", id="empty"),
            pytest.param("{", "line 1", id="not JSON"),
            pytest.param(json.dumps(sample_chats(1)[0]) + "\n[]\n", "line 2", id="not an object"),
            pytest.param(json.dumps({**sample_chats(1)[0], "messages": []}), "messages", id="no message"),
            pytest.param(
                json.dumps({**sample_chats(1)[0], "messages": [{"role": "user", "content": "Hello?"}]}),
                "assistant",
                id="no agent",
            ),
        ],
    )
    def test_refuses_unfit_data(self, plugin: Trainer, tmp_path: Path, text: str, named: str) -> None:
        """Empty or malformed data is one clear line that names the place, and leaves no folder."""
        data = tmp_path / "data.jsonl"
        data.write_text(text, encoding="utf-8")

        with pytest.raises(StageError, match=named) as caught:
            plugin.train_model(data=data, out=tmp_path / "out", seed=5)

        assert "\n" not in str(caught.value)
        assert not (tmp_path / "out").exists()

    def test_refuses_absent_data(self, plugin: Trainer, tmp_path: Path) -> None:
        """A file that is not there is one clear line that names it."""
        with pytest.raises(StageError, match=r"absent\.jsonl"):
            plugin.train_model(data=tmp_path / "absent.jsonl", out=tmp_path / "out", seed=5)
