"""Tags of resources: tools that put them on, take them off and list them share one table."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from scaleenv_core.names import words
from scaleenv_core.types import JsonSchema

from .drafting import Draft
from .entities import Drafted, Reading, Tagged
from .fitting import converted
from .nouns import fold, singular
from .plan import Column
from .plan_terms import LabelForm, Labels, Value
from .shapes import properties
from .signature import Parameter, kind_of

_PUT = frozenset(["tag", "label", "add", "create", "put", "set", "attach"])
_DROP = frozenset(["untag", "unlabel", "remove", "delete", "detach"])
_WORDS = frozenset(["tag", "label"])
_TABLE = "tag"


def label_readings(readings: list[Reading]) -> list[Reading]:
    """The readings; those that put tags on any resource, take them off or list them say so."""
    told = {r.tool: found for r in readings if (found := _tagged(r)) is not None}
    put = any(r.verb in ("create", "update", "upsert") and r.tool in told for r in readings)
    others = {r.entity for r in readings if r.tool not in told}
    if not put or len(told) < 2 or {"tag", "label", "tags"} & others:
        return readings
    return [_labelling(r, told[r.tool]) if r.tool in told else r for r in readings]


def _labelling(reading: Reading, tagged: Tagged) -> Reading:
    verb = reading.verb
    if tagged.tags:
        verb = "unlabel" if reading.signature.verb in _DROP else "label"
    return evolve(reading, entity=_TABLE, verb=verb, tagged=tagged)


def _tagged(reading: Reading) -> Tagged | None:
    """Which resource and which tags a tool is told; ``None`` where it is not about tags."""
    signature, verb = reading.signature, reading.signature.verb
    said = {singular(word) for word in (*reading.entity.split("_"), *words(signature.tool.name))}
    needed = [p for p in signature.parameters if p.required]
    scalars = [p for p in needed if p.kind == "text" and not p.schema.get("enum")]
    if len(scalars) != 1 or not said & (_WORDS | {"untag", "unlabel"}):
        return None
    if reading.verb in ("list", "get") and len(needed) == 1 and _forms(reading.signature.tool.returns):
        return Tagged(by=scalars[0].name)
    tags = [p for p in needed if p.kind == "json" and _names_tags(p)]
    if len(tags) == 1 and len(needed) == 2 and verb in _PUT | _DROP and form_of(tags[0].schema):
        return Tagged(by=scalars[0].name, tags=tags[0].name)
    return None


def _names_tags(parameter: Parameter) -> bool:
    return any(singular(word) in _WORDS for word in parameter.words)


def _forms(returns: JsonSchema | None) -> bool:
    """Whether an answer has one list or map of tags."""
    return any(
        singular(word) in _WORDS and form_of(schema)
        for name, schema in properties(returns).items()
        for word in words(name)[-2:]
    )


def form_of(schema: JsonSchema) -> LabelForm | None:
    """How tags are written: objects of a key and a value, a map, or names alone."""
    if schema.get("type") == "array" or "items" in schema:
        items = schema.get("items")
        inside = properties(items)
        if len(inside) == 2 and all(kind_of(part) == "text" for part in inside.values()):
            return "objects"
        return "names" if isinstance(items, dict) and kind_of(items) == "text" else None
    rest = schema.get("additionalProperties")
    plain = rest is True or rest is None or (isinstance(rest, dict) and kind_of(rest) in ("text", "json"))
    return "map" if schema.get("type") == "object" and not properties(schema) and plain else None


def draft_labels(readings: Sequence[Reading]) -> Drafted | None:
    """The table of tags: whose, the key, the value."""
    own = [reading for reading in readings if reading.tagged is not None]
    if not own:
        return None
    made = Drafted(name=_TABLE, noun=(_TABLE,))
    first = next((r for r in own if r.verb in ("list", "get")), own[0])
    assert first.tagged is not None
    by = first.signature.get(first.tagged.by)
    assert by is not None
    column = made.add(by.name, {**by.schema, "type": "string"}, shown=False, required=True)
    key, value = next(
        ((a, b) for r in own if (a_b := _named(r)) is not None for a, b in [a_b]), ("key", "value")
    )
    made.add(key, {"type": "string"}, required=True)
    if any(_form(r) != "names" for r in own if r.verb != "unlabel"):
        made.add(value, {"type": "string"})
    made.key = (column.name, key)
    return made


def _named(reading: Reading) -> tuple[str, str] | None:
    """What objects of a tag call its key and its value."""
    for schema in _schemas(reading):
        if form_of(schema) == "objects":
            return _pair(schema)
    return None


def _pair(schema: JsonSchema) -> tuple[str, str]:
    key, value = properties(schema["items"])
    return (value, key) if "value" in fold(key) else (key, value)


def _schemas(reading: Reading) -> list[JsonSchema]:
    tagged = reading.tagged
    parameter = reading.signature.get(tagged.tags) if tagged else None
    if parameter is not None:
        return [parameter.schema]
    told = properties(reading.signature.tool.returns)
    return [part for name, part in told.items() if {singular(w) for w in words(name)} & _WORDS]


def _form(reading: Reading) -> LabelForm | None:
    return next((form for schema in _schemas(reading) if (form := form_of(schema))), None)


def read_labels(draft: Draft) -> None:
    """Which resource, and where its tags stand in the call or in the answer."""
    tagged, made = draft.reading.tagged, draft.made
    assert tagged is not None
    form = _form(draft.reading)
    if form is None:
        draft.unclear("no-answer", "nothing says how tags are written")
    by = draft.take(tagged.by)
    key = made.columns[fold(made.key[1])]
    value = next((c for c in made.columns.values() if c.name not in made.key), None)
    path = _path(draft.reading)
    shown = properties(draft.reading.signature.tool.returns).get(path, {})
    draft.labels = Labels(
        by=_value(by, made.columns[fold(made.key[0])]),
        parameter=draft.take(tagged.tags).python if tagged.tags else "",
        form=form,
        key=key.name,
        value=value.name if value else "",
        path=path,
        fields=_own(draft.reading, form),
        shown=form_of(shown) or form,
        shown_fields=_pair(shown) if form_of(shown) == "objects" else ("", ""),
    )
    for name in list(draft.left):
        draft.ignored.append(draft.take(name).name)


def _own(reading: Reading, form: LabelForm) -> tuple[str, str]:
    """What this tool's objects call key and value."""
    named = _named(reading)
    return named if form == "objects" and named is not None else ("", "")


def _path(reading: Reading) -> str:
    told = properties(reading.signature.tool.returns)
    return next(
        (n for n, part in told.items() if {singular(w) for w in words(n)} & _WORDS and form_of(part)), ""
    )


def _value(parameter: Parameter, column: Column) -> Value:
    code = converted(parameter, column) or parameter.python
    return Value(column=column.name, parameter=parameter.python, code=code, required=True)


def bearers(made: Drafted, kept: Sequence[Drafted]) -> tuple[tuple[str, str], ...]:
    """(table, column) of what can bear tags: what identifies a thing by the kind of id that tags name."""
    wanted = words(made.key[0])[-1:]
    found: list[tuple[str, str]] = []
    for other in kept:
        for column in other.columns.values():
            spelt = words(column.name)
            own = tuple(spelt[:-1]) in ((), other.noun, other.noun[-1:])
            if other is not made and column.kind == "text" and column.shown and spelt[-1:] == wanted and own:
                found.append((other.table, column.name))
                break
    return tuple(found)
