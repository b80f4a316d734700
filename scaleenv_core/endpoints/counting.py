"""What one piece of work asked of an endpoint, in tokens; answers from recordings count like any other."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from attrs import define, field

from scaleenv_core.interfaces import Endpoint
from scaleenv_core.types import Completion, Message, Sampling, Tool

_PLAIN = Sampling()


@define
class Counted:
    """An :class:`~scaleenv_core.interfaces.Endpoint` that adds up the tokens of its answers."""

    endpoint: Endpoint
    tokens: int = 0
    """Of questions and answers together, as far as the endpoint counts them."""

    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def complete(
        self, messages: Sequence[Message], tools: Sequence[Tool] = (), sampling: Sampling = _PLAIN
    ) -> Completion:
        """The endpoint's answer."""
        made = self.endpoint.complete(messages, tools, sampling)
        if made.usage is not None:
            with self._lock:
                self.tokens += made.usage.prompt + made.usage.completion
        return made
