"""Names and words of OpenAPI documents: services, providers, operations, descriptions."""

from __future__ import annotations

from typing import Any

import pytest
from scaleenv_source_openapi.labels import described, name_of_path, plain_text, provider_of, service_of


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"servers": [{"url": "https://api.github.com"}]}, "github"),
        ({"servers": [{"url": "{scheme}://{address}:{port}/v1"}, {"url": "https://a.b.io"}]}, "b"),
        ({"host": "petstore.swagger.io"}, "swagger"),
        ({"host": "localhost:2746"}, "some-file"),
        ({"host": "10.0.0.1"}, "some-file"),
        ({"info": {"x-providerName": "googleapis.com"}}, "googleapis"),
        ({}, "some-file"),
    ],
)
def test_providers(data: Any, expected: str) -> None:
    """The provider is the name in the host, or the file."""
    assert provider_of(data, "some_file") == expected


def test_service_falls_back_to_the_file() -> None:
    """A title without a letter of ASCII is none."""
    assert service_of({"info": {"title": "天気"}}, "weather_api") == "weather-api"


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/", "get_root"),
        ("GET", "/users/{id}/posts", "get_users_by_id_posts"),
        ("POST", "/a.b/{c}.json", "post_a_b_by_c_json"),
    ],
)
def test_names_of_paths(method: str, path: str, name: str) -> None:
    """Method and path make a readable name."""
    assert name_of_path(method, path) == name


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("<p>Makes <code>x</code>.</p>\n<p>Then&nbsp;y &lt;z&gt;.</p>", "Makes x.\n\nThen\xa0y <z>."),
        ("Path /a/<id> and 1 < 2", "Path /a/<id> and 1 < 2"),
        (None, ""),
    ],
)
def test_descriptions_are_plain(given: Any, expected: str) -> None:
    """Markup goes, placeholders in angles stay."""
    assert plain_text(given) == expected


def test_descriptions_are_whole() -> None:
    """Summary and description together, once, and else those of the path."""
    assert described({"summary": "Get it", "description": "Get it all."}) == "Get it all."
    assert described({}, {"summary": "Of the path"}) == "Of the path"
