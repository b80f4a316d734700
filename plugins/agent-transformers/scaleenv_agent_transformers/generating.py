"""The model: prompts in, texts out."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from scaleenv_agent_transformers.batching import Batcher
from scaleenv_core.errors import MachineryError
from scaleenv_core.types import JsonObject

if TYPE_CHECKING:
    import torch

    from scaleenv_agent_transformers import Transformers

_KEPT = ("tool", "call", "python_tag", "TOOL_CALLS", "think")
"""Special tokens that say something: they are read, not dropped."""


@frozen(kw_only=True)
class Prompt:
    """One turn that is asked for."""

    tokens: tuple[int, ...]
    seed: int


class Model:
    """A model with its tokenizer, and the batches that are put to it."""

    def __init__(self, settings: Transformers) -> None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()
        device = settings.device or ("cuda" if torch.cuda.is_available() else "cpu")
        auto = "float32" if device == "cpu" else "bfloat16"
        dtype = getattr(torch, auto if settings.dtype == "auto" else settings.dtype)
        try:
            self._model = AutoModelForCausalLM.from_pretrained(
                settings.model, local_files_only=True, use_safetensors=True, dtype=dtype
            )
            self._tokenizer = AutoTokenizer.from_pretrained(settings.model, local_files_only=True)
            self._model.to(device).eval()
        except (OSError, ValueError, RuntimeError) as exc:
            raise MachineryError(
                f"model {settings.model!r} does not load: {' '.join(str(exc).split())}"
            ) from exc
        if not self._tokenizer.chat_template:
            raise MachineryError(f"model {settings.model!r} has no chat template")
        self._settings = settings
        self._batcher = Batcher(self._answers, settings.batch_size, settings.wait_ms / 1000)

    def ask(self, messages: Sequence[JsonObject], tools: Sequence[JsonObject], seed: int) -> str:
        """What the model writes next; a dialogue that is too long for it is a :class:`MachineryError`."""
        text = self._tokenizer.apply_chat_template(
            list(messages), tools=list(tools) or None, add_generation_prompt=True, tokenize=False
        )
        tokens = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        room = getattr(self._model.config, "max_position_embeddings", None)
        if room and len(tokens) + self._settings.max_tokens > room:
            raise MachineryError(
                f"the dialogue has {len(tokens)} tokens: with max_tokens = {self._settings.max_tokens} "
                f"more than the {room} that the model can see"
            )
        return self._batcher.ask(Prompt(tokens=tuple(tokens), seed=seed))

    def _answers(self, prompts: Sequence[Prompt]) -> list[str]:
        """What follows each prompt, in as few calls of ``generate`` as their lengths allow."""
        answers: dict[int, str] = {}
        for places in batches([len(prompt.tokens) for prompt in prompts], self._settings.batch_tokens):
            answers |= zip(places, self._generated([prompts[at] for at in places]), strict=True)
        return [answers[at] for at in range(len(prompts))]

    def _generated(self, prompts: Sequence[Prompt]) -> list[str]:
        """All prompts in one call of ``generate``."""
        import torch
        from transformers import GenerationConfig

        given = self._padded([prompt.tokens for prompt in prompts])
        config = GenerationConfig(
            do_sample=False,  # chance comes from each prompt's own seed
            max_new_tokens=self._settings.max_tokens,
            eos_token_id=self._ends(),
            pad_token_id=self._pad,
        )
        with torch.inference_mode():
            made = self._model.generate(
                **given, generation_config=config, logits_processor=self._chance(prompts)
            )
        return [self._text(row) for row in made[:, given["input_ids"].shape[1] :].tolist()]

    @property
    def _pad(self) -> int:
        pad = self._tokenizer.pad_token_id
        return int(pad if pad is not None else self._ends()[0])

    def _ends(self) -> list[int]:
        """The tokens that end a turn: the model's own list, else the tokenizer's."""
        own = self._model.generation_config.eos_token_id
        own = self._tokenizer.eos_token_id if own is None else own
        return list(own) if isinstance(own, list) else [own]

    def _padded(self, rows: Sequence[Sequence[int]]) -> Mapping[str, torch.Tensor]:
        """Padded on the left: what is generated comes at the right."""
        import torch

        longest = max(map(len, rows))
        ids = [[self._pad] * (longest - len(row)) + list(row) for row in rows]
        mask = [[0] * (longest - len(row)) + [1] * len(row) for row in rows]
        device = self._model.device
        return {
            "input_ids": torch.tensor(ids, device=device),
            "attention_mask": torch.tensor(mask, device=device),
        }

    def _chance(self, prompts: Sequence[Prompt]) -> list[Any]:
        """Sampling as the greatest of the disturbed logits (Gumbel-max), each row by its own seed."""
        if not self._settings.temperature:
            return []
        from scaleenv_agent_transformers.sampling import Chance

        seeds = [prompt.seed for prompt in prompts]
        return [Chance(seeds, self._settings.temperature, self._settings.top_p)]

    def _text(self, tokens: Sequence[int]) -> str:
        """The text without the special tokens that say nothing, up to the end."""
        ends = set(self._ends())
        end = next((at for at, token in enumerate(tokens) if token in ends), len(tokens))
        dropped = {
            number
            for number, token in zip(
                self._tokenizer.all_special_ids, self._tokenizer.all_special_tokens, strict=True
            )
            if not any(word in token for word in _KEPT)
        }
        kept = [token for token in tokens[:end] if token not in dropped]
        return str(self._tokenizer.decode(kept, skip_special_tokens=False))


def batches(lengths: Sequence[int], most: int) -> Iterator[list[int]]:
    """Places of prompts by length, the shortest first: padding included, at most so many tokens a batch."""
    batch: list[int] = []
    for at in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[at] > most:
            yield batch
            batch = []
        batch.append(at)
    yield batch


_loaded: dict[Transformers, Model] = {}
_loading = threading.Lock()


def model_of(settings: Transformers) -> Model:
    """The model, loaded once a process and shared by all dialogues."""
    with _loading:
        if settings not in _loaded:
            _loaded[settings] = Model(settings)
        return _loaded[settings]
