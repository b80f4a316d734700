"""Supervised fine-tuning with TRL on one CPU core: the agent's own tokens alone in the loss."""

from __future__ import annotations

from pathlib import Path

from attrs import Attribute, field, frozen
from attrs.validators import ge, gt

from scaleenv_core import hookimpl
from scaleenv_core.types import TrainingReport

_LEAST_VOCABULARY = 256 + 16
"""Every byte, and room for the special tokens."""


def _even_heads(sft: Sft, _: Attribute[int], heads: int) -> None:
    # Rotary positions turn pairs of numbers in each head.
    if sft.hidden_size % (2 * heads):
        raise ValueError(f"'heads': hidden_size / heads must be even, got {sft.hidden_size} / {heads}")


@frozen(kw_only=True)
class Sft:
    """Trains a small causal language model on exported chats.

    The loss is AgentScaler's: ``L = −Σ_k 1[x_k ∈ agent output] log P(x_k | x_<k)``, as the
    mean over the agent's tokens of a batch. Without ``model`` a small Llama starts from
    random weights, with a byte-level tokenizer trained on the data itself.
    """

    model: str = ""
    """Folder of a local model and tokenizer to start from (stage 2 starts from stage 1's);
    empty starts from random weights, and the five fields below apply."""

    hidden_size: int = field(default=64, validator=gt(0))
    """Width of the residual stream."""

    layers: int = field(default=2, validator=gt(0))
    """Transformer blocks."""

    heads: int = field(default=4, validator=[gt(0), _even_heads])
    """Attention heads; ``hidden_size`` is an even multiple of them."""

    intermediate_size: int = field(default=0, validator=ge(0))
    """Width of the feed-forward layers; 0 is four times ``hidden_size``."""

    vocab_size: int = field(default=2048, validator=ge(_LEAST_VOCABULARY))
    """Most tokens of the vocabulary; a small data set may fill fewer."""

    epochs: float = field(default=3.0, validator=gt(0))
    """Passes over the data."""

    steps: int = field(default=0, validator=ge(0))
    """Optimiser steps; 0 goes by ``epochs``."""

    batch_size: int = field(default=8, validator=gt(0))
    """Chats a step."""

    learning_rate: float = field(default=1e-3, validator=gt(0))
    """Peak of AdamW's rate, which falls linearly to 0."""

    max_length: int = field(default=0, validator=ge(0))
    """Longest chat in tokens; a longer one is an error, never cut. 0 is the model's own limit."""

    held_out: tuple[str, ...] = ()
    """Domains kept for evaluation, and in stage 1 those of stage 2: data that holds one is refused."""

    same_domains: bool = False
    """Let a later stage train on domains of an earlier one, which is refused otherwise."""

    @hookimpl
    def train_model(self, data: Path, out: Path, seed: int) -> TrainingReport:
        """Train on a chat a line of ``data``; leave model, tokenizer and reports in ``out``.

        Raises :class:`~scaleenv_core.errors.StageError` with the line and the problem where
        the data is unfit; ``out`` is then as it was.
        """
        from scaleenv_trainer_sft.training import train

        return train(self, data, out, seed)
