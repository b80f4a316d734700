"""What reads of seed rows answered: the same in every instance until it writes to that table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import define, field

_MOST_ROWS = 50_000
"""Rows that a domain remembers in all."""

_MOST_AT_ONCE = 1_000
"""A longer answer is not remembered."""


Rows = Sequence[tuple[Any, ...]]
"""The values that a SELECT gave."""


@define
class SeedReads:
    """A domain's answers by SQL and values; episodes ask the same again and again.

    Forgets all of them when they are too many. Of no meaning but speed.
    """

    answers: dict[tuple[Any, ...], Rows] = field(factory=dict)
    _rows: int = 0

    def keep(self, key: tuple[Any, ...], rows: Rows) -> None:
        """Remember an answer, unless it is long."""
        size = len(rows) + 1
        if size > _MOST_AT_ONCE:
            return
        if self._rows + size > _MOST_ROWS:
            self.answers.clear()
            self._rows = 0
        self.answers[key] = rows
        self._rows += size
