"""A materializer that lets a model write tables, rows, tools and their tests; it runs none of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from attrs import field, frozen
from attrs.validators import and_, ge, le

from scaleenv_core import hookimpl
from scaleenv_core.interfaces import Endpoint
from scaleenv_core.types import DomainDraft, DomainSource, Finding

__all__ = ["LLM"]

A = TypeVar("A")
B = TypeVar("B")

PLAN = "plan.json"


@frozen(kw_only=True)
class LLM:
    """Asks for a plan, then for rows, then for one function with its cases a tool.

    Each answer is checked as data, and what is wrong goes back to the model. What a model
    wrote is only ever run by the stages, in cells.
    """

    rows: int = field(default=8, validator=and_(ge(1), le(200)))
    """Seed rows a table that are asked for."""

    attempts: int = field(default=3, validator=ge(1))
    """Answers to one question, the first included, before it is given up."""

    at_once: int = field(default=8, validator=ge(1))
    """Questions of one domain under way at once."""

    @hookimpl
    def materialize_domain(self, draft: DomainDraft, seed: int, endpoint: Endpoint) -> DomainSource:
        """A domain as the model sees it; a tool of which no answer was usable is quarantined."""
        from .building import build

        return build(self, draft, seed, endpoint)

    @hookimpl
    def repair_domain(
        self,
        draft: DomainDraft,
        source: DomainSource,
        findings: Sequence[Finding],
        seed: int,
        endpoint: Endpoint,
    ) -> DomainSource:
        """The source with what the model would have otherwise; unusable answers change nothing."""
        from .mending import mend

        return mend(self, draft, source, findings, seed, endpoint)

    def side_by_side(self, work: Callable[[A], B], parts: Iterable[A]) -> list[B]:
        """What comes of each part, in order."""
        with ThreadPoolExecutor(self.at_once) as threads:
            return list(threads.map(work, parts))
