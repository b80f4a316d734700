"""One column: what it holds, and its values as the database keeps them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Literal

import orjson
from attrs import frozen

Kind = Literal["text", "integer", "real", "boolean", "json"]
Policy = Literal["hard", "exempt", "semantic"]

STORAGE: Mapping[Kind, str] = {
    "text": "TEXT",
    "integer": "INTEGER",
    "real": "REAL",
    "boolean": "INTEGER",
    "json": "TEXT",
}


class Mismatch(Exception):
    """A value is not of its column's type; the text says what was expected."""


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Mismatch(f"expected text, got {value!r}")
    if "\0" in value or not (value.isascii() or value.encode(errors="replace").decode() == value):
        raise Mismatch(f"expected Unicode text without NUL, got {value!r}")
    return str(value)


def _integer(value: Any) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise Mismatch(f"expected an integer of 64 bits, got {value!r}")
    return value


def _real(value: Any) -> float:
    if type(value) is int and abs(value) < 2**1023:
        return float(value)
    if not isinstance(value, float) or not math.isfinite(value):
        raise Mismatch(f"expected a finite number, got {value!r}")
    return value + 0.0  # databases know one zero


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Mismatch(f"expected true or false, got {value!r}")
    return value


def _json(value: Any) -> str:
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except orjson.JSONEncodeError as exc:
        raise Mismatch(f"expected JSON: {exc}") from exc


_STORED: Mapping[Kind, Callable[[Any], Any]] = {
    "text": _text,
    "integer": _integer,
    "real": _real,
    "boolean": _boolean,
    "json": _json,
}


@frozen(kw_only=True)
class ColumnSpec:
    """One column, as the facade needs it."""

    name: str
    kind: Kind
    nullable: bool
    policy: Policy = "hard"
    """How final states are compared (ScaleEnv, phase 1 step 3): ``Column(info={"compare": …})``."""

    def stored(self, value: Any) -> Any:
        """A Python value as the database keeps it; raises :class:`Mismatch` for another type."""
        if value is None or (
            type(value) is str and self.kind == "text" and value.isascii() and "\0" not in value
        ):
            return value  # most values are plain
        try:
            return _STORED[self.kind](value)
        except Mismatch as exc:
            raise Mismatch(f"{self.name}: {exc}") from exc
