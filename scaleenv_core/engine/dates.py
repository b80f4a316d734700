"""Dates for tool code, which has no door to the clock."""

from __future__ import annotations

from datetime import date, timedelta

from scaleenv_core.errors import Refusal


def days_after(start: str, days: int) -> str:
    """The ISO date that many days after another one, or before it; refuses what is no date."""
    try:
        return (date.fromisoformat(start) + timedelta(days)).isoformat()
    except (ValueError, OverflowError) as exc:
        raise Refusal(f"{start!r} is not a date such as 2026-01-31") from exc
