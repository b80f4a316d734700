"""One OpenAPI document and what it refers to: read, told apart, resolved; never over a network."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from scaleenv_core.catalogs import CatalogFile, Unreadable, decoded, parse_json, read_bytes
from scaleenv_core.schemas import Lookup, pointer_lookup
from scaleenv_source_openapi.yamltext import parse_yaml

SUFFIXES = (".json", ".yaml", ".yml", ".json.gz", ".yaml.gz", ".yml.gz")
REMOTE, DANGLING = "remote-reference", "dangling-reference"

_OTHERS: Mapping[str, str] = {
    "discoveryVersion": "a Google discovery document: read it with the source 'google'",
    "arazzo": "an Arazzo workflow document: it names operations and describes none",
    "asyncapi": "an AsyncAPI document: its operations are messages, not calls",
    "swaggerVersion": "a Swagger 1 document: convert it to OpenAPI first",
    "tools": "a tool list: read it with the source 'functions'",
    "functions": "a function list: read it with the source 'functions'",
    "api_list": "a ToolBench file: read it with the source 'functions'",
    "metadata": "no API description; if it lists tools, read it with the source 'functions'",
    "result": "no API description; if it lists tools, read it with the source 'functions'",
}


class NotOpenApi(ValueError):  # noqa: N818 - it says what the file is
    """A file that is read and is not an OpenAPI document; ``reason`` is the word to count by."""

    def __init__(self, reason: str, detail: str) -> None:
        self.reason = reason
        super().__init__(detail)


def parse(path: Path) -> Any:
    """The data of a JSON or YAML file; raises :class:`Unreadable`."""
    text = decoded(read_bytes(path))
    name = path.name.lower().removesuffix(".gz")
    if name.endswith(".json"):
        return parse_json(text)
    if text.lstrip()[:1] == "{":
        try:
            return parse_json(text)
        except Unreadable:  # a flow mapping of YAML begins so as well
            return parse_yaml(text)
    if not text.strip():
        raise Unreadable("the file is empty")
    return parse_yaml(text)


class Document:
    """An OpenAPI document with its references, and a count of those that lead nowhere."""

    def __init__(self, file: CatalogFile, data: Mapping[str, Any], library: Library) -> None:
        self.origin = file.origin
        self.stem = file.path.name.removesuffix(".gz").rpartition(".")[0] or file.path.name
        self.data = data
        self.unresolved: dict[str, dict[str, str]] = {REMOTE: {}, DANGLING: {}}
        """Kind → each reference that leads nowhere, with why."""
        self._path = file.path.resolve()
        self._own = pointer_lookup(data)
        self._library = library

    def lookup(self, ref: str) -> Any:
        """What a reference refers to; an open schema marked ``x-unresolved`` if that is nothing."""
        try:
            return self._look(ref)
        except LookupError as exc:
            remote = _is_remote(ref)
            why = "never fetched" if remote else str(exc.args[0])
            why = "no such place in the document" if why.startswith("#") else why
            self.unresolved[REMOTE if remote else DANGLING].setdefault(ref, why)
            return {"x-unresolved": ref}

    def _look(self, ref: str) -> Any:
        file, _, fragment = ref.partition("#")
        if not file:
            return self._own(ref)
        if _is_remote(ref):
            raise LookupError(ref)
        root = self._path.parent
        target = _resolved(root / unquote(file))
        if target is None:
            raise LookupError("no file can have that name")
        if target == self._path:
            return self._own(f"#{fragment}")
        if not target.is_relative_to(root):
            raise LookupError(f"{file} is outside the document's folder")
        return self._library.lookup(root, target)(f"#{fragment}")

    def resolve(self, node: Any) -> Mapping[str, Any] | None:
        """An object that may be a reference to one; ``None`` where there is none."""
        seen: set[str] = set()
        while isinstance(node, Mapping) and isinstance(node.get("$ref"), str):
            if node["$ref"] in seen:
                return None
            seen.add(node["$ref"])
            node = self.lookup(node["$ref"])
            if isinstance(node, Mapping) and "x-unresolved" in node:
                return None
        return node if isinstance(node, Mapping) else None


def _resolved(path: Path) -> Path | None:
    try:
        return path.resolve()
    except (OSError, ValueError, RuntimeError):  # too long, a zero byte, a loop of links
        return None


def _is_remote(ref: str) -> bool:
    return re.match(r"([a-z][a-z0-9+.-]+:)?//|[a-z][a-z0-9+.-]+:", ref, re.IGNORECASE) is not None


class Library:
    """The files that documents refer to, each read once."""

    def __init__(self) -> None:
        self._read: dict[tuple[Path, Path], Lookup | Unreadable] = {}

    def lookup(self, root: Path, path: Path) -> Lookup:
        """The references into a file, whose own references are rewritten relative to ``root``."""
        key = (root, path)
        if key not in self._read:
            self._read[key] = self._open(root, path)
        found = self._read[key]
        if isinstance(found, Unreadable):
            raise LookupError(f"{path.relative_to(root).as_posix()}: {found}")  # noqa: TRY004
        return found

    def _open(self, root: Path, path: Path) -> Lookup | Unreadable:
        try:
            data = parse(path)
        except Unreadable as exc:
            return exc

        def rewritten(ref: str) -> str:
            file, _, fragment = ref.partition("#")
            if _is_remote(ref):
                return ref
            target = _resolved(path.parent / unquote(file)) if file else path
            if target is None or not target.is_relative_to(root):
                return f"../{file}#{fragment}"  # outside: it will not be opened
            return f"{target.relative_to(root).as_posix()}#{fragment}"

        try:
            return pointer_lookup(_rewritten(data, rewritten, {}))
        except RecursionError:
            return Unreadable("nested too deep")


def _rewritten(node: Any, change: Callable[[str], str], done: dict[int, Any]) -> Any:
    if not isinstance(node, dict | list):
        return node
    if id(node) in done:  # YAML's aliases share nodes
        return done[id(node)]
    made: Any
    if isinstance(node, list):
        made = [_rewritten(part, change, done) for part in node]
    else:
        made = {
            key: change(part) if key == "$ref" and isinstance(part, str) else _rewritten(part, change, done)
            for key, part in node.items()
        }
    done[id(node)] = made
    return made


def open_document(file: CatalogFile, library: Library) -> Document:
    """The document of a file; raises :class:`Unreadable` or :class:`NotOpenApi`."""
    data = parse(file.path)
    if not isinstance(data, Mapping):
        kind = "a list" if isinstance(data, list) else "text" if isinstance(data, str) else "a value"
        raise NotOpenApi("not-openapi", f"holds {kind}, not an OpenAPI document")
    version = data.get("openapi", data.get("swagger"))
    if version is None:
        is_what = next((said for key, said in _OTHERS.items() if key in data), None)
        raise NotOpenApi(
            "not-openapi",
            f"is {is_what}" if is_what else "has neither 'openapi' nor 'swagger' at its top: not OpenAPI",
        )
    if not re.match(r"3\.|2\.0|[23]$", str(version)):
        raise NotOpenApi("unsupported-version", f"is OpenAPI {version!r}; 2.0 and 3.x are read")
    return Document(file, data, library)
