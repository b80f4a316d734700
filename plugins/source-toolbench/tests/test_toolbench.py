"""The source toolbench: tool files, question files and response examples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from scaleenv_source_toolbench import ToolBench
from scaleenv_source_toolbench.shapes import answer, parameters

from scaleenv_core.errors import SourceError
from scaleenv_core.testing.source import ToolSourceContract
from scaleenv_core.types import Dropped, Http, Tool

ENDPOINT = {
    "name": "Weather of a city",
    "url": "https://weather.example.org/v1/now/",
    "description": "Tell the weather.",
    "method": "get",
    "required_parameters": [
        {"name": "city", "type": "STRING", "description": "The city.", "default": "Oslo"}
    ],
    "optional_parameters": [{"name": "days", "type": "NUMBER", "description": "", "default": "3"}],
}
HUB = {"tool_name": "Weather Hub", "title": "weather hub", "api_list": [ENDPOINT]}
ASKED = {
    **{key: value for key, value in ENDPOINT.items() if key not in ("name", "description", "url")},
    "category_name": "Weather",
    "tool_name": "Weather Hub",
    "api_name": "Weather of a city",
    "api_description": "Tell the weather.",
    "template_response": {"degrees": "float"},
}


def write(path: Path, content: Any) -> Path:
    """A file with this content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def read(path: Path, **options: Any) -> list[Tool | Dropped]:
    """What the source makes of a file."""
    return list(ToolBench(paths=(str(path),), **options).collect_tools())


class TestToolBench(ToolSourceContract):
    """The contract, on a tool file, a question file, response examples and a broken file."""

    @pytest.fixture
    def plugin(self, tmp_path: Path) -> ToolBench:
        """The source over four files."""
        write(tmp_path / "tools" / "Weather" / "hub.json", HUB)
        write(tmp_path / "tools" / "questions.json", [{"query": "?", "api_list": [ASKED, ASKED, 7]}])
        write(tmp_path / "tools" / "broken.json", '{"api_list": [')
        examples = {"api_list": [{"name": "Weather of a city", "schema": {"degrees": "float"}}]}
        write(tmp_path / "responses" / "Weather" / "hub.json", examples)
        return ToolBench(paths=(str(tmp_path / "tools"),), responses=(str(tmp_path / "responses"),))


def test_a_tool_file(tmp_path: Path) -> None:
    """The folder is the category, the tool the service; a required default is a sample value."""
    made = read(write(tmp_path / "Travel_Weather" / "hub.json", HUB))

    assert made == [
        Tool(
            id="toolbench/weather-hub/weather-of-a-city",
            name="Weather of a city",
            description="Tell the weather.",
            parameters={
                "type": "object",
                "properties": {
                    "city": {"type": "string", "description": "The city.", "examples": ["Oslo"]},
                    "days": {"type": "number", "default": 3},
                },
                "required": ["city"],
            },
            service="Weather Hub",
            provider="Weather Hub",
            source="toolbench",
            http=Http(method="GET", path="/v1/now/"),
            tags=("Travel Weather",),
        )
    ]


def test_questions_repeat_their_endpoints(tmp_path: Path) -> None:
    """An endpoint that stands there for a second question is counted, not doubled."""
    group = {"query": "?", "api_list": [ASKED]}
    first, second = read(write(tmp_path / "q.json", [group, group]))

    assert isinstance(first, Tool)
    assert first.tags == ("Weather",)
    assert first.returns == {"type": "object", "properties": {"degrees": {"type": "number"}}}
    assert isinstance(second, Dropped)
    assert (second.reason, second.detail) == ("duplicate", f"the same as {first.id}")


def test_one_name_with_two_contents(tmp_path: Path) -> None:
    """Two endpoints of one name are two tools."""
    other = {**ENDPOINT, "description": "Another."}
    made = read(write(tmp_path / "hub.json", {**HUB, "api_list": [ENDPOINT, other]}))

    expected = ["toolbench/weather-hub/weather-of-a-city", "toolbench/weather-hub/weather-of-a-city_2"]
    assert expected == [one.id for one in made if isinstance(one, Tool)]


def test_response_examples_give_the_answers(tmp_path: Path) -> None:
    """Templates of the same folder, file and name are the answers' schemas."""
    tools = write(tmp_path / "tools" / "Weather" / "hub.json", HUB)
    examples = {"api_list": [{"name": "Weather of a city", "schema": {"degrees": "float"}}, 7]}
    write(tmp_path / "responses" / "Weather" / "hub.json", examples)
    write(tmp_path / "responses" / "Weather" / "broken.json", "{")

    broken, tool = read(tools, responses=(str(tmp_path / "responses"),))

    assert isinstance(broken, Dropped)
    assert broken.reason == "unreadable"
    assert isinstance(tool, Tool)
    assert tool.returns == {"type": "object", "properties": {"degrees": {"type": "number"}}}


def test_a_name_that_is_a_path(tmp_path: Path) -> None:
    """Where no address is given, a name that is a path says the path."""
    endpoint = {**ENDPOINT, "url": "http://[", "name": "/now/{city}"}
    (tool,) = read(write(tmp_path / "hub.json", {**HUB, "api_list": [endpoint]}))

    assert isinstance(tool, Tool)
    assert tool.http == Http(method="GET", path="/now/{city}")


@pytest.mark.parametrize(
    ("content", "reason", "said"),
    [
        pytest.param('{"api_list": [{"name"', "unreadable", "truncated", id="truncated"),
        pytest.param("", "unreadable", "empty", id="empty"),
        pytest.param({"openapi": "3.0.0"}, "not-toolbench", "'api_list'", id="another format"),
        pytest.param([17], "not-toolbench", "'api_list'", id="a list of something"),
        pytest.param({"api_list": [{"name": "a", "schema": {}}]}, "no-tools", "responses", id="responses"),
        pytest.param({"api_list": []}, "no-tools", "no parameters", id="no endpoints"),
    ],
)
def test_files_without_tools_are_one_line(tmp_path: Path, content: Any, reason: str, said: str) -> None:
    """A file that gives no tool is one Dropped with a reason and a clear line."""
    (one,) = read(write(tmp_path / "a.json", content))

    assert isinstance(one, Dropped)
    assert one.reason == reason
    assert said in one.detail


def test_an_endpoint_without_a_name_is_dropped(tmp_path: Path) -> None:
    """Beside sound endpoints, one without a name is one line."""
    nameless = {**ENDPOINT, "name": " "}
    made = read(write(tmp_path / "hub.json", {**HUB, "api_list": [ENDPOINT, nameless]}))

    assert isinstance(made[1], Dropped)
    assert (made[1].reason, made[1].origin) == ("not-a-tool", f"{tmp_path / 'hub.json'} endpoint 1")


def test_a_catalog_that_is_not_there(tmp_path: Path) -> None:
    """A path to nothing is an error, and not an empty catalog."""
    with pytest.raises(SourceError, match="no such file or folder"):
        ToolBench(paths=(str(tmp_path / "gone"),)).collect_tools()


@pytest.mark.parametrize("default", ["", "null", "None", "undefined", None])
def test_words_for_no_default_are_none(default: Any) -> None:
    """What the hub writes where there is no default is no default."""
    made = parameters([], [{"name": "a", "type": "STRING", "default": default}])

    assert made["properties"] == {"a": {"type": "STRING"}}


def test_the_first_of_two_parameters_is_kept() -> None:
    """A name stands once; a required one wins over an optional one."""
    made = parameters([{"name": "a", "type": "NUMBER"}, 7, {"type": "STRING"}], [{"name": "a"}])

    assert made["properties"] == {"a": {"type": "NUMBER", "required": True}}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["list of str with length 3"], {"type": "array", "items": {"type": "string"}}),
        ({"a": "empty list"}, {"type": "object", "properties": {"a": {"type": "array"}}}),
        (
            [{"a": "int", "_list_length": 3}],
            {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "integer"}}}},
        ),
        ('{"a": "bool"}', {"type": "object", "properties": {"a": {"type": "boolean"}}}),
        ({"a": "None", "b": 17}, {"type": "object", "properties": {"a": {}, "b": {}}}),
        ("no JSON", None),
        (None, None),
    ],
)
def test_templates(given: Any, expected: Any) -> None:
    """A template of an answer says the types of its parts."""
    assert answer(given) == expected


def test_a_template_of_any_depth_is_cut() -> None:
    """A template nested beyond reason ends in an open schema."""
    nested: Any = "str"
    for _ in range(500):
        nested = [nested]

    assert json.dumps(answer(nested)).count("array") < 50


def test_the_fingerprint_follows_the_files(tmp_path: Path) -> None:
    """An edited response example is another catalog."""
    tools = write(tmp_path / "tools" / "hub.json", HUB)
    examples = write(tmp_path / "responses" / "hub.json", {"api_list": []})
    source = ToolBench(paths=(str(tools),), responses=(str(examples),))
    before = source.fingerprint_catalog()
    assert before == source.fingerprint_catalog()

    write(examples, {"api_list": [1]})

    assert before != source.fingerprint_catalog()
