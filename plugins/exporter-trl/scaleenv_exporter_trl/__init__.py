"""Chats as TRL's trainers take them: Parquet of conversational ``messages`` with ``tools``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from scaleenv_core import hookimpl
from scaleenv_core.chat import require_objects
from scaleenv_core.types import JsonObject

if TYPE_CHECKING:
    import pyarrow

_COLUMNS = ("messages", "tools")
_GROUP = 500
"""Chats held at a time: a row group of the file."""


@frozen
class Trl:
    """Writes ``<split>.parquet``: each message and each tool as JSON, which ``datasets`` decodes.

    Arrow's own structs would give every call the arguments of all the others, as nulls.
    """

    @hookimpl
    def export_chats(self, splits: Mapping[str, Iterable[JsonObject]], out: Path) -> None:
        """A file a split; a call whose arguments are no object is an error."""
        import pyarrow
        from pyarrow import parquet

        schema = _schema()
        for split, chats in splits.items():
            rows = map(require_objects, chats)
            with parquet.ParquetWriter(out / f"{split}.parquet", schema) as file:
                while group := list(islice(rows, _GROUP)):
                    columns = [_column(group, name, schema.field(name).type) for name in _COLUMNS]
                    file.write_table(pyarrow.Table.from_arrays(columns, schema=schema))


def _schema() -> pyarrow.Schema:
    """Two columns, lists of JSON, told in Arrow's way and in that of ``datasets``."""
    import pyarrow

    told = {name: {"feature": {"_type": "Json"}, "_type": "List"} for name in _COLUMNS}
    listed = pyarrow.list_(pyarrow.json_())
    metadata = {"huggingface": json.dumps({"info": {"features": told}})}
    return pyarrow.schema([(name, listed) for name in _COLUMNS], metadata=metadata)


def _column(chats: Iterable[JsonObject], name: str, kind: Any) -> pyarrow.Array:
    import pyarrow

    texts = [[json.dumps(part, ensure_ascii=False) for part in chat[name]] for chat in chats]
    return pyarrow.array(texts, pyarrow.list_(pyarrow.string())).cast(kind)
