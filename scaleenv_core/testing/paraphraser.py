"""The contract of a paraphraser."""

from __future__ import annotations

from typing import Any

import pytest

from scaleenv_core.interfaces import Endpoint
from scaleenv_core.testing.calling import call_hook
from scaleenv_core.testing.endpoint import ScriptedEndpoint
from scaleenv_core.testing.user import question_task

WISH = question_task()


def faultless(text: str) -> str:
    """A check that only wants the facts of :data:`WISH`."""
    return "" if "kim@example.com" in text and "2026-05-04" in text else "lacks a fact"


class ParaphraserContract:
    """What every paraphraser keeps. Give the fixture ``plugin``, and ``endpoint`` if it asks a model."""

    @pytest.fixture
    def plugin(self) -> Any:
        """The paraphraser under test."""
        raise NotImplementedError("override the fixture 'plugin'")

    @pytest.fixture
    def endpoint(self) -> Endpoint:
        """What the role's model answers."""
        return ScriptedEndpoint()

    def test_sound_or_none(self, plugin: Any, endpoint: Endpoint) -> None:
        """What it gives passes the check; else it gives nothing."""
        found = call_hook(plugin, "paraphrase_request", task=WISH, seed=1, endpoint=endpoint, check=faultless)

        assert isinstance(found, str)
        assert not found or not faultless(found)

    def test_hopeless(self, plugin: Any, endpoint: Endpoint) -> None:
        """Where no text passes, it gives none, after some attempts."""
        found = call_hook(
            plugin, "paraphrase_request", task=WISH, seed=1, endpoint=endpoint, check=lambda _: "is wrong"
        )

        assert found == ""
