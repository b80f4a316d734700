"""The columns of verl's documentation on preparing data, and the agent's tokens."""

import json

import pytest
from scaleenv_exporter_verl import Verl

from scaleenv_core.errors import StageError
from scaleenv_core.testing.chat import sample_chats
from scaleenv_core.testing.exporter import ExporterContract

parquet = pytest.importorskip("pyarrow.parquet")

TEMPLATE = (
    "{% for m in messages %}{% if m.role == 'assistant' %}<a>{% generation %}{{ m.content }}"
    "{% for c in m.tool_calls or [] %}{{ c.function | tojson }}{% endfor %}<e>{% endgeneration %}"
    "{% else %}<o>{{ m.content }}<e>{% endif %}{% endfor %}"
)


def rows(folder, split):
    return parquet.read_table(folder / f"{split}.parquet").to_pylist()


class TestVerl(ExporterContract):
    @pytest.fixture
    def plugin(self):
        return Verl()

    @pytest.fixture
    def read(self):
        return rows

    @pytest.fixture
    def unfit(self):
        return {**sample_chats(1)[0], "id": "alone", "messages": [{"role": "assistant", "content": "Hi"}]}


def test_columns(tmp_path):
    """Prompt, source, ability, reward model and extra info are those of the chat."""
    Verl().export_chats(splits={"train": sample_chats()}, out=tmp_path)

    for row, chat in zip(rows(tmp_path, "train"), sample_chats(), strict=True):
        asked = [call["function"] for m in chat["messages"] for call in m.get("tool_calls", ())]
        assert row["data_source"] == f"scaleenv/{chat['domain']}"
        assert row["prompt"][-1]["role"] == "user"
        assert row["prompt"] == chat["messages"][: len(row["prompt"])]
        assert json.loads(row["reward_model"]["ground_truth"]) == asked
        assert json.loads(row["extra_info"]["tools"]) == chat["tools"]
        assert row["extra_info"]["task"] == chat["task"]
        assert row.keys() == {"data_source", "prompt", "ability", "reward_model", "extra_info"}


def test_loads_with_datasets(tmp_path, monkeypatch):
    """``datasets``, by which verl reads its files, gives back the rows."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets", reason="nox -s tests_train brings datasets")
    Verl().export_chats(splits={"train": sample_chats()}, out=tmp_path)

    path, cache = str(tmp_path / "train.parquet"), str(tmp_path / "cache")
    loaded = datasets.load_dataset("parquet", data_files=path, cache_dir=cache)["train"]

    assert list(loaded) == rows(tmp_path, "train")


@pytest.fixture
def tokenizer(tmp_path):
    """A folder with a tokenizer of bytes whose template marks what the agent writes."""
    tokenizers = pytest.importorskip("tokenizers", reason="nox -s tests_train brings transformers")
    transformers = pytest.importorskip("transformers")
    marks = ["<a>", "<o>", "<e>"]
    alphabet = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: at for at, token in enumerate([*alphabet, *marks])}
    made = tokenizers.Tokenizer(tokenizers.models.BPE(vocab=vocabulary, merges=[]))
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.post_processor = tokenizers.processors.ByteLevel(trim_offsets=False)
    made.decoder = tokenizers.decoders.ByteLevel()
    made.add_special_tokens(marks)
    whole = transformers.PreTrainedTokenizerFast(tokenizer_object=made, chat_template=TEMPLATE)
    whole.save_pretrained(tmp_path / "tokenizer")
    return tmp_path / "tokenizer"


def test_mask_marks_what_the_agent_wrote(tmp_path, tokenizer):
    """The marked tokens decode to the agent's texts and calls, and to nothing else."""
    import transformers

    Verl(tokenizer=str(tokenizer)).export_chats(splits={"train": sample_chats()}, out=tmp_path)

    read = transformers.AutoTokenizer.from_pretrained(tokenizer)
    for row, chat in zip(rows(tmp_path, "train"), sample_chats(), strict=True):
        own = [m for m in chat["messages"] if m["role"] == "assistant"]
        calls = [
            [json.dumps(c["function"], ensure_ascii=False) for c in m.get("tool_calls", ())] for m in own
        ]
        written = [m["content"] + "".join(asked) + "<e>" for m, asked in zip(own, calls, strict=True)]
        marked = [token for token, own in zip(row["input_ids"], row["loss_mask"], strict=True) if own]
        assert read.decode(marked) == "".join(written)
        assert len(marked) < len(row["input_ids"])


def test_template_without_marks(tmp_path, tokenizer):
    """A tokenizer whose template does not tell the agent's text is refused."""
    (tokenizer / "chat_template.jinja").write_text("{{ messages }}")

    with pytest.raises(StageError, match="generation"):
        Verl(tokenizer=str(tokenizer)).export_chats(splits={"train": sample_chats()}, out=tmp_path)


def test_no_tokenizer(tmp_path):
    """A folder that is not there is one clear line."""
    pytest.importorskip("transformers", reason="nox -s tests_train brings transformers")

    with pytest.raises(StageError, match="nowhere"):
        Verl(tokenizer="nowhere").export_chats(splits={"train": sample_chats()}, out=tmp_path)


@pytest.mark.filterwarnings("ignore")
def test_verl_reads_it(tmp_path, tokenizer, monkeypatch):
    """Verl's own data set keeps every row and hands out the prompt and the ground truth."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    pytest.importorskip("verl", reason="docs/exports.md says when it was tried")
    import transformers
    from omegaconf import OmegaConf
    from verl.utils.dataset.rl_dataset import RLHFDataset

    Verl().export_chats(splits={"train": sample_chats()}, out=tmp_path)
    config = {"cache_dir": str(tmp_path / "cache"), "max_prompt_length": 100_000, "return_raw_chat": True}

    read = transformers.AutoTokenizer.from_pretrained(tokenizer)
    loaded = RLHFDataset(str(tmp_path / "train.parquet"), read, OmegaConf.create(config))

    assert len(loaded) == len(sample_chats())
    for row, given in zip(loaded, rows(tmp_path, "train"), strict=True):
        assert list(row["raw_prompt"]) == given["prompt"]
        assert row["reward_model"] == given["reward_model"]
        assert row["extra_info"]["task"] == given["extra_info"]["task"]
