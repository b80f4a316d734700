"""The model's answer is the agent's act, whatever it is; what breaks is the endpoint's."""

import pytest
from scaleenv_agent_openai import OpenAI

from scaleenv_core.errors import EndpointError
from scaleenv_core.testing.agent import AgentContract, converse
from scaleenv_core.testing.endpoint import ScriptedEndpoint
from scaleenv_core.testing.verifier import sample_task
from scaleenv_core.types import Completion, ToolCall


class TestContract(AgentContract):
    @pytest.fixture
    def plugin(self):
        return OpenAI()


def calling(*arguments):
    """An answer with calls that are numbered from one, as some servers do."""
    calls = [ToolCall(id=f"call_{n}", tool="get_order", arguments=given) for n, given in enumerate(arguments)]
    return Completion(model="m", tool_calls=tuple(calls))


def test_dialogue():
    """Calls go out as the model wrote them, parallel and broken ones too, with ids that differ."""
    endpoint = ScriptedEndpoint(
        [
            calling({"order_id": "o1"}, {"order_id": "o2"}),
            calling('{"order_'),
            Completion(model="m", text="Done."),
        ]
    )

    first, second, last = converse(OpenAI(), sample_task(), endpoint=endpoint)

    assert [call.arguments for call in first.tool_calls] == [{"order_id": "o1"}, {"order_id": "o2"}]
    assert [call.id for call in (*first.tool_calls, *second.tool_calls)] == ["call_1", "call_2", "call_3"]
    assert second.tool_calls[0].arguments == '{"order_'
    assert last.content == "Done."


def test_request():
    """The model sees the whole dialogue and the tools; each turn and each seed samples anew."""
    endpoint = ScriptedEndpoint([calling({}), Completion(model="m", text="Done.")])

    converse(OpenAI(), sample_task(), seed=1, endpoint=endpoint)
    converse(OpenAI(), sample_task(), seed=2, endpoint=endpoint)

    first, second, third = endpoint.asked
    assert [message.role for message in second.messages] == ["system", "user", "assistant", "tool"]
    assert {tool.name for tool in first.tools} == {"cancel_order", "get_order"}
    assert len({request.sampling.seed for request in (first, second, third)}) == 3


def test_endpoint_failure():
    """A broken endpoint is no act of the agent."""

    class Broken:
        def complete(self, messages, tools=(), sampling=None):
            raise EndpointError("agent endpoint: gone")

    with pytest.raises(EndpointError, match="gone"):
        converse(OpenAI(), sample_task(), endpoint=Broken())
