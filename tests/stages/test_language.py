"""Requests: what gold needs is said and can be read back, in both languages; nothing reads like a program."""

import random
import re

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from scaleenv_core.config import parse_config
from scaleenv_core.engine import Environment, load_domain
from scaleenv_core.stages.language import LANGUAGES, Speaker, leaks, leaves_out
from scaleenv_core.stages.language.checking import wording_problem
from scaleenv_core.stages.language.deeds import deeds_of
from scaleenv_core.stages.language.phrases import Content, Phrases
from scaleenv_core.stages.language.spoken import forms, heard, holds
from scaleenv_core.stages.language.tongue import name_words, tongue
from scaleenv_core.stages.synthesize import synthesize
from scaleenv_core.stages.walk import Link, Step
from scaleenv_core.stages.wish import plain
from scaleenv_core.stages.workers import Seat
from scaleenv_core.testing.shop import shop_tools, write_shop
from scaleenv_core.types import Action, Binding, Task, Tool

LINKS = [
    Link("list_orders", "get_order", "orders[].order_id", "order_id"),
    Link("list_orders", "cancel_order", "orders[].order_id", "order_id"),
    Link("list_orders", "create_order", "orders[].customer_id", "customer_id"),
]
TOOLS = {tool.name: tool for tool in shop_tools()}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return load_domain(write_shop(tmp_path_factory.mktemp("domains") / "shop"))


@pytest.fixture(scope="module", params=LANGUAGES)
def told(shop, request):
    """A language, and tasks in it."""
    seat = Seat(parse_config({"tasks": {"language": request.param, "per_domain": 25}}))
    found = [task for task in synthesize(seat, shop, LINKS, 3) if isinstance(task, Task)]
    return request.param, found


def everything(task):
    return "\n".join([task.instruction, *task.later, *(fact.says for fact in task.withheld)])


def test_all_that_gold_needs_is_said(told):
    """Every value that the user has to give can be read off what they say."""
    language, tasks = told

    assert len(tasks) > 12
    for task in tasks:
        assert leaves_out(everything(task), task.actions, TOOLS, language) == []


def test_nothing_leaks(told):
    """No name of a tool or parameter, no slot that was not filled, no mark that was left."""
    _, tasks = told
    for task in tasks:
        assert leaks(everything(task), task.actions) == []
        assert not re.search(r"[{}\ue000-\uf8ff]|  ", everything(task).replace("\n", " "))
        assert not re.search(r"\b\w+_\w+\b", everything(task))


def test_letters_of_the_language(told):
    """Chinese requests are Chinese, English ones have none of it."""
    language, tasks = told
    for task in tasks:
        assert bool(re.search("[\u4e00-\u9fff]", task.instruction)) is (language == "zh")


def test_the_user_is_somebody(told):
    """There is a profile, and what the user knows is a list of facts."""
    _, tasks = told

    assert all(task.profile for task in tasks)
    assert len({task.profile for task in tasks}) > len(tasks) / 2
    assert any(task.knows for task in tasks)


def test_many_ways(told):
    """No two requests are the same, and few begin alike."""
    _, tasks = told
    texts = [task.instruction for task in tasks]

    assert len(set(texts)) == len(texts)
    assert len({text[:12] for text in texts}) > len(texts) / 3


def test_same_seed_same_words(shop):
    """The words depend on the wish and the seed alone."""
    steps = walked(shop, ("cancel_order", {"order_id": "o2"}))
    speaker = Speaker(TOOLS, {}, "en")

    assert speaker.say(plain(steps), 5) == Speaker(TOOLS, {}, "en").say(plain(steps), 5)
    assert len({speaker.say(plain(steps), seed).instruction for seed in range(30)}) > 20


def walked(shop, *calls):
    """Executed calls, all arguments said by the user."""
    with Environment(shop) as environment:
        found = []
        for tool, arguments in calls:
            seen = environment.call(tool, arguments)
            bindings = tuple(Binding(argument=name, origin="user") for name in arguments)
            action = Action(tool=tool, arguments=arguments, bindings=bindings)
            found.append(Step(action, seen, seen.content, wrote=bool(seen.writes)))
        return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_said_once(shop, language):
    """What was named is referred to afterwards; its number is said once."""
    steps = walked(shop, ("get_order", {"order_id": "o2"}), ("cancel_order", {"order_id": "o2"}))
    texts = [Speaker(TOOLS, {}, language).say(plain(steps), seed).instruction for seed in range(20)]

    assert all(text.count("o2") == 1 for text in texts)


SCHEMAS = {
    "text": ({"type": "string"}, st.text(min_size=1, max_size=30)),
    "choice": (
        {"type": "string", "enum": ["PRIVATE_KEY", "public_key", "PublicKey", "done", "in-transit"]},
        st.sampled_from(["PRIVATE_KEY", "public_key", "PublicKey", "done", "in-transit"]),
    ),
    "moment": (
        {"type": "string"},
        st.datetimes().map(lambda at: at.replace(microsecond=0).strftime("%Y-%m-%dT%H:%M:%SZ").zfill(20)),
    ),
    "day": ({"type": "string"}, st.dates().map(lambda day: day.isoformat())),
    "span": ({"type": "string"}, st.integers(0, 10**6).map(lambda n: f"{n}s")),
    "whole": ({"type": "integer"}, st.integers(-(10**9), 10**9)),
    "number": ({"type": "number"}, st.floats(-1e6, 1e6).map(lambda x: round(x, 2))),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", SCHEMAS)
@given(data=st.data(), name=st.sampled_from([("price",), ("due", "date"), ("id",)]))
def test_forms_are_read_back(kind, language, data, name):
    """However a value is said, it is heard as what it is."""
    schema, values = SCHEMAS[kind]
    value = data.draw(values)
    made = forms(value, name, schema, tongue(language))

    assert made
    if len(made) > 1 or made != [value]:
        assert [heard(form, schema, tongue(language)) for form in made] == [value] * len(made)


@pytest.mark.parametrize(
    ("value", "name", "schema", "language", "form"),
    [
        ("2026-01-04T17:00:00Z", ("due",), {}, "en", "January 4, 2026 at 5 pm UTC"),
        ("2026-01-04", ("due",), {}, "zh", "2026年1月4日"),
        (38.1, ("price",), {"type": "number"}, "en", "$38.10"),
        (12500, ("views",), {"type": "integer"}, "en", "12,500"),
        ("PRIVATE_KEY", ("kind",), {"enum": ["PRIVATE_KEY", "NONE"]}, "en", "private key"),
        ("300s", ("ttl",), {}, "en", "300 seconds"),
    ],
    ids=["moment", "day", "money", "thousands", "choice", "span"],
)
def test_people_say(value, name, schema, language, form):
    """Dates, money, choices and spans are said as people say them."""
    assert form in forms(value, name, schema, tongue(language))


@pytest.mark.parametrize(
    ("text", "form", "there"),
    [("for 15 days", "5", False), ("for 5 days", "5", True), ("共5元", "5", True), ("no", "", True)],
    ids=["in a number", "alone", "between Chinese letters", "nothing"],
)
def test_holds(text, form, there):
    """A number is not found inside another."""
    assert holds(text, form) is there


@pytest.mark.parametrize(
    ("name", "service", "verb", "kind", "noun", "many"),
    [
        ("list_orders", "", "list", "list", "orders", True),
        ("calendar_events_list", "calendar.v3", "list", "list", "events", True),
        ("pubsub_projects_topics_setIamPolicy", "pubsub.v1", "set", "update", "IAM policy", False),
        ("AdminListDevices", "", "list", "list", "devices", True),
        ("get_client_by_client_id", "", "get", "get", "client", False),
        ("find_user_id_by_email", "", "find", "get", "user", False),
        ("get_order_details", "", "get", "get", "order", False),
        ("reprice_order", "", "reprice", "act", "order", False),
        ("FlightGet", "", "get", "get", "flight", False),
        ("ListTasks_V3", "", "list", "list", "tasks", True),
        ("Walk_Score", "", "", "look", "walk score", False),
    ],
)
def test_deeds(name, service, verb, kind, noun, many):
    """A tool's name is a verb and a thing."""
    tool = Tool(id=f"x/{name}", name=name, description="", parameters={"type": "object"}, service=service)
    deed = deeds_of({name: tool}, {}, tongue("en"))[name]

    assert (deed.verb, deed.kind, tongue("en").noun(deed.noun, many=deed.many), deed.many) == (
        verb,
        kind,
        noun,
        many,
    )


@pytest.mark.parametrize(
    ("noun", "said"),
    [
        ("order", "an order"),
        ("user pool", "a user pool"),
        ("hour", "an hour"),
        ("SMS", "an SMS"),
        ("URL", "a URL"),
        ("IAM policy", "an IAM policy"),
        ("information", "information"),
    ],
)
def test_articles(noun, said):
    """The article goes by the sound."""
    assert tongue("en").a(noun) == said


@pytest.mark.parametrize(
    ("words", "many"),
    [
        (("category",), "categories"),
        (("box",), "boxes"),
        (("person",), "people"),
        (("key",), "keys"),
        (("order", "status"), "order status"),
        (("api", "url"), "API URLs"),
    ],
)
def test_plurals(words, many):
    """A noun's last word takes the plural, unless it has none."""
    assert tongue("en").noun(words, many=True) == many


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("createdDateUtc", "creation date"),
        ("listingIDs", "listing IDs"),
        ("addressLine1", "address line"),
        ("addressLine2", "address line 2"),
        ("qty", "quantity"),
    ],
)
def test_fields(name, called):
    """Fields are called as people call them, and two that differ by a number stay two."""
    assert tongue("en").field(name_words(name)) == called


def test_details_agree_in_number():
    """One is, several are; what goes behind a comma stands last."""
    phrases = Phrases(tongue("en"), random.Random(0))
    most = Content(", at most 9", "limit", "9")
    parts = [most, Content("with watch on", "watch", "on"), Content("in red", "color", "red")]

    assert phrases.said_of("the {field} {is} {value}", "tags", "a") == "the tags are a"
    assert phrases.said_of("the {field} {is} {value}", "status", "a") == "the status is a"
    assert phrases.rest(parts).endswith("in red, at most 9")


def test_both_languages_have_the_same_frames():
    """What one language can say, so can the other: kinds, verbs, places of frames."""
    one, other = (tongue(language).data for language in LANGUAGES)
    for part in (
        "kinds",
        "np",
        "rest",
        "openings",
        "closings",
        "reasons",
        "joints",
        "asking",
        "withheld",
        "object",
    ):
        extra = {"in_adverb", "for_adverb"}
        assert set(one[part]) - extra == set(other[part]) - extra, part
    assert set(one["verbs"]) == set(other["verbs"])


WISH = Task(
    id="shop/0",
    domain="shop",
    instruction="Hi. I need a new order for the customer c1 with the price $12.00.",
    actions=(
        Action(
            tool="create_order",
            arguments={"customer_id": "c1", "price": 12.0},
            bindings=(
                Binding(argument="customer_id", origin="user"),
                Binding(argument="price", origin="user"),
            ),
        ),
    ),
    changes=(),
    fingerprint="",
    tools=(),
    outputs=("o77",),
)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Please order something for customer c1, at $12.00.", ""),
        ("Please order something for customer c1.", "no longer says 12.0"),
        ("Order something for c1 at $12.00; customer_id c1.", "has a name in it"),
        ("Order something for c1 at $12.00, it will be o77.", "gives away"),
        ("Order 3 things for c1 at $12.00.", "has '3' in it"),
        ("Sure, here is the text: order for c1 at $12.00.", "begins with words about itself"),
        (" ", "is empty"),
        ("c1 $12.00 " + "very " * 200, "is much longer"),
    ],
    ids=["sound", "a fact less", "a name", "given away", "made up", "a preface", "empty", "long"],
)
def test_other_wordings(text, wrong):
    """Another wording has all the facts and nothing else."""
    found = wording_problem(text, WISH, TOOLS, "en")

    assert found.startswith(wrong)
    assert bool(found) is bool(wrong)


def test_wordings_keep_secrets():
    """What a request leaves out, its other wording leaves out, too."""
    silent = evolve(WISH, instruction="An order for c1.")

    assert wording_problem("Order for c1 at $12.00.", silent, TOOLS, "en").startswith("says what the user")
