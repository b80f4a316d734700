"""Recorded dialogues become tasks: the right domain, the calls they show, what failed first."""

import json

import pytest
from attrs import evolve
from click.testing import CliRunner

from scaleenv_core.artifacts import World
from scaleenv_core.cli import cli
from scaleenv_core.config import parse_config, to_toml
from scaleenv_core.files import write_text
from scaleenv_core.stages.feedback.matching import Matcher, likeness
from scaleenv_core.stages.feedback.mining import Mine, chain_of, faults_of, goal_of, is_error, links_of
from scaleenv_core.stages.walk import Link
from scaleenv_core.testing.shop import shop_tools, write_shop
from scaleenv_core.types import Message, RecordedDialogue, Tool, ToolCall

SHOP = shop_tools()


def call(number, tool, **arguments):
    made = (ToolCall(id=f"c{number}", tool=tool, arguments=arguments),)
    return Message(role="assistant", tool_calls=made)


def answer(number, data):
    text = data if isinstance(data, str) else json.dumps(data)
    return Message(role="tool", tool_call_id=f"c{number}", content=text)


ORDERS = {"orders": [{"order_id": "ord-1", "customer_id": "cus-9"}]}
GOOD = RecordedDialogue(
    id="good", domain="", task="", agent="m", user="log", trial=0, ended="agent_stop",
    messages=(
        Message(role="user", content="Cancel my  first order."),
        call(1, "listOrders", customerId="cus-9"), answer(1, ORDERS),
        call(2, "cancelOrder", orderId="ord-1"), answer(2, {"status": "cancelled"}),
        Message(role="assistant", content="Done."),
    ),
)  # fmt: skip
BAD = evolve(
    GOOD,
    id="bad",
    messages=(
        *GOOD.messages[:4],
        answer(2, "Error: not open"),
        Message(role="assistant", content="I cannot."),
    ),
)
NAMES = {"listOrders": "list_orders", "cancelOrder": "cancel_order"}


@pytest.mark.parametrize(
    ("name", "parameters", "same"),
    [
        ("get_order", ["order_id"], 1.0),
        ("getOrder", ["orderId"], 1.0),
        ("getInvoice", ["orderId"], 0.6),
        ("x", [], 0.0),
    ],
    ids=["itself", "spelt otherwise", "half the name", "nothing"],
)
def test_likeness(name, parameters, same):
    """Words of the name and of the parameters count, not their spelling."""
    (other,) = (tool for tool in SHOP if tool.name == "get_order")
    schema = {"type": "object", "properties": {name: {} for name in parameters}}
    tool = Tool(id="t", name=name, description="", parameters=schema)

    assert likeness(tool, other) == pytest.approx(same)


def test_match():
    """A dialogue belongs where most of what it called is; where less than half is, nowhere."""
    other = [Tool(id="z", name="list_flights", description="", parameters={"type": "object"})]
    matcher = Matcher({"air": other, "shop": SHOP}, 0.5)
    strange = evolve(GOOD, messages=(call(1, "sing", song="x"), call(2, "dance"), call(3, "listOrders")))

    assert (matcher.match(GOOD).domain, matcher.match(GOOD).tools) == ("shop", NAMES)
    assert matcher.match(strange) is None


def test_a_log_that_says_its_domain():
    """Only that domain is looked at, where there is one of that name."""
    twins = {"shop": SHOP, "shop-2": SHOP}

    assert Matcher(twins, 0.5).match(evolve(GOOD, domain="shop-2")).domain == "shop-2"
    assert Matcher(twins, 0.5).match(evolve(GOOD, domain="other")).domain == "shop"


def test_mining():
    """The calls in order, where values came from, and what the user wanted."""
    assert chain_of(GOOD, NAMES) == ("list_orders", "cancel_order")
    assert list(links_of(GOOD, NAMES)) == [
        Link("list_orders", "cancel_order", "orders[].order_id", "orderId")
    ]
    assert goal_of(GOOD) == "Cancel my first order."


@pytest.mark.parametrize(
    ("dialogue", "faults"),
    [
        pytest.param(GOOD, [], id="none"),
        pytest.param(BAD, ["error-answer", "refused"], id="an error and a refusal"),
        pytest.param(evolve(GOOD, ended="max_turns"), ["not-finished"], id="broken off"),
        pytest.param(evolve(GOOD, succeeded=False), ["judged-failed"], id="judged"),
    ],
)
def test_faults(dialogue, faults):
    """What went wrong is read off the dialogue."""
    assert faults_of(dialogue) == faults


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Error: no", True),
        ('{"error": "no"}', True),
        ('{"error": null}', False),
        ("No error occurred", False),
        ("[]", False),
    ],
)
def test_errors(text, wrong):
    """An answer is an error by what it begins with, or by its field."""
    assert is_error(text) is wrong


def test_failed_first():
    """Patterns that failed come first, and of a pattern the dialogues that did."""
    mine = Mine()
    short = evolve(GOOD, id="short", messages=GOOD.messages[:3])
    for dialogue in (short, short, short, GOOD, BAD):
        assert mine.take(dialogue, NAMES, 20)
    first, second = mine.patterns()

    assert (first.chain, first.dialogues) == (("list_orders", "cancel_order"), ("bad", "good"))
    assert (second.chain, second.reasons) == (("list_orders",), {})
    assert not mine.take(evolve(GOOD, messages=GOOD.messages[:1]), NAMES, 20)


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path / "world")
    write_shop(made.root / "domains" / "shop")
    settings = {"sandbox": {"use": False}, "feedback": {"per_pattern": 3}, "workers": 1}
    write_text(made.config, to_toml(parse_config(settings)))
    return made


def test_command(world, tmp_path):
    """One command makes tasks, marked with the dialogue they grew from; run again, it does nothing anew."""
    pytest.importorskip("scaleenv_log_openai", reason="needs scaleenv-log-openai")
    log = tmp_path / "chats.jsonl"
    log.write_text("".join(json.dumps(_chat(dialogue)) + "\n" for dialogue in (GOOD, BAD)), encoding="utf-8")
    command = ["feedback", str(world.root), "--log", str(log), "--json"]
    first = CliRunner().invoke(cli, command, catch_exceptions=False)
    tasks = world.domain_tasks("shop")
    again = CliRunner().invoke(cli, command, catch_exceptions=False)
    summary = json.loads(first.stdout)

    assert (summary["dialogues"], summary["dialogues_failed"], summary["patterns_followed"]) == (2, 1, 1)
    assert summary["tasks"] == len(tasks) > 0
    assert {task.origin for task in tasks} == {"log chats/000002/bad"}
    assert any("cancel_order" in [action.tool for action in task.actions] for task in tasks)
    assert (world.domain_tasks("shop"), json.loads(again.stdout)) == (tasks, summary)


def _chat(dialogue):
    def line(message):
        made = {"role": message.role, "content": message.content}
        if message.tool_calls:
            made["tool_calls"] = [
                {"id": one.id, "function": {"name": one.tool, "arguments": json.dumps(one.arguments)}}
                for one in message.tool_calls
            ]
        return {**made, "tool_call_id": message.tool_call_id} if message.tool_call_id else made

    return {"id": dialogue.id, "messages": [line(message) for message in dialogue.messages]}
