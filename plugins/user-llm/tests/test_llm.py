"""What the model says for the user is checked before it counts."""

import pytest
from attrs import evolve
from scaleenv_user_llm import Llm
from scaleenv_user_llm.checking import problem

from scaleenv_core.errors import EndpointError, MachineryError
from scaleenv_core.testing.endpoint import ScriptedEndpoint
from scaleenv_core.testing.user import UserContract, question_task, started
from scaleenv_core.types import STOP, Completion, Message, Tool, ToolCall, Withheld

TASK = question_task()
WISH = "Hi, please pay my newest invoice. My email is kim@example.com, it is due on 2026-05-04."
HELD = (
    Tool(
        id="t/reboot", name="reboot", description="Reboot.", parameters={"type": "object", "properties": {}}
    ),
)


def answers(*texts):
    """An endpoint that gives these texts in turn, the last one again and again."""
    return ScriptedEndpoint([Completion(model="m", text=text) for text in texts])


class TestContract(UserContract):
    @pytest.fixture
    def plugin(self):
        return Llm()

    @pytest.fixture
    def endpoint(self):
        return answers(WISH, "I do not know that.", f"Thanks! {STOP}")


def test_roles_are_turned_round():
    """The model sees the agent as its user, its own turns as its own, and never the agent's tools."""
    endpoint = answers("That is all I know.")
    session = started(Llm(persona="Like a pirate."), TASK, endpoint=endpoint)

    session.speak((Message(role="user", content=WISH), Message(role="assistant", content="Which one?")))

    (request,) = endpoint.asked
    assert [message.role for message in request.messages] == ["system", "user", "assistant", "user"]
    assert TASK.instruction in request.messages[0].content
    assert "Like a pirate." in request.messages[0].content
    assert [message.content for message in request.messages[2:]] == [WISH, "Which one?"]
    assert request.tools == ()


def test_personas_are_drawn_by_seed():
    """Seeds speak differently; the same seed speaks the same."""

    def system(seed):
        endpoint = answers(WISH)
        started(Llm(), TASK, seed=seed, endpoint=endpoint).speak(())
        return endpoint.asked[0].messages[0].content

    assert len({system(seed) for seed in range(20)}) > 3
    assert system(5) == system(5)


def said(content="", *calls):
    return Message(role="user", content=content, tool_calls=calls)


SPOKEN = (said(WISH), Message(role="assistant", content="I see invoice inv-99812. Shall I pay it?"))


@pytest.mark.parametrize(
    ("turn", "heard", "wrong"),
    [
        pytest.param(said(WISH), (), "", id="the wish"),
        pytest.param(said(f"Thanks, bye. {STOP}"), SPOKEN, "", id="the end"),
        pytest.param(said("Yes, inv-99812 it is, for 3 people."), SPOKEN, "", id="an id that it heard"),
        pytest.param(said("I'd say the 4th of May, 2026, or 05/04/2026."), SPOKEN, "", id="a date"),
        pytest.param(said("Not inv-11111?"), SPOKEN, "says 'inv-11111', which", id="an id made up"),
        pytest.param(said("I am jo@example.com."), SPOKEN, "says 'jo@example.com'", id="an address"),
        pytest.param(said("Call 5550104."), SPOKEN, "says '5550104', which", id="a long number"),
        pytest.param(said("How can I help you today?"), SPOKEN, "speaks as the agent", id="offers help"),
        pytest.param(said("I have cancelled your order."), SPOKEN, "speaks as the agent", id="reports"),
        pytest.param(said("Agent: One moment."), SPOKEN, "speaks as the agent", id="writes the agent's part"),
        pytest.param(said("As an AI, I cannot say."), SPOKEN, "falls out of the part", id="out of the part"),
        pytest.param(said(STOP), (), "ends the dialogue before", id="ends at once"),
        pytest.param(said(), SPOKEN, "is empty", id="empty"),
        pytest.param(said("", ToolCall(id="1", tool="reboot", arguments={})), SPOKEN, "", id="its own tool"),
        pytest.param(
            said("", ToolCall(id="1", tool="pay_invoice", arguments={})), SPOKEN,
            "uses the tool 'pay_invoice', which", id="the agent's tool",
        ),
        pytest.param(
            said("", ToolCall(id="1", tool="reboot", arguments='{"a')), SPOKEN,
            "calls 'reboot' with arguments", id="broken arguments",
        ),
    ],
)  # fmt: skip
def test_check(turn, heard, wrong):
    """Each way in which no customer would act is named; what a customer may say passes."""
    found = problem(turn, heard, TASK, HELD)

    assert found.startswith(wrong)
    assert bool(found) is bool(wrong)


def test_asked_again_with_the_reason():
    """A turn that fails is not heard by the agent; the model is told why, and asked anew."""
    endpoint = answers("How can I help you?", WISH)

    turn = started(Llm(), TASK, endpoint=endpoint).speak(())

    assert turn.content == WISH
    assert "speaks as the agent" in endpoint.asked[1].messages[-1].content
    assert endpoint.asked[0].sampling.seed != endpoint.asked[1].sampling.seed


def test_gives_up_after_its_attempts():
    """What stays wrong is the user's failure, not a turn."""
    endpoint = answers("How can I help you?")

    with pytest.raises(MachineryError, match="refused 2 times; at last it speaks as the agent"):
        started(Llm(attempts=2), TASK, endpoint=endpoint).speak(())

    assert len(endpoint.asked) == 2


def test_endpoint_failure_is_not_the_users():
    """A broken endpoint is passed on as what it is."""

    class Broken:
        def complete(self, messages, tools=(), sampling=None):
            raise EndpointError("user endpoint: gone")

    with pytest.raises(EndpointError, match="gone"):
        started(Llm(), TASK, endpoint=Broken()).speak(())


def test_call_ids_differ():
    """Calls that a server numbers from one each time get ids of the dialogue."""
    call = ToolCall(id="call_1", tool="reboot", arguments={})
    endpoint = ScriptedEndpoint([Completion(model="m", tool_calls=(call,))])
    session = started(Llm(), TASK, tools=HELD, endpoint=endpoint)

    first = session.speak(SPOKEN)
    answer = Message(role="tool", content="{}", tool_call_id=first.tool_calls[0].id, private=True)
    second = session.speak((*SPOKEN, evolve(first, private=True), answer))

    assert first.tool_calls[0].id != second.tool_calls[0].id
    assert [message.role for message in endpoint.asked[1].messages[-2:]] == ["assistant", "tool"]
    assert endpoint.asked[0].tools == HELD


BACK = evolve(
    TASK,
    instruction="Please pay my newest invoice.",
    withheld=(Withheld(about="the due date", says="The due date is 2026-05-04."),),
    later=("Sorry, please pay by card instead.",),
)
ASKED = (said("Please pay my invoice."), Message(role="assistant", content="When is it due?"))


@pytest.mark.parametrize(
    ("turn", "heard", "wrong"),
    [
        (said("Please pay my newest invoice, due 2026-05-04."), (), "tells the due date before"),
        (said("It is due on 2026-05-04."), ASKED, ""),
        (said(f"Thanks. {STOP}"), ASKED, "ends the dialogue before the customer has said that they think"),
        (said(f"Thanks. {STOP}"), (*ASKED, said("By card, please.")), ""),
    ],
)
def test_holds_back_and_thinks_again(turn, heard, wrong):
    """What is held back waits for a question; the dialogue does not end before the second thought."""
    found = problem(turn, heard, BACK, ())

    assert found.startswith(wrong)
    assert bool(found) is bool(wrong)


def test_model_is_told_what_waits():
    """What is held back, and the second thought, stand in the model's instructions."""
    endpoint = answers("Please pay my newest invoice.")

    started(Llm(), BACK, endpoint=endpoint).speak(())

    system = endpoint.asked[0].messages[0].content
    assert "Asked for the due date, you say: The due date is 2026-05-04." in system
    assert "- Sorry, please pay by card instead." in system
