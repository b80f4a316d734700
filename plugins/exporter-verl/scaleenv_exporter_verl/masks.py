"""Which tokens of a dialogue are the agent's: the tokenizer's chat template says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from attrs import frozen

from scaleenv_core.errors import StageError
from scaleenv_core.types import JsonObject


@frozen
class Masks:
    """Tokens and masks by one tokenizer of ``transformers``."""

    tokenizer: Any

    @classmethod
    def load(cls, folder: str) -> Masks:
        """Read it from disk, never from the network."""
        try:
            from transformers import AutoTokenizer
        except ImportError as exc:
            raise StageError("token masks want 'scaleenv-exporter-verl[tokens]': install it") from exc
        if not Path(folder).is_dir():
            raise StageError(f"[exporter.verl] tokenizer: {folder!r} is no folder")
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError) as exc:
            problem = " ".join(str(exc).split())
            raise StageError(f"[exporter.verl] tokenizer: {folder!r} does not load: {problem}") from exc
        if "{% generation" not in (tokenizer.chat_template or "").replace("{%-", "{%"):
            raise StageError(
                f"[exporter.verl] tokenizer: the chat template of {folder!r} has no {{% generation %}} "
                "markers, so it cannot tell the agent's tokens"
            )
        return cls(tokenizer)

    def __call__(self, chat: JsonObject) -> JsonObject:
        """``input_ids`` and ``loss_mask`` of a whole chat, uncut."""
        made = self.tokenizer.apply_chat_template(
            chat["messages"], tools=chat["tools"], return_dict=True, return_assistant_tokens_mask=True
        )
        if not any(made["assistant_masks"]):
            raise StageError(f"chat {chat['id']!r}: no token is the agent's")
        return {"input_ids": list(made["input_ids"]), "loss_mask": list(made["assistant_masks"])}
