"""Stages, refusals, and a training that is the same anywhere and touches no network."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from scaleenv_trainer_sft import Sft
from scaleenv_trainer_sft.training import IGNORED

from scaleenv_core.errors import ConfigError, StageError
from scaleenv_core.plugins import configure, find
from scaleenv_core.testing.chat import sample_chats, write_chats

SMALL = {"hidden_size": 16, "layers": 1, "heads": 2, "vocab_size": 500, "batch_size": 4}


def of_domains(*domains):
    """The sample chats of these domains."""
    return [chat for chat in sample_chats() if chat["domain"] in domains]


@pytest.fixture
def stage_one(tmp_path):
    """The folder of a model trained on two domains."""
    out = tmp_path / "one"
    data = write_chats(tmp_path / "one.jsonl", of_domains("shop", "clinic"))
    Sft(**SMALL, learning_rate=0.01).train_model(data, out, seed=3)
    return out


def files_of(folder):
    """Each file's bytes."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def mean_loss(folder, chats):
    """A saved model's loss on chats, without any of our code: mean −log P over the agent's tokens."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model, tokenizer = AutoModelForCausalLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    total, count = 0.0, 0
    for chat in chats:
        made = tokenizer.apply_chat_template(
            chat["messages"], tools=chat["tools"], return_dict=True, return_assistant_tokens_mask=True
        )
        ids, mask = made["input_ids"], made["assistant_masks"]
        labels = [token if own else IGNORED for token, own in zip(ids, mask, strict=True)]
        with torch.no_grad():
            loss = model(input_ids=torch.tensor([ids]), labels=torch.tensor([labels])).loss.item()
        total, count = total + loss * sum(mask), count + sum(mask)
    return total / count


def test_stage_two_starts_from_stage_one(stage_one, tmp_path):
    """Stage 2's first loss, over all its data, is that of stage 1's saved model; its tokenizer is kept."""
    chats = of_domains("library")
    data = write_chats(tmp_path / "two.jsonl", chats)

    report = Sft(model=str(stage_one), batch_size=len(chats), epochs=2).train_model(data, tmp_path / "two", 4)

    assert report.first_loss == pytest.approx(mean_loss(stage_one, chats), rel=1e-4)
    assert (tmp_path / "two" / "tokenizer.json").read_bytes() == (stage_one / "tokenizer.json").read_bytes()
    stages = json.loads((tmp_path / "two" / "stages.json").read_text())
    assert [stage["domains"] for stage in stages] == [["clinic", "shop"], ["library"]]


def test_saved_model_has_learnt(stage_one):
    """What stands in the folder is the trained model: its loss is below that of guessing."""
    from transformers import AutoTokenizer

    guessing = math.log(len(AutoTokenizer.from_pretrained(stage_one)))

    assert mean_loss(stage_one, of_domains("shop", "clinic")) < 0.95 * guessing


def test_stage_two_refuses_a_domain_of_stage_one(stage_one, tmp_path):
    """Data that shares a domain with an earlier stage is refused by its line, unless the config allows it."""
    chats = [*of_domains("library")[:2], *of_domains("shop")[:1]]
    data = write_chats(tmp_path / "two.jsonl", chats)

    with pytest.raises(StageError, match=r"line 3: domain 'shop' was already trained on") as caught:
        Sft(model=str(stage_one)).train_model(data, tmp_path / "two", 4)
    assert "\n" not in str(caught.value)

    allowed = Sft(model=str(stage_one), same_domains=True, steps=1)
    assert allowed.train_model(data, tmp_path / "two", 4).steps == 1


def test_held_out_domain_is_refused(tmp_path):
    """A chat of a held-out domain stops the training before it starts."""
    data = write_chats(tmp_path / "data.jsonl", sample_chats(3))

    with pytest.raises(StageError, match=r"line 3: domain 'shop' is held out"):
        Sft(**SMALL, held_out=("shop",)).train_model(data, tmp_path / "out", 0)


def test_counts_cover_every_token_once(stage_one, tmp_path):
    """Learnt and context tokens are all tokens of the data, whatever the number of epochs."""
    from transformers import AutoTokenizer

    tokenizer, chats = AutoTokenizer.from_pretrained(stage_one), of_domains("library")
    made = [
        tokenizer.apply_chat_template(
            chat["messages"], tools=chat["tools"], return_dict=True, return_assistant_tokens_mask=True
        )
        for chat in chats
    ]

    sft = Sft(model=str(stage_one), epochs=2, batch_size=2)
    report = sft.train_model(write_chats(tmp_path / "data.jsonl", chats), tmp_path / "out", 0)

    assert report.steps == 4
    assert report.learnt_tokens == sum(sum(one["assistant_masks"]) for one in made)
    assert report.learnt_tokens + report.context_tokens == sum(len(one["input_ids"]) for one in made)


OFFLINE = """
import socket, sys
from pathlib import Path

def refuse(*_, **__):
    raise SystemExit("the network was touched")

for name in ("getaddrinfo", "create_connection"):
    setattr(socket, name, refuse)
socket.socket.connect = socket.socket.connect_ex = refuse

from scaleenv_trainer_sft import Sft
print(any(name in sys.modules for name in ("torch", "trl", "transformers", "datasets")))
sft = Sft(hidden_size=16, layers=1, heads=2, vocab_size=500, batch_size=4)
sft.train_model(Path("data.jsonl"), Path("there"), 9)
"""


def test_same_bytes_in_another_process_without_network(tmp_path):
    """Elsewhere, offline: the same bytes of every file, no other file, not a word."""
    data = write_chats(tmp_path / "data.jsonl", sample_chats())
    Sft(**SMALL).train_model(data, tmp_path / "here", 9)

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", OFFLINE],
        cwd=tmp_path,
        env={"HOME": str(tmp_path / "home"), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "False\n", "")
    assert files_of(tmp_path / "there") == files_of(tmp_path / "here")
    assert {path.name for path in tmp_path.iterdir()} - {"home"} == {"data.jsonl", "here", "there"}


def edited(**changes):
    """The first sample chat with some keys replaced."""
    return {**sample_chats(1)[0], **changes}


def calling(function):
    """A chat whose agent makes this call."""
    call = {"id": "c", "type": "function", "function": function}
    return edited(messages=[{"role": "assistant", "content": "", "tool_calls": [call]}])


@pytest.mark.parametrize(
    ("chat", "said"),
    [
        pytest.param(edited(domain=7), r"domain: 7 is not of type", id="domain"),
        pytest.param(
            edited(messages=[{"role": "robot", "content": ""}]), r"messages\.0\.role: \"robot\"", id="role"
        ),
        pytest.param(
            calling({"name": "f", "arguments": "{}"}), r"function\.arguments: \"{}\" is not", id="arguments"
        ),
        pytest.param(calling({"arguments": {}}), r"\"name\" is a required property", id="nameless call"),
        pytest.param(
            edited(messages=[{"role": "assistant", "content": ""}, {"role": "tool", "content": "1"}]),
            r"messages\.1\.tool_call_id: '' answers no earlier call",
            id="answer to nothing",
        ),
        pytest.param(edited(tools=[{"type": "function"}]), r"tools\.0: \"function\" is", id="tool"),
        pytest.param(
            edited(messages=[{"role": "assistant", "content": "a <|end|> b"}]),
            r"'<\|end\|>', which the model reserves",
            id="special token",
        ),
    ],
)
def test_unfit_chat_is_named(tmp_path, chat, said):
    """An unfit chat is one short line with file, line, place and problem."""
    data = write_chats(tmp_path / "data.jsonl", [*sample_chats(1), chat])

    with pytest.raises(StageError, match=r"data\.jsonl line 2: .*" + said) as caught:
        Sft(**SMALL).train_model(data, tmp_path / "out", 0)

    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300 + len(str(data))


def test_absent_text_and_calls_are_empty(tmp_path):
    """OpenAI's null content and absent calls mean the same as empty ones."""
    reports = []
    for name, messages in {
        "null": [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": None, "tool_calls": None},
        ],
        "empty": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "", "tool_calls": []}],
    }.items():
        data = write_chats(tmp_path / name, [edited(messages=messages)])
        reports.append(Sft(**SMALL, steps=1).train_model(data, tmp_path / f"{name}.out", 0))

    assert reports[0] == reports[1]
    assert reports[0].learnt_tokens == 1


def test_long_chat_is_refused_not_cut(tmp_path):
    """A chat longer than ``max_length`` is an error with its line."""
    data = write_chats(tmp_path / "data.jsonl", sample_chats(2))

    with pytest.raises(StageError, match=r"line 1: \d+ tokens, more than the 100 of max_length"):
        Sft(**SMALL, max_length=100).train_model(data, tmp_path / "out", 0)


def test_model_must_be_a_local_folder(tmp_path):
    """A name of the hub is not looked up."""
    data = write_chats(tmp_path / "data.jsonl", sample_chats(1))

    with pytest.raises(StageError, match=r"model 'some/name' is not a local model folder"):
        Sft(model="some/name").train_model(data, tmp_path / "out", 0)


def test_foreign_template_without_markers_is_refused(stage_one, tmp_path):
    """A model whose template does not mark what the agent writes is one clear line."""
    template = Path(stage_one / "chat_template.jinja")
    template.write_text("{% for message in messages %}{{ message['content'] }}{% endfor %}")
    data = write_chats(tmp_path / "data.jsonl", of_domains("library"))

    with pytest.raises(StageError, match="cannot learn these chats") as caught:
        Sft(model=str(stage_one)).train_model(data, tmp_path / "out", 0)
    assert "\n" not in str(caught.value)


def test_other_files_are_not_replaced(tmp_path):
    """A folder that no training left is not taken over; a training's own folder is."""
    out, data = tmp_path / "out", write_chats(tmp_path / "data.jsonl", sample_chats(2))
    out.mkdir()
    (out / "thesis.txt").write_text("dear")

    with pytest.raises(StageError, match="holds files that no training left"):
        Sft(**SMALL, steps=1).train_model(data, out, 0)

    assert (out / "thesis.txt").read_text() == "dear"
    (out / "thesis.txt").unlink()
    for _ in range(2):
        assert Sft(**SMALL, steps=1).train_model(data, out, 0).steps == 1


@pytest.mark.parametrize(
    ("table", "said"),
    [
        pytest.param({"heads": 3}, "hidden_size / heads must be even, got 64 / 3", id="heads"),
        pytest.param({"vocab_size": 100}, "'vocab_size' must be >= 272", id="vocabulary"),
        pytest.param({"epoch": 1}, "did you mean 'epochs'", id="unknown key"),
    ],
)
def test_config_errors_are_named(table, said):
    """The plugin is found by its entry point; a wrong option is named by the config."""
    with pytest.raises(ConfigError, match=said):
        configure(find("trainer", "sft"), table)
