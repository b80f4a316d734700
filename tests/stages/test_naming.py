"""Domains are named by what their tools are about, each by a name of its own."""

import random

import pytest
from attrs import evolve

from scaleenv_core.stages.naming import named
from scaleenv_core.testing.samples import sample_tools
from scaleenv_core.types import Http, Tool


def _tool(name, path="", description="", tags=(), service=""):
    return Tool(
        id=f"t/{name}",
        name=name,
        description=description,
        parameters={"type": "object"},
        http=Http(method="GET", path=path) if path else None,
        tags=tags,
        service=service,
    )


NOISE = [
    [_tool(f"{verb}{thing}Settings", f"/v1/{thing.lower()}") for verb in ("get", "update", "delete")]
    for thing in ("Lamp", "Boat", "Tree", "Door", "Shoe", "Bell", "Coin", "Rope", "Wall", "Nail")
]
CALENDAR = [
    _tool("calendar.events.list", "/calendars/{calendarId}/events"),
    _tool("calendar.events.get", "/calendars/{calendarId}/events/{eventId}"),
    _tool("calendar.events.insert", "/calendars/{calendarId}/events"),
]
BUCKETS = [
    _tool("CreateBucket", description="Creates a bucket in S3."),
    _tool("ListBuckets", description="Lists S3 buckets."),
    _tool("DeleteBucket", description="Deletes the S3 bucket."),
]
LIBRARY = [
    *(_tool(f"{verb}Books") for verb in ("list", "search", "count")),
    *(_tool(f"{verb}Author") for verb in ("get", "create", "delete")),
]


def _title(*tools):
    return named([*NOISE, list(tools)])[-1].title


@pytest.mark.parametrize(
    ("tools", "title"),
    [
        pytest.param(CALENDAR, "Calendar Events", id="a pair of words is one thing"),
        pytest.param(LIBRARY, "Author and Books", id="two things are joined"),
        pytest.param(BUCKETS, "S3 Buckets", id="an acronym of the descriptions"),
        pytest.param([_tool("QR Code"), _tool("Generate QR Code")], "QR Code", id="capitals kept"),
        pytest.param(
            [_tool("github_repos"), _tool("clone", description="Clones from GitHub.")],
            "GitHub",
            id="its own",
        ),
        pytest.param([_tool("a", tags=("Flights",)), _tool("b", tags=("Flights",))], "Flights", id="tags"),
        pytest.param([_tool("listMovies"), _tool("getMovie")], "Movies", id="an odd plural"),
        pytest.param([_tool("get"), _tool("list", "/v1/{id}")], "get", id="nothing but verbs"),
        pytest.param([_tool("预订酒店"), _tool("取消")], "取消 and 预订酒店", id="another script"),
        pytest.param([_tool("")], "Tools", id="no name at all"),
    ],
)
def test_title(tools, title):
    """The title is made of the words that tell the domain from the others."""
    assert title == _title(*tools)


def test_a_verb_that_no_list_knows():
    """A word that descriptions begin with is a verb: it does not name the domain."""
    frob = [_tool(f"frobnicate{thing}Door", description=f"Frobnicates the {thing} door.") for thing in "XYZ"]

    assert _title(*frob) == "Door"


def test_participles_name_nothing_alone():
    """What is done to things stands before them, or not at all."""
    signed = [_tool("createSignedDevice"), _tool("updateSignedDevice"), _tool("signed")]

    assert _title(*signed) == "Signed Device"


def test_a_word_of_all_domains_is_no_title():
    """A word that all domains have gives way to one of the domain's own."""
    titles = [name.title for name in named(NOISE)]

    assert [title.split()[0] for title in titles[:3]] == ["Lamp", "Boat", "Tree"]


def test_no_two_titles_are_alike():
    """Domains that would be called the same say what else they are about, or are numbered."""
    users = [[_tool("listUsers"), _tool("getUser"), *more] for more in (
        [_tool("listBadges"), _tool("addBadge")], [_tool("listPasswords"), _tool("setPassword")], [], [],
    )]  # fmt: skip
    names = named([*NOISE, *users])[-4:]

    assert [name.title for name in names] == ["Badges and Users", "Passwords and Users", "Users", "Users 2"]
    assert [name.slug for name in names] == ["badges-and-users", "passwords-and-users", "users", "users-2"]


def test_slugs_are_free_folder_names():
    """A slug is unique and at most 60 characters, however long or foreign the titles are."""
    long = [
        [_tool("Donaudampfschifffahrtsgesellschaftskapitaenskajuetenschluessel" + end)] for end in ("x", "y")
    ]
    names = named([*long, [_tool("预订")], [_tool("酒店")]])

    assert len({name.slug for name in names}) == 4
    assert all(1 <= len(name.slug) <= 60 for name in names)


def test_summary():
    """One sentence says what is done to what, by how many tools, and of whom."""
    tools = [evolve(tool, service="google/calendar") for tool in CALENDAR]
    (name,) = named([tools])

    assert name.summary == "3 tools to create, get and list calendar events, all of google/calendar."


@pytest.mark.parametrize(
    ("services", "end"),
    [
        (["a", "a", "b"], ", mostly of a."),
        (["a", "b", "c"], ", of 3 services."),
        (["", "", ""], "calendar events."),
    ],
)
def test_summary_says_of_whom(services, end):
    """One service, most of one, or how many; nothing where the catalog does not say."""
    tools = [evolve(tool, service=service) for tool, service in zip(CALENDAR, services, strict=True)]

    assert named([tools])[0].summary.endswith(end)


def test_order_does_not_matter():
    """Shuffled tools and domains are named the same."""
    domains = [*NOISE, CALENDAR, BUCKETS, LIBRARY, list(sample_tools())]
    expected = {
        frozenset(tool.id for tool in tools): name
        for tools, name in zip(domains, named(domains), strict=True)
    }

    for seed in range(3):
        shuffled = [random.Random(seed).sample(tools, len(tools)) for tools in domains]
        random.Random(seed).shuffle(shuffled)
        for tools, name in zip(shuffled, named(shuffled), strict=True):
            assert expected[frozenset(tool.id for tool in tools)] == name


@pytest.mark.parametrize(
    ("service", "nouns"),
    [
        ("shop", {"order", "product", "customer", "shop"}),
        ("library", {"book", "loan", "author", "library"}),
        ("clinic", {"patient", "doctor", "appointment", "clinic"}),
    ],
)
def test_samples(service, nouns):
    """Each planted service is named by its own nouns."""
    services = ("shop", "library", "clinic")
    domains = [[tool for tool in sample_tools() if tool.service == one] for one in services]
    title = named(domains)[services.index(service)].title

    assert {word.lower().rstrip("s") for word in title.split()} - {"and"} <= nouns
