"""A tool source from scratch: a model writes the tools of a domain of which only a keyword is known."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import field, frozen
from attrs.validators import deep_iterable, ge, min_len

from scaleenv_core import hookimpl
from scaleenv_core.interfaces import Endpoint
from scaleenv_core.types import Dropped, Tool

__all__ = ["LLM"]


@frozen(kw_only=True)
class LLM:
    """Asks for some tools at a time, telling the model those there are, until an idea has enough.

    The tools of an idea are one service. What each requires and does stands in its
    description. The same answers give the same tools.
    """

    ideas: tuple[str, ...] = field(validator=[min_len(1), deep_iterable(min_len(1))])
    """What the domains are about: a keyword (``"parcel lockers"``), or some sentences."""

    tools: int = field(default=24, validator=ge(1))
    """Tools an idea; a model that runs dry gives fewer."""

    batch: int = field(default=8, validator=ge(1))
    """Tools that one answer holds at most."""

    attempts: int = field(default=3, validator=ge(1))
    """Answers to one question, the first included, before what is right in it has to do."""

    seed: int = 0
    """Another seed draws other tools."""

    @hookimpl
    def collect_tools(self, endpoint: Endpoint) -> Iterator[Tool | Dropped]:
        """The tools of each idea, in the order of the ideas; what is no tool is dropped with its reason."""
        from .inventing import invented

        for idea in self.ideas:
            yield from invented(self, idea, endpoint)
