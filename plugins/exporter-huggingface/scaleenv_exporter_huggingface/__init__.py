"""Chats as Hugging Face's ``datasets`` loads and chat templates take them: arguments as objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from attrs import frozen

from scaleenv_core import hookimpl
from scaleenv_core.chat import require_objects
from scaleenv_core.files import write_lines, write_text
from scaleenv_core.types import JsonObject

_COLUMNS = ("id", "domain", "task")


@frozen
class HuggingFace:
    """Writes ``<split>.jsonl`` and a card, ``README.md``, which tells ``load_dataset`` the columns.

    Without it, Arrow would guess them from the first lines.
    """

    @hookimpl
    def export_chats(self, splits: Mapping[str, Iterable[JsonObject]], out: Path) -> None:
        """A file a split; a call whose arguments are no object is an error."""
        for split, chats in splits.items():
            write_lines(out / f"{split}.jsonl", map(require_objects, chats))
        write_text(out / "README.md", _card(splits))


def _card(splits: Iterable[str]) -> str:
    """YAML: the files of each split, and the columns' types."""
    lines = ["---", "configs:", "- config_name: default", "  data_files:"]
    for split in splits:
        lines += [f"  - split: {split}", f"    path: {split}.jsonl"]
    lines += ["dataset_info:", "  features:"]
    for name in _COLUMNS:
        lines += [f"  - name: {name}", "    dtype: string"]
    for name in ("messages", "tools"):
        lines += [f"  - name: {name}", "    list: json"]
    return "\n".join(
        [*lines, "---", "", "Dialogues of agents with tools, made and verified by ScaleEnv.", ""]
    )
