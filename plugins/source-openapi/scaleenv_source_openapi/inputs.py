"""What an operation takes: path, query, header and body side by side, as one object's schema."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import Factory, frozen

from scaleenv_core.catalogs import text
from scaleenv_core.schemas import as_parameters, standalone
from scaleenv_core.types import JsonSchema
from scaleenv_source_openapi.documents import Document
from scaleenv_source_openapi.labels import plain_text

_AUTH = re.compile(
    r"(proxy-)?authori[sz]ation|token|cookie|.*api[-_]?key|.*subscription-key|x-.*(auth|token).*|.*access-token",
    re.IGNORECASE,
)
_HTTP = ("accept", "content-type", "user-agent", "host", "content-length")
"""Headers that OpenAPI says are never parameters, and two that no agent writes."""

_PLACES = ("path", "query", "querystring", "header", "body")
_NOT_SCHEMA = (
    "name",
    "in",
    "required",
    "description",
    "collectionFormat",
    "allowEmptyValue",
    "style",
    "explode",
)
_MEDIA = ("application/json", "+json", "application/x-www-form-urlencoded", "multipart/form-data", "*/*")


class Unknowable(ValueError):  # noqa: N818 - it says what the operation is
    """An operation whose inputs cannot be known, with the reference that leads nowhere."""


@frozen
class Input:
    """One thing that an operation takes."""

    name: str
    place: str
    schema: JsonSchema
    required: bool


@frozen
class Limits:
    """How much of a schema is opened."""

    depth: int
    budget: int


@frozen
class Inputs:
    """Reads the inputs of a document's operations."""

    document: Document
    limits: Limits
    _auth: frozenset[tuple[str, str]] = Factory(lambda self: _api_keys(self.document), takes_self=True)

    def parameters(self, path: str, item: Mapping[str, Any], operation: Mapping[str, Any]) -> JsonSchema:
        """The object of all inputs; raises :class:`Unknowable`."""
        found = [*self._parameters(item, operation), *self._body(operation)]
        declared = {one.name for one in found if one.place == "path"}
        for name in re.findall(r"\{[+/?#.;&]?([^{}*]+)\*?\}", path):
            if name not in declared:
                declared.add(name)
                found.append(Input(text(name), "path", {"type": "string"}, required=True))
        found.sort(key=lambda one: _PLACES.index(one.place))
        return _side_by_side(found)

    def _parameters(self, item: Mapping[str, Any], operation: Mapping[str, Any]) -> Iterator[Input]:
        declared: dict[tuple[str, str], Mapping[str, Any]] = {}
        for owner in (item, operation):
            listed = owner.get("parameters")
            for given in listed if isinstance(listed, list) else []:
                parameter = self._resolved(given)
                name, place = parameter.get("name"), parameter.get("in")
                if place == "body":
                    declared["", "body"] = parameter
                elif isinstance(name, str) and name and isinstance(place, str):
                    declared[text(name), place] = parameter
        for (name, place), parameter in declared.items():
            if place == "body":
                yield from self._inlined(parameter.get("schema"), parameter.get("required") is not False)
            elif place == "formData":
                yield self._one(name, "body", parameter)
            elif place in _PLACES and not self._is_infrastructure(name, place):
                yield self._one(name, place, parameter)

    def _resolved(self, given: Any) -> Mapping[str, Any]:
        found = self.document.resolve(given)
        if found is None and isinstance(given, Mapping) and "$ref" in given:
            raise Unknowable(f"{given['$ref']}")
        return found or {}

    def _is_infrastructure(self, name: str, place: str) -> bool:
        if (name.lower(), place) in self._auth:
            return True
        return place == "header" and (name.lower() in _HTTP or _AUTH.fullmatch(name) is not None)

    def _one(self, name: str, place: str, parameter: Mapping[str, Any]) -> Input:
        schema: Any = parameter.get("schema")
        content = parameter.get("content")
        if schema is None and isinstance(content, Mapping):
            schema = _media_schema(content)
        if schema is None:
            schema = {key: value for key, value in parameter.items() if key not in _NOT_SCHEMA}
        made = self._alone(schema)
        description = plain_text(parameter.get("description"))
        if description:
            made = {**made, "description": description}
        if "example" in parameter and "examples" not in made:
            made |= standalone({"example": parameter["example"]}, self.document.lookup)
        return Input(name, place, made, required=place == "path" or parameter.get("required") is True)

    def _alone(self, schema: Any) -> JsonSchema:
        limits = self.limits
        return standalone(
            schema, self.document.lookup, depth=limits.depth, budget=limits.budget, omit="readOnly"
        )

    def _body(self, operation: Mapping[str, Any]) -> Iterator[Input]:
        if "requestBody" not in operation:
            return
        body = self._resolved(operation["requestBody"])
        content = body.get("content")
        if isinstance(content, Mapping) and content:
            yield from self._inlined(_media_schema(content), body.get("required") is not False)

    def _inlined(self, schema: Any, required: bool) -> Iterator[Input]:
        """An object's properties, or anything else as the one input ``body``."""
        made = self._alone(schema)
        if "x-unresolved" in made:
            raise Unknowable(str(made["x-unresolved"]))
        flat = as_parameters(made, wrap="body")
        if not flat["properties"] and "properties" not in made:
            yield Input("body", "body", made, required=required and bool(made))
            return
        for name, part in flat["properties"].items():
            yield Input(name, "body", part, required=required and name in flat.get("required", ()))


def _media_schema(content: Mapping[str, Any]) -> Any:
    """The schema of the media type that is read first: JSON, then forms, then whatever there is."""
    for wanted in _MEDIA:
        for name, media in content.items():
            if isinstance(media, Mapping) and wanted in str(name).lower():
                return media.get("schema", {})
    return next((media.get("schema", {}) for media in content.values() if isinstance(media, Mapping)), {})


def media_schema(content: Any) -> Any:
    """The schema of an answer's content, or ``None`` where it has none."""
    if not isinstance(content, Mapping) or not content:
        return None
    return _media_schema(content) or None


def _api_keys(document: Document) -> frozenset[tuple[str, str]]:
    """Name and place of the parameters that security schemes declare."""
    components = document.data.get("components")
    schemes = components.get("securitySchemes") if isinstance(components, Mapping) else None
    schemes = schemes if schemes is not None else document.data.get("securityDefinitions")
    found = set()
    for given in schemes.values() if isinstance(schemes, Mapping) else ():
        scheme = document.resolve(given) or {}
        name, place = scheme.get("name"), scheme.get("in")
        if scheme.get("type") == "apiKey" and isinstance(name, str) and isinstance(place, str):
            found.add((name.lower(), place))
    return frozenset(found)


def _side_by_side(found: list[Input]) -> JsonSchema:
    """One object; a name that is taken gets its place, then a number, behind it."""
    properties: dict[str, JsonSchema] = {}
    required: list[str] = []
    for one in found:
        name, count = one.name, 2
        if name in properties:
            name = f"{one.name}_{one.place}"
        while name in properties:
            name, count = f"{one.name}_{one.place}_{count}", count + 1
        properties[name] = one.schema
        if one.required:
            required.append(name)
    made: JsonSchema = {"type": "object", "properties": properties}
    if required:
        made["required"] = sorted(required)
    return made
