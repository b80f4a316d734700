"""The scripted user says what the task says, when it is asked for it, and nothing else."""

import itertools

import pytest
from attrs import evolve
from scaleenv_user_scripted import Scripted
from scaleenv_user_scripted.phrases import PERSONAS

from scaleenv_core.testing.samples import sample_tools
from scaleenv_core.testing.user import UserContract, question_task
from scaleenv_core.testing.verifier import sample_task
from scaleenv_core.types import STOP, Action, Message, Tool, Withheld


class TestContract(UserContract):
    @pytest.fixture(params=PERSONAS)
    def plugin(self, request):
        return Scripted(persona=request.param)


class Dialogue:
    """A user and the words that it is told, one after the other."""

    def __init__(self, task, tools=(), patience=2):
        self.session = Scripted(patience=patience, persona="plain").start_user(task, tools, 0)
        self.messages = [self.session.speak(())]

    def turn(self, said):
        self.messages.append(Message(role="assistant", content=said))
        self.messages.append(self.session.speak(tuple(self.messages)))
        return self.messages[-1]

    def hears(self, said):
        return self.turn(said).content

    def sees(self, *answers):
        """The answers to the user's own calls."""
        self.messages += [Message(role="tool", content=answer, private=True) for answer in answers]
        self.messages.append(self.session.speak(tuple(self.messages)))
        return self.messages[-1].content


def brief(text):
    """A task as people write them: it speaks to the user."""
    return evolve(sample_task(), instruction=text)


def test_opens_with_the_wish():
    """What a generated task says is said as it stands."""
    assert Dialogue(question_task()).messages[0].content == question_task().instruction


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What is the customer email?", '"kim@example.com"'),
        ("Please provide your customer email so that I can look you up.", '"kim@example.com"'),
        ("Which due date should I use?", '"2026-05-04"'),
        ("When is it due?", '"2026-05-04"'),
    ],
)
def test_answers_what_is_asked(question, told):
    """A question for one fact gets that fact, and not the whole wish again."""
    said = Dialogue(question_task()).hears(question)

    assert told in said
    assert "Please list invoices" not in said


def test_answers_two_at_once():
    """A question for two facts gets both."""
    said = Dialogue(question_task()).hears("What is the due date and the customer email?")

    assert "2026-05-04" in said
    assert "kim@example.com" in said


def test_says_what_for():
    """One name with two values is told with what each is for, or for what is named."""
    cancel, get = (Action(tool=tool, arguments={"order_id": order}) for tool, order in
                   (("cancel_order", "o1"), ("get_order", "o2")))  # fmt: skip
    bound = tuple(evolve(a, bindings=(evolve(question_task().actions[0].bindings[0], argument="order_id"),))
                  for a in (cancel, get))  # fmt: skip
    task = evolve(sample_task(), actions=bound, instruction='Cancel order, with order id "o1", get "o2".')

    both = Dialogue(task).hears("What is the order id?")
    one = Dialogue(task).hears("Which order id shall I cancel, for cancel order?")

    assert both.endswith('"o1" (cancel order), "o2" (get order).')
    assert '"o2"' not in one


@pytest.mark.parametrize(
    "question", ["What is the invoice id?", "May I have your date of birth?", "What is your shoe size?"]
)
def test_admits_ignorance(question):
    """What the task does not let it know is not made up."""
    said = Dialogue(question_task()).hears(question)

    assert not set("0123456789") & set(
        said.replace(question_task().instruction, "").replace("2026-05-04", "")
    )


@pytest.mark.parametrize(
    ("proposal", "agrees"),
    [
        ("Shall I pay the invoice with due date 2026-05-04?", True),
        ("Shall I pay the invoice with due date 2026-06-01?", False),
        ("Do you want me to cancel the invoice?", False),
        ("I will now pay it. Is that correct?", True),
        ("May I proceed?", True),
    ],
)
def test_confirms_its_own_wish_alone(proposal, agrees):
    """It agrees to what it came for, corrects another value, and declines what it never asked for."""
    said = Dialogue(question_task()).hears(proposal)

    assert said.startswith("Yes") is agrees
    assert said.startswith("No") is not agrees


@pytest.mark.parametrize(
    "said",
    [
        "That is done.",
        "All set. Is there anything else that I can help you with?",
        "Paid. Please let me know if you need more.",
        "I will transfer you to a human agent now.",
        "I am sorry, that cannot be done.",
    ],
)
def test_stops(said):
    """It stops when it is done, refused, or handed on."""
    assert Dialogue(question_task()).hears(said).endswith(STOP)


@pytest.mark.parametrize(
    "said",
    [
        "That is done. The note says Please check the totals, could you?",
        'That is done. Its note is "Could you please call back?", its state "cannot be sent".',
        "That is done. 请在周五前核对",
    ],
    ids=["told", "quoted", "Chinese"],
)
def test_a_told_fact_asks_for_nothing(said):
    """What a fact happens to say is not what the agent says."""
    task = evolve(question_task(), outputs=("Please check the totals, could you?", "请在周五前核对"))

    told = Dialogue(task).hears(said)

    assert told.endswith(STOP)
    assert told == Dialogue(task).hears("That is done.")


def test_waits():
    """An agent that has only begun is not taken for one that is done."""
    assert STOP not in Dialogue(question_task()).hears("One moment please, let me check that.")


@pytest.mark.parametrize("said", ["What is your shoe size?", "How can I help you?", "Hold on, please wait."])
def test_patience(said):
    """Fruitless turns make it give up; the contents do not matter."""
    dialogue = Dialogue(sample_task(), patience=2)

    turns = [dialogue.hears(said) for _ in range(3)]

    assert [STOP in turn for turn in turns] == [False, False, True]


def test_useful_answers_cost_no_patience():
    """A fact asked for the first time is no reason to give up."""
    dialogue = Dialogue(question_task(), patience=0)

    assert STOP not in dialogue.hears("What is the due date?")
    assert STOP not in dialogue.hears("What is the customer email?")
    assert STOP in dialogue.hears("What is the due date?")


def test_brief_is_said_in_the_first_person():
    """What is told to the user is said by the user."""
    opening = Dialogue(
        brief("You are Emre Dietz, zip code 05401. Send it to you, not to your son.")
    ).messages[0]

    assert opening.content == "I am Emre Dietz, zip code 05401. Send it to me, not to my son."


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("May I have your full name?", "Emre Dietz"),
        ("What is your zip code?", "05401"),
        ("Please provide your email address.", "e.dietz@example.com"),
        ("What is your order number?", "#W608"),
        ("When were you born?", "4 May 1990"),
    ],
)
def test_brief_tells_who_it_is(question, told):
    """A person knows their own name and address, as far as the brief says."""
    text = (
        "You are Emre Dietz, e.dietz@example.com, zip code 05401, born 4 May 1990. You want order #W608 back."
    )

    said = Dialogue(brief(text)).hears(question)

    assert told in said
    assert len(said) < 70


def test_brief_holds_back():
    """A stage direction waits for its moment: insisting, then the other wish, then resigning."""
    dialogue = Dialogue(
        brief("You are Kofi Farah. Cancel the socks. Insist. When you are told no, ask for the balance.")
    )

    first, second, third = (dialogue.hears("I am sorry, I cannot do that.") for _ in range(3))

    assert dialogue.messages[0].content == "I am Kofi Farah. Cancel the socks."
    assert "insist" in first
    assert second == "Ask for the balance."
    assert third.endswith(STOP)


def test_a_question_is_no_refusal():
    """An agent that cannot find something and asks for it is answered."""
    dialogue = Dialogue(brief("You are Kofi Farah, kofi@example.com. Cancel the socks. Insist."))

    said = dialogue.hears("I cannot find your account. What is your email address?")

    assert "kofi@example.com" in said
    assert "insist" in dialogue.hears("I am sorry, I cannot cancel that.")


def test_brief_has_an_afterthought():
    """What comes once all is done is said then."""
    dialogue = Dialogue(brief("You want red socks. Once this is done, say that you also want a mug."))

    assert dialogue.hears("That is done.") == "I also want a mug."
    assert STOP in dialogue.hears("That is done, too.")


def held(name, description="", **properties):
    parameters = {"type": "object", "properties": properties, "required": list(properties)}
    return Tool(id=f"t/{name}", name=name, description=description, parameters=parameters)


HELD = (
    held("toggle_airplane_mode"),
    held("toggle_data"),
    held("toggle_data_saver_mode"),
    held("reboot_device"),
    held("check_sim_status"),
    held("check_network_status", "Look at your phone's connections: airplane mode, cellular network."),
    held("set_mode", mode={"enum": ["fast", "slow"]}),
)


@pytest.mark.parametrize(
    ("request_", "tools"),
    [
        ("Please turn off airplane mode.", ["toggle_airplane_mode"]),
        ("Could you restart your device?", ["reboot_device"]),
        ("Please switch mobile data on.", ["toggle_data"]),
        ("Please switch the data saver mode off.", ["toggle_data_saver_mode"]),
        ("Can you check the SIM status?", ["check_sim_status"]),
        ("Could you look whether airplane mode and the cellular network are on?", ["check_network_status"]),
        ("Please set the mode to slow.", ["set_mode"]),
        ("Please set the mode.", []),
        ("May I have your phone number?", []),
        ("Airplane mode was off, so that was not it.", []),
    ],
)
def test_uses_its_tools_when_asked(request_, tools):
    """A request for something that the user holds is followed; nothing else is touched."""
    assert [call.tool for call in Dialogue(sample_task(), HELD).turn(request_).tool_calls] == tools


def test_does_its_part():
    """Asked for its part it makes its gold calls, a stretch a question, and tells what it sees."""
    gold = [
        Action(tool=tool, arguments={}, held_by=holder)
        for tool, holder in [("reboot_device", "user"), ("get_order", "agent"), ("toggle_data", "user")]
    ]
    dialogue = Dialogue(evolve(sample_task(), actions=tuple(gold)), HELD)

    first = dialogue.turn("Could you please do your part of it now?")
    report = dialogue.sees('{"signal":"good"}')
    second = dialogue.turn("And now your part again, please.")

    assert [call.tool for call in first.tool_calls] == ["reboot_device"]
    assert '{"signal":"good"}' in report
    assert [call.tool for call in second.tool_calls] == ["toggle_data"]
    assert first.tool_calls[0].id != second.tool_calls[0].id


def test_never_leaks():
    """Whatever it is asked, every number and name in its words stands in its instruction."""
    task = question_task()
    names = [word for tool in sample_tools() for word in tool.parameters["properties"]]
    for name, form in itertools.product([*names, "invoice id", "total"], ["What is the {}?", "Is the {} 7?"]):
        dialogue = Dialogue(task, patience=0)

        said = dialogue.hears(form.format(name.replace("_", " ")))

        assert "7731" not in said
        assert "412" not in said


def test_personas_differ_and_are_seeded():
    """The seed draws a persona and its phrases; the same seed draws the same."""

    def ending(seed):
        session = Scripted().start_user(sample_task(), (), seed)
        done = [session.speak(()), Message(role="assistant", content="Done.")]
        return session.speak(tuple(done)).content

    endings = [ending(seed) for seed in range(30)]

    assert len(set(endings)) > 3
    assert endings == [ending(seed) for seed in range(30)]


def test_answers_in_chinese():
    """A wish in Chinese has a user who speaks Chinese."""
    session = Scripted().start_user(evolve(sample_task(), instruction="请取消订单。"), (), 0)
    wish = session.speak(())

    said = session.speak((wish, Message(role="assistant", content="已经完成。"))).content

    assert "再见" in said or "谢谢" in said


HELD_BACK = evolve(
    question_task(),
    instruction='Please list invoices. Then pay invoice, with due date "2026-05-04".',
    withheld=(
        Withheld(about='the customer email for "list invoices"', says='The email is "kim@example.com".'),
        Withheld(about='the card number for "pay invoice"', says='The card number is "4417".'),
        Withheld(about='whether I may go ahead with "pay invoice"', says="Yes, do."),
    ),
)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("What is the customer email?", 'The email is "kim@example.com".'),
        ("Which card number shall I use?", 'The card number is "4417".'),
        ('Could you tell me the card number for "pay invoice"?', 'The card number is "4417".'),
        ("Could you be more specific?", 'The email is "kim@example.com".'),
        ("Shall I pay the invoice now?", "Yes, do."),
        ('Could you tell me whether I may go ahead with "pay invoice"?', "Yes, do."),
    ],
)
def test_held_back_until_asked(said, told):
    """What the task holds back comes out by the question that is after it, and by no other."""
    dialogue = Dialogue(HELD_BACK)

    assert "kim@" not in dialogue.messages[0].content
    assert dialogue.hears(said) == told


@pytest.mark.parametrize("said", ["What is your shoe size?", "One moment please.", "What is the due date?"])
def test_other_questions_bring_nothing_out(said):
    """A question after something else leaves it held back."""
    told = Dialogue(HELD_BACK).hears(said)

    assert "kim@" not in told
    assert "4417" not in told


def test_no_consent_to_another_value():
    """Consent is not given to what is wrong."""
    assert "Yes" not in Dialogue(HELD_BACK).hears("Shall I pay it with due date 2026-06-01?")


CHANGING = evolve(question_task(), later=("Sorry, I have changed my mind. Pay on 2026-07-01 instead.",))


@pytest.mark.parametrize(
    "said", ["One moment please.", "Shall I pay it?", "That is done.", "I cannot do that."]
)
def test_changes_its_mind(said):
    """A second thought is said as soon as the agent has spoken, once, and the dialogue goes on."""
    dialogue = Dialogue(CHANGING)

    assert dialogue.hears(said) == CHANGING.later[0]
    assert dialogue.hears("That is done.").endswith(STOP)


def test_answers_before_it_changes_its_mind():
    """A question for a fact is answered first."""
    dialogue = Dialogue(CHANGING)

    assert "kim@example.com" in dialogue.hears("What is the customer email?")
    assert dialogue.hears("Thank you, one moment.") == CHANGING.later[0]
