"""Rollouts whose agent asks a model over HTTP: played, attributed, stopped and replayed."""

import pytest

from scaleenv_core.config import parse_config
from scaleenv_core.endpoints import Endpoints
from scaleenv_core.engine import load_domain
from scaleenv_core.errors import BudgetSpent
from scaleenv_core.stages.rollout import rollouts
from scaleenv_core.stages.workers import Seat
from scaleenv_core.testing.chat_server import Reply
from scaleenv_core.testing.shop import write_shop
from scaleenv_core.testing.verifier import sample_task

GOOD = (Reply(calls=(("cancel_order", {"order_id": "o1"}),)), Reply(text="It is cancelled."))


@pytest.fixture
def play(tmp_path, server):
    """Plays the shop's task with the agent ``openai`` on the server, so many trials."""
    shop = load_domain(write_shop(tmp_path / "shop"))

    def play(agent="openai", user="scripted", trials=1, **completions):
        config = parse_config(
            {
                "agent": {"use": agent},
                "user": {"use": user},
                "sandbox": {"use": False},
                "rollout": {"trials": trials, "concurrency": 1},
                "endpoint": {"openai": {"model": "tiny", "base_url": server.url}},
                "completions": {"backoff_s": 0.001, "attempts": 2, **completions},
            }
        )
        with Endpoints(config, tmp_path / "completions") as endpoints:
            return list(rollouts(Seat(config), shop.path, [sample_task()], endpoints))

    return play


def test_played(server, play):
    """The model's calls are carried out, and it is told what they gave."""
    server.script(*GOOD)

    (made,) = play()

    assert (made.ended, made.failure) == ("user_stop", None)
    assert [call.status for call in made.calls] == ["answered"]
    assert made.changes[0].after["status"] == "cancelled"
    assert '"status":"cancelled"' in server.bodies[1]["messages"][-1]["content"]


def test_text_protocol(server, play):
    """A model without tool calling plays the same in text."""
    server.script(
        Reply(text='Thought: easy\nAction: cancel_order\nAction Input: {"order_id": "o1"}'),
        Reply(text="Answer: It is cancelled."),
    )

    (made,) = play(agent="react")

    assert (made.ended, made.failure) == ("user_stop", None)
    assert made.changes[0].after["status"] == "cancelled"
    assert "tools" not in server.bodies[0]


def test_broken_call_is_the_agents(server, play):
    """A call that broke off is turned away and the dialogue goes on: the agent's fault, and valid."""
    server.script(
        Reply(calls=(("cancel_order", '{"order_'),), finish="length"), Reply(text="I could not do it.")
    )

    (made,) = play()

    assert made.failure is None
    assert [call.status for call in made.calls] == ["rejected"]


def test_broken_endpoint_is_the_endpoints(server, play):
    """A dialogue that an endpoint broke off is invalid, and the next one is not touched by it."""
    server.script(GOOD[0], Reply(status=500, text="on fire"), Reply(fault="reset"), *GOOD)

    broken, good = play(trials=2)

    assert (broken.ended, broken.failure.owner) == ("failure", "endpoint")
    assert "attempt 2 of 2" in broken.failure.error
    assert (good.ended, good.failure) == ("user_stop", None)


def test_replayed(server, play):
    """The same trajectories come from the recordings, with no request at all."""
    server.script(*GOOD, *GOOD)
    made = play(trials=2)

    again = play(trials=2, mode="replay")

    assert again == made
    assert len(server.received) == 4


def test_budget(server, play):
    """A spent budget ends the run; with a greater one it goes on with what was answered."""
    server.script(*GOOD)
    (made,) = play()

    with pytest.raises(BudgetSpent):
        play(trials=2, budget_tokens=10)
    server.script(*GOOD)
    first, second = play(trials=2, budget_tokens=1_000_000)

    assert first == made
    assert (second.ended, second.failure) == ("user_stop", None)
    assert len(server.received) == 4


def test_agents_without_a_model(tmp_path, play, server):
    """An agent that asks no model leaves no trace of endpoints."""
    play(agent="oracle")

    assert not (tmp_path / "completions").exists()
    assert server.received == []


WISH = Reply(text='Please cancel order "o1".')
BYE = Reply(text="Thanks, bye. ###STOP###")


def test_user_that_is_a_model(server, play):
    """Agent and user ask the same server, each with its own view of the dialogue."""
    server.script(WISH, *GOOD, BYE)

    (made,) = play(user="llm")

    assert (made.ended, made.failure) == ("user_stop", None)
    assert made.changes[0].after["status"] == "cancelled"
    first, *_, last = server.bodies
    assert "tools" not in first
    assert [message["role"] for message in last["messages"][1:]] == ["user", "assistant", "user"]


def test_users_bad_turn_is_asked_for_again(server, play):
    """What no customer would say is not heard by the agent."""
    server.script(Reply(text="How can I help you?"), WISH, *GOOD, BYE)

    (made,) = play(user="llm")

    assert made.failure is None
    assert "How can I help" not in str(made.messages)
    assert "speaks as the agent" in server.bodies[1]["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("replies", "owner", "said"),
    [
        pytest.param([Reply(text="My order is #W99.")] * 3, "user", "says '#W99'", id="made up"),
        pytest.param([Reply(text="###STOP###")] * 3, "user", "ends the dialogue before", id="ends at once"),
        pytest.param([Reply(calls=(("get_order", {}),))] * 3, "user", "uses the tool", id="tool"),
        pytest.param([Reply(status=500), Reply(status=500)], "endpoint", "HTTP 500", id="crash"),
        pytest.param([Reply(fault="reset"), Reply(body="{")], "endpoint", "not JSON", id="malformed"),
    ],
)  # fmt: skip
def test_whose_failure(server, play, replies, owner, said):
    """A simulator that stays wrong is the user's failure, a broken endpoint its own: never the agent's."""
    server.script(*replies)

    (made,) = play(user="llm")

    assert (made.ended, made.failure.owner) == ("failure", owner)
    assert said in made.failure.error


def test_users_are_replayed(server, play):
    """A dialogue of two models comes from the recordings, with no request at all."""
    server.script(WISH, *GOOD, BYE)
    made = play(user="llm")

    assert play(user="llm", mode="replay") == made
    assert len(server.received) == 4
