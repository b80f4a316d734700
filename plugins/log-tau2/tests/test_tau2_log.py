"""Both formats are read; what is no result file is dropped."""

import gzip
import json

import pytest
from scaleenv_log_tau2 import Tau2

from scaleenv_core.errors import SourceError
from scaleenv_core.testing.log import LogContract

CALL = {"id": "c1", "name": "pay", "arguments": {"to": "x"}, "requestor": "assistant"}
SECOND = {
    "info": {
        "environment_info": {"domain_name": "retail"},
        "agent_info": {"llm": "a-model", "implementation": "llm_agent"},
        "user_info": {"llm": None, "implementation": "dummy"},
    },
    "tasks": [],
    "simulations": [
        {
            "task_id": "7",
            "trial": 1,
            "termination_reason": "user_stop",
            "messages": [
                {"role": "assistant", "content": "Hi!", "tool_calls": None},
                {
                    "role": "user",
                    "content": None,
                    "tool_calls": [{**CALL, "name": "look", "requestor": "user"}],
                },
                {"role": "tool", "id": "c1", "content": "5", "requestor": "user"},
                {"role": "assistant", "content": None, "tool_calls": [CALL]},
                {"role": "tool", "id": "c1", "content": "{}", "requestor": "assistant"},
            ],
        },
        {"task_id": "8", "trial": 0, "termination_reason": "too_many_errors", "messages": []},
    ],
}
FIRST = [
    {
        "task_id": 3,
        "trial": 2,
        "traj": [
            {"role": "system", "content": "policy"},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": None, "tool_calls": [_call]},
            {"role": "tool", "tool_call_id": "c", "content": "gone"},
            {"role": "user", "content": "more"},
        ],
    }
    for _call in (
        {"id": "c", "function": {"name": "transfer_to_human_agents", "arguments": '{"summary": "s"}'}},
        {"id": "c", "function": {"name": "look", "arguments": "{broken"}},
    )
]


@pytest.fixture
def results(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(SECOND))
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(json.dumps(FIRST).encode()))
    (tmp_path / "c.json").write_text("{broken")
    (tmp_path / "d.json").write_text("{}")
    return tmp_path


class TestContract(LogContract):
    @pytest.fixture
    def plugin(self, results):
        return Tau2(files=(f"{results}/*.json*",))


def test_second(results):
    """Who called is kept: the user's own calls and their answers are private."""
    one, failed = Tau2(files=(str(results / "a.json"),)).read_log()

    assert (one.id, one.domain, one.task, one.agent, one.user) == (
        "a/000", "tau2-retail", "tau2-retail/7", "a-model", "dummy"
    )  # fmt: skip
    assert [message.private for message in one.messages] == [False, True, True, False, False]
    assert (one.ended, one.alone, failed.ended) == ("user_stop", False, "failure")


def test_first(results):
    """The first tau-bench ends on its last tool; broken arguments stay as they were."""
    transferred, broken = Tau2(files=(str(results / "b.json.gz"),)).read_log()

    assert (transferred.task, transferred.trial, transferred.ended) == ("tau-airline/3", 2, "agent_stop")
    assert len(transferred.messages) == 3
    assert broken.messages[2].tool_calls[0].arguments == "{broken"


def test_dropped(results):
    """Files that hold no results are dropped with a reason, missing ones are an error."""
    drops = [entry.reason for entry in Tau2(files=(f"{results}/[cd].json",)).read_log()]

    assert drops == ["not-json", "no-results"]
    with pytest.raises(SourceError, match="no such result file"):
        list(Tau2(files=(str(results / "none.json"),)).read_log())
