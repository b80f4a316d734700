"""Dates for tool code."""

import pytest

from scaleenv_core.engine import Refusal, days_after


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [("2024-02-28", 1, "2024-02-29"), ("2025-12-31", 1, "2026-01-01"), ("2026-03-01", -1, "2026-02-28")],
)
def test_days_after(start, days, expected):
    """Dates go on over the ends of months and years, both ways."""
    assert days_after(start, days) == expected


@pytest.mark.parametrize(("start", "days"), [("soon", 1), ("2026-02-30", 1), ("2026-01-01", 10**9)])
def test_no_date(start, days):
    """What is no date, or leads to none, is refused."""
    with pytest.raises(Refusal, match="is not a date"):
        days_after(start, days)
