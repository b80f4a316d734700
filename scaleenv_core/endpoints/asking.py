"""One role's endpoint: recorded, retried, bounded in time, number and money."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

from attrs import define, evolve, field

from scaleenv_core.endpoints.ledger import Ledger
from scaleenv_core.endpoints.looping import LoopThread
from scaleenv_core.endpoints.recordings import Recording
from scaleenv_core.engine.boundary import machinery
from scaleenv_core.errors import BudgetSpent, EndpointBusy, EndpointError, NotRecorded
from scaleenv_core.interfaces import EndpointClient
from scaleenv_core.names import subseed
from scaleenv_core.settings import CompletionSettings
from scaleenv_core.types import Completion, CompletionRequest, Message, Sampling, Tool

_LONGEST_BACKOFF_S = 30.0
_PLAIN = Sampling()


@define(slots=False)
class RoleEndpoint:
    """The :class:`~scaleenv_core.interfaces.Endpoint` that a role is given.

    The client's coroutines run on a loop in a thread of its own: there a deadline can end
    any of them, wherever it hangs.
    """

    role: str
    open_client: Callable[[], EndpointClient] = field(repr=False)
    settings: CompletionSettings
    ledger: Ledger
    folder: Path
    """Where the recordings lie."""

    _loop: LoopThread = field(init=False)
    _slots: asyncio.Semaphore = field(init=False)
    _door: asyncio.Lock = field(factory=asyncio.Lock, init=False)
    _connected: bool = field(default=False, init=False)
    _open_at: float = field(default=0.0, init=False)
    """When, on the loop's clock, the endpoint may be asked again."""

    def __attrs_post_init__(self) -> None:
        self._loop = LoopThread(f"endpoint-{self.role}")
        self._slots = asyncio.Semaphore(self.settings.concurrency)

    @cached_property
    def client(self) -> EndpointClient:
        """The plugin's client."""
        return self.open_client()

    def complete(
        self, messages: Sequence[Message], tools: Sequence[Tool] = (), sampling: Sampling = _PLAIN
    ) -> Completion:
        """The recorded answer, else the endpoint's."""
        request = CompletionRequest(messages=tuple(messages), tools=tuple(tools), sampling=sampling)
        recording = Recording(self.folder, self.client.identity, request)
        mode = self.settings.mode
        if mode != "off" and (found := recording.read()) is not None:
            self.ledger.note(self.role, found, replayed=True)
            return found
        if mode == "replay":
            raise NotRecorded(
                f"{self.role} endpoint: nothing recorded in {recording.path}; "
                "completions.mode = 'record' asks the endpoint"
            )
        made = self._loop.run(self._asked(request, recording.key))
        kept = made if mode == "off" else recording.write(made)
        self._check_counted(made)
        return kept

    def close(self) -> None:
        """Close the connections; nothing may be asked afterwards."""
        self._loop.close(self._closed())

    def _check_counted(self, made: Completion) -> None:
        """A budget that nobody can keep stops the run, instead of not being kept."""
        if self.settings.budget_usd and made.cost_usd is None:
            raise BudgetSpent(
                f"completions.budget_usd cannot be kept: {made.model!r} has no price; give it one"
            )
        if self.settings.budget_tokens and made.usage is None:
            raise BudgetSpent(f"completions.budget_tokens cannot be kept: {made.model!r} counts no tokens")

    async def _closed(self) -> None:
        if self._connected:
            await self.client.close()

    async def _opened(self) -> None:
        async with self._door:
            if not self._connected:
                with machinery("its plugin", EndpointError):
                    await self.client.connect()
                self._connected = True

    async def _asked(self, request: CompletionRequest, key: str) -> Completion:
        seconds, failed = self.settings.total_s, [EndpointBusy("nothing was heard of it")]
        async with self._slots:
            self.ledger.check(self.settings)
            try:
                await self._opened()
                async with asyncio.timeout(seconds):
                    made = await self._tried(request, key, failed)
            except TimeoutError as exc:
                problem = f"no answer within total_s = {seconds:g}, last: {failed[-1]}"
                raise EndpointError(f"{self.role} endpoint: {problem}") from exc
            except EndpointError as exc:
                raise EndpointError(f"{self.role} endpoint: {exc}") from exc
            self.ledger.note(self.role, made)
            return made

    async def _tried(self, request: CompletionRequest, key: str, failed: list[EndpointBusy]) -> Completion:
        """Ask until there is an answer, noting each attempt that failed."""
        loop, settings = asyncio.get_running_loop(), self.settings
        deadline = loop.time() + settings.total_s
        chance = random.Random(subseed(request.sampling.seed or 0, "retry", key))
        attempt = 1
        while True:
            await self._turn(deadline)
            started = loop.time()
            try:
                with machinery("its plugin", EndpointError):
                    made = await self.client.ask(request)
            except EndpointBusy as exc:
                if attempt == settings.attempts and not exc.wait_s:
                    raise EndpointError(f"{exc} (attempt {attempt} of {attempt})") from exc
                failed.append(exc)
                self._pause(exc.wait_s)
                attempt += not exc.wait_s  # to wait as one is told is no failed attempt
                backoff = min(settings.backoff_s * 2 ** (attempt - 1), _LONGEST_BACKOFF_S)
                await asyncio.sleep(backoff * chance.uniform(0.5, 1.0))
            else:
                self._pause(made.pause_s)
                return evolve(made, latency_s=loop.time() - started, pause_s=0.0)

    def _pause(self, seconds: float) -> None:
        """A limit holds for all requests, not just for the one that ran into it."""
        self._open_at = max(self._open_at, asyncio.get_running_loop().time() + seconds)

    async def _turn(self, deadline: float) -> None:
        loop = asyncio.get_running_loop()
        while (wait := self._open_at - loop.time()) > 0:
            if self._open_at > deadline:
                raise EndpointError(f"asks to be left alone for {wait:.0f} s, longer than total_s allows")
            await asyncio.sleep(wait)
