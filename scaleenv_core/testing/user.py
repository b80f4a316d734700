"""The contract of a user simulator."""

from __future__ import annotations

from typing import Any

import pluggy
import pytest

from scaleenv_core import hookspecs
from scaleenv_core.testing.endpoint import ScriptedEndpoint
from scaleenv_core.testing.verifier import sample_task
from scaleenv_core.types import STOP, Message


class UserContract:
    """What every user simulator keeps. Give the fixture ``plugin``."""

    @pytest.fixture
    def plugin(self) -> Any:
        """The user simulator under test."""
        raise NotImplementedError("override the fixture 'plugin'")

    def talk(self, plugin: Any, seed: int = 0, most: int = 30) -> list[str]:
        """What the user says to an agent that says it is done, until the user stops."""
        manager = pluggy.PluginManager("scaleenv")
        manager.add_hookspecs(hookspecs)
        manager.register(plugin)
        manager.check_pending()
        session = manager.hook.start_user(
            task=sample_task(), tools=(), seed=seed, endpoint=ScriptedEndpoint()
        )
        messages = [Message(role="system", content="s")]
        said: list[str] = []
        while len(said) < most and not (said and STOP in said[-1]):
            messages.append(session.speak(tuple(messages)))
            assert messages[-1].role == "user"
            said.append(messages[-1].content)
            messages.append(Message(role="assistant", content="That is done."))
        return said

    def test_opens_with_words(self, plugin: Any) -> None:
        """The first thing said is a wish, not the stop word."""
        first = self.talk(plugin)[0]

        assert first.strip()
        assert STOP not in first

    def test_ends(self, plugin: Any) -> None:
        """An agent that says it is done is let go."""
        assert STOP in self.talk(plugin)[-1]

    def test_seeded(self, plugin: Any) -> None:
        """The same seed says the same."""
        assert self.talk(plugin, seed=3) == self.talk(plugin, seed=3)
