"""The one configured cattrs converter: records to plain JSON data and back, strictly."""

from __future__ import annotations

from array import array
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

if TYPE_CHECKING:
    from cattrs import Converter

T = TypeVar("T")


@cache
def converter() -> Converter:
    """The converter: unknown keys are errors, arrays are lists, JSON values pass as they are."""
    from cattrs import Converter

    made = Converter(forbid_extra_keys=True)
    made.register_unstructure_hook_func(lambda kind: getattr(kind, "__origin__", kind) is array, list)
    # A scalar in a file must already have its type: "5" is not 5, and 1 is not True.
    for scalar in (int, str, bool):
        made.register_structure_hook(scalar, _exactly)
    made.register_structure_hook(float, _real)
    # A call's arguments: an object, or the text that was none.
    made.register_structure_hook(dict[str, Any] | str, _either)
    # Rows' keys, by far the most frequent thing in a trajectory.
    made.register_structure_hook_func(lambda kind: kind == tuple[tuple[Any, ...], ...], _keys)
    return made


def _exactly(value: Any, kind: type[T]) -> T:
    if type(value) is not kind:
        raise TypeError(f"expected {kind.__name__}, got {value!r}")
    return value


def _either(value: Any, _: object) -> dict[str, Any] | str:
    if not isinstance(value, (dict, str)):
        raise TypeError(f"expected an object or a text, got {value!r}")
    return value


def _keys(value: Any, _: object) -> tuple[tuple[Any, ...], ...]:
    if not {list, tuple}.issuperset(map(type, value)):
        raise TypeError(f"expected lists, got {value!r}")
    return tuple(map(tuple, value))


def _real(value: Any, _: type[float]) -> float:
    if type(value) not in (int, float):
        raise TypeError(f"expected float, got {value!r}")
    return float(value)


def to_plain(record: Any) -> Any:
    """A record as JSON data."""
    return converter().unstructure(record)


def json_bytes(record: Any) -> bytes:
    """A record as JSON text: that of :func:`to_plain`, in a third of the time."""
    return orjson.dumps(record, default=_named)


def _named(record: Any) -> dict[str, Any]:
    return {name.name: getattr(record, name.name) for name in record.__attrs_attrs__}


def from_plain(data: Any, kind: type[T]) -> T:
    """JSON data as a record; raises cattrs' error groups, read by :func:`problems`."""
    return converter().structure(data, kind)


def problems(error: Exception) -> list[str]:
    """Each problem of a failed :func:`from_plain` as one line with the field's path."""
    from cattrs import transform_error
    from cattrs.errors import ForbiddenExtraKeysError
    from cattrs.v import format_exception

    def say(exc: BaseException, kind: type | None) -> str:
        if isinstance(exc, ForbiddenExtraKeysError):
            return f"unknown key {', '.join(map(repr, sorted(exc.extra_fields)))}"
        if isinstance(exc, KeyError):
            return format_exception(exc, kind)
        return str(exc)

    lines = transform_error(error, format_exception=say)
    return [line.replace(" @ $.", " at ").removesuffix(" @ $") for line in lines]
