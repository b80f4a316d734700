"""Which service models there are, and which of them a run reads."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson
from attrs import frozen

from scaleenv_core.errors import SourceError, nearest
from scaleenv_core.types import Dropped

_FILES = ("service-2.json", "service-2.json.gz")


@frozen(kw_only=True)
class Model:
    """One service model; nothing is read until it is asked for."""

    service: str
    """botocore's name of the service: its folder, such as ``cognito-idp``."""

    version: str
    """The API's date, ``2016-11-15``; empty for a file that lies alone."""

    path: Path
    carried: bool
    """Whether botocore brought it; otherwise the user named it."""

    @property
    def origin(self) -> str:
        """The file, as a person recognises it: with service and version where it has them."""
        return "/".join(part for part in (self.service, self.version, self.path.name) if part)

    def read(self) -> Mapping[str, Any]:
        """The parsed model; raises ``ValueError`` in one line where it is none."""
        try:
            packed = self.path.read_bytes()
            content = orjson.loads(gzip.decompress(packed) if self.path.suffix == ".gz" else packed)
        except (EOFError, zlib.error, gzip.BadGzipFile) as exc:
            raise ValueError(f"is no gzip file, or is cut short: {exc}") from exc
        except OSError as exc:
            raise ValueError(f"cannot be opened: {exc.strerror or exc}") from exc
        except orjson.JSONDecodeError as exc:
            raise ValueError(f"is not JSON, or is cut short: {exc}") from exc
        found = content if isinstance(content, dict) else {}
        missing = [key for key in ("operations", "shapes") if not isinstance(found.get(key), dict)]
        if missing:
            raise ValueError(f"is no service model: it has no {missing[0]!r}")
        return found


def chosen_models(services: Sequence[str], paths: Sequence[str]) -> Iterator[Model | Dropped]:
    """The models that the globs choose, sorted by service, between records of those left out.

    Raises :class:`~scaleenv_core.errors.SourceError` for a glob without a match, a path
    that is not there, and an installation without models.
    """
    models = sorted(
        [*_given(paths), *_carried()],
        key=lambda m: (m.service, m.carried, _descending(m.version), str(m.path)),
    )
    known = sorted({model.service for model in models})
    for glob in services:
        if not any(fnmatchcase(name, glob) for name in known):
            raise SourceError("aws services", f"no service matches {glob!r}{nearest(glob, known)}")
    winner: Model | None = None
    for model in models:
        if services and not any(fnmatchcase(model.service, glob) for glob in services):
            continue
        if winner is None or winner.service != model.service:
            winner = model
            yield model
        elif winner.version == model.version:
            detail = f"{model.origin}: the service is read from another file"
            yield Dropped(origin=model.origin, reason="duplicate", detail=detail)
        else:
            detail = f"{model.origin}: left out for {winner.origin}"
            yield Dropped(origin=model.origin, reason="superseded", detail=detail)


def _descending(version: str) -> tuple[int, ...]:
    """A key that sorts dates from the newest."""
    return tuple(-ord(letter) for letter in version)


def _given(paths: Sequence[str]) -> Iterator[Model]:
    """The models under the user's paths: botocore's folders, or files that lie alone."""
    for given in paths:
        root = Path(given)
        if not root.exists():
            raise SourceError(f"aws path {given!r}", "is not there")
        if not root.is_dir():
            yield _model(root)
            continue
        found = sorted(path for path in root.rglob("*.json*") if path.suffix in (".json", ".gz"))
        layout = [path for path in found if path.name in _FILES]
        # Beside its model, a botocore folder holds waiters, paginators and endpoint rules.
        yield from map(_model, layout or found)


def _model(path: Path) -> Model:
    if path.name in _FILES:
        version, service = path.absolute().parts[-2], path.absolute().parts[-3]
    else:
        version, service = "", path.name.removesuffix(".gz").removesuffix(".json")
    return Model(service=service, version=version, path=path, carried=False)


def _carried() -> Iterator[Model]:
    """The models of botocore itself; it is located, never imported."""
    spec = find_spec("botocore")
    places = list(spec.submodule_search_locations or ()) if spec else []
    folders = [Path(place) / "data" for place in places if (Path(place) / "data").is_dir()]
    if not folders:
        raise SourceError("aws", "no service models are installed; try: pip install botocore")
    for path in sorted(folders[0].glob("*/*/service-2.json*")):
        if path.name in _FILES:
            yield Model(service=path.parts[-3], version=path.parts[-2], path=path, carried=True)
