"""Every trajectory that did not pass says who failed, and how."""

import pytest
from attrs import evolve

from scaleenv_core.artifacts import World
from scaleenv_core.config import parse_config
from scaleenv_core.errors import StageError
from scaleenv_core.stages.attribution import blame
from scaleenv_core.stages.running import Run
from scaleenv_core.stages.verify import Funnel, believe
from scaleenv_core.stages.workers import Workers
from scaleenv_core.testing.user import question_task
from scaleenv_core.testing.verifier import clean_trajectory, sample_task
from scaleenv_core.types import (
    Action,
    CallRecord,
    Failure,
    Judgement,
    Message,
    Touched,
    Verdict,
)

CLEAN = clean_trajectory()
WISH = question_task().instruction


def failed(*names):
    """Verdicts of the default layers: these failed."""
    layers = ("validity", "state", "checks", "calls", "communicate")
    return tuple(Verdict(verifier=name, passed=name not in names, reason=f"{name}!") for name in layers)


def funnel(layers, judged):
    counted = Funnel(layers)
    for judgement in judged:
        counted.add(judgement)
    return counted.summary


def call(tool="cancel_order", status="answered", writes=True, held_by="agent", **arguments):
    touched = (Touched(table="orders", keys=(("o1",),)),) if writes else ()
    return CallRecord(tool=tool, arguments=arguments, status=status, writes=touched, held_by=held_by)


SOLD = (call("reboot_device", held_by="user"), call("sell_phone", held_by="user"))


def said(*turns):
    """A dialogue's messages from pairs of role and words."""
    return tuple(Message(role=role, content=content) for role, content in (("system", "s"), *turns))


def test_passed_has_no_blame():
    """What passed is nobody's failure."""
    assert blame(CLEAN, sample_task(), failed(), None) is None


@pytest.mark.parametrize("owner", ["agent", "user", "tool", "environment", "endpoint", "verifier", "worker"])
def test_broken_machinery_is_its_owners(owner):
    """A failure says whose it was, in one line."""
    found = blame(CLEAN, sample_task(), (), Failure(owner=owner, error="on\nfire"))

    assert (found.owner, found.kind, found.reason) == (owner, "broken", "on fire")


@pytest.mark.parametrize(
    ("change", "names", "kind", "reason"),
    [
        pytest.param({"ended": "max_turns"}, ("validity",), "max-turns", "no end after 2 turns", id="turns"),
        pytest.param({}, ("validity",), "malformed", "validity!", id="malformed"),
        pytest.param({"calls": ()}, ("state",), "gave-up", "the agent called nothing", id="nothing"),
        pytest.param(
            {"calls": (call(order_id="o2"),)}, ("state",),
            "wrong-argument", "cancel_order: order_id o2, gold o1", id="argument",
        ),
        pytest.param(
            {"calls": (call(order_id="o1"), call("purge_customer", customer_id="c1"))}, ("state",),
            "wrong-write", 'not asked for: purge_customer {"customer_id":"c1"}', id="write",
        ),
        pytest.param(
            {"calls": (call("get_order", writes=False, order_id="o1"),)}, ("state",),
            "missing-call", 'not called: cancel_order {"order_id":"o1"}', id="missing",
        ),
        pytest.param(
            {"calls": (call(status="refused", order_id="o1"),)}, ("state",),
            "missing-call", 'not called (tried, and refused): cancel_order {"order_id":"o1"}', id="refused",
        ),
        pytest.param(
            {"calls": (call("get_order", writes=False, order_id="o1"), call(order_id="o1"))}, ("calls",),
            "extra-call", 'not asked for: get_order {"order_id":"o1"}', id="extra",
        ),
        pytest.param({}, ("communicate",), "fact-not-told", "communicate!", id="fact"),
        pytest.param({}, ("state",), "state", "state!", id="none of these"),
    ],
)  # fmt: skip
def test_the_agents(change, names, kind, reason):
    """What an agent did wrong is told by its calls and its words, the cause before what follows from it."""
    found = blame(evolve(CLEAN, **change), sample_task(), failed(*names), None)

    assert (found.owner, found.kind, found.reason) == ("agent", kind, reason)


@pytest.mark.parametrize(
    ("messages", "owner", "kind"),
    [
        pytest.param(
            said(("user", "Pay my bill."), ("assistant", "What is the due date?"), ("user", "Bye.")),
            "user", "kept-silent", id="asked, and silent",
        ),
        pytest.param(
            said(("user", "Pay my bill."), ("assistant", "It is paid."), ("user", "Bye.")),
            "agent", "gave-up", id="never asked",
        ),
        pytest.param(
            said(("user", WISH), ("assistant", "What is the due date?"), ("user", "Bye.")),
            "agent", "gave-up", id="said already",
        ),
        pytest.param(said(("user", "Bye.")), "user", "left-early", id="left at once"),
    ],
)  # fmt: skip
def test_the_users(messages, owner, kind):
    """A user who does not say what was asked, or leaves at once, failed before the agent did."""
    trajectory = evolve(CLEAN, messages=messages, calls=())

    found = blame(trajectory, question_task(), failed("state"), None)

    assert (found.owner, found.kind) == (owner, kind)


@pytest.mark.parametrize(
    ("asked", "calls", "owner", "kind"),
    [
        ("Please reboot your device.", (), "user", "not-done"),
        ("It is done.", (), "agent", "user-not-asked"),
        ("It is done.", SOLD, "user", "wrong-write"),
        ("Please sell the phone.", SOLD, "agent", "state"),
    ],
)  # fmt: skip
def test_the_users_tools(asked, calls, owner, kind):
    """A user does what is asked, and nothing else; what is not asked for is the agent's omission."""
    gold = (*sample_task().actions, Action(tool="reboot_device", arguments={}, held_by="user"))
    messages = said(("user", "Help."), ("assistant", asked), ("user", "Bye."))
    trajectory = evolve(CLEAN, messages=messages, calls=(*CLEAN.calls, *calls))

    found = blame(trajectory, evolve(sample_task(), actions=gold), failed("state"), None)

    assert (found.owner, found.kind) == (owner, kind)


def judged(number, failure=None):
    return Judgement(
        trajectory=f"t{number}", task="t", domain="d", verdicts=failed() if failure is None else (),
        failure=failure, blame=blame(CLEAN, sample_task(), (), failure),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("count", "invalid", "most", "stops"),
    [
        (20, 4, 0.2, False),
        (20, 5, 0.2, True),
        (19, 19, 0.2, False),
        (100, 1, 0.0, True),
        (20, 20, 1.0, False),
    ],
)
def test_a_broken_run_stops(tmp_path, count, invalid, most, stops):
    """A share of invalid trajectories above the limit is one line; of a few it says nothing."""
    broken = Failure(owner="endpoint", error="HTTP 500")
    summed = funnel(["state"], [judged(n, broken if n < invalid else None) for n in range(count)])
    config = parse_config({"rollout": {"max_invalid": most}})
    with Workers(config) as workers:
        run = Run(World(tmp_path), config, workers)
        if not stops:
            believe(run, summed)
            return
        with pytest.raises(
            StageError, match=f"{invalid} of {count} .* max_invalid = {most:g}; most by the endpoint"
        ) as caught:
            believe(run, summed)

    assert "\n" not in str(caught.value)


def test_broken_is_never_failed():
    """Invalid trajectories enter no layer, and are counted by who broke."""
    broken = Failure(owner="tool", error="crash")

    found = funnel(["validity", "state", "checks", "calls", "communicate"], [judged(0), judged(1, broken)])

    assert (found["trajectories"], found["invalid"], found["kept"]) == (2, 1, 1)
    assert found["funnel"]["validity"] == {"in": 1, "out": 1}
    assert found["blamed"] == {"tool": {"broken": 1}}
