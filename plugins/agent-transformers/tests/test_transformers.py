"""A local model acts: batched, seeded, offline, and with errors that it can act on."""

from concurrent.futures import ThreadPoolExecutor

import pytest

pytest.importorskip("torch", reason="needs torch")
pytest.importorskip("scaleenv_agent_transformers", reason="needs scaleenv-agent-transformers")
from scaleenv_agent_transformers import Transformers
from scaleenv_agent_transformers.generating import batches, model_of

from scaleenv_core.chat import function
from scaleenv_core.engine import Environment, load_domain
from scaleenv_core.errors import ConfigError, MachineryError
from scaleenv_core.plugins import configure, find
from scaleenv_core.testing.agent import AgentContract
from scaleenv_core.testing.shop import shop_tools, write_shop
from scaleenv_core.types import Message

TEMPLATE = (
    "{% for tool in tools or [] %}[{{ tool['function']['name'] }}]{% endfor %}"
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}"
    "{% for call in message['tool_calls'] or [] %}<tool_call>"
    "{{ {'name': call['function']['name'], 'arguments': call['function']['arguments']} | tojson }}"
    "</tool_call>"
    "{% endfor %}<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
SPECIAL = ["<|end|>", "<|system|>", "<|user|>", "<|assistant|>", "<|tool|>", "<tool_call>", "</tool_call>"]


def tiny(folder, positions=4096):
    """A byte-level Llama of some ten thousand weights, saved in a folder; the model and its tokenizer."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE(vocab={letter: n for n, letter in enumerate(letters)}, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=made,
        chat_template=TEMPLATE,
        eos_token="<|end|>",
        additional_special_tokens=SPECIAL[1:],
        clean_up_tokenization_spaces=False,
    )
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=64, intermediate_size=128, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=4, max_position_embeddings=positions,
        bos_token_id=None, eos_token_id=tokenizer.eos_token_id, pad_token_id=None,
    )  # fmt: skip
    model = LlamaForCausalLM(config)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return model, tokenizer


@pytest.fixture(scope="module")
def random_model(tmp_path_factory):
    """The folder of a model that has learnt nothing."""
    folder = tmp_path_factory.mktemp("random")
    tiny(folder)
    return str(folder)


class TestContract(AgentContract):
    @pytest.fixture
    def plugin(self, random_model):
        return Transformers(model=random_model, max_tokens=12)


def turn(settings, words, seed=0):
    """The model's turn after a user's words."""
    session = settings.start_agent(shop_tools(), seed)
    return session.act((Message(role="system", content="s"), Message(role="user", content=words)))


WORDS = [f"{'word ' * n}number {n}" for n in range(6)]


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_a_batch_changes_nothing(random_model, temperature):
    """A turn is the same alone and among others of other lengths, by chance or not."""
    alone = Transformers(model=random_model, max_tokens=10, temperature=temperature, batch_size=1)
    batched = Transformers(
        model=random_model, max_tokens=10, temperature=temperature, batch_size=6, wait_ms=3000
    )
    sizes = []
    hook = model_of(batched)._model.register_forward_pre_hook(
        lambda _, __, given: sizes.append(given["input_ids"].shape[0]), with_kwargs=True
    )

    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda pair: turn(batched, pair[1], pair[0]), enumerate(WORDS)))
    hook.remove()

    assert together == [turn(alone, words, seed) for seed, words in enumerate(WORDS)]
    assert set(sizes) == {6}


def test_long_prompts_apart(random_model):
    """Prompts that are too long to be padded together are answered apart, each as if it were alone."""
    alone = Transformers(model=random_model, max_tokens=6, batch_size=1)
    batched = Transformers(model=random_model, max_tokens=6, batch_size=6, wait_ms=3000, batch_tokens=400)
    sizes = []
    hook = model_of(batched)._model.register_forward_pre_hook(
        lambda _, __, given: sizes.append(given["input_ids"].shape), with_kwargs=True
    )

    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda words: turn(batched, words), WORDS))
    hook.remove()

    assert together == [turn(alone, words) for words in WORDS]
    assert all(rows == 1 or rows * length <= 400 for rows, length in sizes)
    assert 1 < max(rows for rows, _ in sizes) < 6


@pytest.mark.parametrize(
    ("lengths", "made"),
    [
        pytest.param([5, 5, 5, 5], [[0, 1], [2, 3]], id="alike"),
        pytest.param([9, 1, 2, 3], [[1, 2, 3], [0]], id="the longest apart"),
        pytest.param([50, 4, 60], [[1], [0], [2]], id="longer than a batch"),
    ],
)
def test_batches(lengths, made):
    """Short prompts go together; of one more than a batch holds, each goes alone."""
    assert list(batches(lengths, 10)) == made


def test_seeds_differ(random_model):
    """Above temperature 0 another seed says something else; at 0 it does not."""
    drawing = Transformers(model=random_model, max_tokens=8, temperature=1.0)
    certain = Transformers(model=random_model, max_tokens=8)

    assert len({turn(drawing, "Hi", seed).content for seed in range(5)}) > 1
    assert len({turn(certain, "Hi", seed).content for seed in range(5)}) == 1


def test_narrow_choice(random_model):
    """A tiny share leaves the likeliest token alone."""
    narrow = Transformers(model=random_model, max_tokens=8, temperature=1.0, top_p=1e-6)

    assert turn(narrow, "Hi", 3) == turn(Transformers(model=random_model, max_tokens=8), "Hi")


def test_too_long(tmp_path):
    """A dialogue beyond the model's window is no turn, and says how long it is."""
    tiny(tmp_path, positions=64)

    with pytest.raises(
        MachineryError, match=r"the dialogue has \d+ tokens: with max_tokens = 50 more than the 64"
    ):
        turn(Transformers(model=str(tmp_path), max_tokens=50), "Hi")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"model": "some/name"}, "'model' must be a folder with a config.json, got 'some/name'"),
        ({}, "model"),
    ],
)
def test_only_local_models(table, said):
    """A name of a hub is not looked up."""
    with pytest.raises(ConfigError, match=said):
        configure(find("agent", "transformers"), table)


def test_no_template(tmp_path):
    """A model that knows no chats cannot act."""
    _, tokenizer = tiny(tmp_path)
    tokenizer.chat_template = None
    tokenizer.save_pretrained(tmp_path)
    (tmp_path / "chat_template.jinja").unlink()

    with pytest.raises(MachineryError, match="has no chat template"):
        turn(Transformers(model=str(tmp_path)), "Hi")


def learnt(folder, completions):
    """A model that has learnt what to write after each of some dialogues, by heart."""
    import torch

    model, tokenizer = tiny(folder)
    rows = []
    for messages, text in completions:
        tools = [function(tool) for tool in shop_tools()]
        asked = tokenizer.apply_chat_template(
            messages, tools=tools, add_generation_prompt=True, tokenize=False
        )
        start = len(tokenizer(asked, add_special_tokens=False)["input_ids"])
        rows.append(
            (torch.tensor([tokenizer(f"{asked}{text}<|end|>", add_special_tokens=False)["input_ids"]]), start)
        )
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(100):
        for ids, start in rows:
            labels = ids.clone()
            labels[:, :start] = -100
            loss = model(input_ids=ids, labels=labels).loss
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
    model.save_pretrained(folder)
    return str(folder)


def test_acts_on_an_error(tmp_path):
    """A call that breaks off is turned away with the reason, and the model can try again."""
    broken = '<tool_call>{"name": "cancel_order", "arguments": {"order'
    right = '<tool_call>{"name": "cancel_order", "arguments": {"order_id": "o1"}}</tool_call>'
    start = (Message(role="user", content="Cancel o1."),)
    with Environment(load_domain(write_shop(tmp_path / "shop"))) as shop:
        refused = shop.call("cancel_order", '{"order', "agent").text
        first = {"id": "call_1", "function": {"name": "cancel_order", "arguments": '{"order'}}
        said = [{"role": "user", "content": "Cancel o1."}]
        told = [*said, {"role": "assistant", "content": "", "tool_calls": [first]}]
        told.append({"role": "tool", "content": refused})
        model = learnt(tmp_path / "model", [(said, broken), (told, right)])
        session = Transformers(model=model, max_tokens=90).start_agent(shop_tools(), 0)

        tried = session.act(start)
        answer = shop.call(tried.tool_calls[0].tool, tried.tool_calls[0].arguments, "agent").text
        again = session.act((*start, tried, Message(role="tool", content=answer, tool_call_id="call_1")))
        done = shop.call(again.tool_calls[0].tool, again.tool_calls[0].arguments, "agent")

    assert tried.tool_calls[0].arguments == '{"order'
    assert "are not a JSON object" in answer
    assert (again.tool_calls[0].id, done.status) == ("call_2", "answered")
