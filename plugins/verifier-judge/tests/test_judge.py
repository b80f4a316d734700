"""The judge is asked over HTTP about texts that differ, and about nothing else."""

import pytest
from attrs import evolve
from scaleenv_verifier_judge import Judge

from scaleenv_core.config import parse_config
from scaleenv_core.endpoints import Endpoints
from scaleenv_core.plugins import Plugins
from scaleenv_core.stages.verify import judge
from scaleenv_core.testing.chat_server import ChatServer, Reply
from scaleenv_core.testing.verifier import VerifierContract, clean_trajectory, sample_domain, sample_task
from scaleenv_core.types import Judgement

DOMAIN = evolve(sample_domain(), compare={"orders.note": "semantic", "orders.order_id": "exempt"})


class TestContract(VerifierContract):
    @pytest.fixture
    def plugin(self):
        return Judge()


@pytest.fixture
def server():
    """A model's server."""
    with ChatServer() as made:
        yield made


@pytest.fixture
def judged(tmp_path, server):
    """The judgement of a trajectory that wrote this note, by the judge alone, over HTTP."""
    pytest.importorskip("scaleenv_endpoint_openai", reason="needs scaleenv-endpoint-openai")

    def judged(note, mode="record") -> Judgement:
        (change,) = sample_task().changes
        made = evolve(clean_trajectory(), changes=(evolve(change, after={**change.after, "note": note}),))
        config = parse_config(
            {
                "verifier": {"use": ["judge"]},
                "endpoint": {"openai": {"model": "tiny", "base_url": server.url}},
                "completions": {"mode": mode, "attempts": 1},
            }
        )
        with Endpoints(config, tmp_path) as endpoints:
            plugins = Plugins.of({"verifier": ("judge",)}, {})

            def layer(**arguments):
                return plugins.only("verifier", "judge")(**arguments, endpoint=endpoints.role("judge"))

            return judge({"judge": layer}, made, sample_task(), DOMAIN)

    return judged


@pytest.mark.parametrize(("answer", "passed"), [("YES: it does.", True), ("No, it is late.", False)])
def test_verdict(server, judged, answer, passed):
    """The model's YES passes, its NO fails with its reason."""
    server.script(Reply(text=answer))

    (verdict,) = judged("something else").verdicts

    assert verdict.applies
    assert verdict.passed is passed
    assert passed or verdict.reason == "orders.note: 'something else', gold 'n': No, it is late."


def test_question(server, judged):
    """Both texts are in the question, and it asks for no chance."""
    server.script(Reply(text="YES"))
    judged("something {else}")

    (body,) = server.bodies
    assert body["temperature"] == 0
    assert "<wanted>\nn\n</wanted>" in body["messages"][0]["content"]
    assert "<written>\nsomething {else}\n</written>" in body["messages"][0]["content"]


def test_same_words_are_not_asked_about(server, judged):
    """What differs in case and punctuation alone says the same."""
    (verdict,) = judged("N!").verdicts

    assert (verdict.passed, verdict.applies) == (True, False)
    assert server.received == []


@pytest.mark.parametrize(
    "reply", [Reply(text="Maybe."), Reply(status=500, body="on fire")], ids=["unclear", "down"]
)
def test_no_answer_is_invalid(server, judged, reply):
    """A judge that cannot answer breaks the judgement, and fails nobody."""
    server.script(reply)

    found = judged("something else")

    assert found.invalid
    assert found.failure.owner == "endpoint"
    assert found.verdicts == ()


def test_replayed(server, judged):
    """The same record gets the same judgement from the recordings, with no request at all."""
    server.script(Reply(text="NO, it does not."))
    first = judged("something else")

    assert judged("something else", mode="replay") == first
    assert len(server.received) == 1
