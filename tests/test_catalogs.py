"""Files of a catalog: found in a fixed order, and each failure one clear line."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from scaleenv_core.catalogs import (
    Ids,
    Unreadable,
    catalog_files,
    decoded,
    fingerprint,
    one_line,
    parse_json,
    read_bytes,
    read_lines,
)
from scaleenv_core.errors import SourceError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with files of several kinds."""
    for name in ("b.json", "a.json", "deep/c.json", "notes.txt", ".hidden/d.json"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("{}")
    return tmp_path


@pytest.mark.parametrize(
    ("given", "names"),
    [
        pytest.param([""], ["a.json", "b.json", "deep/c.json"], id="a folder"),
        pytest.param(["notes.txt"], ["notes.txt"], id="a file of any name"),
        pytest.param(["*.json"], ["a.json", "b.json"], id="a glob"),
        pytest.param(
            ["**/*.json", "a.json"], [".hidden/d.json", "a.json", "b.json", "deep/c.json"], id="twice"
        ),
    ],
)
def test_files_are_found_in_order(folder: Path, given: list[str], names: list[str]) -> None:
    """Paths give their files sorted, each once."""
    found = catalog_files([str(folder / one) for one in given], (".json",))

    assert [file.path.relative_to(folder).as_posix() for file in found] == names


@pytest.mark.parametrize("given", ["gone.json", "gone/*.json", "deep/*.yaml"])
def test_missing_files_are_errors(folder: Path, given: str) -> None:
    """A path without any file is an error that names it."""
    with pytest.raises(SourceError, match=r"no such file|holds no file"):
        catalog_files([str(folder / given)], (".json",))


def test_no_path_is_an_error() -> None:
    """A source without paths says so."""
    with pytest.raises(SourceError, match="no catalog is named"):
        catalog_files([], (".json",))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_marked_encodings_are_read(encoding: str) -> None:
    """UTF-8, and whatever a byte order mark says."""
    assert decoded("Brønnøysund".encode(encoding)) == "Brønnøysund"


def test_other_encodings_are_not_guessed() -> None:
    """What is not UTF-8 is refused with the place."""
    with pytest.raises(Unreadable, match="not UTF-8 at line 2, byte 5"):
        decoded("ok\nBrønnøysund".encode("latin-1"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "the file is empty", id="empty"),
        pytest.param('{"a": [1, 2', "the file is truncated", id="truncated"),
        pytest.param('{"a": "tex', "the file is truncated", id="truncated in a string"),
        pytest.param('{"a": 1,}', "a trailing comma before '}', at line 1, column 9", id="trailing comma"),
        pytest.param('{"a": "\t"}', "a raw control character", id="control character"),
        pytest.param("{}\n{}", "a second document begins at line 2, column 1", id="two documents"),
        pytest.param('{"a": NaN}', "NaN is no JSON number", id="NaN"),
        pytest.param("[" * 100_000, "nested too deep", id="nested"),
        pytest.param("1" * 5000, "not JSON", id="a number of 5000 digits"),
        pytest.param("<html>", "expecting value, at line 1, column 1", id="HTML"),
    ],
)
def test_broken_json_is_one_clear_line(text: str, said: str) -> None:
    """Each way to break a document is told apart, in one line."""
    with pytest.raises(Unreadable) as caught:
        parse_json(text)

    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_truncated_gzip_is_told(tmp_path: Path) -> None:
    """A gzip file that ends early says so, read whole or by lines."""
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"a": 1}\n' * 1000, mtime=0)[:-12])

    with pytest.raises(Unreadable, match="truncated"):
        read_bytes(path)
    with pytest.raises(Unreadable, match="truncated"):
        list(read_lines(path))


def test_ids_stay_unique() -> None:
    """An id that is taken is numbered, past numbers that are taken too."""
    ids = Ids(["a_2"])

    assert [ids.free("a") for _ in range(3)] == ["a", "a_3", "a_4"]


def test_one_line_is_one_line() -> None:
    """Line ends go, and what is too long is cut."""
    assert one_line("a\n  b") == "a b"
    assert len(one_line("x" * 500)) == 300


def _fingerprint(folder: Path) -> str:
    return fingerprint(catalog_files([str(folder)], (".json",)))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda folder: (folder / "b.json").write_text("[]"), id="edited"),
        pytest.param(lambda folder: (folder / "e.json").write_text("{}"), id="added"),
        pytest.param(lambda folder: (folder / "b.json").unlink(), id="removed"),
        pytest.param(lambda folder: (folder / "b.json").rename(folder / "z.json"), id="renamed"),
    ],
)
def test_a_fingerprint_follows_the_files(folder: Path, change: Callable[[Path], object]) -> None:
    """A catalog whose files changed has another fingerprint; one that did not has the same."""
    before = _fingerprint(folder)
    assert before == _fingerprint(folder)

    change(folder)

    assert before != _fingerprint(folder)


def test_a_fingerprint_of_what_cannot_be_read(folder: Path) -> None:
    """A file that is gone or a package that is not installed is no error: reading says so later."""
    files = catalog_files([str(folder)], (".json",))
    (folder / "a.json").unlink()

    assert fingerprint(files, ["attrs"]) != fingerprint(files, ["no-such-package"])
