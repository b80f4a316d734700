"""The source functions: every dialect, each function as one tool."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from scaleenv_source_functions import Functions
from scaleenv_source_functions.shapes import parameters_schema

from scaleenv_core.errors import SourceError
from scaleenv_core.testing.source import ToolSourceContract
from scaleenv_core.types import Dropped, Http, Tool

CITY = {"type": "string", "description": "The city."}
SCHEMA = {"type": "object", "properties": {"city": CITY}, "required": ["city"]}
BARE = {"name": "weather", "description": "Tell the weather.", "parameters": SCHEMA}


def read(folder: Path, content: Any, name: str = "tools.json") -> list[Tool | Dropped]:
    """What the source makes of one file."""
    path = folder / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return list(Functions(paths=(str(path),)).collect_tools())


class TestFunctions(ToolSourceContract):
    """The contract, on a folder with several dialects and a broken file."""

    @pytest.fixture
    def plugin(self, tmp_path: Path) -> Functions:
        """The source over three files."""
        (tmp_path / "a.json").write_text(json.dumps([BARE, {**BARE, "response": SCHEMA}, 7]))
        (tmp_path / "b.jsonl").write_text("\n".join([json.dumps({**BARE, "name": "b"}), "{", ""]))
        (tmp_path / "c.json").write_text('{"tools": [{"name": ')
        return Functions(paths=(str(tmp_path),))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param([{"type": "function", "function": BARE}], id="openai"),
        pytest.param({"messages": [], "tools": [{"type": "function", "function": BARE}]}, id="request"),
        pytest.param(BARE, id="one function"),
        pytest.param([BARE], id="bare"),
        pytest.param({"functions": [BARE]}, id="functions"),
        pytest.param({"question": "?", "function": [BARE]}, id="bfcl"),
        pytest.param({"question": "?", "function": BARE}, id="bfcl, one"),
        pytest.param([{**BARE, "parameters": {**SCHEMA, "type": "dict"}}], id="type dict"),
        pytest.param(
            [
                {
                    "query": "?",
                    "answers": [],
                    "tools": [{**BARE, "parameters": {"city": {**CITY, "required": True}}}],
                }
            ],
            id="xlam",
        ),
        pytest.param({"query": "?", "tools": json.dumps([BARE])}, id="xlam, tools as text"),
        pytest.param([{**BARE, "parameters": {"city": {**CITY, "type": "str"}}}], id="xlam, python types"),
        pytest.param([{**BARE, "parameters": json.dumps(SCHEMA)}], id="parameters as text"),
        pytest.param(
            [{**BARE, "parameters": [{"name": "city", **CITY, "required": True}]}], id="parameters as a list"
        ),
        pytest.param(
            [{"name": "weather", "description": "Tell the weather.", "parameter": SCHEMA}], id="tooluniverse"
        ),
        pytest.param(
            {"tools": [{"name": "weather", "description": "Tell the weather.", "inputSchema": SCHEMA}]},
            id="mcp",
        ),
        pytest.param(
            {
                "jsonrpc": "2.0",
                "result": {
                    "tools": [{"name": "weather", "description": "Tell the weather.", "input_schema": SCHEMA}]
                },
            },
            id="json-rpc",
        ),
        pytest.param(
            [
                {
                    "name": "weather",
                    "description": "Tell the weather.",
                    "arguments": [{"name": "city", "type": "string", "desc": "The city."}],
                }
            ],
            id="arguments list",
        ),
        pytest.param(
            [
                {
                    "name": "weather",
                    "description": "Tell the weather.",
                    "method": "GET",
                    "endpoint": "/w",
                    "host": "w.example.org",
                    "query_parameters": {"city": {**CITY, "required": True}},
                }
            ],
            id="nestful",
        ),
        pytest.param(
            [
                {
                    "api_name": "Weather Hub - weather",
                    "functionality": "Tell the weather.",
                    "api_arguments": {"city": "[REQUIRED] string: The city."},
                }
            ],
            id="api zoo",
        ),
    ],
)
def test_dialects(tmp_path: Path, content: Any) -> None:
    """Each dialect says the same of the same function."""
    made = read(tmp_path, content)

    assert [type(one) for one in made] == [Tool], made
    assert isinstance(made[0], Tool)
    assert (made[0].name, made[0].description, made[0].parameters) == ("weather", "Tell the weather.", SCHEMA)


@pytest.mark.parametrize("name", ["c.jsonl", "c.json", "c.jsonl.gz"])
def test_catalog_lines_keep_their_ids(tmp_path: Path, name: str) -> None:
    """A normalised catalog is read back as it is, plain or packed."""
    line = {
        "id": "x/y/weather",
        **BARE,
        "service": "y.v1",
        "provider": "y",
        "returns": SCHEMA,
        "http": {"method": "get", "path": "/w/{city}"},
        "tags": ["w"],
        "category": None,
    }
    lines = "".join(json.dumps({**line, "id": f"x/y/{n}"}) + "\n" for n in range(2)).encode()

    made = read(tmp_path, gzip.compress(lines, mtime=0) if name.endswith(".gz") else lines, name)

    assert made[0] == Tool(
        id="x/y/0",
        name="weather",
        description="Tell the weather.",
        parameters=SCHEMA,
        returns=SCHEMA,
        service="y.v1",
        provider="y",
        source="functions",
        http=Http(method="GET", path="/w/{city}"),
        tags=("w",),
    )
    assert isinstance(made[1], Tool)


@pytest.mark.parametrize("key", ["returns", "response", "output_schema", "outputSchema", "output_parameters"])
def test_answers(tmp_path: Path, key: str) -> None:
    """An answer's schema is read under each of its names."""
    made = read(tmp_path, [{**BARE, key: {**SCHEMA, "type": "dict"}}])

    assert isinstance(made[0], Tool)
    assert made[0].returns == SCHEMA


def test_references_within_a_schema(tmp_path: Path) -> None:
    """An MCP schema's own definitions are opened; one that leads out is left open and marked."""
    schema = {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/A"}, "b": {"$ref": "https://example.org/b.json"}},
        "$defs": {"A": {"type": "integer"}},
    }
    made = read(tmp_path, {"tools": [{"name": "x", "inputSchema": schema}]})

    assert isinstance(made[0], Tool)
    assert made[0].parameters["properties"] == {
        "a": {"type": "integer"},
        "b": {"x-unresolved": "https://example.org/b.json"},
    }


def test_text_that_utf8_cannot_write(tmp_path: Path) -> None:
    """A lone surrogate in an escape becomes a replacement character everywhere."""
    bad = "a\ud800"
    made = read(tmp_path, json.dumps([{**BARE, "name": bad, "description": bad, "parameters": {bad: CITY}}]))

    assert isinstance(made[0], Tool)
    assert (made[0].name, made[0].description) == ("a\ufffd", "a\ufffd")
    assert list(made[0].parameters["properties"]) == ["a\ufffd"]


def test_a_list_of_tools_may_leave_parameters_out(tmp_path: Path) -> None:
    """Among tools, a name and a description are a tool that takes nothing."""
    made = read(tmp_path, [{"name": "ping", "description": "Ping."}, BARE])

    assert [one.name for one in made if isinstance(one, Tool)] == ["ping", "weather"]


def test_one_name_with_two_contents(tmp_path: Path) -> None:
    """Two functions of one name are two tools."""
    made = read(tmp_path, [BARE, {**BARE, "description": "Another."}, BARE])

    assert [one.id if isinstance(one, Tool) else one.reason for one in made] == [
        "functions/tools/weather",
        "functions/tools/weather_2",
        "duplicate",
    ]


@pytest.mark.parametrize(
    ("name", "content", "reason", "said"),
    [
        ("a.json", "", "unreadable", "empty"),
        ("a.json", '[{"name": "a", "parameters": {', "unreadable", "truncated"),
        ("a.json", b"\xff\x00\xff", "unreadable", "not UTF-8"),
        ("a.jsonl.gz", b"not gzip", "unreadable", "cannot be read"),
        ("a.jsonl.gz", gzip.compress(b"[" * 99, mtime=0)[:-9], "unreadable", "truncated"),
        ("a.json", "[]", "no-tools", "empty"),
        ("a.json", "{}", "not-a-tool", "no keys"),
        ("a.json", "17", "not-a-tool", "is 17"),
        (
            "a.json",
            [{"question": "?", "answer": "!"}] * 5,
            "not-functions",
            "'question', 'answer' (5 records",
        ),
        ("a.json", [{"name": "Ann", "description": "A person."}], "not-a-tool", "'name', 'description'"),
        ("a.json", {"openapi": "3.0.0"}, "not-functions", "OpenAPI"),
        ("a.json", {"discoveryVersion": "v1"}, "not-functions", "Google discovery"),
        ("a.json", {"arazzo": "1.0.1"}, "not-functions", "Arazzo"),
        ("a.json", {"api_list": []}, "not-functions", "'toolbench'"),
        ("a.json", [{"Documentation": "{}", "Function_Description": {}}] * 2, "openapi-inside", "2 records"),
        ("a.json", [{**BARE, "parameters": {"True": {"type": "string"}}}], "crawler-debris", "'True'"),
        ("a.json", {"metadata": {"remote_server_response": {"tools": []}}}, "crawler-debris", "guesses"),
        ("a.json", [{**BARE, "name": None}], "no-name", "None"),
    ],
)
def test_files_without_tools_are_one_line(
    tmp_path: Path, name: str, content: Any, reason: str, said: str
) -> None:
    """A file that gives no tool is one Dropped with a reason and a clear line."""
    made = read(tmp_path, content, name)

    assert [type(one) for one in made] == [Dropped], made
    assert isinstance(made[0], Dropped)
    assert made[0].reason == reason
    assert said in made[0].detail


def test_a_truncated_last_line_is_one_line(tmp_path: Path) -> None:
    """What was written before the end is read; the rest is one Dropped that names its line."""
    made = read(tmp_path, json.dumps(BARE) + "\n" + json.dumps(BARE)[:40], "a.jsonl")

    assert isinstance(made[0], Tool)
    assert isinstance(made[1], Dropped)
    assert made[1].reason == "unreadable"
    assert made[1].origin.endswith("a.jsonl line 2")
    assert len(made) == 2


def test_a_catalog_that_is_not_there(tmp_path: Path) -> None:
    """A path to nothing is an error, and not an empty catalog."""
    with pytest.raises(SourceError, match="no such file or folder"):
        Functions(paths=(str(tmp_path / "gone"),)).collect_tools()


@pytest.mark.parametrize(
    ("given", "required"),
    [
        pytest.param(
            {"a": {"type": "str"}, "b": {"type": "int, optional"}}, ["a"], id="optional in the type"
        ),
        pytest.param({"a": {"type": "str", "default": "x"}}, [], id="a default"),
        pytest.param({"a": {"type": "str", "required": False}, "b": {"type": "str"}}, [], id="a flag"),
    ],
)
def test_property_maps_say_what_is_required(given: Any, required: list[str]) -> None:
    """Where nobody says what is required, types and defaults do."""
    assert parameters_schema(given)["required"] == required
