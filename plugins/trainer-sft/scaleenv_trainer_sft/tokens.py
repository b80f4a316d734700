"""The tokenizer of a model that starts from nothing, and its chat template.

Every boundary between the agent and others is a special token, so that no token of the
one can merge with a token of the other: the loss mask is exact for any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from scaleenv_trainer_sft.chats import Chat

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

PAD, END = "<|pad|>", "<|end|>"
SPECIAL = (PAD, END, "<|system|>", "<|user|>", "<|assistant|>", "<|tool|>", "<|tools|>", "<|call|>")
"""Padding and the end of a message, then what opens each message, the tool list and a call."""


def chat_template() -> str:
    """The Jinja template, with ``{% generation %}`` around what the agent writes."""
    return files("scaleenv_trainer_sft").joinpath("chat.jinja").read_text("utf-8").strip()


def trained_tokenizer(chats: Sequence[Chat], vocab_size: int) -> PreTrainedTokenizerFast:
    """A byte-level BPE tokenizer of at most ``vocab_size`` tokens, trained on the chats' text."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    model = Tokenizer(models.BPE())
    model.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    model.decoder = decoders.ByteLevel()
    # Offsets keep their leading space: the mask is found by the offset of its first character.
    model.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=model, chat_template=chat_template())
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    model.train_from_iterator(_plain_texts(chats, tokenizer), trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=model,
        chat_template=chat_template(),
        eos_token=END,
        pad_token=PAD,
        additional_special_tokens=list(SPECIAL[2:]),
        clean_up_tokenization_spaces=False,
    )


def _plain_texts(chats: Sequence[Chat], tokenizer: PreTrainedTokenizerFast) -> Iterator[str]:
    """The rendered chats without their special tokens, which training would take for text."""
    special = re.compile("|".join(map(re.escape, SPECIAL)))
    for chat in chats:
        rendered = tokenizer.apply_chat_template(chat.messages, tools=chat.tools, tokenize=False)
        yield from filter(None, special.split(rendered))
