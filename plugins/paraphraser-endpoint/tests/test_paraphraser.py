"""A model's wording counts only when nothing is wrong with it."""

import pytest
from scaleenv_paraphraser_endpoint import ByEndpoint

from scaleenv_core.artifacts import World
from scaleenv_core.config import parse_config
from scaleenv_core.converters import to_plain
from scaleenv_core.errors import StageError
from scaleenv_core.files import json_lines, write_text
from scaleenv_core.stages import paraphrase
from scaleenv_core.stages.running import Run
from scaleenv_core.stages.workers import Seat
from scaleenv_core.testing.chat_server import ChatServer, Reply
from scaleenv_core.testing.endpoint import ScriptedEndpoint
from scaleenv_core.testing.paraphraser import WISH, ParaphraserContract, faultless
from scaleenv_core.testing.shop import write_shop
from scaleenv_core.types import Action, Binding, Completion, Task

GOOD = "My address is kim@example.com. Please pay what I owe, due 2026-05-04."
TASK = Task(
    id="shop/000",
    domain="shop",
    instruction="Please cancel the order o2.",
    profile="You are Ann.",
    actions=(
        Action(
            tool="cancel_order",
            arguments={"order_id": "o2"},
            bindings=(Binding(argument="order_id", origin="user"),),
        ),
    ),
    changes=(),
    fingerprint="f",
    tools=("cancel_order",),
)


def answers(*texts):
    """An endpoint that gives these texts in turn, the last one again and again."""
    return ScriptedEndpoint([Completion(model="m", text=text) for text in texts])


class TestContract(ParaphraserContract):
    """It keeps the contract of a paraphraser."""

    @pytest.fixture
    def plugin(self):
        return ByEndpoint()

    @pytest.fixture
    def endpoint(self):
        return answers(GOOD)


def said(plugin, endpoint):
    return plugin.paraphrase_request(task=WISH, seed=1, endpoint=endpoint, check=faultless)


def test_asked_again_with_the_reason():
    """A wording that lacks a fact is asked for anew, and the model is told why."""
    endpoint = answers("Pay it.", f'"{GOOD}"')

    assert said(ByEndpoint(), endpoint) == GOOD
    first, second = endpoint.asked
    assert WISH.instruction in first.messages[0].content
    assert "lacks a fact" in second.messages[-1].content
    assert first.sampling.seed != second.sampling.seed


def test_bounded():
    """After so many attempts there is no wording."""
    endpoint = answers("Pay it.")

    assert said(ByEndpoint(attempts=2), endpoint) == ""
    assert len(endpoint.asked) == 2


def test_own_prompt(tmp_path):
    """A file takes the place of the prompt; one that is not there, or wants something else, is said so."""
    path = tmp_path / "own.md"
    path.write_text("{profile} {request} In rhymes.")
    endpoint = answers(GOOD)

    assert said(ByEndpoint(prompt=str(path)), endpoint) == GOOD
    assert endpoint.asked[0].messages[0].content.endswith("In rhymes.")
    path.write_text("{other}")
    for wrong in (path, tmp_path / "none.md"):
        with pytest.raises(StageError, match="cannot be used"):
            said(ByEndpoint(prompt=str(wrong)), endpoint)


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path / "world")
    folder = write_shop(made.root / "domains" / "shop")
    write_text(folder / "tasks.jsonl", json_lines([to_plain(TASK)]))
    return made


def config(server, mode="record"):
    return parse_config(
        {
            "paraphraser": {"use": "endpoint", "endpoint": {"attempts": 2}},
            "endpoint": {"use": "openai", "openai": {"model": "m", "base_url": server.url}},
            "completions": {"mode": mode, "attempts": 1},
        }
    )


def reworded(world, settings):
    """The domain's record and the task as it is afterwards."""
    pytest.importorskip("scaleenv_endpoint_openai", reason="needs scaleenv-endpoint-openai")
    record = paraphrase.make(Seat(settings), str(world.root), "shop", "")
    (task,) = world.domain_tasks("shop")
    return record.summary, task.instruction


def test_over_http_and_replayed(world):
    """A wording with the order's number counts; recorded, it is there again without the server."""
    with ChatServer() as server:
        server.script(
            Reply(text="Please cancel my order."), Reply(text="Hi, I don't want order o2 any more.")
        )
        found = reworded(world, config(server))
    again = reworded(world, config(server, mode="replay"))

    assert found == ({"reworded": 1, "templates_kept": {}}, "Hi, I don't want order o2 any more.")
    assert again == found


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        pytest.param(Reply(text="Cancel it."), "no-sound-wording", id="a fact is missing"),
        pytest.param(Reply(text="Cancel the order o2, order_id o2."), "no-sound-wording", id="a name leaks"),
        pytest.param(Reply(text="Cancel the orders o2 and o3."), "no-sound-wording", id="made up"),
        pytest.param(Reply(status=400), "endpoint-failed", id="no answer"),
    ],
)
def test_template_stays(world, reply, why):
    """Where no wording does, the template stays, and it is counted why."""
    with ChatServer() as server:
        server.script(reply, reply)
        found = reworded(world, config(server))

    assert found == ({"reworded": 0, "templates_kept": {why: 1}}, TASK.instruction)


def test_no_paraphraser(world):
    """Without a paraphraser nothing is done."""
    assert paraphrase.run(Run(world, parse_config({}), workers=None)) == {}
