"""The operations of a service model as tools."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scaleenv_core.types import Dropped, Http, JsonSchema, Tool
from scaleenv_source_aws.models import Model
from scaleenv_source_aws.shapes import Shapes
from scaleenv_source_aws.text import plain_text

_HOLE = re.compile(r"\{([^{}+]+)\+?\}")
_MARKS = ("deprecated", "idempotent", "readonly")


def model_tools(model: Model, depth: int) -> Iterator[Tool | Dropped]:
    """Every operation of the model, in the model's order."""
    try:
        content = model.read()
    except ValueError as exc:
        yield Dropped(origin=model.origin, reason="unreadable", detail=f"{model.origin} {exc}")
        return
    shapes = Shapes(content["shapes"], depth)
    for name, operation in content["operations"].items():
        origin = f"{model.service} {name}"
        if not isinstance(operation, Mapping) or not isinstance(operation.get("http"), Mapping):
            detail = f"{origin}: the operation has no 'http'"
            yield Dropped(origin=origin, reason="malformed", detail=detail)
            continue
        try:
            yield _tool(model.service, name, operation, shapes)
        except LookupError as exc:
            detail = f"{origin}: the model has no shape {exc}"
            yield Dropped(origin=origin, reason="dangling-reference", detail=detail)


def _tool(service: str, name: str, operation: Mapping[str, Any], shapes: Shapes) -> Tool:
    taken, answered = _shape(operation.get("input")), _shape(operation.get("output"))
    return Tool(
        id=f"aws/{service}/{name}",
        name=name,
        description=plain_text(str(operation.get("documentation") or "")),
        parameters=_parameters(taken, shapes),
        returns=shapes.expanded(answered) if answered else None,
        service=service,
        provider="aws",
        source="aws",
        http=_http(operation["http"], shapes.members(taken) if taken else {}),
        tags=tuple(mark for mark in _MARKS if operation.get(mark) is True),
    )


def _shape(reference: Any) -> str:
    return str(reference["shape"]) if isinstance(reference, Mapping) and "shape" in reference else ""


def _parameters(taken: str, shapes: Shapes) -> JsonSchema:
    if not taken:
        return {"type": "object", "properties": {}, "required": []}
    made = {key: value for key, value in shapes.expanded(taken).items() if key != "description"}
    return {**made, "required": made.get("required", [])}


def _http(http: Mapping[str, Any], members: Mapping[str, Mapping[str, Any]]) -> Http:
    """Method and path; the path's holes are called as the parameters that fill them."""
    names = {
        str(member.get("locationName", name)): name
        for name, member in members.items()
        if member.get("location") == "uri"
    }
    path = _HOLE.sub(lambda hole: "{" + names.get(hole[1], hole[1]) + "}", str(http.get("requestUri") or "/"))
    return Http(method=str(http.get("method") or "POST").upper(), path=path)
