"""The contract of an agent."""

from __future__ import annotations

from typing import Any

import pluggy
import pytest

from scaleenv_core import hookspecs
from scaleenv_core.interfaces import Endpoint
from scaleenv_core.testing.endpoint import ScriptedEndpoint
from scaleenv_core.testing.samples import sample_tools
from scaleenv_core.testing.verifier import sample_task
from scaleenv_core.types import Message, Task


def converse(
    plugin: Any, task: Task, seed: int = 0, most: int = 20, endpoint: Endpoint | None = None
) -> list[Message]:
    """What the agent says and calls, each call answered with ``{}``, until it speaks."""
    manager = pluggy.PluginManager("scaleenv")
    manager.add_hookspecs(hookspecs)
    manager.register(plugin)
    manager.check_pending()
    tools = tuple(tool for tool in sample_tools() if tool.name in task.tools)
    session = manager.hook.start_agent(
        tools=tools, policy="Be kind.", seed=seed, task=task, endpoint=endpoint or ScriptedEndpoint()
    )
    messages = [Message(role="system", content="s"), Message(role="user", content=task.instruction)]
    said: list[Message] = []
    while len(said) < most:
        message = session.act(tuple(messages))
        said.append(message)
        messages.append(message)
        if not message.tool_calls:
            break
        messages += [Message(role="tool", content="{}", tool_call_id=call.id) for call in message.tool_calls]
    return said


class AgentContract:
    """What every agent keeps. Give the fixture ``plugin``."""

    @pytest.fixture
    def plugin(self) -> Any:
        """The agent under test."""
        raise NotImplementedError("override the fixture 'plugin'")

    def test_speaks_as_assistant(self, plugin: Any) -> None:
        """Each message is the assistant's, and is text or calls."""
        for message in converse(plugin, sample_task()):
            assert message.role == "assistant"
            assert message.content or message.tool_calls

    def test_call_ids_differ(self, plugin: Any) -> None:
        """No two calls of a dialogue share an id."""
        ids = [call.id for message in converse(plugin, sample_task()) for call in message.tool_calls]

        assert len(set(ids)) == len(ids)

    def test_seeded(self, plugin: Any) -> None:
        """The same seed acts the same."""
        assert converse(plugin, sample_task(), seed=7) == converse(plugin, sample_task(), seed=7)
