"""Kinds of tasks in a small shop whose tools say which rows they mean: each is what it is called."""

import random
import re
from collections import Counter

import pytest

from scaleenv_core.config import parse_config
from scaleenv_core.converters import to_plain
from scaleenv_core.engine import Environment, load_domain, read_policy
from scaleenv_core.errors import ConfigError
from scaleenv_core.files import json_lines, write_text
from scaleenv_core.settings import TaskSettings
from scaleenv_core.stages.language.tongue import tongue
from scaleenv_core.stages.rules import drawn_rules
from scaleenv_core.stages.synthesize import synthesize
from scaleenv_core.stages.walk import Link
from scaleenv_core.stages.workers import Seat
from scaleenv_core.testing.shop import TOOLS, shop_tools, write_shop
from scaleenv_core.types import Rule, Task, Tool

LINKS = [
    Link("list_orders", "get_order", "orders[].order_id", "order_id"),
    Link("list_orders", "cancel_order", "orders[].order_id", "order_id"),
    Link("list_orders", "create_order", "orders[].customer_id", "customer_id"),
    Link("list_orders", "reprice_order", "orders[].order_id", "order_id"),
]
REPRICE = '''

@write_tool("reprice_order")
def reprice_order(db: Database, order_id: str, price: float) -> dict:
    """Change an order's price."""
    _order(db, order_id)
    return db.update("orders", order_id, {"price": price})
'''
KINDS = [kind for kind, _ in TaskSettings().shares()]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("domains") / "shop"
    create = next(tool for tool in shop_tools() if tool.name == "create_order")
    parameters = {
        "type": "object",
        "properties": {"order_id": {"type": "string"}, "price": {"type": "number", "minimum": 0}},
        "required": ["order_id", "price"],
    }
    reprice = Tool(
        id="shop/reprice_order",
        name="reprice_order",
        description="Reprice order.",
        parameters=parameters,
        returns=create.returns,
    )
    return load_domain(
        write_shop(
            folder, tools=TOOLS.replace("\n\ndef _order", f"{REPRICE}\n\ndef _order"), extra=(reprice,)
        )
    )


@pytest.fixture(scope="module")
def rules(shop):
    with Environment(shop) as environment:
        return drawn_rules(environment, 9, random.Random(1))


@pytest.fixture(scope="module")
def tasks(shop, rules):
    """Tasks of each kind, by kind."""
    found = {}
    for kind in KINDS:
        settings = dict.fromkeys(KINDS, 0.0) | {kind: 1.0, "max_actions": 10, "per_domain": 30, "attempts": 3}
        seat = Seat(parse_config({"tasks": settings}))
        made = [task for task in synthesize(seat, shop, LINKS, 5, rules) if isinstance(task, Task)]
        found[kind] = [task for task in made if task.kind == kind]
    return found


@pytest.fixture
def live(shop):
    with Environment(shop) as environment:
        yield environment


def played(live, task, actions=None):
    live.reset(planned=task.faults)
    return [live.call(action.tool, action.arguments) for action in actions or task.actions]


@pytest.mark.parametrize("kind", KINDS)
def test_gold_comes_out_as_it_says(live, tasks, kind):
    """Every kind is made; each gold call is answered, refused or failed as told, and the end is right."""
    assert tasks[kind]
    for task in tasks[kind]:
        assert [seen.status for seen in played(live, task)] == [action.expect for action in task.actions]
        assert (live.changes, live.fingerprint) == (task.changes, task.fingerprint)


@pytest.mark.parametrize("kind", KINDS)
def test_something_is_left_to_do_or_to_tell(tasks, kind):
    """Who does nothing, and says nothing, fails."""
    assert all(task.changes or task.outputs for task in tasks[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_everything_can_be_known(tasks, kind):
    """What no answer holds the user says: at once, later, or when asked."""
    for task in tasks[kind]:
        said = " ".join([task.instruction, *task.later, *(fact.says for fact in task.withheld)])
        for action in task.actions:
            user = [binding.argument for binding in action.bindings if binding.origin == "user"]
            assert all(str(action.arguments[name]) in said for name in user)


def test_recovery(live, tasks):
    """The first choice is refused, and is not needed for the end."""
    for task in tasks["recovery"]:
        assert [action.expect for action in task.actions].count("refused") == 1
        assert any(start in task.instruction for start in tongue("en").frames("joints", "fallback"))
        played(live, task, [action for action in task.actions if action.expect == "answered"])
        assert live.fingerprint == task.fingerprint


def test_faults(live, tasks):
    """A tool fails once and is called again, or always fails and is left."""
    times = set()
    for task in tasks["fault"]:
        (planned,) = task.faults
        times.add(planned.times)
        calls = [action.expect for action in task.actions if action.tool == planned.tool]
        assert calls[:2] == ["failed", "answered"] if planned.times else calls == ["failed"]
    assert times == {0, 1}


def test_withheld(tasks):
    """What is said when asked is not in the instruction."""
    for task in tasks["withheld"]:
        assert task.withheld
        values = {str(v) for a in task.actions for v in a.arguments.values()}
        held = [v for v in values if any(f" {v}." in re.sub('["$]', "", f.says) for f in task.withheld)]
        assert held or task.rule
        assert not any(value in task.instruction for value in held)


def test_impossible(shop, live, tasks):
    """Nothing changes; the last call is refused for a reason to be told, or no tool on offer could do it."""
    refused = set()
    for task in tasks["impossible"]:
        assert task.read_only
        last = played(live, task)[-1]
        refused.add(last.status == "refused")
        if last.status == "refused":
            assert task.outputs[-1] in last.content
        else:
            assert not any(shop.functions[name].writes for name in task.tools)
    assert True in refused


def test_forbidden(shop, live, rules, tasks):
    """The request breaks a rule, gold does not; what is barred shows in an answer; its tool is at hand."""
    by_id = {rule.id: rule for rule in rules}
    assert {by_id[task.rule].kind for task in tasks["forbidden"]} == {"barred", "limit"}
    for task in tasks["forbidden"]:
        rule = by_id[task.rule]
        assert set(rule.tools) <= set(task.tools)
        calls = [action for action in task.actions if action.tool in rule.tools]
        assert len(calls) == rule.most
        if rule.kind == "barred":
            assert task.read_only
            assert task.outputs[-1] in rule.values
            assert task.outputs[-1] in played(live, task)[-1].text


def test_changing(tasks):
    """What is wanted at first is not what gold does, and what is wanted then is said later."""
    for task in tasks["changing"]:
        (later,) = task.later
        user = {str(a.arguments[b.argument]) for a in task.actions for b in a.bindings if b.origin == "user"}
        assert any(value in later and value not in task.instruction for value in user)


def test_no_gold_breaks_a_rule(shop, live, rules, tasks):
    """What is limited stays within it, and leave is asked for what wants it."""
    for task in (task for found in tasks.values() for task in found):
        for rule in rules:
            calls = [
                action for action in task.actions if action.tool in rule.tools and action.expect == "answered"
            ]
            if rule.kind == "limit":
                assert len(calls) <= rule.most
            if rule.kind == "confirm" and calls:
                assert task.withheld[-1].says.startswith("Yes")


def test_rules_stand_in_the_policy(tmp_path):
    """What a rule says is in the policy, and the loaded domain has the rule."""
    folder = write_shop(tmp_path / "shop")
    rule = Rule(id="limit-x", kind="limit", tools=("create_order",), says="Create one order at most.", most=1)
    write_text(folder / "rules.jsonl", json_lines([to_plain(rule)]))

    assert read_policy(folder).splitlines()[-1] == "- Create one order at most."
    assert load_domain(folder).manifest.rules == (rule,)


def test_shares_are_at_most_one():
    """Kinds that together are more than all are a mistake."""
    with pytest.raises(ConfigError, match=r"\[tasks\].*more than 1"):
        parse_config({"tasks": {"merged": 0.9, "fault": 0.2}})


def test_repairs_are_counted(shop, rules):
    """What is trimmed, and kinds that a walk had nothing for, are told apart."""
    settings = dict.fromkeys(KINDS, 0.0) | {"withheld": 1.0, "per_domain": 30, "attempts": 3}
    repaired = Counter()
    seat = Seat(parse_config({"tasks": settings}))

    made = [found for found in synthesize(seat, shop, LINKS, 5, rules, repaired) if isinstance(found, Task)]

    assert {"against-a-rule", "no-withheld", "superfluous"} == set(repaired)
    assert repaired["no-withheld"] >= sum(task.kind == "plain" for task in made) > 0
