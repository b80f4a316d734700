"""Tasks of a small shop: every step is needed, every value can be known, equal orders are told."""

import random

import pytest
from attrs import evolve

from scaleenv_core.config import parse_config
from scaleenv_core.engine import Environment, fingerprint, load_domain
from scaleenv_core.settings import TaskSettings
from scaleenv_core.stages.gate import asked, fault_of, minimal, partial_order, passed_by_chance, replays
from scaleenv_core.stages.scope import complexity, expanded, satisfied
from scaleenv_core.stages.synthesize import synthesize
from scaleenv_core.stages.walk import Flow, Link, Step, values_at
from scaleenv_core.stages.workers import Seat
from scaleenv_core.testing.shop import shop_tools, write_shop
from scaleenv_core.types import Action, Binding, Task

LINKS = [
    Link("list_orders", "get_order", "orders[].order_id", "order_id"),
    Link("list_orders", "cancel_order", "orders[].order_id", "order_id"),
    Link("list_orders", "create_order", "orders[].customer_id", "customer_id"),
    Link("create_order", "cancel_order", "order_id", "order_id"),
    Link("get_order", "purge_customer", "customer_id", "customer_id"),
]
TOOLS = {tool.name: tool for tool in shop_tools()}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return load_domain(write_shop(tmp_path_factory.mktemp("domains") / "shop"))


@pytest.fixture
def live(shop):
    with Environment(shop) as environment:
        yield environment


PLAIN = dict.fromkeys((kind for kind, _ in TaskSettings().shares()), 0.0)


def made(shop, seed, links=LINKS, **settings):
    seat = Seat(parse_config({"tasks": PLAIN | settings}))
    return [found for found in synthesize(seat, shop, links, seed) if isinstance(found, Task)]


@pytest.fixture(scope="module")
def tasks(shop):
    return [task for seed in range(8) for task in made(shop, seed, max_actions=12)]


def steps(environment, *calls):
    """Executed calls as steps; an argument ``"<0.order_id"`` is taken from the answer of call 0."""
    environment.reset()
    found = []
    for tool, arguments in calls:
        sent, bindings = {}, []
        for name, value in arguments.items():
            if isinstance(value, str) and value.startswith("<"):
                origin, _, path = value[1:].partition(".")
                ((_, value),) = values_at(found[int(origin)].content, path)
                bindings.append(Binding(argument=name, origin=f"action {origin}", path=path))
            else:
                bindings.append(Binding(argument=name, origin="user"))
            sent[name] = value
        seen = environment.call(tool, sent)
        action = Action(tool=tool, arguments=sent, bindings=tuple(bindings))
        found.append(Step(action, seen, seen.content, wrote=bool(seen.writes)))
    return found


def cancelled(order):
    return Action(tool="cancel_order", arguments={"order_id": order})


def names(found):
    return [step.action.tool for step in found]


def test_many_kinds(tasks):
    """Short and long ones, some that only read, and a call's answer is used by a later call."""
    assert {1, 2, 3, 5, 8} <= {len(task.actions) for task in tasks}
    assert {True, False} == {task.read_only for task in tasks}
    assert any(b.path for task in tasks for action in task.actions for b in action.bindings)


def test_every_value_can_be_known(shop, tasks):
    """The user says a value, or the answer that is named holds it where it is said to."""
    for task in tasks:
        with Environment(shop) as environment:
            answers = []
            for action in task.actions:
                for binding in action.bindings:
                    value = action.arguments[binding.argument]
                    if binding.origin == "user":
                        assert str(value) in task.instruction
                    else:
                        answer = answers[int(binding.origin.removeprefix("action "))]
                        assert [value] == [found for _, found in values_at(answer, binding.path)]
                answers.append(environment.call(action.tool, action.arguments).content)
            assert environment.changes == task.changes


def test_no_step_is_superfluous(shop, tasks):
    """Without any one step the end is another, a value has no source, or an answer is not seen."""
    with Environment(shop) as environment:
        for task in tasks:
            fed = {b.origin for action in task.actions for b in action.bindings}
            for number in range(len(task.actions)):
                environment.reset()
                rest = [action for place, action in enumerate(task.actions) if place != number]
                statuses = [environment.call(action.tool, action.arguments).status for action in rest]
                told = not shop.functions[task.actions[number].tool].writes and task.outputs
                changed = environment.fingerprint != task.fingerprint or "refused" in statuses
                assert changed or told or f"action {number}" in fed


def test_no_row_is_changed_and_then_removed(shop, tasks):
    """What a task writes twice is there at its end."""
    with Environment(shop) as environment:
        for task in tasks:
            environment.reset()
            written = [
                (touched.table, key)
                for action in task.actions
                for touched in environment.call(action.tool, action.arguments).writes
                for key in touched.keys
            ]
            left = {(change.table, change.key) for change in task.changes if change.after is not None}
            assert {row for row in written if written.count(row) > 1} <= left


def test_orders_that_are_told_are_equal(shop, tasks):
    """Any order that keeps what comes before what ends in the same state."""
    rng = random.Random(0)
    with Environment(shop) as environment:
        for task in tasks:
            assert len(task.after) == len(task.actions)
            environment.reset()
            left = list(range(len(task.actions)))
            while left:
                number = rng.choice([n for n in left if not {*task.after[n]} & {*left}])
                left.remove(number)
                action = task.actions[number]
                assert environment.call(action.tool, action.arguments).status == "answered"
            assert environment.fingerprint == task.fingerprint


@pytest.mark.parametrize("links", [LINKS[::-1], LINKS * 2], ids=["reversed", "doubled"])
def test_the_order_of_links_does_not_matter(shop, links):
    """The same seed makes the same tasks, however the graph lists its edges."""
    assert made(shop, 3, links) == made(shop, 3)


def test_overwritten_write_goes(live):
    """A write that a later one covers is trimmed, and what it alone needed is not."""
    found = steps(
        live,
        ("list_orders", {}),
        ("cancel_order", {"order_id": "<0.orders[0].order_id"}),
        ("purge_customer", {"customer_id": "c2"}),
    )
    assert replays(live, found)

    assert names(minimal(live, found)) == ["list_orders", "purge_customer"]
    assert names(asked(minimal(live, found)[1:], random.Random(0))) == ["purge_customer"]


def test_read_that_nobody_asked_goes(live):
    """Of a reading task all ends are asked for; an answer that says nothing new is no end."""
    found = steps(live, ("list_orders", {"status": "open"}), ("list_orders", {"customer_id": "c9"}))

    (kept,) = asked(found, random.Random(0))

    assert kept.told == (("order_id", "o1"),)


def test_partial_order(live):
    """Reads may change places; a call waits for what feeds it and for writes to what it reads."""
    found = steps(
        live,
        ("get_order", {"order_id": "o2"}),
        ("list_orders", {}),
        ("get_order", {"order_id": "<1.orders[0].order_id"}),
        ("cancel_order", {"order_id": "<1.orders[1].order_id"}),
        ("create_order", {"customer_id": "<2.customer_id"}),
    )
    assert replays(live, found)

    assert partial_order(live, found) == ((), (), (1,), (0, 2), (3,))


@pytest.mark.parametrize(
    ("agents", "passed"), [pytest.param(0, False, id="none"), pytest.param(60, True, id="many")]
)
def test_easy_task_is_passed_by_chance(live, agents, passed):
    """A task that one call without arguments solves is found out."""
    live.reset()
    task = Task(
        id="shop/0",
        domain="shop",
        instruction="List the orders.",
        actions=(Action(tool="list_orders", arguments={}),),
        changes=(),
        fingerprint=live.fingerprint,
        tools=("list_orders",),
        outputs=("o1",),
    )

    assert passed_by_chance(live, task, agents, seed=0) is passed
    assert not passed_by_chance(live, evolve(task, outputs=("o99",)), agents, seed=0)


def test_expansion():
    """A tool joins when its needs are met by what is there; only then do others fill up."""
    flow = Flow.of(LINKS, TOOLS)

    assert not satisfied(TOOLS["purge_customer"], flow, {"list_orders"})
    for seed in range(9):
        scope = expanded(["list_orders"], TOOLS, flow, 4, random.Random(seed))
        assert "purge_customer" not in scope or "get_order" in scope
    assert len(expanded(["list_orders"], TOOLS, flow, 20, random.Random(0))) == len(TOOLS)


def test_complexity():
    """c(H) of 20 tools and 30 pairs is 0.70."""
    tools = {f"t{n}": evolve(TOOLS["get_order"], name=f"t{n}") for n in range(20)}
    pairs = [(f"t{n}", f"t{(n + step) % 20}") for step in (1, 2) for n in range(20)][:30]
    flow = Flow.of([Link(source, target, "order_id", "order_id") for source, target in pairs], tools)

    assert complexity(tools, flow) == pytest.approx(0.70)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        pytest.param({}, "", id="sound"),
        pytest.param({"actions": (cancelled("o3"),)}, "gold-raises", id="raises"),
        pytest.param({"actions": (cancelled("o2"),)}, "does-not-replay", id="other end"),
        pytest.param(
            {"actions": (), "changes": (), "fingerprint": fingerprint((), {})}, "nothing-to-see", id="nothing"
        ),
        pytest.param({"outputs": ("o1",)}, "", id="with a fact"),
    ],
)
def test_the_gate_judges_tasks_of_others(live, changed, fault):
    """What is wrong with a task that somebody wrote is told."""
    cancel = cancelled("o1")
    live.reset()
    live.call(cancel.tool, cancel.arguments)
    task = Task(
        id="shop/0",
        domain="shop",
        instruction="Cancel o1.",
        actions=(cancel,),
        changes=live.changes,
        fingerprint=live.fingerprint,
        tools=("cancel_order", "list_orders"),
    )

    assert fault_of(live, evolve(task, **changed), 20, seed=0) == fault
