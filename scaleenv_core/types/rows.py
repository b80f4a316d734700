"""Rows that somebody read or wrote."""

from __future__ import annotations

from typing import Any

from attrs import frozen


@frozen(kw_only=True)
class Touched:
    """What a call read or wrote of one table, as the engine observed it."""

    table: str
    keys: tuple[tuple[Any, ...], ...] = ()
    """Primary keys of the rows, sorted; empty where the table was asked and no row came."""
