"""The files of a catalog: found, decoded and parsed, each failure one clear line."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NoReturn

from attrs import frozen

from scaleenv_core.errors import SourceError

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


class Unreadable(ValueError):  # noqa: N818 - it says what the file is
    """A file of a catalog that cannot be read; its text is one clear line."""


@frozen(kw_only=True)
class CatalogFile:
    """One file of a catalog."""

    path: Path
    origin: str
    """Its name in a :class:`~scaleenv_core.types.Dropped`: as the config spells it."""


def catalog_files(paths: Sequence[str], suffixes: Sequence[str]) -> list[CatalogFile]:
    """The files of paths: files as they are, folders and globs for all with the suffixes.

    Sorted by name within each path, each file once, hidden ones left out of folders.
    Raises :class:`SourceError` where a path is not there, or a glob or folder holds nothing.
    """
    if not paths:
        raise SourceError("paths", "no catalog is named; give files, folders or globs")
    found: dict[Path, CatalogFile] = {}
    for given in paths:
        for path in _expand(given, tuple(suffixes)):
            found.setdefault(path.resolve(), CatalogFile(path=path, origin=path.as_posix()))
    return list(found.values())


def _expand(given: str, suffixes: tuple[str, ...]) -> list[Path]:
    path = Path(given).expanduser()
    if path.is_file():
        return [path]
    if path.is_dir():
        made = [one for one in path.rglob("*") if _visible(one.relative_to(path))]
    elif any(sign in given for sign in "*?["):
        parts = path.parts
        first = next(i for i, part in enumerate(parts) if any(sign in part for sign in "*?["))
        base = Path(*parts[:first]) if first else Path()
        made = list(base.glob("/".join(parts[first:])))
    else:
        raise SourceError(given, "no such file or folder")
    made = sorted(one for one in made if one.is_file() and one.name.lower().endswith(suffixes))
    if not made:
        raise SourceError(given, f"holds no file that ends in {', '.join(suffixes)}")
    return made


def _visible(path: Path) -> bool:
    return not any(part.startswith(".") for part in path.parts)


def fingerprint(files: Iterable[CatalogFile], packages: Iterable[str] = ()) -> str:
    """A digest of the files' names and bytes, and of the versions of packages that carry data.

    Another one where any of them changed. A package that is not installed has no version.
    """
    made = hashlib.sha256()
    for file in files:
        made.update(file.origin.encode("utf-8", "surrogateescape"))
        try:
            with file.path.open("rb") as data:
                made.update(hashlib.file_digest(data, "sha256").digest())
        except OSError as exc:  # a file that cannot be read is one Dropped, when it is read
            made.update(str(exc.errno).encode())
    for package in packages:
        try:
            made.update(f"{package} {version(package)}".encode())
        except PackageNotFoundError:
            made.update(package.encode())
    return made.hexdigest()


def read_bytes(path: Path) -> bytes:
    """A file's bytes, unpacked where its name ends in ``.gz``; raises :class:`Unreadable`."""
    try:
        raw = path.read_bytes()
        return gzip.decompress(raw) if path.suffix.lower() == ".gz" else raw
    except EOFError as exc:
        raise Unreadable("the gzip file is truncated") from exc
    except (OSError, zlib.error) as exc:
        raise Unreadable(f"cannot be read: {(isinstance(exc, OSError) and exc.strerror) or exc}") from exc


def read_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines of a file that are not blank, numbered from 1; raises :class:`Unreadable` midway."""
    opened = gzip.open if path.suffix.lower() == ".gz" else open
    try:
        with opened(path, "rb") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, line
    except EOFError as exc:
        raise Unreadable("the gzip file is truncated") from exc
    except (OSError, zlib.error) as exc:
        raise Unreadable(f"cannot be read: {(isinstance(exc, OSError) and exc.strerror) or exc}") from exc


def decoded(raw: bytes) -> str:
    """The text of bytes: UTF-8, or what their byte order mark says; raises :class:`Unreadable`.

    Other encodings are not guessed: a wrong guess is silent.
    """
    encoding = next((name for mark, name in _BOMS if raw.startswith(mark)), "utf-8")
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as exc:
        line = raw.count(b"\n", 0, exc.start) + 1
        raise Unreadable(
            f"not {encoding.removesuffix('-sig').upper()} at line {line}, byte {exc.start}: save it as UTF-8"
        ) from exc


def parse_json(text: str) -> Any:
    """A JSON document, strictly; raises :class:`Unreadable` with line and column."""
    if not text.strip():
        raise Unreadable("the file is empty")
    try:
        return json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as exc:
        raise Unreadable(_said(text, exc)) from exc
    except RecursionError as exc:
        raise Unreadable("not JSON: nested too deep") from exc
    except ValueError as exc:  # Unreadable of a constant, or an integer of thousands of digits
        raise Unreadable(f"not JSON: {exc}") from exc


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _said(text: str, exc: json.JSONDecodeError) -> str:
    where = f"at line {exc.lineno}, column {exc.colno}"
    rest = text[exc.pos :].lstrip()
    before = text[: exc.pos].rstrip()
    if not rest or exc.msg.startswith("Unterminated string"):
        return f"not JSON: it ends early, {where}; the file is truncated"
    if exc.msg == "Extra data":
        return f"not JSON: a second document begins {where}; give one document a file"
    if rest[0] in "]}" and before.endswith(","):
        return f"not JSON: a trailing comma before {rest[0]!r}, {where}"
    if exc.msg.startswith("Invalid control character"):
        return f"not JSON: a raw control character in a string, {where}"
    return f"not JSON: {exc.msg[0].lower()}{exc.msg[1:]}, {where}"


def text(given: str) -> str:
    """The string without lone surrogates, which JSON escapes can write and UTF-8 cannot."""
    if given.isascii():
        return given
    return given.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def one_line(words: str, limit: int = 300) -> str:
    """Any text on one line, cut at ``limit`` characters."""
    made = " ".join(text(words).split())
    return made if len(made) <= limit else f"{made[: limit - 1]}…"


class Ids:
    """Hands out the ids of one catalog: an id that is taken gets ``_2``, ``_3`` and so on."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._next: dict[str, int] = {}

    def free(self, wanted: str) -> str:
        """``wanted``, or the first of its variants that nobody has."""
        candidate, count = wanted, self._next.get(wanted, 2)
        while candidate in self._taken:
            candidate, count = f"{wanted}_{count}", count + 1
        self._next[wanted] = count
        self._taken.add(candidate)
        return candidate
