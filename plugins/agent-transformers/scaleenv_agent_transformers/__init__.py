"""An agent that is a model in a local folder, asked with Transformers: many dialogues a batch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from attrs import field, frozen
from attrs.validators import and_, ge, gt, le

from scaleenv_core import hookimpl
from scaleenv_core.types import Tool

if TYPE_CHECKING:
    from scaleenv_agent_transformers.session import Session

__all__ = ["Transformers"]


def _local_model(_: object, __: Any, value: str) -> None:
    if not (Path(value) / "config.json").is_file():
        raise ValueError(f"'model' must be a folder with a config.json, got {value!r}; nothing is downloaded")


@frozen(kw_only=True)
class Transformers:
    """Renders the dialogue with the model's chat template, generates, and reads calls from the text.

    One model a process, shared by all dialogues: turns that are asked for at the same time
    go into one call of ``generate``. At temperature 0 the likeliest token is taken; above it
    each turn draws from its own seed, whatever it is batched with.
    """

    model: str = field(validator=_local_model)
    """Folder of a local model and tokenizer, whose chat template takes tools."""

    batch_size: int = field(default=16, validator=gt(0))
    """Most turns a call of ``generate``."""

    batch_tokens: int = field(default=16_384, validator=gt(0))
    """Most tokens of prompts in such a call, padding included; a longer prompt goes alone. Padded rows take
    memory by the square of the longest."""

    wait_ms: int = field(default=5, validator=ge(0))
    """How long a first turn waits for others to join it."""

    max_tokens: int = field(default=1024, validator=gt(0))
    """Tokens of one turn, at most; what is cut off in a call is a broken call."""

    temperature: float = field(default=0.0, validator=ge(0.0))
    """0: the likeliest token."""

    top_p: float = field(default=1.0, validator=and_(gt(0.0), le(1.0)))
    """Draw from the likeliest tokens that together have this share."""

    device: str = ""
    """As torch names it; empty: a GPU where there is one."""

    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    """``auto``: bfloat16 on a GPU, float32 elsewhere."""

    @hookimpl
    def start_agent(self, tools: Sequence[Tool], seed: int) -> Session:
        """A session that asks the model; the first one of a process loads it."""
        from scaleenv_agent_transformers.session import Session

        return Session.of(self, tools, seed)
