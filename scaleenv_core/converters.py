"""Records to JSON and back: by cattrs where people may have written it, by msgspec what we wrote."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

if TYPE_CHECKING:
    from cattrs import Converter

T = TypeVar("T")


@cache
def converter(*, detailed: bool = True) -> Converter:
    """The converter: unknown keys are errors, arrays are lists, JSON values pass as they are.

    One that is not ``detailed`` takes half the time, and says less about what it refuses.
    """
    from cattrs import Converter

    made = Converter(forbid_extra_keys=True, detailed_validation=detailed)
    made.register_unstructure_hook_func(lambda kind: getattr(kind, "__origin__", kind) is array, list)
    # A scalar in a file must already have its type: "5" is not 5, and 1 is not True.
    for scalar in (int, str, bool):
        made.register_structure_hook(scalar, _exactly)
    made.register_structure_hook(float, _real)
    # A call's arguments: an object, or the text that was none.
    made.register_structure_hook(dict[str, Any] | str, _either)
    # Rows' keys, by far the most frequent thing in a trajectory.
    made.register_structure_hook_func(lambda kind: kind == tuple[tuple[Any, ...], ...], _keys)
    if not detailed:
        made.register_structure_hook_factory(_is_records, lambda kind: _records(made, kind.__args__[0]))
    return made


def _is_records(kind: Any) -> bool:
    """Whether a type is ``tuple[X, ...]`` of a class of attrs."""
    arguments: tuple[Any, ...] = getattr(kind, "__args__", ())
    return getattr(kind, "__origin__", None) is tuple and arguments[1:] == (...,) and attrs.has(arguments[0])


def _records(made: Converter, kind: Any) -> Callable[[Any, Any], tuple[Any, ...]]:
    """What structures a list of records, with the way to structure one looked up once."""
    structure: Callable[[Any, Any], Any] | None = None

    def structured(value: Any, _: object) -> tuple[Any, ...]:
        nonlocal structure
        if structure is None:  # not before it is asked for: a record may hold records of its own kind
            structure = made.get_structure_hook(kind)
        return tuple([structure(each, kind) for each in value])

    return structured


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


def json_bytes(data: Any) -> bytes:
    """Records, and JSON data with records in it, as JSON text, in a tenth of :func:`to_plain`'s time.

    Raises ValueError or TypeError for what is no JSON.
    """
    return _encoder()(data)


def from_json(text: bytes, kind: type[T]) -> T:
    """What :func:`json_bytes` wrote as a record, in a quarter of :func:`from_plain`'s time.

    Types are as strict as there, but unknown keys are left out. Raises :class:`ValueError`
    with one line and the place, whatever the text is.
    """
    try:
        return _decoder(kind)(text)  # type: ignore[no-any-return,arg-type]
    except RecursionError as exc:
        raise ValueError("nested too deeply") from exc


@cache
def _encoder() -> Callable[[Any], bytes]:
    import msgspec

    return msgspec.json.Encoder().encode


@cache
def _decoder(kind: Any) -> Callable[[bytes], Any]:
    import msgspec

    return msgspec.json.Decoder(kind).decode


def from_plain(data: Any, kind: type[T]) -> T:
    """JSON data as a record; raises cattrs' error groups, read by :func:`problems`."""
    try:
        return converter(detailed=False).structure(data, kind)
    except Exception:  # whatever it is, the detailed converter says where
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
