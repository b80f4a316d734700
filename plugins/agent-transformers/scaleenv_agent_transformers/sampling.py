"""Drawing tokens so that a row's draw depends on its own seed alone, not on its batch."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from transformers import LogitsProcessor, TopPLogitsWarper


class Chance(LogitsProcessor):  # type: ignore[misc]
    """Adds Gumbel noise to logits / temperature: the greatest is then a draw from their softmax.

    Source: the Gumbel-max trick (Gumbel 1954; Maddison et al., arXiv 1411.0030, section 2).
    """

    def __init__(self, seeds: Sequence[int], temperature: float, top_p: float) -> None:
        self._rows = [torch.Generator().manual_seed(seed) for seed in seeds]
        self._temperature = temperature
        self._top = TopPLogitsWarper(top_p) if top_p < 1.0 else None

    def __call__(self, input_ids: torch.LongTensor, scores: torch.FloatTensor) -> torch.FloatTensor:
        """The disturbed scores of the next token."""
        scaled = scores.float() / self._temperature
        if self._top is not None:
            scaled = self._top(input_ids, scaled)
        drawn = torch.stack([torch.rand(scaled.shape[-1], generator=row) for row in self._rows])
        noise = -torch.log(-torch.log(drawn.clamp(1e-20, 1 - 1e-7)))
        return scaled + noise.to(scaled.device)
