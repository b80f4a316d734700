"""The contract of tool sources, :class:`~scaleenv_core.interfaces.ToolSource`, as tests."""

from __future__ import annotations

import pickle
import re
import socket
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

import jsonschema_rs
import pytest

from scaleenv_core.converters import from_plain, to_plain
from scaleenv_core.files import json_lines
from scaleenv_core.interfaces import Endpoint
from scaleenv_core.testing.calling import call_hook
from scaleenv_core.testing.endpoint import ScriptedEndpoint
from scaleenv_core.types import Dropped, JsonSchema, Tool


def references(schema: Any) -> list[str]:
    """Every ``$ref`` that stands where a schema stands; ``const`` and the like are data."""
    found: list[str] = []
    waiting: list[Any] = [schema]
    while waiting:
        part = waiting.pop()
        if not isinstance(part, Mapping):
            continue
        if isinstance(part.get("$ref"), str):
            found.append(part["$ref"])
        for key in ("properties", "$defs", "definitions", "patternProperties", "dependentSchemas"):
            if isinstance(part.get(key), Mapping):
                waiting += part[key].values()
        for key in ("allOf", "anyOf", "oneOf", "prefixItems"):
            if isinstance(part.get(key), list):
                waiting += part[key]
        waiting += [part.get(key) for key in ("items", "additionalProperties", "not", "if", "then", "else")]
    return sorted(found)


def outside(schema: JsonSchema) -> list[str]:
    """The references of a schema that lead out of it."""
    return [ref for ref in references(schema) if not ref.startswith("#")]


def summary(read: Sequence[Tool | Dropped]) -> dict[str, int]:
    """How much became a tool, and how much was dropped for which reason; for people."""
    counts = Counter(one.reason if isinstance(one, Dropped) else "tools" for one in read)
    return dict(sorted(counts.items()))


class ToolSourceContract:
    """What every tool source keeps; inherit it and give the fixture ``plugin``.

    The plugin must yield at least one tool. One that asks a model gives the fixture ``endpoint``, too.
    """

    @pytest.fixture
    def no_network(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Makes every socket a failure."""

        def refuse(*args: object, **_options: object) -> NoReturn:
            raise AssertionError(f"a tool source opened a socket: {args}")

        for name in ("socket", "create_connection", "getaddrinfo"):
            monkeypatch.setattr(socket, name, refuse)

    @pytest.fixture
    def plugin(self) -> Any:
        """The tool source under test; every inheriting class gives its own."""
        raise NotImplementedError("a test class of ToolSourceContract gives the fixture 'plugin'")

    @pytest.fixture
    def endpoint(self) -> Endpoint:
        """What a source that asks a model asks."""
        return ScriptedEndpoint()

    @pytest.fixture
    def read(self, plugin: Any, endpoint: Endpoint, no_network: None) -> list[Tool | Dropped]:
        """All that the source yields, read without a network."""
        return list(call_hook(plugin, "collect_tools", endpoint=endpoint))

    @pytest.fixture
    def tools(self, read: list[Tool | Dropped]) -> list[Tool]:
        """The tools among it."""
        return [one for one in read if isinstance(one, Tool)]

    def test_yields_tools_and_dropped_only(self, plugin: Any, endpoint: Endpoint, no_network: None) -> None:
        """It is an iterator over Tool and Dropped, with at least one tool."""
        made = call_hook(plugin, "collect_tools", endpoint=endpoint)
        assert isinstance(made, Iterator)
        read = list(made)

        assert [one for one in read if not isinstance(one, Tool | Dropped)] == []
        assert any(isinstance(one, Tool) for one in read)

    def test_ids_are_unique(self, tools: list[Tool]) -> None:
        """No two tools share an id, and none is empty."""
        twice = [key for key, count in Counter(tool.id for tool in tools).items() if count > 1]

        assert twice == []
        assert all(tool.id.strip() == tool.id != "" for tool in tools)

    def test_names_are_there(self, tools: list[Tool]) -> None:
        """Every tool has a name, and says which source read it."""
        assert [tool.id for tool in tools if not tool.name.strip() or not tool.source] == []

    def test_two_reads_are_equal(self, plugin: Any, endpoint: Endpoint, read: list[Tool | Dropped]) -> None:
        """The same input gives the same records in the same order, to the byte."""
        again = list(call_hook(plugin, "collect_tools", endpoint=endpoint))

        assert again == read
        assert json_lines(map(to_plain, again)) == json_lines(map(to_plain, read))

    def test_a_fingerprint_stays(self, plugin: Any, no_network: None) -> None:
        """A source that gives a fingerprint gives the same one as long as nothing changes."""
        asked = getattr(plugin, "fingerprint_catalog", None)
        if asked is None:
            pytest.skip("the source gives no fingerprint")
        digest = asked()

        assert isinstance(digest, str)
        assert digest
        assert digest == asked()

    def test_parameters_are_an_object(self, tools: list[Tool]) -> None:
        """Parameters are an object's schema with properties, of which the required ones are some."""
        for tool in tools:
            assert tool.parameters.get("type") == "object", tool.id
            properties = tool.parameters.get("properties", {})
            assert set(tool.parameters.get("required", [])) <= set(properties), tool.id

    def test_schemas_compile(self, tools: list[Tool]) -> None:
        """Parameters and returns are valid JSON Schema, draft 2020-12."""
        for tool in tools:
            jsonschema_rs.validator_for(tool.parameters)
            if tool.returns is not None:
                jsonschema_rs.validator_for(tool.returns)

    def test_schemas_stand_alone(self, tools: list[Tool]) -> None:
        """No reference leads out of a schema."""
        for tool in tools:
            assert outside(tool.parameters) == [], tool.id
            assert outside(tool.returns or {}) == [], tool.id

    def test_records_round_trip(self, read: list[Tool | Dropped]) -> None:
        """What is yielded is plain data: it survives pickle and JSON."""
        assert pickle.loads(pickle.dumps(read)) == read
        for one in read:
            assert from_plain(to_plain(one), type(one)) == one
        assert json_lines(map(to_plain, read)).encode()

    def test_dropped_says_why_in_one_line(self, read: list[Tool | Dropped]) -> None:
        """A Dropped says where, why in a word to count by, and what it means in one line."""
        for one in read:
            if isinstance(one, Dropped):
                assert one.origin, one
                assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", one.reason), one
                assert one.detail.strip(), one
                assert "\n" not in one.detail, one
