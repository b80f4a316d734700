"""A small catalog with planted domains, for contract suites: a shop, a library, a clinic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scaleenv_core.types import Http, JsonSchema, Tool

_STATUS = {"type": "string", "enum": ["open", "closed", "cancelled"]}
_PLANTED: Mapping[str, Mapping[str, JsonSchema]] = {
    "shop": {
        "customer": {"name": {"type": "string"}, "email": {"type": "string", "format": "email"}},
        "product": {"title": {"type": "string"}, "price": {"type": "number", "minimum": 0}},
        "order": {
            "customer_id": {"type": "string"},
            "product_id": {"type": "string"},
            "quantity": {"type": "integer", "minimum": 1, "maximum": 20},
            "status": _STATUS,
        },
    },
    "library": {
        "author": {"full_name": {"type": "string"}, "birth_year": {"type": "integer"}},
        "book": {
            "author_id": {"type": "string"},
            "isbn": {"type": "string"},
            "shelf": {"type": "string", "enum": ["A", "B", "C"]},
        },
        "loan": {
            "book_id": {"type": "string"},
            "borrower": {"type": "string"},
            "due_date": {"type": "string", "format": "date"},
            "status": _STATUS,
        },
    },
    "clinic": {
        "patient": {"surname": {"type": "string"}, "insured": {"type": "boolean"}},
        "doctor": {"specialty": {"type": "string", "enum": ["eyes", "heart", "teeth"]}},
        "appointment": {
            "patient_id": {"type": "string"},
            "doctor_id": {"type": "string"},
            "starts_at": {"type": "string", "format": "date-time"},
            "status": _STATUS,
        },
    },
}


def sample_tools() -> tuple[Tool, ...]:
    """The catalog, sorted by id: five tools an entity, and a cancel where there is a status."""
    made = [
        tool
        for service, entities in _PLANTED.items()
        for entity, columns in entities.items()
        for tool in _entity_tools(service, entity, dict(columns))
    ]
    return tuple(sorted(made, key=lambda tool: tool.id))


def _object(properties: Mapping[str, Any], required: tuple[str, ...] = ()) -> JsonSchema:
    return {"type": "object", "properties": dict(properties), "required": sorted(required)}


def _entity_tools(service: str, entity: str, columns: dict[str, JsonSchema]) -> Iterator[Tool]:
    key = f"{entity}_id"
    text = {"type": "string"}
    record = _object({key: text, **columns}, (key,))
    given = {name: schema for name, schema in columns.items() if name != "status"}
    listed = _object({f"{entity}s": {"type": "array", "items": record}}, (f"{entity}s",))
    filters = {name: s for name, s in columns.items() if name.endswith("_id") or "enum" in s}

    def tool(
        verb: str, what: str, method: str, path: str, parameters: JsonSchema, returns: JsonSchema
    ) -> Tool:
        return Tool(
            id=f"{service}/{verb}_{what}",
            name=f"{verb}_{what}",
            description=f"{verb.capitalize()} {what.replace('_', ' ')} of the {service}.",
            parameters=parameters,
            returns=returns,
            service=service,
            provider="samples",
            http=Http(method=method, path=path),
        )

    many, one = f"/{entity}s", f"/{entity}s/{{{key}}}"
    yield tool("list", f"{entity}s", "GET", many, _object(filters), listed)
    yield tool("get", entity, "GET", one, _object({key: text}, (key,)), record)
    yield tool("create", entity, "POST", many, _object(given, tuple(given)), record)
    yield tool("update", entity, "PATCH", one, _object({key: text, **given}, (key,)), record)
    yield tool("delete", entity, "DELETE", one, _object({key: text}, (key,)), _object({}))
    if "status" in columns:
        yield tool("cancel", entity, "POST", f"{one}/cancel", _object({key: text}, (key,)), record)
