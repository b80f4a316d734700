"""What reads of seed rows answered: the same in every instance until it writes to that table."""

from __future__ import annotations

from typing import Any

from attrs import define, field

from scaleenv_core.engine.journal import Place, Values

_MOST_ROWS = 50_000
"""Rows that a domain remembers in all."""

_MOST_AT_ONCE = 1_000
"""A longer answer is not remembered."""


Answer = tuple[list[Values], list[tuple[Any, ...]]]
"""The rows that a SELECT gave, and their keys."""

UNKNOWN: Any = object()
"""In the place of a row that was never asked for."""


@define
class SeedReads:
    """A domain's answers by SQL and values; episodes ask the same again and again.

    Forgets all of them when they are too many. Of no meaning but speed.
    """

    answers: dict[tuple[Any, ...], Answer] = field(factory=dict)
    rows: dict[Place, Values | None] = field(factory=dict)
    """Single rows; ``None``: there is none."""

    _size: int = 0

    def keep(self, asked: tuple[Any, ...], answer: Answer) -> None:
        """Remember an answer, unless it is long."""
        size = len(answer[0]) + 1
        if size <= _MOST_AT_ONCE:
            self._make_room(size)
            self.answers[asked] = answer

    def keep_row(self, place: Place, row: Values | None) -> None:
        """Remember a row."""
        self._make_room(1)
        self.rows[place] = row

    def forget(self) -> None:
        """All of it."""
        self.answers.clear()
        self.rows.clear()
        self._size = 0

    def _make_room(self, size: int) -> None:
        if self._size + size > _MOST_ROWS:
            self.forget()
        self._size += size
