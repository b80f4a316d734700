"""The audit tells what is wrong from what is as good as gold, by executing it, and counts who saw it."""

import json
import re

import pytest
from attrs import evolve
from click.testing import CliRunner

from scaleenv_core.cli import cli
from scaleenv_core.config import parse_config, to_toml
from scaleenv_core.converters import to_plain
from scaleenv_core.engine import Environment, load_domain
from scaleenv_core.files import json_lines, write_text
from scaleenv_core.stages.audit import perform
from scaleenv_core.stages.audit.spelling import tells
from scaleenv_core.stages.audit.tally import Finding, tally, with_rates
from scaleenv_core.stages.workers import Seat
from scaleenv_core.testing.shop import write_shop
from scaleenv_core.types import Action, Task, Verdict, Withheld

GOLD = {
    "cancel": ([("get_order", {"order_id": "o1"}), ("cancel_order", {"order_id": "o1"})], ()),
    "order": ([("create_order", {"customer_id": "c3", "price": 5.0})], ()),
    "two": ([("cancel_order", {"order_id": "o1"}), ("create_order", {"customer_id": "c3"})], ()),
    "ask": ([("get_order", {"order_id": "o2"})], ("20.0",)),
}


def made(environment, name, calls, outputs):
    environment.reset()
    for tool, arguments in calls:
        assert environment.call(tool, arguments).status == "answered"
    return Task(
        id=f"shop/{name}",
        domain="shop",
        instruction="Please see to order o1, order o2 and customer c3.",
        actions=tuple(Action(tool=tool, arguments=arguments) for tool, arguments in calls),
        changes=environment.changes,
        fingerprint=environment.fingerprint,
        tools=tuple(sorted(environment.offered())),
        outputs=outputs,
    )


@pytest.fixture
def world(tmp_path):
    """A world with the shop and its tasks."""
    folder = write_shop(tmp_path / "domains" / "shop")
    with Environment(load_domain(folder)) as environment:
        tasks = [made(environment, name, *gold) for name, gold in GOLD.items()]
    write_text(folder / "tasks.jsonl", json_lines(map(to_plain, tasks)))
    write_text(tmp_path / "scaleenv.toml", to_toml(parse_config({"seed": 3})))
    return tmp_path


@pytest.fixture
def trials(world):
    """What is played on the shop's tasks."""
    return perform(Seat(parse_config({"seed": 3})), str(world / "domains" / "shop"), 0).trials


@pytest.mark.parametrize(
    ("text", "fact", "told"),
    [
        pytest.param("It costs 1,602.13.", "1602.13", True, id="commas"),
        pytest.param("It costs $12.50.", "12.5", True, id="decimals"),
        pytest.param("It costs 1602.13.", "602.13", False, id="inside a number"),
        pytest.param("In 2025.", "5", False, id="a digit of it"),
        pytest.param("It is 1.", "01", False, id="a name of digits"),
        pytest.param("Ann  SMITH has it", "Ann Smith", True, id="case and space"),
        pytest.param("Joann Smith has it", "Ann Smith", False, id="inside a word"),
        pytest.param("It is ☺.", "☺", True, id="no word at all"),
    ],
)
def test_tells(text, fact, told):
    """A fact is told when its words stand in a row, numbers compared as numbers."""
    assert tells(text, fact) is told


@pytest.mark.parametrize(
    ("task", "kind", "truths"),
    [
        pytest.param("cancel", "gold", {"equal"}, id="gold"),
        pytest.param("cancel", "nothing", {"wrong"}, id="nothing"),
        pytest.param("ask", "nothing", {"wrong"}, id="nothing, and yet the right answer"),
        pytest.param("cancel", "dropped", {"wrong", "equal"}, id="a write or a read left out"),
        pytest.param("cancel", "doubled", {"equal"}, id="twice, and refused"),
        pytest.param("order", "doubled", {"wrong"}, id="twice, and done twice"),
        pytest.param("order", "altered", {"wrong"}, id="another price"),
        pytest.param("ask", "wrong-entity", {"wrong"}, id="another order's price was looked up"),
        pytest.param("cancel", "extra-write", {"wrong"}, id="another order cancelled, too"),
        pytest.param("ask", "lie", {"wrong"}, id="another price told"),
        pytest.param("ask", "silence", {"wrong"}, id="no price told"),
        pytest.param("ask", "denied", {"wrong"}, id="the price told, and denied"),
        pytest.param("ask", "told-first", {"wrong"}, id="the price told before it was looked up"),
        pytest.param("order", "fault-hidden", {"wrong"}, id="success claimed that nobody saw"),
        pytest.param("order", "fault-retried", {"equal"}, id="turned away, and called again"),
        pytest.param("order", "fault-told", {"equal"}, id="an answer lost, and the user told so"),
        pytest.param("ask", "read-added", {"equal"}, id="looked around"),
        pytest.param("ask", "read-repeated", {"equal"}, id="looked twice"),
        pytest.param("two", "mistake-first", {"equal"}, id="a refused call first"),
        pytest.param("two", "writes-reordered", {"equal"}, id="the other order first"),
        pytest.param("ask", "reworded", {"equal"}, id="other words"),
        pytest.param("ask", "respelt", {"equal"}, id="two decimals"),
    ],
)
def test_truth(trials, task, kind, truths):
    """What a variant really is follows from what it did and said."""
    found = [t.finding for t in trials if (t.finding.task, t.finding.kind) == (f"shop/{task}", kind)]

    assert {finding.truth for finding in found} == truths


RULES = {
    "confirm": {"tools": ["cancel_order"]},
    "limit": {"tools": ["get_order"], "most": 1},
    "barred": {"tools": ["purge_customer"], "table": "orders", "column": "status", "values": ["cancelled"]},
}

WHY = {"barred": "another end"}
"""What is said of a variant that is wrong in two ways."""


@pytest.mark.parametrize("kind", RULES)
def test_broken_rules_are_wrong(world, kind):
    """Not asking, calling too often and touching what is barred are wrong, whatever the end; gold is not."""
    folder = world / "domains" / "shop"
    rule = {"id": kind, "kind": kind, "says": "Keep it.", **RULES[kind]}
    write_text(folder / "rules.jsonl", json_lines([rule]))
    leave = Withheld(about="whether I may", says="Yes, do.")
    with Environment(load_domain(folder)) as environment:
        task = evolve(made(environment, "cancel", *GOLD["cancel"]), withheld=(leave,))
    write_text(folder / "tasks.jsonl", json_lines([to_plain(task)]))

    found = [t.finding for t in perform(Seat(parse_config({"seed": 3})), str(folder), 0).trials]
    broken = [finding for finding in found if finding.kind == "rule-broken"]

    assert broken
    assert {finding.truth for finding in broken} == {"wrong"}
    assert {finding.why for finding in broken} == {WHY.get(kind, f"the rule {kind!r} is broken")}
    assert [finding.truth for finding in found if finding.kind == "gold"] == ["equal"]


def test_free_texts(world):
    """Of a semantic column capitals make no difference, other words do."""
    folder = world / "domains" / "shop"
    for name, old, new in (
        ("schema.py", '"price", Float', '"price", String, info={"compare": "semantic"}'),
        ("tools.py", "price: float = 1.0", 'price: str = "cheap"'),
        ("tools.jsonl", '"minimum":0', '"description":"in words"'),
        ("tools.jsonl", '"price":{"type":"number"', '"price":{"type":"string"'),
        ("rows.jsonl", '"price":', '"price":"dear","was":'),
    ):
        text = (folder / name).read_text().replace(old, new)
        write_text(folder / name, re.sub(r',"was":[^,}]*', "", text))
    with Environment(load_domain(folder)) as environment:
        task = made(
            environment, "order", [("create_order", {"customer_id": "c3", "price": "very cheap"})], ()
        )
    write_text(folder / "tasks.jsonl", json_lines([to_plain(task)]))

    found = [t.finding for t in perform(Seat(parse_config({"seed": 3})), str(folder), 0).trials]

    assert {finding.truth for finding in found if finding.kind == "retyped"} == {"equal"}
    assert {finding.truth for finding in found if finding.kind == "altered"} == {"wrong"}


def test_deterministic(world, trials):
    """The same seed plays the same variants; another one plays others."""
    folder = str(world / "domains" / "shop")

    assert perform(Seat(parse_config({"seed": 3})), folder, 0).trials == trials
    assert perform(Seat(parse_config({"seed": 4})), folder, 0).trials != trials


def test_a_guess_is_in_neither_rate(world):
    """An argument that gold learns from an answer, used unseen, makes a lucky end and no equivalent."""
    folder = world / "domains" / "shop"
    with Environment(load_domain(folder)) as environment:
        calls = [("list_orders", {"customer_id": "c2"}), ("cancel_order", {"order_id": "o1"})]
        task = evolve(made(environment, "learn", calls, ()), instruction="Cancel the first one of c2.")
    write_text(folder / "tasks.jsonl", json_lines([to_plain(task)]))

    trials = perform(Seat(parse_config({})), str(folder), 0).trials
    dropped = {t.finding.change: t.finding.truth for t in trials if t.finding.kind == "dropped"}

    assert dropped == {"call 0 list_orders left out": "guessed", "call 1 cancel_order left out": "wrong"}


def test_gold_that_ends_elsewhere_is_broken(world):
    """A task whose gold does not reach its own end says so, whatever the verifiers think."""
    folder = world / "domains" / "shop"
    with Environment(load_domain(folder)) as environment:
        task = evolve(made(environment, "off", *GOLD["order"]), fingerprint="other")
    write_text(folder / "tasks.jsonl", json_lines([to_plain(task)]))

    (gold, *_) = perform(Seat(parse_config({})), str(folder), 0).trials

    assert (gold.finding.truth, gold.finding.why, gold.trajectory) == ("broken", "gold ends elsewhere", None)


def test_task_that_is_not_sound(world):
    """A task whose gold the verifiers reject is left out of all rates, and its gold is shown."""
    tasks = world / "domains" / "shop" / "tasks.jsonl"
    wrong = [{**json.loads(line), "changes": []} for line in tasks.read_text().splitlines()[:1]]
    write_text(tasks, json_lines(wrong))

    found = json.loads(audit(world, "--json", "--set", "sandbox.use=false"))

    assert (found["tasks"], found["tasks_unsound"], found["mutants"]) == (1, 1, 0)
    assert [finding["kind"] for finding in found["misjudged"]] == ["gold"]


def finding(truth, *verdicts, planned="mutant", kind="lie"):
    said = tuple(
        Verdict(verifier=name, passed=word != "no", applies=word != "-")
        for name, word in zip(("a", "b"), verdicts, strict=False)
    )
    return Finding(task="t", kind=kind, planned=planned, change="", truth=truth, why="", verdicts=said)


def test_tally():
    """Counts by hand: killed by either, first by the funnel's order, alone; guesses and breaks apart."""
    found = [
        finding("wrong", "no", "no"),
        finding("wrong", "yes", "no"),
        finding("wrong", "yes", "-"),
        finding("wrong", "yes", "yes"),
        finding("equal", "yes", "no", planned="equivalent", kind="gold"),
        finding("equal", "yes", "yes"),
        finding("guessed", "no", "yes"),
        finding("broken"),
    ]

    counted = with_rates(tally(found, ["a", "b"]))

    assert (counted["mutants"], counted["killed"], counted["kill_rate"]) == (4, 2, 0.5)
    assert (counted["equivalents"], counted["rejected"], counted["turned_equal"]) == (2, 1, 1)
    assert (counted["guessed"], counted["guessed_rejected"], counted["broken"]) == (1, 1, 1)
    keys = ("mutants", "killed", "first", "alone", "equivalents", "rejected")
    assert [counted["verifiers"]["a"][key] for key in keys] == [4, 1, 1, 0, 2, 0]
    assert [counted["verifiers"]["b"][key] for key in keys] == [3, 2, 1, 1, 2, 1]
    assert counted["kinds"]["gold"]["kill_rate"] is None


def audit(world, *options):
    result = CliRunner().invoke(cli, ["audit", str(world), "--workers", "1", *options])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_command(world):
    """The chosen verifiers are tried in a world, a weak choice shows its survivors, and work is kept."""
    first = json.loads(audit(world, "--json"))
    file = world / "runs" / "main" / "audit" / "shop.jsonl"
    written = file.stat().st_mtime_ns
    again = json.loads(audit(world, "--json"))
    weak = json.loads(audit(world, "--name", "weak", "--json", "--set", 'verifier.use=["validity"]'))

    assert again == first
    assert file.stat().st_mtime_ns == written
    assert first["tasks"] == len(GOLD)
    assert first["kinds"]["nothing"]["kill_rate"] == first["kinds"]["extra-write"]["kill_rate"] == 1
    assert first["mutants"] - first["killed"] == len(first["survivors"])
    assert first["rejected"] == len(first["misjudged"])
    assert (weak["mutants"], weak["killed"]) == (first["mutants"], 0)
    assert list(weak["verifiers"]) == ["validity"]
    assert "survivors: shop/cancel nothing: no call at all" in audit(world, "--name", "weak").replace(
        "\n", ""
    )
