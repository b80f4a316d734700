"""Parquet that datasets decodes, and TRL trains on."""

import json

import pytest
from scaleenv_exporter_trl import Trl

from scaleenv_core.testing.chat import sample_chats
from scaleenv_core.testing.exporter import ExporterContract

parquet = pytest.importorskip("pyarrow.parquet")


def rows(folder, split):
    """What pyarrow reads, its JSON decoded."""
    table = parquet.read_table(folder / f"{split}.parquet").to_pylist()
    return [{name: list(map(json.loads, value)) for name, value in row.items()} for row in table]


def wanted(chats):
    return [{"messages": chat["messages"], "tools": chat["tools"]} for chat in chats]


class TestTrl(ExporterContract):
    @pytest.fixture
    def plugin(self):
        return Trl()

    @pytest.fixture
    def read(self):
        return rows

    @pytest.fixture
    def unfit(self):
        call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{"}}
        said = {"role": "assistant", "content": "", "tool_calls": [call]}
        return {**sample_chats(1)[0], "id": "garbled", "messages": [said]}


def test_arguments_are_not_filled_up(tmp_path):
    """Every message and tool comes back as it was: no key of another call, no null."""
    Trl().export_chats(splits={"train": sample_chats()}, out=tmp_path)

    assert rows(tmp_path, "train") == wanted(sample_chats())


def test_more_than_a_row_group(tmp_path):
    """Chats beyond the first row group follow in order."""
    Trl().export_chats(splits={"train": sample_chats(501)}, out=tmp_path)

    assert parquet.ParquetFile(tmp_path / "train.parquet").num_row_groups == 2
    assert rows(tmp_path, "train")[500] == wanted(sample_chats(501))[500]


@pytest.fixture
def loaded(tmp_path, monkeypatch):
    """The file as ``datasets`` loads it."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets", reason="nox -s tests_train brings datasets")
    Trl().export_chats(splits={"train": sample_chats()}, out=tmp_path)
    path, cache = str(tmp_path / "train.parquet"), str(tmp_path / "cache")
    return datasets.load_dataset("parquet", data_files=path, cache_dir=cache)["train"]


def test_datasets_decodes_it(loaded):
    """``datasets`` gives back the same chats."""
    assert list(loaded) == wanted(sample_chats())


def test_trl_learns_the_agents_part(loaded, tmp_path):
    """TRL's trainer takes the rows as they are, and labels what the agent wrote."""
    trl = pytest.importorskip("trl", reason="nox -s tests_train brings trl")
    tokenizer, model = tiny()
    args = trl.SFTConfig(
        output_dir=str(tmp_path),
        assistant_only_loss=True,
        max_length=None,
        bf16=False,
        use_cpu=True,
        activation_checkpointing=False,
        report_to="none",
    )

    trainer = trl.SFTTrainer(model=model, args=args, train_dataset=loaded, processing_class=tokenizer)

    for row, chat in zip(trainer.train_dataset, sample_chats(), strict=True):
        learnt = [token for token, label in zip(row["input_ids"], row["labels"], strict=True) if label >= 0]
        said = [m["content"] + "<e>" for m in chat["messages"] if m["role"] == "assistant"]
        assert tokenizer.decode(learnt) == "".join(said)


TEMPLATE = (
    "{% for m in messages %}{% if m.role == 'assistant' %}<a>{% generation %}{{ m.content }}<e>"
    "{% endgeneration %}{% else %}<o>{{ m.content }}<e>{% endif %}{% endfor %}"
)


def tiny():
    """A tokenizer of bytes and the smallest model."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    alphabet = [*sorted(pre_tokenizers.ByteLevel.alphabet()), "<a>", "<o>", "<e>"]
    made = Tokenizer(models.BPE(vocab={token: at for at, token in enumerate(alphabet)}, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.post_processor = processors.ByteLevel(trim_offsets=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens(alphabet[-3:])
    whole = PreTrainedTokenizerFast(
        tokenizer_object=made, chat_template=TEMPLATE, eos_token="<e>", pad_token="<o>"
    )
    shape = LlamaConfig(
        vocab_size=len(alphabet),
        hidden_size=8,
        intermediate_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        num_key_value_heads=1,
    )
    return whole, LlamaForCausalLM(shape)
