"""Which discovery documents there are, and which of them a run reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson
from attrs import frozen

from scaleenv_core.errors import SourceError, nearest
from scaleenv_core.types import Dropped

_VERSION = re.compile(r"^(?:(?P<track>[A-Za-z]\w*?)_?)?v(?P<numbers>\d+(?:[._]\d+)*)(?P<stage>.*)$")
_GLUED = re.compile(r"\.([a-z]+)v(?=\d+$)")


@frozen(kw_only=True, slots=False)
class Document:
    """One discovery file; nothing is read until it is asked for."""

    name: str
    """``<api>.<version>``, such as ``calendar.v3``."""

    path: Path
    carried: bool
    """Whether google-api-python-client brought it; otherwise the user named it."""

    @property
    def api(self) -> str:
        """The API without its version: ``calendar``."""
        return self.name.partition(".")[0]

    @property
    def track(self) -> str:
        """The part of an API that is versioned alone: ``directory`` of ``admin.directory_v1``."""
        match = _VERSION.match(self.name.partition(".")[2])
        return (match["track"] or "") if match else ""

    def rank(self, preferred: frozenset[str]) -> tuple[Any, ...]:
        """Greater is better, among the versions of one track."""
        version = self.name.partition(".")[2]
        match = _VERSION.match(version)
        stable = bool(match) and not match["stage"]
        numbers = tuple(int(n) for n in re.findall(r"\d+", match["numbers"] if match else ""))
        stage = match["stage"] if match else version
        # "p1beta2" < "p2beta1"; among words beta > alpha, and beta > preview by decree.
        word = "beta" in stage
        tail = tuple(int(n) for n in re.findall(r"\d+", stage))
        return (stable, stable and self.name in preferred, numbers, word, tail, not self.carried, version)

    @cached_property
    def content(self) -> Mapping[str, Any]:
        """The parsed document; raises ``ValueError`` in one line where it is none."""
        return _read(self.path)


def _read(path: Path) -> Mapping[str, Any]:
    try:
        content = orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except OSError as exc:
        raise ValueError(f"cannot be opened: {exc.strerror or exc}") from exc
    except orjson.JSONDecodeError as exc:
        raise ValueError(f"is not JSON, or is cut short: {exc}") from exc
    found = content if isinstance(content, dict) else {}
    missing = [key for key in ("name", "version") if not isinstance(found.get(key), str)]
    if missing:
        raise ValueError(f"is no discovery document: it has no {missing[0]!r}")
    return found


def unreadable(path: Path, why: ValueError) -> Dropped:
    """The record of a file that is not what it should be."""
    return Dropped(origin=path.name, reason="unreadable", detail=f"{path.name} {why}")


def chosen_documents(
    services: Sequence[str], paths: Sequence[str], *, newest_only: bool
) -> Iterator[Document | Dropped]:
    """The documents that the globs choose, sorted by name, between records of those left out.

    Raises :class:`~scaleenv_core.errors.SourceError` for a glob without a match, a path
    that is not there, and an installation without documents.
    """
    extra, broken = _given(paths)
    carried, preferred = _carried()
    documents = sorted([*carried, *extra], key=lambda d: (d.name, d.carried, str(d.path)))
    for glob in services:
        if not any(_matches(document, glob) for document in documents) and not broken:
            known = sorted({d.name for d in documents} | {d.api for d in documents})
            raise SourceError("google services", f"no document matches {glob!r}{nearest(glob, known)}")
    wanted = [d for d in documents if not services or any(_matches(d, glob) for glob in services)]
    best = _best(wanted, preferred) if newest_only else {}
    read: set[str] = set()
    yield from broken
    for document in wanted:
        winner = best.get((document.api, document.track), document)
        if document.name in read or (document.name == winner.name and document is not winner):
            detail = f"{document.path.name}: {document.name} is read from another file"
            yield Dropped(origin=document.path.name, reason="duplicate", detail=detail)
        elif document is not winner:
            detail = f"{document.name}: left out for {winner.name}; newest_only = false keeps both"
            yield Dropped(origin=document.name, reason="superseded", detail=detail)
        else:
            read.add(document.name)
            yield document


def _matches(document: Document, glob: str) -> bool:
    return fnmatchcase(document.name, glob) or fnmatchcase(document.api, glob)


def _best(documents: Sequence[Document], preferred: frozenset[str]) -> dict[tuple[str, str], Document]:
    best: dict[tuple[str, str], Document] = {}
    for document in documents:
        key = (document.api, document.track)
        if key not in best or best[key].rank(preferred) < document.rank(preferred):
            best[key] = document
    return best


def _given(paths: Sequence[str]) -> tuple[list[Document], list[Dropped]]:
    """The documents under the user's paths; their names come from their content."""
    documents: list[Document] = []
    broken: list[Dropped] = []
    for given in paths:
        root = Path(given)
        if not root.exists():
            raise SourceError(f"google path {given!r}", "is not there")
        for path in sorted(root.rglob("*.json")) if root.is_dir() else [root]:
            try:
                content = _read(path)
            except ValueError as exc:
                broken.append(unreadable(path, exc))
                continue
            name = f"{content['name']}.{content['version']}"
            documents.append(Document(name=name, path=path, carried=False))
    return documents, broken


def _carried() -> tuple[list[Document], frozenset[str]]:
    """The documents of google-api-python-client, and the versions that Google prefers.

    The package is located, never imported: its import costs most of a second.
    """
    spec = find_spec("googleapiclient")
    places = list(spec.submodule_search_locations or ()) if spec else []
    for place in places:
        folder = Path(place) / "discovery_cache" / "documents"
        if folder.is_dir():
            files = sorted(folder.glob("*.json"))
            documents = [
                # A few old files are called "admin.directoryv1", of the version "directory_v1".
                Document(name=_GLUED.sub(r".\1_v", path.stem), path=path, carried=True)
                for path in files
                if path.stem != "index"
            ]
            return documents, _preferred(folder / "index.json")
    raise SourceError(
        "google", "no discovery documents are installed; try: pip install google-api-python-client"
    )


def _preferred(index: Path) -> frozenset[str]:
    """Google's own choice among versions; newer releases of the package may come without it."""
    try:
        items = orjson.loads(index.read_bytes())["items"]
        return frozenset(f"{item['name']}.{item['version']}" for item in items if item.get("preferred"))
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return frozenset()
