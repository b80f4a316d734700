"""TRL around it: model and tokenizer, the trainer, and what is left on disk."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scaleenv_core.converters import to_plain
from scaleenv_core.errors import StageError
from scaleenv_core.files import json_lines, json_text, whole_folder, write_text
from scaleenv_core.names import digest, subseed
from scaleenv_core.types import TrainingReport
from scaleenv_trainer_sft.chats import Chat, read_chats, refuse_domains

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase
    from trl import SFTTrainer

    from scaleenv_trainer_sft import Sft

IGNORED = -100
"""The label of a token that the loss does not see."""

_POSITIONS = 1 << 17
"""Longest chat of a new model: rotary positions cost nothing until they are used."""

_ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "OMP_NUM_THREADS": "1",
}


def train(settings: Sft, data: Path, out: Path, seed: int) -> TrainingReport:
    """See :meth:`scaleenv_trainer_sft.Sft.train_model`."""
    chats = read_chats(data)
    refuse_domains(chats, settings.held_out, "is held out; leave it out of the export")
    stage = {
        "data": digest(data.read_bytes()),
        "domains": sorted({chat.domain for chat in chats}),
        "seed": seed,
    }
    stages = [*_earlier_stages(settings, chats), stage]
    _free_to_replace(out)
    with offline_on_one_thread(), whole_folder(out) as folder:
        trainer = build_trainer(settings, chats, folder, seed)
        trainer.train()
        trainer.model.config.use_cache = True  # the trainer turned it off; whoever generates wants it
        trainer.model.save_pretrained(folder)
        trainer.processing_class.save_pretrained(folder)
        losses = [entry for entry in trainer.state.log_history if "loss" in entry]
        report = _report(trainer, losses)
        write_text(folder / "report.json", json_text(to_plain(report)))
        write_text(folder / "stages.json", json_text(stages))
        write_text(
            folder / "losses.jsonl",
            json_lines({"step": entry["step"], "loss": entry["loss"]} for entry in losses),
        )
    return report


def _earlier_stages(settings: Sft, chats: Sequence[Chat]) -> list[dict[str, Any]]:
    """What the model to start from was trained on; nothing where it is not of our making."""
    if not settings.model:
        return []
    folder = Path(settings.model)
    if not (folder / "config.json").is_file():
        raise StageError(f"model {settings.model!r} is not a local model folder: it has no config.json")
    record = folder / "stages.json"
    if not record.is_file():
        return []
    try:
        stages: list[dict[str, Any]] = json.loads(record.read_text("utf-8"))
        earlier = [domain for stage in stages for domain in stage["domains"]]
    except (ValueError, TypeError, KeyError) as exc:
        raise StageError(f"{record}: not a record of stages ({exc!r}); train that model again") from exc
    if not settings.same_domains:
        why = f"was already trained on by {settings.model!r}; export other domains, or set same_domains"
        refuse_domains(chats, earlier, why)
    return stages


def _free_to_replace(out: Path) -> None:
    """A training replaces an earlier one's folder, and nothing else."""
    if out.is_dir() and any(out.iterdir()) and not (out / "report.json").is_file():
        raise StageError(f"{out}: holds files that no training left; choose another folder")
    if out.exists() and not out.is_dir():
        raise StageError(f"{out}: is a file, not a folder")


@contextmanager
def offline_on_one_thread() -> Iterator[None]:
    """Imports that touch no network, and sums in one order: the same bits on every run."""
    before = {name: os.environ.get(name) for name in _ENVIRONMENT}
    os.environ.update(_ENVIRONMENT)
    try:
        import datasets
        import torch
        from transformers.utils import logging

        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        datasets.disable_progress_bars()
        logging.disable_progress_bar()
        try:
            yield
        finally:
            torch.set_num_threads(threads)
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def build_trainer(settings: Sft, chats: Sequence[Chat], folder: Path, seed: int) -> SFTTrainer:
    """TRL's trainer over the chats, tokenised and labelled; ``folder`` is where it may write."""
    from datasets import Dataset, Features, Json, List
    from transformers import PrinterCallback, set_seed
    from trl import SFTConfig, SFTTrainer

    small_seed = subseed(seed, "sft") % 2**32  # NumPy takes no more
    set_seed(small_seed)
    model, tokenizer = _loaded(settings) if settings.model else _fresh(settings, chats)
    _refuse_special(chats, tokenizer)
    rows = [{"messages": chat.messages, "tools": chat.tools} for chat in chats]
    # Json keeps each call's arguments as they are; Arrow's own structs would give every call
    # the arguments of all the others, as nulls.
    features = Features({"messages": List(Json()), "tools": List(Json())})
    config = SFTConfig(
        output_dir=str(folder),
        seed=small_seed,
        data_seed=small_seed,
        num_train_epochs=settings.epochs,
        max_steps=settings.steps or -1,
        per_device_train_batch_size=settings.batch_size,
        learning_rate=settings.learning_rate,
        assistant_only_loss=True,
        max_length=None,
        bf16=False,
        use_cpu=True,
        activation_checkpointing=False,
        dataloader_pin_memory=False,
        logging_steps=1,
        logging_nan_inf_filter=False,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )
    try:
        trainer = SFTTrainer(
            model=model,
            args=config,
            train_dataset=Dataset.from_list(rows, features=features),
            processing_class=tokenizer,
        )
    except (ValueError, RuntimeError) as exc:  # the template of a foreign model
        raise StageError(
            f"model {settings.model!r} cannot learn these chats: {' '.join(str(exc).split())}"
        ) from exc
    trainer.remove_callback(PrinterCallback)
    _refuse_long(trainer, chats, settings)
    return trainer


def _fresh(settings: Sft, chats: Sequence[Chat]) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    from transformers import LlamaConfig, LlamaForCausalLM

    from scaleenv_trainer_sft.tokens import trained_tokenizer

    tokenizer = trained_tokenizer(chats, settings.vocab_size)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=settings.hidden_size,
        intermediate_size=settings.intermediate_size or 4 * settings.hidden_size,
        num_hidden_layers=settings.layers,
        num_attention_heads=settings.heads,
        num_key_value_heads=settings.heads,
        max_position_embeddings=_POSITIONS,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return LlamaForCausalLM(config), tokenizer


def _loaded(settings: Sft) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    try:
        model = AutoModelForCausalLM.from_pretrained(
            settings.model, local_files_only=True, use_safetensors=True, dtype=torch.float32
        )
        tokenizer = AutoTokenizer.from_pretrained(settings.model, local_files_only=True)
    except (OSError, ValueError) as exc:
        raise StageError(f"model {settings.model!r} does not load: {' '.join(str(exc).split())}") from exc
    if not tokenizer.chat_template:
        raise StageError(f"model {settings.model!r} has no chat template, so it cannot learn from chats")
    return model, tokenizer


def _refuse_special(chats: Sequence[Chat], tokenizer: PreTrainedTokenizerBase) -> None:
    """A text that spells a special token would become one, and end or open a message."""
    special = tuple(tokenizer.all_special_tokens)
    for chat in chats:
        for text in chat.texts():
            for token in special:
                if token in text:
                    raise StageError(
                        f"{chat.where}: a text holds {token!r}, which the model reserves; leave the chat out"
                    )


def _refuse_long(trainer: SFTTrainer, chats: Sequence[Chat], settings: Sft) -> None:
    own = getattr(trainer.model.config, "max_position_embeddings", None) or _POSITIONS
    limit, whose = min((own, "the model"), (settings.max_length or own + 1, "max_length"))
    for chat, tokens in zip(chats, trainer.train_dataset["input_ids"], strict=True):
        if len(tokens) > limit:
            raise StageError(
                f"{chat.where}: {len(tokens)} tokens, more than the {limit} of {whose}; "
                "a chat is never cut: leave it out"
            )


def _report(trainer: SFTTrainer, losses: Sequence[dict[str, float]]) -> TrainingReport:
    labels = [label for row in trainer.train_dataset["labels"] for label in row]
    learnt = sum(label != IGNORED for label in labels)
    return TrainingReport(
        examples=len(trainer.train_dataset),
        steps=trainer.state.global_step,
        first_loss=losses[0]["loss"],
        last_loss=losses[-1]["loss"],
        learnt_tokens=learnt,
        context_tokens=len(labels) - learnt,
    )
