"""Texts that go with a field's name."""

import random
import re

import pytest

from scaleenv_core.likely import kind_of, likely_text
from scaleenv_core.sampling import sample_arguments


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("callback_url", r"https://\S+"),
        ("contactEmail", r"\w+\.\w+@\w+\.example"),
        ("apiVersion", r"\d(\.\d)+"),
        ("createdDateUtc", r"2026-01-\d\d"),
        ("labels", r"[A-Z][\w ]+"),
        ("lastName", r"[A-Z][a-z]+"),
        ("orderId", r"[A-Z]{2}-\d{5}"),
    ],
)
def test_by_name(name, pattern):
    """The last words of the name say what it holds."""
    texts = {likely_text(name, random.Random(seed)) for seed in range(20)}

    assert all(re.fullmatch(pattern, text) for text in texts)
    assert len(texts) > 3


def test_names_that_say_nothing():
    """What no ending says is left to the schema."""
    assert kind_of("dnn") == kind_of("") == ""
    assert likely_text("dnn", random.Random(0)) is None


def test_the_schema_comes_first():
    """Names decide only where enum, format and length leave a text open."""
    schema = {
        "required": ["status", "url", "name", "description"],
        "properties": {
            "status": {"type": "string", "enum": ["done"]},
            "url": {"type": "string", "format": "uuid"},
            "name": {"type": "string", "maxLength": 2},
            "description": {"type": "array", "items": {"type": "string"}},
        },
    }

    made = sample_arguments(schema, random.Random(3))

    assert made["status"] == "done"
    assert made["url"].startswith("00000000-")
    assert len(made["name"]) <= 2
    assert all(text.endswith(".") for text in made["description"])
