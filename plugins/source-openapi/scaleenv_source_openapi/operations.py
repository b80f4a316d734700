"""The operations of a document, each as a tool or with the reason why not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from scaleenv_core.catalogs import Ids, one_line, text
from scaleenv_core.schemas import standalone
from scaleenv_core.types import Dropped, Http, JsonSchema, Tool
from scaleenv_source_openapi import labels
from scaleenv_source_openapi.documents import Document
from scaleenv_source_openapi.inputs import Inputs, Limits, Unknowable, media_schema

SOURCE = "openapi"
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")


@frozen
class Operation:
    """One operation as it stands in the document."""

    method: str
    """Upper case."""

    path: str
    item: Mapping[str, Any]
    given: Any

    @property
    def heading(self) -> str:
        """``GET /users/{id}``."""
        return text(f"{self.method} {self.path}")


def operations(document: Document) -> Iterator[Operation | Dropped]:
    """All operations under ``paths`` and ``x-ms-paths``, in the document's order."""
    for table in ("paths", "x-ms-paths"):
        paths = document.data.get(table)
        for path, given in paths.items() if isinstance(paths, Mapping) else ():
            if str(path).startswith("x-"):
                continue
            item = document.resolve(given)
            if item is None:
                behind = given.get("$ref") if isinstance(given, Mapping) else None
                yield Dropped(
                    origin=text(f"{document.origin} {path}"),
                    reason="unusable-path",
                    detail=one_line(f"its operations are behind the reference {behind}, which leads nowhere")
                    if behind
                    else "the path's entry is no object",
                )
                continue
            for method, operation in _of_item(item):
                yield Operation(method.upper(), str(path), item, operation)


def _of_item(item: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, operation in item.items():
        if str(key).lower() in _METHODS:
            yield str(key), operation
    more = item.get("additionalOperations")  # OpenAPI 3.2
    if isinstance(more, Mapping):
        yield from ((text(str(key)), operation) for key, operation in more.items())


class Reader:
    """Turns the operations of one document into tools."""

    def __init__(self, document: Document, ids: Ids, inputs: Limits, returns: Limits) -> None:
        self._document = document
        self._ids = ids
        self._inputs = Inputs(document, inputs)
        self._returns = returns
        self._names: set[str] = set()
        self._answers: dict[str, JsonSchema] = {}
        self._service = labels.service_of(document.data, document.stem)
        self._provider = labels.provider_of(document.data, document.stem)

    def name(self, operation: Operation) -> str:
        """The operation's name, unlike those before it if it can be."""
        given = operation.given if isinstance(operation.given, Mapping) else {}
        name = labels.operation_name(given, operation.method, operation.path, self._names)
        self._names.add(name)
        return name

    def tool(self, operation: Operation, name: str) -> Tool | Dropped:
        """The operation as a tool, or why it is none."""
        origin = f"{self._document.origin} {operation.heading}"
        given = operation.given
        if not isinstance(given, Mapping):
            return Dropped(origin=origin, reason="unusable-operation", detail="the operation is no object")
        try:
            parameters = self._inputs.parameters(operation.path, operation.item, given)
        except Unknowable as exc:
            return Dropped(
                origin=origin,
                reason="unknown-inputs",
                detail=one_line(f"what it takes is behind the reference {exc}, which leads nowhere"),
            )
        listed = given.get("tags")
        tags = listed if isinstance(listed, list) else []
        return Tool(
            id=self._ids.free(f"{SOURCE}/{self._service}/{labels.id_part(name)}"),
            name=name,
            description=labels.described(given, operation.item),
            parameters=parameters,
            returns=self._answer(given),
            service=self._service,
            provider=self._provider,
            source=SOURCE,
            http=Http(method=operation.method, path=text(operation.path.partition("#")[0])),
            tags=tuple(text(tag) for tag in tags if isinstance(tag, str)),
        )

    def _answer(self, given: Mapping[str, Any]) -> JsonSchema | None:
        """The schema of the first 2xx answer that has one."""
        responses = given.get("responses")
        if not isinstance(responses, Mapping):
            return None
        good = {str(code).upper(): part for code, part in responses.items()}
        for code in sorted(code for code in good if re.fullmatch(r"2[0-9X]{2}", code)):
            response = self._document.resolve(good[code]) or {}
            schema = response.get("schema", media_schema(response.get("content")))
            if isinstance(schema, Mapping) and schema:
                return self._opened(schema)
        return None

    def _opened(self, schema: Mapping[str, Any]) -> JsonSchema:
        # Many operations answer with the same named schema: open it once.
        ref = schema.get("$ref") if len(schema) == 1 else None
        if isinstance(ref, str) and ref in self._answers:
            return self._answers[ref]
        limits = self._returns
        made = standalone(
            schema, self._document.lookup, depth=limits.depth, budget=limits.budget, omit="writeOnly"
        )
        if isinstance(ref, str):
            self._answers[ref] = made
        return made
