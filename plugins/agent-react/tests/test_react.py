"""Calls in plain text become calls; whatever a model writes is an act."""

import pytest
from scaleenv_agent_react import React, read

from scaleenv_core.testing.agent import AgentContract, converse
from scaleenv_core.testing.endpoint import ScriptedEndpoint
from scaleenv_core.testing.verifier import sample_task
from scaleenv_core.types import Completion, Message, ToolCall


class TestContract(AgentContract):
    @pytest.fixture
    def plugin(self):
        return React()


@pytest.mark.parametrize(
    ("text", "thought", "tool", "arguments"),
    [
        pytest.param(
            'Thought: look first\nAction: get_order\nAction Input: {"order_id": "o1"}\n',
            "look first", "get_order", {"order_id": "o1"}, id="by the book",
        ),
        pytest.param(
            'Thought: a\nb\nAction: `get_order`\nAction Input:\n```json\n{"a": {"b": [1]}}\n```\n',
            "a\nb", "get_order", {"a": {"b": [1]}}, id="fenced",
        ),
        pytest.param(
            'Action: get_order\nAction Input: {"a": 1}\nObservation: {"made": "up"}\nAnswer: Done.',
            "", "get_order", {"a": 1}, id="goes on by itself",
        ),
        pytest.param("Action: today", "", "today", {}, id="no input"),
        pytest.param("Action: f\nAction Input: {'a': 1}", "", "f", "{'a': 1}", id="no JSON"),
        pytest.param('Action: f\nAction Input: {"a": ', "", "f", '{"a":', id="cut off"),
        pytest.param("Action: f\nAction Input: [1]", "", "f", "[1]", id="no object"),
    ],
)  # fmt: skip
def test_calls(text, thought, tool, arguments):
    """A call is read in the forms in which models write it; broken arguments stay text."""
    message = read(text, "call_7")

    (call,) = message.tool_calls
    assert (message.content, call.id, call.tool, call.arguments) == (thought, "call_7", tool, arguments)


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("Thought: done\nAnswer: All is well.\nAnything else?", "All is well.\nAnything else?"),
        ("Answer: first\nAction: f\nAction Input: {}", "first\nAction: f\nAction Input: {}"),
        ("Just words.", "Just words."),
        ("Thought: hm", "hm"),
    ],
)
def test_words(text, content):
    """An answer is what is said to the user; so is text that keeps to no form."""
    message = read(text, "call_1")

    assert (message.content, message.tool_calls) == (content, ())


def test_dialogue():
    """The model sees tools, its own acts and the observations as text alone."""
    endpoint = ScriptedEndpoint(
        [
            Completion(model="m", text='Thought: look\nAction: get_order\nAction Input: {"order_id": "ü"}'),
            Completion(model="m", text="Answer: Done."),
        ]
    )

    call, words = converse(React(), sample_task(), endpoint=endpoint)

    request = endpoint.asked[1]
    system, _, acted, observed = request.messages
    assert (call.content, words.content) == ("look", "Done.")
    assert "- get_order: " in system.content
    assert "- cancel_order: " in system.content
    assert acted.content == 'Thought: look\nAction: get_order\nAction Input: {"order_id": "ü"}'
    assert (observed.role, observed.content) == ("user", "Observation: {}")
    assert request.tools == ()
    assert not any(message.tool_calls for message in request.messages)
    assert request.sampling.stop == ("Observation:",)


def test_parallel_calls_of_a_history():
    """Calls that were made together before the dialogue began stand in one message, so do their answers."""
    calls = tuple(ToolCall(id=f"c{n}", tool="get_order", arguments={"n": n}) for n in (1, 2))
    endpoint = ScriptedEndpoint()
    session = React().start_agent((), 0, endpoint)

    session.act(
        [
            Message(role="system", content="s"),
            Message(role="user", content="u"),
            Message(role="assistant", tool_calls=calls),
            *[Message(role="tool", content=str(n), tool_call_id=f"c{n}") for n in (1, 2)],
        ]
    )

    (request,) = endpoint.asked
    assert [message.role for message in request.messages] == ["system", "user", "assistant", "user"]
    assert request.messages[2].content.count("Action: get_order") == 2
    assert request.messages[3].content == "Observation: 1\n\nObservation: 2"
