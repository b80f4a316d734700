"""What it means to be an exporter."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from scaleenv_core.errors import StageError
from scaleenv_core.interfaces import Exporter
from scaleenv_core.testing.chat import ChatLine, sample_chats

Read = Callable[[Path, str], list[Any]]
"""From a folder and a split to the rows that the format's reader gives."""


@frozen
class _OneByOne:
    """Chats that can be read again and again, and not be counted or indexed."""

    chats: list[ChatLine]

    def __iter__(self) -> Iterator[ChatLine]:
        return iter(self.chats)


class ExporterContract:
    """Inherit it and give three fixtures.

    ``plugin``; ``read``, a :data:`Read`; and ``unfit``, a chat that the format cannot hold.
    """

    def test_writes_every_chat_in_order(self, plugin: Exporter, read: Read, tmp_path: Path) -> None:
        """Each split's file has each of its chats once, in order."""
        splits = {"train": sample_chats(9), "test": sample_chats(4, seed=1)}

        plugin.export_chats(splits=_given(splits), out=tmp_path)

        for split, chats in splits.items():
            rows = read(tmp_path, split)
            assert len(rows) == len(chats)
            for row, chat in zip(rows, chats, strict=True):
                asked = next(m["content"] for m in chat["messages"] if m["role"] == "user")
                assert json.dumps(asked)[1:-1] in json.dumps(row, default=str)

    def test_nothing_of_another_chat(self, plugin: Exporter, read: Read, tmp_path: Path) -> None:
        """An argument that one chat alone has is in its row alone, not even as a null."""
        chats = sample_chats(4)
        calls = [call for message in chats[1]["messages"] for call in message.get("tool_calls", ())]
        calls[-1]["function"]["arguments"]["only_here"] = True

        plugin.export_chats(splits=_given({"train": chats}), out=tmp_path)

        rows = [json.dumps(row, default=str) for row in read(tmp_path, "train")]
        assert ["only_here" in row for row in rows] == [False, True, False, False]

    @pytest.mark.parametrize("splits", [("train",), ("test", "train")], ids=",".join)
    def test_files_are_named_by_their_split(
        self, plugin: Exporter, tmp_path: Path, splits: tuple[str, ...]
    ) -> None:
        """A split has a file that begins with its name; one that is not asked for has none."""
        plugin.export_chats(splits=_given(dict.fromkeys(splits, sample_chats(2))), out=tmp_path)

        names = {path.name.partition(".")[0] for path in tmp_path.rglob("*")}
        assert names & {"train", "test"} == set(splits)

    def test_empty_split(self, plugin: Exporter, read: Read, tmp_path: Path) -> None:
        """A split without chats is a file without rows."""
        plugin.export_chats(splits=_given({"train": []}), out=tmp_path)

        assert read(tmp_path, "train") == []

    def test_same_chats_same_bytes(self, plugin: Exporter, tmp_path: Path) -> None:
        """The same chats give the same bytes, and are as they were afterwards."""
        splits = {"train": sample_chats()}
        before = deepcopy(splits)
        made = []
        for name in ("a", "b"):
            (tmp_path / name).mkdir()
            plugin.export_chats(splits=_given(splits), out=tmp_path / name)
            made.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})

        assert made[0] == made[1]
        assert splits == before

    def test_names_the_chat_it_cannot_hold(self, plugin: Exporter, unfit: ChatLine, tmp_path: Path) -> None:
        """A chat that the format cannot hold is one clear line with its id."""
        with pytest.raises(StageError, match=unfit["id"]) as caught:
            plugin.export_chats(splits=_given({"train": [*sample_chats(2), unfit]}), out=tmp_path)

        assert "\n" not in str(caught.value)


def _given(splits: Mapping[str, list[ChatLine]]) -> dict[str, Iterable[ChatLine]]:
    return {split: _OneByOne(chats) for split, chats in splits.items()}
