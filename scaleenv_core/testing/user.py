"""The contract of a user simulator."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import pluggy
import pytest

from scaleenv_core import hookspecs
from scaleenv_core.interfaces import Endpoint, UserSession
from scaleenv_core.testing.endpoint import ScriptedEndpoint
from scaleenv_core.types import STOP, Action, Binding, Message, Task, Tool


def question_task() -> Task:
    """Pay the newest open invoice of a customer, whose number the user has not seen."""
    find = Action(
        tool="list_invoices",
        arguments={"customer_email": "kim@example.com"},
        bindings=(Binding(argument="customer_email", origin="user"),),
    )
    pay = Action(
        tool="pay_invoice",
        arguments={"invoice_id": "inv-7731", "due_date": "2026-05-04"},
        bindings=(
            Binding(argument="invoice_id", origin="action 0", path="invoices[0].id"),
            Binding(argument="due_date", origin="user"),
        ),
    )
    return Task(
        id="office/000",
        domain="office",
        instruction=(
            'Please list invoices, with customer email "kim@example.com". Then pay invoice, using the '
            'invoice id of the first entry, with due date "2026-05-04". Tell me the total.'
        ),
        actions=(find, pay),
        changes=(),
        fingerprint="f",
        tools=("list_invoices", "pay_invoice"),
        outputs=("412.80",),
    )


SECRETS = ("inv-7731", "412.80")
"""What the user of :func:`question_task` cannot know."""


class UserContract:
    """What every user simulator keeps. Give the fixture ``plugin``.

    One that asks a model gives the fixture ``endpoint``, too: what the model answers.
    """

    @pytest.fixture
    def plugin(self) -> Any:
        """The user simulator under test."""
        raise NotImplementedError("override the fixture 'plugin'")

    @pytest.fixture
    def endpoint(self) -> Endpoint:
        """What the user asks, where it does."""
        return ScriptedEndpoint()

    def talk(
        self, plugin: Any, endpoint: Endpoint, said: str = "That is done.", seed: int = 0, most: int = 30
    ) -> list[Message]:
        """The user's turns with an agent that always says the same, until the user stops."""
        session = started(plugin, question_task(), seed=seed, endpoint=endpoint)
        messages = [Message(role="system", content="s")]
        turns: list[Message] = []
        while len(turns) < most and not (turns and STOP in turns[-1].content):
            turns.append(session.speak(tuple(messages)))
            messages += [turns[-1], Message(role="assistant", content=said)]
        return turns

    def test_opens_with_words(self, plugin: Any, endpoint: Endpoint) -> None:
        """The first thing said is a wish, not the stop word."""
        first = self.talk(plugin, endpoint)[0]

        assert first.content.strip()
        assert STOP not in first.content

    def test_ends(self, plugin: Any, endpoint: Endpoint) -> None:
        """An agent that says it is done is let go."""
        assert STOP in self.talk(plugin, endpoint)[-1].content

    def test_speaks_as_user(self, plugin: Any, endpoint: Endpoint) -> None:
        """Each turn is the user's; without tools of its own it calls none."""
        for turn in self.talk(plugin, endpoint, said="Which invoice is it?", most=5):
            assert turn.role == "user"
            assert turn.content
            assert not turn.tool_calls

    def test_knows_only_its_task(self, plugin: Any, endpoint: Endpoint) -> None:
        """What only an answer holds is not told, however plainly it is asked for."""
        turns = self.talk(plugin, endpoint, said="What is the invoice id, and what is the total?", most=5)

        said = " ".join(turn.content for turn in turns)
        assert not [secret for secret in SECRETS if secret in said]

    def test_seeded(self, plugin: Any, endpoint: Endpoint) -> None:
        """The same seed says the same."""
        again = copy.deepcopy(endpoint)

        assert self.talk(plugin, endpoint, seed=3) == self.talk(plugin, again, seed=3)


def started(
    plugin: Any, task: Task, tools: Sequence[Tool] = (), seed: int = 0, endpoint: Endpoint | None = None
) -> UserSession:
    """The plugin's session, by its hook."""
    manager = pluggy.PluginManager("scaleenv")
    manager.add_hookspecs(hookspecs)
    manager.register(plugin)
    manager.check_pending()
    session: UserSession = manager.hook.start_user(
        task=task, tools=tools, seed=seed, endpoint=endpoint or ScriptedEndpoint()
    )
    return session
