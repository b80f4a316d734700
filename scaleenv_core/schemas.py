"""JSON Schema at the door: one schema that stands alone, from a document full of references.

What comes out of :func:`standalone` is a valid JSON Schema (draft 2020-12) that compiles,
whatever went in: debris is dropped, never guessed at.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from scaleenv_core.catalogs import text
from scaleenv_core.schemavalues import KEPT, kept, named_type
from scaleenv_core.types import JsonSchema

__all__ = ["KEPT", "Lookup", "as_parameters", "named_type", "own_lookup", "pointer_lookup", "standalone"]

Lookup = Callable[[str], Any]
"""A reference, as written → what it refers to; raises ``LookupError`` where that is nothing."""

_NESTING = 64
"""References, ``allOf`` and wrapped alternatives followed for one schema before giving up."""


def standalone(
    schema: Any, lookup: Lookup, *, depth: int = 6, budget: int = 2000, omit: str = ""
) -> JsonSchema:
    """The schema with every ``$ref`` replaced by what it refers to, as valid draft 2020-12.

    A reference back to a schema that is being expanded becomes an open schema marked
    ``x-recursive``. Below ``depth`` nested objects, or where the next level would exceed
    ``budget`` subschemas in all, an open schema of the same type is marked ``x-truncated``;
    levels are opened from the top, and the first one always. ``allOf`` is
    merged. ``oneOf`` becomes ``anyOf``: catalogs use it for "one of these forms", and forms
    opened here would overlap. OpenAPI's ``nullable`` becomes a ``null`` type; a
    ``required: true`` on a property moves to its object. Properties marked ``omit``
    (``readOnly`` in what is sent) are left out. Raises ``LookupError`` for a dangling
    reference.
    """
    return _Expansion(lookup, budget, omit).run(schema, depth)


def pointer_lookup(document: Any) -> Lookup:
    """The lookup of a document's own references: ``#/definitions/Pet``."""

    def lookup(ref: str) -> Any:
        if not ref.startswith("#"):
            raise LookupError(ref)
        found = document
        for part in unquote(ref[1:]).split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            if isinstance(found, Mapping) and key in found:
                found = found[key]
            elif isinstance(found, Mapping) and key.isdigit() and int(key) in found:
                found = found[int(key)]  # a YAML response code
            elif isinstance(found, list) and key.isdigit() and int(key) < len(found):
                found = found[int(key)]
            else:
                raise LookupError(ref)
        return found

    return lookup


def own_lookup(schema: JsonSchema) -> Lookup:
    """The lookup of a schema that came alone: a reference out of it is left open and marked."""
    own = pointer_lookup(schema)

    def lookup(ref: str) -> Any:
        try:
            return own(ref)
        except LookupError:
            return {"x-unresolved": ref}

    return lookup


def as_parameters(schema: JsonSchema, *, wrap: str = "value") -> JsonSchema:
    """A standalone schema as a tool's parameters: ``type: object`` with ``properties``.

    Alternatives that are all objects are laid side by side: the union of their properties,
    of which those are required that all of them require. Any other schema becomes the one
    property ``wrap``.
    """
    branches = schema.get("anyOf", [])
    if branches and all("properties" in part for part in branches):
        schema = _side_by_side(schema, branches)
    kind = schema.get("type")
    if kind not in (None, "object") and not (isinstance(kind, list) and "object" in kind):
        return {"type": "object", "properties": {wrap: schema}, "required": [wrap]}
    made: JsonSchema = {"type": "object", "properties": schema.get("properties", {})}
    for key in ("required", "additionalProperties", "description", "x-truncated", "x-unresolved"):
        if key in schema:
            made[key] = schema[key]
    return made


def _side_by_side(schema: JsonSchema, branches: Sequence[JsonSchema]) -> JsonSchema:
    properties: dict[str, JsonSchema] = {}
    for part in branches:
        for name, given in part["properties"].items():
            known = properties.get(name)
            if known is None or known == given:
                properties[name] = given
            else:
                forms = known["anyOf"] if set(known) == {"anyOf"} else [known]
                properties[name] = {"anyOf": forms if given in forms else [*forms, given]}
    always = set.intersection(*(set(part.get("required", ())) for part in branches))
    required = sorted(always | set(schema.get("required", ())))
    properties.update(schema.get("properties", {}))
    beside = {key: value for key, value in schema.items() if key not in ("anyOf", "additionalProperties")}
    return {**beside, "type": "object", "properties": properties, "required": required}


_DEEPEST = 40
"""Levels of a result, lists of lists and alternatives included: JSON writers have limits."""

_Waiting = tuple[int, Any, int, frozenset[str], JsonSchema]
"""A schema still to expand: its level, itself, its depth, the references open around it, the dict
to fill."""


class _Expansion:
    """One walk over a schema, level by level; holds what is left of the budget."""

    def __init__(self, lookup: Lookup, budget: int, omit: str) -> None:
        self.lookup = lookup
        self.left = budget
        self.omit = omit
        self.opened = False
        self.level = 0
        self.waiting: deque[_Waiting] = deque()

    def run(self, schema: Any, depth: int) -> JsonSchema:
        root: JsonSchema = {}
        self.waiting.append((0, schema, depth, frozenset(), root))
        while self.waiting:
            self.level, *rest = self.waiting.popleft()
            self.fill(*rest)
        return root

    def fill(self, given: Any, depth: int, refs: frozenset[str], made: JsonSchema) -> None:
        if not isinstance(given, Mapping):  # JSON Schema's true and false, and debris
            return
        schema, inside = self.flat(given, refs)
        if "x-recursive" in schema:
            made["x-recursive"] = text(str(schema["x-recursive"]))
        types = _types(schema, made)
        kept(schema, made, types)
        if types:
            made["type"] = types[0] if len(types) == 1 else types
        self.object_parts(schema, made, depth, inside)
        self.array_parts(schema, made, depth, inside)
        self.alternatives(schema, made, depth, inside)

    def affords(self, count: int, made: JsonSchema) -> bool:
        """Whether so many children may be opened; the root's always may."""
        if count and (self.level >= _DEEPEST or (self.opened and count > self.left)):
            made["x-truncated"] = True
            return False
        self.opened |= count > 0
        self.left -= count
        return True

    def child(self, given: Any, depth: int, refs: frozenset[str]) -> JsonSchema:
        made: JsonSchema = {}
        self.waiting.append((self.level + 1, given, depth, refs, made))
        return made

    def flat(
        self, schema: Mapping[str, Any], refs: frozenset[str], level: int = 0
    ) -> tuple[Mapping[str, Any], frozenset[str]]:
        """The schema without ``$ref``, ``allOf`` and wrappings, and the references that opened."""
        if level > _NESTING:
            return {}, refs
        ref = schema.get("$ref")
        if ref is not None:
            beside = {key: value for key, value in schema.items() if key != "$ref"}
            if not isinstance(ref, str):
                return self.flat(beside, refs, level + 1)
            if ref in refs:
                return {**self.shell(ref), **beside, "x-recursive": ref.rpartition("/")[2]}, refs
            target = self.lookup(ref)
            target = target if isinstance(target, Mapping) else {}
            if not beside:
                return self.flat(target, refs | {ref}, level + 1)
            # Beside a reference OpenAPI 3.0 allows no keyword, and everybody writes them.
            return self.merged([target, beside], refs | {ref}, level)
        if isinstance(schema.get("allOf"), list):
            beside = {key: value for key, value in schema.items() if key != "allOf"}
            return self.merged([*schema["allOf"], beside], refs, level)
        only = _only_form(schema)
        if only is not None:
            return self.merged(only, refs, level)
        return schema, refs

    def shell(self, ref: str) -> dict[str, Any]:
        """What may be said of a recursive schema without opening it."""
        target = self.lookup(ref)
        if not isinstance(target, Mapping):
            return {}
        kind = target.get("type", "object" if "properties" in target else None)
        return {} if kind is None else {"type": kind}

    def merged(
        self, parts: Sequence[Any], refs: frozenset[str], level: int
    ) -> tuple[Mapping[str, Any], frozenset[str]]:
        made: dict[str, Any] = {}
        opened = refs
        for part in parts:
            if not isinstance(part, Mapping):
                continue
            flat, inside = self.flat(part, refs, level + 1)
            opened |= inside
            for key, value in flat.items():
                if key == "properties" and isinstance(value, Mapping):
                    made["properties"] = _both(made.get("properties"), value)
                elif key == "required" and isinstance(value, list) and isinstance(made.get(key), list):
                    made[key] = [*made[key], *value]
                elif key == "x-recursive" and len(parts) > 1:
                    continue  # one part of several: the others still say what it is
                else:
                    made[key] = value
        return made, opened

    def object_parts(
        self, schema: Mapping[str, Any], made: JsonSchema, depth: int, refs: frozenset[str]
    ) -> None:
        properties = schema.get("properties")
        properties = properties if isinstance(properties, Mapping) else None
        more = schema.get("additionalProperties")
        count = len(properties or ()) + isinstance(more, Mapping)
        if depth <= 0 and count:
            made["x-truncated"] = True
            return
        if not self.affords(count, made):
            return
        if properties is not None:
            sent = {text(str(name)): part for name, part in properties.items() if not self.omits(part)}
            made["properties"] = {name: self.child(part, depth - 1, refs) for name, part in sent.items()}
            given = schema.get("required")
            names = {name for name in given if isinstance(name, str)} if isinstance(given, list) else set()
            names |= {name for name, part in sent.items() if _says(part, "required")}
            required = sorted(names & set(sent))
            if required:
                made["required"] = required
        if isinstance(more, Mapping):
            made["additionalProperties"] = self.child(more, depth - 1, refs)
        elif more is False:
            made["additionalProperties"] = False

    def omits(self, part: Any) -> bool:
        return bool(self.omit) and _says(part, self.omit)

    def array_parts(
        self, schema: Mapping[str, Any], made: JsonSchema, depth: int, refs: frozenset[str]
    ) -> None:
        items = schema.get("items")
        first = schema.get("prefixItems")
        tuple_like = items if isinstance(items, list) else first
        if isinstance(tuple_like, list) and tuple_like and self.affords(len(tuple_like), made):
            made["prefixItems"] = [self.child(part, depth, refs) for part in tuple_like]
        if isinstance(items, Mapping) and self.affords(1, made):
            made["items"] = self.child(items, depth, refs)

    def alternatives(
        self, schema: Mapping[str, Any], made: JsonSchema, depth: int, refs: frozenset[str]
    ) -> None:
        forms = list(_forms(schema))
        if not forms or not self.affords(len(forms), made):
            return
        made["anyOf"] = [self.child(part, depth, refs) for part in forms]
        if _nullable(schema) and "type" not in made and not any(_is_null(part) for part in forms):
            made["anyOf"].append({"type": "null"})


def _says(part: Any, flag: str) -> bool:
    return isinstance(part, Mapping) and part.get(flag) is True


def _both(one: Any, other: Mapping[str, Any]) -> dict[str, Any]:
    """Two sets of properties; a property of both has to satisfy both."""
    made = dict(one) if isinstance(one, Mapping) else {}
    for name, part in other.items():
        known = made.get(name)
        made[name] = part if known is None or known is part or known == part else {"allOf": [known, part]}
    return made


def _nullable(schema: Mapping[str, Any]) -> bool:
    return schema.get("nullable") is True or schema.get("x-nullable") is True


def _is_null(part: Any) -> bool:
    return isinstance(part, Mapping) and part.get("type") == "null"


def _forms(schema: Mapping[str, Any]) -> Iterator[Any]:
    for key in ("oneOf", "anyOf"):
        if isinstance(schema.get(key), list):
            # Forms that only say which properties must be there together are not forms.
            yield from (
                part for part in schema[key] if isinstance(part, Mapping) and set(part) != {"required"}
            )


def _only_form(schema: Mapping[str, Any]) -> list[Any] | None:
    """The parts to merge where ``anyOf`` has one form, or one form and null."""
    forms = list(_forms(schema))
    solid = [part for part in forms if not _is_null(part)]
    if len(solid) != 1:
        return None
    beside = {key: value for key, value in schema.items() if key not in ("oneOf", "anyOf")}
    return [*solid, beside, *([{"nullable": True}] if len(solid) < len(forms) else [])]


def _types(schema: Mapping[str, Any], made: JsonSchema) -> list[str]:
    """The JSON types of a schema; what a type's name says beyond it goes into ``made``."""
    given = schema.get("type")
    found: list[str] = []
    for name in given if isinstance(given, list) else [given]:
        if isinstance(name, str):
            said = named_type(name)
            kinds = said.pop("type", [])
            found += [kinds] if isinstance(kinds, str) else kinds
            made.update(said)
    if not found and given is None:
        if "properties" in schema or "additionalProperties" in schema:
            found = ["object"]
        elif "items" in schema or "prefixItems" in schema:
            found = ["array"]
    if found and _nullable(schema):
        found.append("null")
    if isinstance(schema.get("enum"), list) and None in schema["enum"] and found:
        found.append("null")
    return list(dict.fromkeys(found))
