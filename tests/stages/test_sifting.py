"""Sifting keeps each tool once and counts everything else by reason."""

import pytest
from attrs import evolve

from scaleenv_core.settings import CollectSettings
from scaleenv_core.stages.sifting import sift
from scaleenv_core.testing.samples import sample_tools
from scaleenv_core.types import Dropped, Http, Tool

CITY = {"type": "object", "properties": {"city": {"type": "string"}}}
TOOL = Tool(id="a", name="getForecast", description="Tell the weather of one city.", parameters=CITY)


def dropped(entries, **settings):
    """The dropped tools by id, with their reasons."""
    _, drops = sift(entries, CollectSettings(**settings), seed=1)
    return {drop.origin: drop.reason for drop in drops}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({"description": " "}, "no-description", id="nothing says what it does"),
        pytest.param(
            {"parameters": {"type": "object", "properties": 5}},
            "invalid-schema",
            id="properties are a number",
        ),
        pytest.param({"parameters": {"type": "array"}}, "invalid-schema", id="parameters are a list"),
        pytest.param(
            {"parameters": {"type": "object", "properties": {"a": {"description": "An a."}}}},
            "no-typed-parameter",
            id="no parameter has a type",
        ),
        pytest.param({"parameters": {"type": "object"}}, "no-typed-parameter", id="nothing in, nothing out"),
        pytest.param({"returns": {"type": "lump"}}, "invalid-schema", id="the answer's type is none"),
    ],
)
def test_reasons(change, reason):
    """Each kind of unusable tool is dropped with its own reason."""
    assert dropped([TOOL, evolve(TOOL, id="b", name="other", **change)]) == {"b": reason}


def test_a_tool_that_takes_nothing_and_says_what_it_answers_is_kept():
    """No parameter is no fault of a tool with a typed answer, unless the config says so."""
    tool = evolve(TOOL, parameters={"type": "object", "properties": {}}, returns=CITY)

    assert dropped([tool]) == {}
    assert dropped([tool], require_parameters=True) == {"a": "no-parameters"}


def test_the_lower_id_of_two_equal_tools_is_kept():
    """Equal content under two ids is one tool."""
    assert dropped([evolve(TOOL, id="b"), TOOL]) == {"b": "duplicate"}


def test_one_id_is_one_tool():
    """Of two contents under one id the same one is kept, whichever comes first."""
    pair = [TOOL, evolve(TOOL, name="other")]
    kept, drops = sift(pair, CollectSettings(), seed=1)

    assert [drop.reason for drop in drops] == ["duplicate-id"]
    assert kept == sift(pair[::-1], CollectSettings(), seed=1)[0]


def test_what_a_source_drops_is_counted_with_the_rest():
    """A source's own Dropped stays as it is."""
    assert dropped([Dropped(origin="x.json", reason="unreadable", detail="truncated")]) == {
        "x.json": "unreadable"
    }


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"name": "get_forecast"}, id="another spelling of the name"),
        pytest.param({"name": "getForecastV2"}, id="another version"),
        pytest.param({"name": "v1beta1.get_forecast"}, id="another beta"),
        pytest.param({"description": "Tell the weather of the one city"}, id="a word more"),
        pytest.param({"parameters": {**CITY, "required": ["city"]}}, id="required or not"),
        pytest.param({"provider": "another"}, id="a mirror"),
        pytest.param({"returns": CITY}, id="one says no answer"),
        pytest.param({"http": Http(method="GET", path="/v2/forecasts/{name}")}, id="a path of a version"),
    ],
)
def test_near_duplicates(change):
    """Tools that differ in spelling, version or a word are one, and the reason names the one kept."""
    first = evolve(TOOL, http=Http(method="GET", path="/v1/forecasts/{city}"), tags=("weather",))
    second = evolve(first, id="b", **{"description": f"{TOOL.description}!", **change})
    _, (drop,) = sift([second, first], CollectSettings(), seed=1)

    assert (drop.origin, drop.reason) == ("b", "near-duplicate")
    assert "parameters of a, in" in drop.detail
    assert dropped([second, first], drop_near_duplicates=False) == {}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"name": "getForecast7"}, id="another number in the name"),
        pytest.param({"name": "Vorhersage"}, id="another name"),
        pytest.param({"name": "天气"}, id="a name of another script"),
        pytest.param({"description": "Tell the population of one city."}, id="another matter"),
        pytest.param({"description": "Tell the weather of 1 city."}, id="a number in the text"),
        pytest.param(
            {"parameters": {"type": "object", "properties": {"town": {"type": "string"}}}}, id="parameter"
        ),
        pytest.param({"http": Http(method="GET", path="/v1/sea/{city}")}, id="another path"),
        pytest.param({"http": Http(method="DELETE", path="/v1/forecasts/{city}")}, id="another method"),
        pytest.param({"returns": CITY}, id="another answer"),
    ],
)
def test_near_is_not_far(change):
    """One thing that matters keeps two tools apart."""
    answer = {"type": "object", "properties": {"degrees": {"type": "number"}}}
    first = evolve(TOOL, http=Http(method="GET", path="/v1/forecasts/{city}"), returns=answer)

    assert dropped([first, evolve(first, id="b", **change)]) == {}


def test_order_does_not_matter():
    """The catalog is sorted and the same tools are kept, whatever order the sources yield in."""
    twins = [evolve(tool, id=f"{tool.id}-x", description=f"{tool.description} ") for tool in sample_tools()]
    tools = [*sample_tools(), *twins]

    assert sift(reversed(tools), CollectSettings(), 1)[0] == sift(tools, CollectSettings(), 1)[0]


def test_limit_is_counted():
    """A limit keeps so many, by seed, and counts the others."""
    count = len(sample_tools()) - 10

    assert list(dropped(sample_tools(), limit=10).values()) == ["over-limit"] * count


def test_long_schemas_are_kept_whole():
    """A schema of any length and depth comes out as it went in."""
    deep = {"type": "string"}
    for level in range(30):
        deep = {
            "type": "object",
            "properties": {f"level_{level}_{n}": deep for n in range(2 if level > 28 else 1)},
        }
    wide = {f"field_{n}": {"type": "string", "description": "x" * 500} for n in range(400)}
    tool = evolve(TOOL, parameters={"type": "object", "properties": {**wide, "deep": deep}})

    assert sift([tool], CollectSettings(), 1)[0] == [tool]
