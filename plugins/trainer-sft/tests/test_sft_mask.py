"""The loss sees the agent's own tokens and no other."""

import json
from itertools import groupby

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scaleenv_trainer_sft import Sft
from scaleenv_trainer_sft.chats import Chat, read_chats
from scaleenv_trainer_sft.tokens import SPECIAL, trained_tokenizer
from scaleenv_trainer_sft.training import IGNORED, build_trainer, offline_on_one_thread

from scaleenv_core.testing.chat import sample_chats, write_chats


@pytest.fixture
def trainer(tmp_path):
    """A trainer over a dozen sample chats, before its first step."""
    chats = read_chats(write_chats(tmp_path / "data.jsonl", sample_chats()))
    sft = Sft(hidden_size=16, layers=1, heads=2, vocab_size=500, batch_size=12)
    with offline_on_one_thread():
        yield build_trainer(sft, chats, tmp_path, seed=1)


def written(message):
    """What the agent writes in a message, by hand."""
    calls = [
        {"name": call["function"]["name"], "arguments": call["function"]["arguments"]}
        for call in message.get("tool_calls", ())
    ]
    texts = [message["content"], *(json.dumps(call, ensure_ascii=False) for call in calls)]
    return "<|call|>".join(texts) + "<|end|>"


def runs(ids, learnt, tokenizer):
    """The texts of the unbroken runs of tokens: those learnt, and those not."""
    made = {True: [], False: []}
    for kind, tokens in groupby(zip(ids, learnt, strict=True), key=lambda pair: bool(pair[1])):
        made[kind].append(tokenizer.decode([token for token, _ in tokens]))
    return made[True], made[False]


def test_learnt_tokens_are_exactly_what_the_agent_wrote(trainer):
    """Each run of learnt tokens decodes to one assistant message: its text, its calls, its end."""
    for chat, row in zip(sample_chats(), trainer.train_dataset, strict=True):
        learnt = [label != IGNORED for label in row["labels"]]

        texts, _ = runs(row["input_ids"], learnt, trainer.processing_class)

        assert texts == [written(message) for message in chat["messages"] if message["role"] == "assistant"]


def test_learnt_labels_are_the_tokens_themselves(trainer):
    """A label is its own token or −100, and nothing else."""
    for row in trainer.train_dataset:
        for token, label in zip(row["input_ids"], row["labels"], strict=True):
            assert label in (token, IGNORED)


def test_context_holds_all_the_rest(trainer):
    """The masked tokens decode to the tools, the other messages and the openings, and to no more."""
    for chat, row in zip(sample_chats(), trainer.train_dataset, strict=True):
        tools = "\n".join(json.dumps(tool["function"], ensure_ascii=False) for tool in chat["tools"])
        expected = f"<|tools|>{tools}<|end|>" if tools else ""
        for message in chat["messages"]:
            other = message["role"] != "assistant"
            expected += f"<|{message['role']}|>" + (f"{message['content']}<|end|>" if other else "")

        _, texts = runs(
            row["input_ids"], [label != IGNORED for label in row["labels"]], trainer.processing_class
        )

        assert "".join(texts) == expected


def test_masked_tokens_get_zero_gradient(trainer):
    """The state that predicts a token gets a gradient exactly where that token is learnt."""
    states = []
    batch = next(iter(trainer.get_train_dataloader()))
    trainer.model.train()
    trainer.model.model.norm.register_forward_hook(lambda _module, _given, made: states.append(made))

    loss = trainer.compute_loss(trainer.model, batch)
    (gradient,) = torch.autograd.grad(loss, states[0])

    moved = gradient[:, :-1].abs().sum(dim=-1) > 0
    assert torch.equal(moved, batch["labels"][:, 1:] != IGNORED)
    assert moved.any()
    assert not moved.all()


def test_loss_is_the_mean_over_learnt_tokens(trainer):
    """The loss is −Σ log P over the agent's tokens alone, divided by their number."""
    batch = next(iter(trainer.get_train_dataloader()))
    loss = trainer.compute_loss(trainer.model, batch).item()

    total, count = 0.0, 0
    for ids, labels in zip(batch["input_ids"], batch["labels"], strict=True):
        with torch.no_grad():
            states = trainer.model.model(input_ids=ids[None]).last_hidden_state[0]
            log_p = torch.log_softmax(trainer.model.lm_head(states), dim=-1)
        for place in range(1, len(ids)):
            if labels[place] != IGNORED:
                total, count = total - log_p[place - 1, ids[place]].item(), count + 1

    assert loss == pytest.approx(total / count, rel=1e-4)


@pytest.fixture(scope="module")
def tokenizer():
    """A tokenizer that has seen little, so that most of what it meets is new to it."""
    chats = [
        Chat(where="here", domain=line["domain"], messages=line["messages"], tools=line["tools"])
        for line in sample_chats(3)
    ]
    with offline_on_one_thread():
        return trained_tokenizer(chats, 400)


text = st.text(max_size=30).filter(lambda made: not any(token in made for token in SPECIAL))


@settings(deadline=None, max_examples=60)
@given(turns=st.lists(st.tuples(text, text), min_size=1, max_size=4), key=text, value=text)
def test_mask_is_exact_for_any_text(tokenizer, turns, key, value):
    """No text of anyone's, whatever its spaces and scripts, moves the border of the mask."""
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": {key: value}}}
    messages = [
        message
        for asked, said in turns
        for message in (
            {"role": "user", "content": asked},
            {"role": "assistant", "content": said, "tool_calls": [call]},
        )
    ]

    made = tokenizer.apply_chat_template(messages, return_dict=True, return_assistant_tokens_mask=True)
    texts, _ = runs(made["input_ids"], made["assistant_masks"], tokenizer)

    assert texts == [written(message) for message in messages if message["role"] == "assistant"]


@pytest.mark.parametrize("kind", ["has_generation_markers", "is_chat_template_stop_token_trained"])
def test_trl_accepts_the_template(tokenizer, kind):
    """TRL's own checks find the markers, and the end of a turn among what is learnt."""
    from trl import chat_template_utils

    check = getattr(chat_template_utils, kind)
    assert check(tokenizer.chat_template if kind == "has_generation_markers" else tokenizer)
