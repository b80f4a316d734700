"""What can be read off words and signatures is done; what cannot is asked for, once."""

import inspect

import pytest
from scaleenv_agent_greedy import Greedy
from scaleenv_agent_greedy.choosing import Chooser
from scaleenv_agent_greedy.filling import fill, spelled

from scaleenv_core.testing.agent import AgentContract, converse
from scaleenv_core.testing.samples import sample_tools
from scaleenv_core.testing.verifier import sample_task
from scaleenv_core.types import Message, Tool

TEXT = {"type": "string"}


class TestContract(AgentContract):
    @pytest.fixture
    def plugin(self):
        return Greedy()


def test_honest():
    """It is given neither the task nor a model."""
    assert set(inspect.signature(Greedy.start_agent).parameters) == {"self", "tools"}


def test_does_what_is_said():
    """A wish that names tool and value is one call and a report."""
    call, words = converse(Greedy(), sample_task())

    assert [(made.tool, made.arguments) for made in call.tool_calls] == [("cancel_order", {"order_id": "o1"})]
    assert words.content.startswith("That is done.")


def dialogue(*turns):
    """What it does when the user says these things, and tools answer those: (role, text) pairs."""
    session = Greedy().start_agent([tool for tool in sample_tools() if tool.name.endswith("_order")])
    messages, acts = [Message(role="system", content="s")], []
    for role, text in turns:
        call_id = acts[-1].tool_calls[0].id if role == "tool" else ""
        messages.append(Message(role=role, content=text, tool_call_id=call_id))
        acts.append(session.act(messages))
        messages.append(acts[-1])
    return [act.content or [(call.tool, call.arguments) for call in act.tool_calls] for act in acts]


def test_asks_once():
    """It asks for a value that nobody named, and takes the answer; a second silence is left be."""
    asked, called = dialogue(("user", "Please cancel my order."), ("user", 'The order id is "o7".'))
    _, given_up = dialogue(("user", "Please cancel my order."), ("user", "I have no idea."))

    assert asked == "What is the order id?"
    assert called == [("cancel_order", {"order_id": "o7"})]
    assert not given_up.endswith("?")


def test_takes_values_from_answers():
    """A later clause takes what an earlier answer held, by the name of its field."""
    first, second, last = dialogue(
        ("user", 'Get the order "o2", order id "o2". Then cancel that order.'),
        ("tool", '{"order_id": "o2", "status": "open"}'),
        ("tool", '{"order_id": "o2", "status": "cancelled"}'),
    )

    assert first == [("get_order", {"order_id": "o2"})]
    assert second == [("cancel_order", {"order_id": "o2"})]
    assert "status cancelled" in last


def test_repeated_wish_is_done_once():
    """A wish that is said again is not carried out again."""
    _, _, words = dialogue(
        ("user", 'Cancel order, order id "o1".'), ("tool", "{}"), ("user", 'Cancel order, order id "o1".')
    )

    assert isinstance(words, str)


@pytest.mark.parametrize(
    ("schema", "clause", "value"),
    [
        pytest.param(TEXT, 'with file id "a b"', "a b", id="quoted"),
        pytest.param(TEXT, "whose file id is W-12.", "W-12", id="bare"),
        pytest.param(TEXT, "file_id: W12", "W12", id="as it is spelt"),
        pytest.param(TEXT, "the file W12", "W12", id="without id"),
        pytest.param(TEXT, "file id of that result", None, id="not said"),
        pytest.param({"type": "integer"}, "file id 12", 12, id="integer"),
        pytest.param({"type": ["null", "number"]}, "file id -1.5", -1.5, id="number"),
        pytest.param({"type": "boolean"}, "file id false", False, id="boolean"),
        pytest.param({"type": "object"}, 'file id {"a": {"b": 1}} and', {"a": {"b": 1}}, id="object"),
        pytest.param({"type": "array"}, 'file id "x"', ["x"], id="one of many"),
        pytest.param({"type": "integer"}, 'file id "x"', None, id="wrong type"),
        pytest.param({"enum": ["red", "dark red"]}, "the dark red one", "dark red", id="a choice"),
    ],
)
def test_values(schema, clause, value):
    """Values are read in the forms in which people write them, as the schema's type."""
    parameters = {"properties": {"fileId": schema}, "required": ["fileId"]}

    arguments, missing = fill(parameters, clause, [])

    assert arguments == ({} if value is None else {"fileId": value})
    assert missing == (["file id"] if value is None else [])


def test_long_names_first():
    """A value belongs to the longest name before it."""
    parameters = {"properties": {"id": TEXT, "file_id": TEXT}}

    assert fill(parameters, 'file id "f1"', [])[0] == {"file_id": "f1"}
    assert fill(parameters, 'file id "f1" and id "x"', [])[0] == {"id": "x", "file_id": "f1"}


def test_fields_of_answers():
    """A required value may be a field of that name, or an ``id`` inside what it names."""
    parameters = {"properties": {"order_id": TEXT}, "required": ["order_id"]}

    assert fill(parameters, "", [{"orders": [{"id": "o3"}, {"id": "o4"}]}])[0] == {"order_id": "o3"}
    assert fill(parameters, "", [{"order_id": "o1"}, {"order_id": "o2"}])[0] == {"order_id": "o2"}


def test_ranking():
    """Likeness is words in common, rare ones counting more; small talk is like nothing."""
    chooser = Chooser.of(
        [
            Tool(id=name, name=name, description=text, parameters={"type": "object"})
            for name, text in (
                ("cancel_order", "Cancel an open order."),
                ("get_order", "Look up an order."),
                ("get_user", "Look up a user."),
            )
        ]
    )

    assert [tool.name for tool in chooser.ranked("Please cancel the orders", 0.15)] == ["cancel_order"]
    assert chooser.ranked("Hello there, how are you?", 0.15) == []


def test_report():
    """A report never ends as a question, and is not without end."""
    assert spelled({"text": "Why?"}) == "I see: text Why."
    assert len(spelled([{"a": "x" * 100}] * 100)) < 1600
