"""Domain titles say what the tools are about."""

import random

import pytest

from scaleenv_core.stages.naming import background, title_for
from scaleenv_core.testing.samples import sample_tools
from scaleenv_core.types import Http, Tool


def _tool(name, path="", description=""):
    return Tool(
        id=f"t/{name}",
        name=name,
        description=description,
        parameters={"type": "object"},
        http=Http(method="GET", path=path) if path else None,
    )


NOISE = [_tool(f"get{thing}Settings", f"/v1/{thing.lower()}") for thing in ("Lamp", "Boat", "Tree", "Door")]
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


def _title(tools, catalog):
    return title_for(tools, background(catalog), len(catalog))


@pytest.mark.parametrize(
    ("tools", "title"),
    [
        pytest.param(CALENDAR, "Calendar events", id="pair of words"),
        pytest.param(BUCKETS, "S3 bucket", id="word of the descriptions, acronym kept"),
        pytest.param([_tool("QR Code"), _tool("Generate QR Code")], "QR code", id="capitals kept"),
        pytest.param([_tool("get"), _tool("list", "/v1/{id}")], "Tools", id="nothing but verbs"),
        pytest.param([_tool("", description="预订")], "Tools", id="another script"),
    ],
)
def test_title(tools, title):
    """The title is made of the words that tell the domain from the rest of the catalog."""
    assert title == _title(tools, [*NOISE, *tools])


def test_common_words_of_the_catalog_are_not_the_title():
    """A word that all tools of the catalog have gives way to one of the domain's own."""
    catalog = [
        _tool(f"settings{thing}{verb}") for thing in ("Lamp", "Boat") for verb in ("Get", "Put", "Add")
    ]
    catalog += [_tool(f"settings{thing}") for thing in ("Cat", "Dog", "Cow", "Pig", "Hen", "Fox")]

    assert "lamp" in _title(catalog[:3], catalog).lower()
    assert "boat" in _title(catalog[3:6], catalog).lower()


def test_order_does_not_matter():
    """Shuffled tools and catalog give the same title."""
    tools = list(sample_tools())
    catalog = [*tools, *NOISE, *CALENDAR, *BUCKETS]
    expected = _title(tools, catalog)

    for seed in range(5):
        random.Random(seed).shuffle(tools)
        random.Random(seed).shuffle(catalog)
        assert expected == _title(tools, catalog)


@pytest.mark.parametrize(
    ("service", "nouns"),
    [
        ("shop", {"order", "product", "customer", "shop"}),
        ("library", {"book", "loan", "author", "library"}),
        ("clinic", {"patient", "doctor", "appointment", "clinic"}),
    ],
)
def test_samples(service, nouns):
    """Each planted service is named by its own nouns, in at most three words."""
    catalog = sample_tools()
    words = _title([tool for tool in catalog if tool.service == service], catalog).lower().split()

    assert 1 <= len(words) <= 3
    assert {word.rstrip("s") for word in words} <= nouns


def test_background_counts_tools():
    """A word counts once a tool, however often the tool says it."""
    counts = background(BUCKETS)

    assert (counts["bucket"], counts["s3"]) == (3, 3)
    assert "create" not in counts
