"""Chats as verl takes them: Parquet of prompts and ground truths, with the agent's tokens marked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from scaleenv_core import hookimpl
from scaleenv_core.errors import StageError
from scaleenv_core.types import JsonObject

if TYPE_CHECKING:
    import pyarrow

_GROUP = 500
"""Chats held at a time: a row group of the file."""


@frozen(kw_only=True)
class Verl:
    """Writes ``<split>.parquet``: ``data_source``, ``prompt``, ``ability``, ``reward_model``, ``extra_info``.

    The prompt goes to the end of the user's first message; the ground truth is the calls that
    the verified agent made. With a tokenizer, ``input_ids`` are the whole dialogue, and
    ``loss_mask`` is 1 at the tokens that the agent wrote.
    """

    tokenizer: str = ""
    """Folder of a local tokenizer whose chat template marks what the agent writes with
    ``{% generation %}``; empty: no tokens."""

    @hookimpl
    def export_chats(self, splits: Mapping[str, Iterable[JsonObject]], out: Path) -> None:
        """A file a split; a chat without a user, or without a token of the agent's, is an error."""
        import pyarrow
        from pyarrow import parquet

        schema = _schema(tokens=bool(self.tokenizer))
        mask = None
        if self.tokenizer:
            from scaleenv_exporter_verl.masks import Masks

            mask = Masks.load(self.tokenizer)
        for split, chats in splits.items():
            rows: Iterator[JsonObject] = (
                {**_row(chat, split, index), **(mask(chat) if mask else {})}
                for index, chat in enumerate(chats)
            )
            with parquet.ParquetWriter(out / f"{split}.parquet", schema) as file:
                while group := list(islice(rows, _GROUP)):
                    file.write_table(pyarrow.Table.from_pylist(group, schema))


def _schema(*, tokens: bool) -> pyarrow.Schema:
    import pyarrow

    text, struct = pyarrow.string(), pyarrow.struct
    about = ("split", "id", "task", "tools")
    columns = {
        "data_source": text,
        "prompt": pyarrow.list_(struct({"role": text, "content": text})),
        "ability": text,
        "reward_model": struct({"style": text, "ground_truth": text}),
        "extra_info": struct({"index": pyarrow.int64(), **dict.fromkeys(about, text)}),
    }
    if tokens:
        columns |= {"input_ids": pyarrow.list_(pyarrow.int32()), "loss_mask": pyarrow.list_(pyarrow.int8())}
    return pyarrow.schema(columns)


def _row(chat: JsonObject, split: str, index: int) -> JsonObject:
    said = chat["messages"]
    asked = [at for at, message in enumerate(said) if message["role"] == "user"]
    if not asked:
        raise StageError(f"chat {chat['id']!r} has no user message, so it has no prompt")
    prompt = [{"role": message["role"], "content": message["content"]} for message in said[: asked[0] + 1]]
    calls = [call["function"] for message in said for call in message.get("tool_calls", ())]
    return {
        "data_source": f"scaleenv/{chat['domain']}",
        "prompt": prompt,
        "ability": "tool-use",
        "reward_model": {"style": "rule", "ground_truth": _text(calls)},
        "extra_info": {
            "index": index,
            "split": split,
            "id": chat["id"],
            "task": chat["task"],
            "tools": _text(chat["tools"]),
        },
    }


def _text(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)
