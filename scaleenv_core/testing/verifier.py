"""The contract of a verifier, and a small task with a clean trajectory to judge."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import pytest

from scaleenv_core.errors import EndpointError
from scaleenv_core.interfaces import Verifier
from scaleenv_core.types import (
    STOP,
    Action,
    CallRecord,
    Completion,
    DomainManifest,
    Message,
    RowChange,
    Sampling,
    Task,
    Tool,
    ToolCall,
    Trajectory,
    Verdict,
)


def sample_task() -> Task:
    """Cancel one order of a shop."""
    before = {"order_id": "o1", "status": "open", "note": "n"}
    change = RowChange(table="orders", key=("o1",), before=before, after={**before, "status": "cancelled"})
    return Task(
        id="shop/000",
        domain="shop",
        instruction='Please cancel order, with order id "o1".',
        actions=(Action(tool="cancel_order", arguments={"order_id": "o1"}),),
        changes=(change,),
        fingerprint="f",
        tools=("cancel_order", "get_order"),
    )


def sample_domain() -> DomainManifest:
    """The shop's manifest."""
    return DomainManifest(name="shop", title="Shop", now="2026-01-01T09:00:00Z", seed=0)


def clean_trajectory() -> Trajectory:
    """The task done, in one call."""
    task = sample_task()
    call = ToolCall(id="c1", tool="cancel_order", arguments={"order_id": "o1"})
    return Trajectory(
        id="shop/000/oracle/0",
        task=task.id,
        domain="shop",
        agent="oracle",
        user="scripted",
        trial=0,
        seed=0,
        messages=(
            Message(role="system", content="You act for a user."),
            Message(role="user", content=task.instruction),
            Message(role="assistant", tool_calls=(call,)),
            Message(role="tool", content='{"order_id":"o1","status":"cancelled"}', tool_call_id="c1"),
            Message(role="assistant", content="That is done."),
            Message(role="user", content=STOP),
        ),
        calls=(CallRecord(tool="cancel_order", arguments={"order_id": "o1"}, status="answered"),),
        changes=task.changes,
        ended="user_stop",
    )


class Unasked:
    """An endpoint that nobody should ask about a trajectory as clean as this one."""

    def complete(
        self, messages: Sequence[Message], tools: Sequence[Tool] = (), sampling: Sampling | None = None
    ) -> Completion:
        """No answer."""
        raise EndpointError(f"asked {len(messages)} messages, {len(tools)} tools, {sampling}")


class VerifierContract:
    """What every verifier keeps. Give the fixture ``plugin``."""

    @pytest.fixture
    def plugin(self) -> Verifier:
        """The verifier under test."""
        raise NotImplementedError("override the fixture 'plugin'")

    def judge(self, plugin: Verifier) -> Verdict:
        """The verdict on the clean trajectory, through pluggy as a run would."""
        import pluggy

        from scaleenv_core import hookspecs

        manager = pluggy.PluginManager("scaleenv")
        manager.add_hookspecs(hookspecs)
        manager.register(plugin)
        manager.check_pending()
        (verdict,) = manager.hook.verify_trajectory(
            trajectory=clean_trajectory(), task=sample_task(), domain=sample_domain(), endpoint=Unasked()
        )
        assert isinstance(verdict, Verdict)
        return verdict

    def test_clean_trajectory_passes(self, plugin: Verifier) -> None:
        """The task done plainly passes."""
        verdict = self.judge(plugin)

        assert verdict.passed, verdict.reason

    def test_pure(self, plugin: Verifier) -> None:
        """The same record gives the same verdict."""
        assert self.judge(copy.deepcopy(plugin)) == self.judge(plugin) == self.judge(plugin)
