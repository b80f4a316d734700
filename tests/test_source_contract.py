"""The contract of tool sources, kept by a source of two lines and broken by those that break it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from attrs import frozen

from scaleenv_core import hookimpl
from scaleenv_core.testing.source import ToolSourceContract, outside, references, summary
from scaleenv_core.types import Dropped, Tool


@frozen
class Tiny:
    """Yields one tool and one dropped thing."""

    @hookimpl
    def collect_tools(self) -> Iterator[Tool | Dropped]:
        """Two records."""
        yield Tool(
            id="tiny/hello",
            name="hello",
            description="Say hello.",
            parameters={"type": "object", "properties": {"to": {"type": "string"}}},
            source="tiny",
        )
        yield Dropped(origin="tiny", reason="no-description", detail="nothing says what it does")


class TestTiny(ToolSourceContract):
    """A source of two records keeps the contract."""

    @pytest.fixture
    def plugin(self) -> Tiny:
        """The source."""
        return Tiny()


@pytest.mark.parametrize(
    ("schema", "found"),
    [
        pytest.param({"properties": {"a": {"$ref": "#/x"}}}, ["#/x"], id="property"),
        pytest.param({"properties": {"$ref": {"type": "string"}}}, [], id="property of that name"),
        pytest.param({"items": {"anyOf": [{"$ref": "other.json"}]}}, ["other.json"], id="items"),
        pytest.param({"const": {"$ref": "#/x"}}, [], id="data"),
    ],
)
def test_references_stand_where_schemas_stand(schema: Any, found: list[str]) -> None:
    """A reference counts where a schema stands, not in data."""
    assert references(schema) == found


def test_outside_names_what_leaves() -> None:
    """Only references that leave the schema are outside."""
    assert outside({"anyOf": [{"$ref": "#/a"}, {"$ref": "b.json#/c"}]}) == ["b.json#/c"]


def test_summary_counts_by_reason() -> None:
    """Tools are counted together, what was dropped by reason."""
    assert summary(list(Tiny().collect_tools())) == {"no-description": 1, "tools": 1}
